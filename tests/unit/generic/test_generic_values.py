"""How values of JSON become what facts are made of: exactly, or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout import strict_json
from tieout.errors import MalformedError
from tieout.facts.contract import ContractStatus
from tieout.money import Money
from tieout.systems.generic.values import (
    date_of,
    member_of,
    money_of,
    number_of,
    text_of,
    truth_of,
    version_of,
    whole_of,
)

BERLIN = "Europe/Berlin"


EMPTY_LIST: list[object] = []
EMPTY_OBJECT: dict[str, object] = {}


def refused(read: Any, *arguments: object) -> str:  # noqa: ANN401 any reader
    """Why a reader refuses something."""
    with pytest.raises(MalformedError) as caught:
        read(*arguments)
    return caught.value.reason


@pytest.mark.parametrize(
    ("value", "minor"),
    [
        ("214.90", 21490),
        ("214.9", 21490),
        ("214", 21400),
        (214, 21400),
        (Decimal("214.90"), 21490),
        (Decimal("214.9000"), 21490),
        ("-0.01", -1),
        ("+1", 100),
        (" 1.00 ", None),
        ("0", 0),
        ("99999999999999999999.99", 9999999999999999999999),
    ],
)
def test_an_amount_is_exactly_what_is_written(value: object, minor: int | None) -> None:
    """As a text with a point or a number of JSON, whole or with a fraction."""
    if minor is None:
        assert refused(money_of, {"amount": value, "currency": "EUR"}, None) == "not_a_number"
    else:
        assert money_of({"amount": value, "currency": "EUR"}, None) == Money(minor, "EUR")


@pytest.mark.parametrize(
    "value",
    [
        "1,00",
        "1.000,00",
        "1 000",
        "1e3",
        "0x10",
        "NaN",
        "Infinity",
        "1.",
        ".5",
        "--1",
        "\u0661",
        "1_0",
        "€1",
        True,
        [],
        {},
        1.5,
    ],
)
def test_an_amount_that_could_mean_another_is_refused(value: object) -> None:
    """No separator of thousands, no comma, no exponent, no float."""
    assert refused(money_of, {"amount": value, "currency": "EUR"}, None) == "not_a_number"


def test_an_amount_finer_than_its_currency_is_refused() -> None:
    """Nobody rounds: a tenth of a cent, or of a yen, is another amount than was meant."""
    assert refused(money_of, {"amount": "0.001", "currency": "EUR"}, None) == "finer_than_the_minor_unit"
    assert refused(money_of, {"amount": "0.5", "currency": "JPY"}, None) == "finer_than_the_minor_unit"
    assert money_of({"amount": "0.001", "currency": "KWD"}, None) == Money(1, "KWD")
    assert refused(money_of, {"amount": "9" * 26, "currency": "EUR"}, None) == "amount_too_large"


def test_minor_units_are_those_of_the_currency() -> None:
    """A count of cents, yen or fils; a fraction of one is refused."""
    for currency, written in (("EUR", "12.34"), ("JPY", "1234"), ("KWD", "1.234")):
        assert money_of({"minor": 1234, "currency": currency}, None) == Money.parse(written, currency)
    assert money_of({"minor": "1234"}, "EUR") == Money(1234, "EUR")
    assert refused(money_of, {"minor": "12.5", "currency": "EUR"}, None) == "finer_than_the_minor_unit"


def test_a_currency_is_said_or_the_connections_but_never_guessed() -> None:
    """Where an expression for it is declared, an event without it does not fall back to the connection's."""
    assert money_of({"amount": "1"}, "CHF") == Money(100, "CHF")
    for wrong in (None, "", "eur", "EURO", "€", 978):
        assert refused(money_of, {"amount": "1", "currency": wrong}, "CHF") == "currency_not_iso4217"


def test_no_amount_is_no_money() -> None:
    """Absent and empty are not zero."""
    for absent in (None, "", "  "):
        assert money_of({"amount": absent, "currency": "EUR"}, None) is None


