"""What rounding every contribution has come to, beside converting their sum once, at the rate they were all converted by."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.certified_rows import place
from tieout.certifying.rounding import residuals
from tieout.money import Money
from tieout.planning.cells import Share
from tieout.planning.mapping import MappingKey
from tieout.planning.rates import product, rate_in

DIRECT = "average:GBP>USD@2026-03=1.2531"
BY_WAY = "average:GBP>EUR@2026-03=1.2*average:EUR>USD@2026-03=1.05"
REPORTED = {("Revenue", "Revenue USD"): "Revenue"}
RATES = st.decimals("0.0001", "9999", places=4).map(lambda rate: f"{rate:f}")


def converted(minor: int, usd: int, rate: str = DIRECT) -> tuple[Share, ...]:
    """What a record of so many minor units contributes, and what they were converted to."""
    return ("Revenue", minor, ""), ("Revenue USD", usd, rate)


def test_everything_converted_at_one_rate_is_one_line() -> None:
    """Wherever it stands in a measure: 4.99 pounds are 6.25 dollars each, and 14.97 together 18.76, which is more than 18.75."""
    some = place(converted(499, 625), converted(499, 625))
    assert residuals([some, place(converted(499, 625), id_="b")], REPORTED) == [
        {
            "target": "anaplan",
            "cube": "Revenue",
            "measure": "Revenue USD",
            "rate": DIRECT,
            "contributions": 3,
            "currency": "GBP",
            "transaction": "14.97",
            "reporting": "18.75",
            "converted_once": "18.76",
            "rounding": "-0.01",
        }
    ]


def test_two_rates_that_stand_in_for_one_convert_by_their_product() -> None:
    """A hundred pounds are 120 euros, and those 126 dollars; nothing of that is rounding."""
    [line] = residuals([place(converted(10_000, 12_600, BY_WAY))], REPORTED)
    assert (line["rate"], line["converted_once"], line["rounding"]) == (BY_WAY, "126.00", "0.00")


def test_rates_and_currencies_are_told_apart() -> None:
    """In order; amounts in yen have no decimals."""
    yen = place(
        (("Revenue", 1_500, ""), ("Revenue USD", 1_011, "average:JPY>USD@2026-03=0.00674")), id_="b", currency="JPY"
    )
    lines = residuals([yen, place(converted(499, 625), converted(499, 624, f"{DIRECT}0"))], REPORTED)
    assert [(each["rate"], each["transaction"], each["rounding"]) for each in lines] == [
        (DIRECT, "4.99", "0.00"),
        (f"{DIRECT}0", "4.99", "-0.01"),
        ("average:JPY>USD@2026-03=0.00674", "1500", "0.00"),
    ]


def test_amounts_in_the_reporting_currency_have_its_decimals() -> None:
    """A hundred pounds and one penny are 19,052 yen, of which a single one is no rounding."""
    yen = "average:GBP>JPY@2026-03=190.5"
    [line] = residuals([place(converted(10_001, 19_051, yen), reporting="JPY")], REPORTED)
    said = tuple(line[name] for name in ("transaction", "reporting", "converted_once", "rounding"))
    assert said == ("100.01", "19051", "19052", "-1")


@pytest.mark.parametrize(
    "shares",
    [
        converted(499, 625, ""),  # in the reporting currency already
        converted(499, 625, "netsuite:3>1:214:Mar-2026:average=1.079"),  # by the source
        converted(
            499, 625, f"{DIRECT} average:EUR>USD@2026-03=1.05"
        ),  # by several rates, of which nobody knows what by which
        (("Revenue USD", 625, DIRECT),),  # of nothing that is stated
        (("Revenue", 499, ""), ("Other", 625, DIRECT)),  # of a measure that is no other's
    ],
)
def test_what_was_not_rounded_here_or_not_at_one_rate_has_no_line(shares: tuple[Share, ...]) -> None:
    """And hides nothing of what stands beside it."""
    beside = converted(10_000, 12_531)
    [line] = residuals([place(shares, beside)], REPORTED)
    assert (line["contributions"], line["transaction"], line["rounding"]) == (1, "100.00", "0.00")


@given(first=RATES, second=RATES, minor=st.integers(-(10**9), 10**9))
def test_an_identity_names_the_very_rate_that_amounts_were_converted_by(first: str, second: str, minor: int) -> None:
    """One entry's, or two entries' product, to the last digit."""
    legs = tuple(MappingKey("", "rate", f"average:{pair}@2026-03") for pair in ("GBP>EUR", "EUR>USD"))
    rate, identity = product(legs, dict(zip(legs, (first, second), strict=True)))
    assert rate_in(identity) == rate
    assert rate_in(f"average:GBP>USD@2026-03={first}") == Decimal(first)
    usd = Money(minor, "GBP").converted(rate, "USD").amount_minor
    [line] = residuals([place(converted(minor, usd, identity))], REPORTED)
    assert line["rounding"] == "0.00"


@pytest.mark.parametrize(
    "identity",
    ["", "=", "1.5", "average:GBP>USD@2026-03", "netsuite:3>1:214:Mar-2026:average=1.079", f"{DIRECT}*own=1.5"],
)
def test_what_names_no_rate_of_plannings_names_none(identity: str) -> None:
    """Those of sources begin with what has converted, and say nothing of how the amount of a transaction came to be in a book."""
    assert rate_in(identity) is None
