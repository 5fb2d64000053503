"""How OData V2 writes values in JSON, and what is refused rather than guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tieout.errors import UnreadableRecordError
from tieout.systems.sap_s4hana import fields
from tieout.systems.sap_s4hana.ids import bare, is_document_number, journal_id, journal_parts, spellings


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("/Date(1774915200000)/", date(2026, 3, 31)),
        ("/Date(1774915200000+0000)/", date(2026, 3, 31)),
        ("/Date(1775001599999+0540)/", date(2026, 3, 31)),  # an offset is only how it is shown
        ("/Date(-86400000)/", date(1969, 12, 31)),
        (None, None),
        ("", None),
    ],
)
def test_a_day_is_that_of_midnight_utc(written: str | None, day: date | None) -> None:
    """West of Greenwich the local day of it is the one before."""
    assert fields.day_of({"D": written}, "D") == day


def test_a_moment_keeps_its_milliseconds() -> None:
    """The version of a document is made of it."""
    moment = datetime(2016, 9, 2, 6, 15, 47, 125000, tzinfo=UTC)
    assert fields.moment_of({"M": "/Date(1472796947125+0000)/"}, "M") == moment


@pytest.mark.parametrize(
    ("written", "time"), [("PT23H59M58S", (23, 59, 58)), ("PT5M", (0, 5, 0)), ("PT7S", (0, 0, 7)), (None, (0, 0, 0))]
)
def test_a_time_of_day(written: str | None, time: tuple[int, int, int]) -> None:
    """Parts that are zero may be left out."""
    assert fields.time_of({"T": written}, "T") == time


@pytest.mark.parametrize("written", ["52.65", "-9900.000", "0.000", "12345678901234567890.123"])
def test_a_decimal_is_exactly_what_is_written(written: str) -> None:
    """As a text, never by way of a float."""
    assert fields.decimal_in({"A": written}, "A") == Decimal(written)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (fields.text_of, 5),
        (fields.text_of, True),
        (fields.required_text, ""),
        (fields.required_text, None),
        (fields.decimal_in, "1,000.00"),
        (fields.decimal_in, "NaN"),
        (fields.decimal_in, ""),
        (fields.decimal_in, Decimal("1.5")),
        (fields.is_set, "false"),
        (fields.is_set, None),
        (fields.day_of, "2026-03-31"),
        (fields.day_of, "/Date(99999999999999999)/"),
        (fields.day_of, "/Date(999999999999999)/"),
        (fields.time_of, "23:59"),
        (fields.items_of, {"__deferred": {"uri": "x"}}),
        (fields.items_of, None),
        (fields.items_of, {"results": [None]}),
        (fields.items_of, {"results": [], "__next": "x"}),
    ],
)
def test_a_value_of_another_form_is_refused_by_its_name(read: object, value: object) -> None:
    """The name is told, and never the value."""
    assert callable(read)
    with pytest.raises(UnreadableRecordError) as refused:
        read({"P": value}, "P")
    assert refused.value.reason.startswith("property P: ")
    assert not value or str(value) not in refused.value.reason


def test_a_property_that_was_not_answered_is_not_read_as_empty() -> None:
    """It has another name on this tenant."""
    with pytest.raises(UnreadableRecordError, match="property P: not_answered"):
        fields.text_of({}, "P")


@pytest.mark.parametrize(
    ("number", "without_zeros"),
    [
        ("0003016401", "3016401"),
        ("3016401", "3016401"),
        ("TG011", "TG011"),
        ("00A1", "00A1"),
        ("0000", ""),
        ("\u0660\u0661", "\u0660\u0661"),
    ],
)
def test_leading_zeros_fill_a_number_up_and_are_no_part_of_it(number: str, without_zeros: str) -> None:
    """In a text that is no number they are."""
    assert bare(number) == without_zeros


def test_a_number_is_asked_for_in_both_spellings() -> None:
    """Which of them a service compares with is not documented for each."""
    assert spellings("3016401") == ("3016401", "0003016401")
    assert spellings("1234567890") == ("1234567890",)
    assert spellings("A1") == ("A1",)


@pytest.mark.parametrize(
    "record_id",
    [
        "1710/2026",
        "1710/2026/1/2",
        "1710//1",
        "/2026/1",
        "1710/26/1",
        "17100/2026/1",
        "1710/2026/x' or 1 eq 1",
        "1710/2026/12345678901",
    ],
)
def test_what_names_no_journal_entry(record_id: str) -> None:
    """Nothing of it ever stands in a query."""
    assert journal_parts(record_id) is None


def test_a_journal_entry_is_named_by_company_year_and_number() -> None:
    """The company code keeps its zeros: it is no number."""
    assert journal_id("0001", "2026", "0100000042") == "0001/2026/100000042"
    assert journal_parts("0001/2026/100000042") == ("0001", "2026", "100000042")


@pytest.mark.parametrize(("text", "can"), [("3016401", True), ("12345678901", False), ("a'b", False), ("", False)])
def test_what_can_name_a_document(text: str, can: bool) -> None:  # noqa: FBT001 what is expected
    """Ten letters and digits."""
    assert is_document_number(text) is can
