"""What stands in the columns of a source's rows, and what is refused rather than read as nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tieout.columns import day_of, money_of, months_of, number_of, share_of, text_of
from tieout.errors import UnreadableRecordError
from tieout.money import Money


def eur(row: dict[str, Any], name: str) -> Money | None:
    """An amount in euro."""
    return money_of(row, name, "EUR")


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (text_of, " a b ", "a b"),
        (text_of, " ", None),
        (text_of, None, None),
        (number_of, 5, Decimal(5)),
        (number_of, Decimal("1.50"), Decimal("1.50")),
        (number_of, None, None),
        (eur, Decimal("1.005"), Money(101, "EUR")),
        (eur, None, None),
        (share_of, 40, Decimal("0.4")),
        (share_of, Decimal("33.33335"), Decimal("0.333334")),
        (share_of, Decimal("33.33325"), Decimal("0.333333")),
        (share_of, 0, Decimal(0)),
        (share_of, 100, Decimal(1)),
        (share_of, None, None),
        (months_of, 12, 12),
        (months_of, Decimal("12.0"), 12),
        (months_of, 1_200, 1_200),
        (months_of, 1, 1),
        (months_of, 0, None),
        (months_of, None, None),
        (day_of, "2026-02-28", date(2026, 2, 28)),
        (day_of, None, None),
    ],
)
def test_a_column_is_read_as_what_it_is(
    read: Callable[[dict[str, Any], str], object], value: object, found: object
) -> None:
    """Null is nothing, and zero is a number."""
    assert read({"column": value}, "column") == found


@pytest.mark.parametrize(
    ("read", "value", "reason"),
    [
        (text_of, 5, "not_text"),
        (number_of, "5", "not_a_number"),
        (number_of, True, "not_a_number"),
        (eur, Decimal("1e30"), "amount_too_large"),
        (share_of, 101, "not_between_0_and_100"),
        (share_of, -1, "not_between_0_and_100"),
        (months_of, Decimal("1.5"), "not_whole_months"),
        (months_of, Decimal("0.5"), "not_whole_months"),
        (months_of, -1, "not_whole_months"),
        (months_of, 1_201, "not_whole_months"),
        (day_of, "2026-02-30", "date_not_iso8601"),
        (day_of, "20260228", "date_not_iso8601"),
    ],
)
def test_what_cannot_be_read_names_its_column_and_never_its_value(
    read: Callable[[dict[str, Any], str], object], value: object, reason: str
) -> None:
    """It is told to operators."""
    with pytest.raises(UnreadableRecordError, match=f"^field column: {reason}$"):
        read({"column": value}, "column")


@pytest.mark.parametrize("read", [text_of, number_of, eur, share_of, months_of, day_of])
def test_a_column_that_was_not_answered_is_not_read_as_null(
    read: Callable[[dict[str, Any], str], object],
) -> None:
    """It has another name, and its amounts would be left out unseen."""
    with pytest.raises(UnreadableRecordError, match=r"^field column: not_answered$"):
        read({"other": 1}, "column")
