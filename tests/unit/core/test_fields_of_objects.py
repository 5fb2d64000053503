"""The fields of objects whose sources leave out what has no value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tieout.errors import UnreadableRecordError
from tieout.fields import day_in, fraction_in, moment_in, number_in, objects_in, part_of, required, text_in

ROW: Mapping[str, Any] = {
    "text": "a",
    "empty": "",
    "null": None,
    "number": 7,
    "truth": True,
    "object": {"a": 1},
    "list": [{"a": 1}],
    "decimal": Decimal("1.5"),
    "digits": "2.25",
    "words": "two",
    "mixed": [{}, 1],
    "beyond": 2**62,
    "far": 10**12,
}


@pytest.mark.parametrize(
    ("read", "name", "value"),
    [
        (text_in, "text", "a"),
        (text_in, "empty", None),
        (text_in, "null", None),
        (text_in, "missing", None),
        (part_of, "object", {"a": 1}),
        (part_of, "missing", None),
        (objects_in, "list", [{"a": 1}]),
        (objects_in, "missing", ()),
        (number_in, "number", 7),
        (fraction_in, "number", Fraction(7)),
        (fraction_in, "decimal", Fraction(3, 2)),
        (fraction_in, "digits", Fraction(9, 4)),
        (moment_in, "number", datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)),
        (moment_in, "null", None),
        (moment_in, "missing", None),
    ],
)
def test_a_field_is_what_stands_there(read: Callable[..., object], name: str, value: object) -> None:
    """And nothing where nothing does."""
    assert read(ROW, name) == value


@pytest.mark.parametrize(
    ("read", "name", "reason"),
    [
        (text_in, "number", "not_text"),
        (part_of, "list", "no_object"),
        (objects_in, "object", "no_list"),
        (objects_in, "mixed", "no_list"),
        (number_in, "truth", "not_a_whole_number"),
        (number_in, "decimal", "not_a_whole_number"),
        (number_in, "missing", "not_a_whole_number"),
        (fraction_in, "truth", "not_a_number"),
        (fraction_in, "missing", "not_a_number"),
        (fraction_in, "words", "amount_not_a_number"),
        (moment_in, "beyond", "moment_out_of_range"),
        (moment_in, "far", "moment_out_of_range"),
        (moment_in, "text", "not_a_whole_number"),
    ],
)
def test_a_field_of_another_form_is_named(read: Callable[..., object], name: str, reason: str) -> None:
    """With what is wrong with it, and never its value."""
    with pytest.raises(UnreadableRecordError) as caught:
        read(ROW, name)
    assert caught.value.reason == f"field {name}: {reason}"


def test_what_a_fact_cannot_be_made_without_is_demanded() -> None:
    """By its name; and what counts for nothing is no absence."""
    assert required(0, "number") == 0
    with pytest.raises(UnreadableRecordError, match="field number: missing"):
        required(None, "number")


def test_a_day_is_that_of_the_time_zone() -> None:
    """Where a moment must be there."""
    row = {"at": 1772409600}  # 2026-03-02 00:00 in UTC
    assert day_in(row, "at", ZoneInfo("Europe/Berlin")) == date(2026, 3, 2)
    assert day_in(row, "at", ZoneInfo("America/New_York")) == date(2026, 3, 1)
    with pytest.raises(UnreadableRecordError, match="field to: missing"):
        day_in(row, "to", ZoneInfo("UTC"))