@given(minor=st.integers(-(10**15), 10**15), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_money_survives_the_way_through_json(minor: int, currency: str) -> None:
    """Whatever a sender writes, as a number or as a text, arrives to the minor unit."""
    money = Money(minor, currency)
    number = strict_json.parse(f"{money.decimal():f}".encode())
    for written in (number, f"{money.decimal():f}"):
        assert money_of({"amount": written, "currency": currency}, None) == money
    assert money_of({"minor": minor, "currency": currency}, None) == money


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31T22:30:00Z", date(2026, 4, 1)),  # half past midnight in Berlin
        ("2026-03-31T23:59:59+02:00", date(2026, 3, 31)),
        ("", None),
    ],
)
def test_a_day_is_that_of_the_connections_zone(value: str, day: date | None) -> None:
    """A date has no zone; a moment is cut where the account lives."""
    assert date_of(value, BERLIN) == day


@pytest.mark.parametrize(
    "value",
    [
        "20260331",
        "2026-W14-2",
        "31.03.2026",
        "2026-02-30",
        "2026-03-31T10:00:00",
        "9999-12-31T23:59:59-10:00",
        1774915200,
        {},
    ],
)
def test_a_day_that_could_be_another_is_refused(value: object) -> None:
    """A moment without a zone lies on two days."""
    assert refused(date_of, value, BERLIN) == "not_a_date"


def test_texts_are_texts_and_ids() -> None:
    """A whole number is an id; a fraction, a truth or a list is none."""
    assert [text_of(each, "") for each in (" a ", "", "  ", 7, "x" * 1000)] == ["a", None, None, "7", "x" * 1000]
    assert [refused(text_of, each, "") for each in (True, Decimal("1.5"), EMPTY_LIST, EMPTY_OBJECT)] == [
        "not_a_text"
    ] * 4
    assert refused(text_of, "x" * 1001, "") == "text_too_long"


def test_whole_numbers_are_whole() -> None:
    """As digits or as a number of JSON."""
    assert [whole_of(each, "") for each in (7, "7", "-7", "", "007")] == [7, 7, -7, None, 7]
    assert {refused(whole_of, each, "") for each in ("7.0", Decimal(7), True, "1e1", "9" * 19, EMPTY_LIST)} == {
        "not_a_whole_number"
    }


def test_numbers_are_exact() -> None:
    """What is written, with all its digits."""
    assert number_of("0.200", "") == Decimal("0.200")
    assert number_of(Decimal("0.1"), "") == Decimal("0.1")
    assert number_of("", "") is None


def test_a_closed_set_is_closed() -> None:
    """A status nobody declared is none, and neither is one in capitals."""
    read = member_of(ContractStatus)
    assert (read("active", ""), read("", "")) == (ContractStatus.ACTIVE, None)
    assert {refused(read, each, "") for each in ("Active", "gift", 7, None)} == {"not_one_of_draft_active_ended"}


def test_a_condition_is_true_or_false() -> None:
    """A payload that does not say is not taken for one that says no: that would take its money away."""
    assert (truth_of(value=True), truth_of(value=False)) == (True, False)
    assert {refused(truth_of, each) for each in (None, "true", 1, 0, EMPTY_LIST, "")} == {"not_true_or_false"}


def test_versions_compare_as_the_source_counts() -> None:
    """Numbers by size and moments by time, to the microsecond and across zones."""
    numbers = [version_of(each, "number") for each in (0, "9", 10, "100", 10**17)]
    assert numbers == sorted(numbers)
    moments = [
        "2026-03-01T00:00:00+02:00",
        "2026-02-28T22:00:00.000001Z",
        "2026-02-28T23:00:00.00001Z",
        "2026-03-01T00:00:00Z",
    ]
    written = [version_of(each, "moment") for each in moments]
    assert written == sorted(written)
    assert len(set(written)) == 4
    assert written[0] == "2026-02-28T22:00:00.000000Z"


@pytest.mark.parametrize(
    ("value", "version_is"),
    [
        (None, "number"), ("", "number"), (-1, "number"), ("v2", "number"), (True, "number"), (Decimal("1.5"), "number"),
        (None, "moment"), ("", "moment"), (7, "moment"), ("2026-03-01", "moment"), ("2026-03-01T00:00:00", "moment"),
    ],
)  # fmt: skip
def test_a_version_of_another_form_is_none(value: object, version_is: str) -> None:
    """Versions of two forms do not compare, so that the one declared is the only one taken."""
    assert refused(version_of, value, version_is)
