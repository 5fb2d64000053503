"""Stripe's units of every kind of currency, and fractions of one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tieout.errors import UnreadableRecordError
from tieout.money import Money
from tieout.systems.stripe.amounts import money_of_units


@pytest.mark.parametrize(
    ("units", "currency", "expected"),
    [
        (1_000, "USD", "10.00 USD"),
        (-1_050, "EUR", "-10.50 EUR"),
        (500, "JPY", "500 JPY"),
        (5_120, "KWD", "5.120 KWD"),
        (500, "ISK", "5 ISK"),
        (550, "ISK", "6 ISK"),
        (500, "UGX", "5 UGX"),
        (5, "MGA", "5.00 MGA"),
        (1_045, "HUF", "10.45 HUF"),
        (80_000, "TWD", "800.00 TWD"),
        (Decimal("0.499999999999"), "USD", "0.00 USD"),
        (Decimal("1999.5"), "USD", "20.00 USD"),
        (0, "BHD", "0.000 BHD"),
    ],
)
def test_units_are_those_of_stripe(units: int | Decimal, currency: str, expected: str) -> None:
    """Two decimals but for those without and those with three, and the three of which ISO 4217 says otherwise."""
    assert str(money_of_units(units, currency, "amount")) == expected


def test_an_amount_beyond_any_is_told_by_its_field() -> None:
    """Never by its value."""
    with pytest.raises(UnreadableRecordError, match="field amount: amount_too_large"):
        money_of_units(10**40, "USD", "amount")
    assert money_of_units(10**20, "USD", "amount") == Money(10**20, "USD")
