"""Which of the organisation's rates holds on a day, and how exactly it converts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.clock import ManualClock
from tieout.errors import AccessDeniedError, UnavailableError, UnreadableRecordError
from tieout.facts.family import SourceRate
from tieout.money import Money
from tieout.systems.salesforce import queries
from tieout.systems.salesforce.answers import MissingObjectError
from tieout.systems.salesforce.queries import Query
from tieout.systems.salesforce.rate_table import RateTable
from tieout.systems.salesforce.rates import Rates

UNDATED = [
    {"IsoCode": "USD", "ConversionRate": 1, "IsCorporate": True},
    {"IsoCode": "EUR", "ConversionRate": Decimal("0.92"), "IsCorporate": False},
    {"IsoCode": "JPY", "ConversionRate": 150, "IsCorporate": False},
]
DATED = [
    {"IsoCode": "EUR", "StartDate": "2026-06-01", "ConversionRate": Decimal("0.80")},
    {"IsoCode": "EUR", "StartDate": "0000-12-30", "ConversionRate": Decimal("1.25")},
    {"IsoCode": "EUR", "StartDate": "2026-03-01", "ConversionRate": Decimal("0.5")},
    {"IsoCode": "CHF", "StartDate": "2026-03-01", "ConversionRate": Decimal("0.4")},
]


@pytest.mark.parametrize(
    ("currency", "day", "per_unit", "identity"),
    [
        ("EUR", date(2026, 2, 28), Decimal("0.8"), "salesforce:EUR>USD:0000-12-30=1/1.25"),
        ("EUR", date(2026, 3, 1), Decimal(2), "salesforce:EUR>USD:2026-03-01=1/0.5"),
        ("EUR", date(2026, 5, 31), Decimal(2), "salesforce:EUR>USD:2026-03-01=1/0.5"),
        ("EUR", date(2030, 1, 1), Decimal("1.25"), "salesforce:EUR>USD:2026-06-01=1/0.8"),
        ("JPY", date(2026, 3, 1), None, "salesforce:JPY>USD:undated=1/150"),
    ],
)
def test_the_rate_that_began_last_holds(currency: str, day: date, per_unit: Decimal | None, identity: str) -> None:
    """A currency without rates by date has the one of its own; Salesforce's first dates lie in the year 0."""
    rate = Rates("USD", UNDATED, DATED).rate(currency, day)
    assert rate is not None
    assert (rate.currency, rate.identity) == ("USD", identity)
    assert per_unit is None or rate.per_unit == per_unit


@pytest.mark.parametrize(
    ("currency", "day"),
    [("USD", date(2026, 3, 1)), ("EUR", None), ("CHF", date(2026, 2, 28)), ("SEK", date(2026, 3, 1))],
)
def test_there_is_no_rate_of_a_day_before_the_first_nor_of_the_corporate_currency(
    currency: str, day: date | None
) -> None:
    """Then planning's own rates decide."""
    assert Rates("USD", UNDATED, DATED).rate(currency, day) is None


@pytest.mark.parametrize("units", [0, -1, None, "0.92", True])
def test_a_rate_that_converts_nothing_strikes_its_own_currency(units: object) -> None:
    """The records of others are stated."""
    rates = Rates("USD", [*UNDATED, {"IsoCode": "CHF", "ConversionRate": units}], [])
    with pytest.raises(UnreadableRecordError, match="field ConversionRate: "):
        rates.rate("CHF", date(2026, 3, 1))
    assert rates.rate("EUR", date(2026, 3, 1)) is not None


@example(amount_minor=11, units=22, decimals=0)  # a half, by a rate whose inverse has no end and lies below
@given(st.integers(-(10**18), 10**18), st.integers(1, 10**12), st.integers(0, 9))
def test_an_inverted_rate_converts_to_the_minor_unit(amount_minor: int, units: int, decimals: int) -> None:
    """As dividing the exact amount by Salesforce's rate would, halves rounded up."""
    stated = Decimal(units).scaleb(-decimals)
    rate = Rates("USD", [{"IsoCode": "EUR", "ConversionRate": stated}], []).rate("EUR", date(2026, 3, 1))
    assert isinstance(rate, SourceRate)
    exact = Fraction(abs(amount_minor) * 10**decimals, units)
    rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    if rounded < 10**24:
        assert abs(Money(amount_minor, "EUR").converted(rate.per_unit, "USD").amount_minor) == rounded


class Asked:
    """Answers the two queries of rates, and counts them."""

    def __init__(self, *missing: str, failing: bool = False) -> None:
        self.missing = missing
        self.failing = failing
        self.subjects: list[str] = []

    def __call__(self, query: Query) -> list[dict[str, Any]]:
        """Answer one of them."""
        self.subjects.append(query.subject)
        if self.failing:
            raise UnavailableError("down")
        if query.subject in self.missing:
            raise MissingObjectError("none")
        return UNDATED if query == queries.CURRENCIES else DATED


def test_rates_are_read_once_in_five_minutes() -> None:
    """Every batch needs them, and they change by the month; a read that failed is made again."""
    clock, ask = ManualClock(), Asked()
    table = RateTable(clock)
    with pytest.raises(UnavailableError):
        table.current(Asked(failing=True))
    rates = table.current(ask)
    clock.advance(299)
    assert table.current(ask) is rates
    assert ask.subjects == ["CurrencyType", "DatedConversionRate"]
    clock.advance(1)
    assert table.current(ask) is not rates


def test_rates_that_cannot_be_read_are_told_of_once() -> None:
    """Read with fewer records they would be the same, so no batch is read in halves for them."""

    def fail(_query: Query) -> list[dict[str, Any]]:
        raise UnreadableRecordError("more than 100000 rows")

    with pytest.raises(AccessDeniedError, match="the exchange rates: more than 100000 rows"):
        RateTable(ManualClock()).current(fail)


def test_an_organization_with_one_currency_has_no_rates() -> None:
    """It has no table of currencies; it is asked once in five minutes like the others."""
    ask, table = Asked("CurrencyType"), RateTable(ManualClock())
    assert table.current(ask) is None
    assert table.current(ask) is None
    assert ask.subjects == ["CurrencyType"]


def test_an_organization_without_rates_by_date_converts_by_the_others() -> None:
    """It has currencies, and a rate of each."""
    rates = RateTable(ManualClock()).current(Asked("DatedConversionRate"))
    assert rates is not None
    rate = rates.rate("EUR", date(2026, 4, 1))
    assert rate is not None
    assert rate.identity == "salesforce:EUR>USD:undated=1/0.92"


def test_a_table_without_a_corporate_currency_converts_nothing() -> None:
    """Nobody could say what its rates are to."""
    assert RateTable(ManualClock()).current(lambda _query: UNDATED[1:]) is None
