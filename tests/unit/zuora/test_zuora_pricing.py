"""What a charge comes to in a year: by Zuora's own figure, said exactly by its prices where they are the same."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.zuora_objects import charge, tier
from tieout.errors import UnreadableRecordError
from tieout.systems.zuora.pricing import annual_of

_TIERS = [tier(1, startingUnit="0", endingUnit="10", price="5"), tier(2, startingUnit="11", price="4")]


@pytest.mark.parametrize(
    ("annual", "stated"),
    [
        (1200, {"mRR": "100"}),
        (1000, {"mRR": "83.33", "billingPeriod": "Annual", "tiers": [tier(price="1000")]}),
        (1000, {"mRR": "83.333333333", "billingPeriod": "Annual", "tiers": [tier(price="1000")]}),
        (1000, {"mRR": "83.33", "billingPeriod": "Semi_Annual", "tiers": [tier(price="500")]}),
        (1000, {"mRR": "83.33", "billingPeriod": "Semi-Annual", "tiers": [tier(price="500")]}),
        (400, {"mRR": "33.33", "billingPeriod": "Quarter", "tiers": [tier(price="100")]}),
        (Fraction(200, 3), {"mRR": "5.56", "billingPeriod": "Eighteen_Months", "tiers": [tier(price="100")]}),
        (50, {"mRR": "4.17", "billingPeriod": "Two_Years", "tiers": [tier(price="100")]}),
        (Fraction(1200, 7), {"mRR": "14.29", "billingPeriod": "Specific_Months", "specificBillingPeriod": 7}),
        (1200, {"mRR": "100", "billingPeriod": "Subscription_Term", "tiers": [tier(price="5000")]}),
        (1000, {"mRR": "83.33", "listPriceBase": "Per Year", "tiers": [tier(price="1000")]}),
        (5200, {"mRR": "433.33", "billingPeriod": "Week", "tiers": [tier(price="100")]}),
        # Zuora's figure decides where the prices say something else, whichever way it came to that.
        (1188, {"mRR": "99", "tiers": [tier(price="100")]}),
        (1200, {"mRR": "100", "chargeModel": "A Model To Come", "tiers": [tier(price="3")]}),
        (1200, {"mRR": "100", "billingPeriod": "A_Period_To_Come", "tiers": [tier(price="3")]}),
        (1200, {"mRR": "100", "tiers": []}),
        (Fraction("119.88"), {"mRR": "9.99", "tiers": [tier(price="10")]}),
        # By units.
        (900, {"mRR": "75", "chargeModel": "Per Unit Pricing", "quantity": "15", "tiers": [tier(price="5")]}),
        (
            100,
            {
                "mRR": "8.33",
                "chargeModel": "PerUnit",
                "quantity": "2.5",
                "billingPeriod": "Annual",
                "tiers": [tier(price="40")],
            },
        ),
        (1200, {"mRR": "100", "chargeModel": "Per Unit Pricing", "tiers": [tier(price="5")]}),
        (840, {"mRR": "70", "chargeModel": "Tiered Pricing", "quantity": "15", "tiers": _TIERS}),
        (
            70,
            {
                "mRR": "5.83",
                "chargeModel": "Tiered Pricing",
                "quantity": "15",
                "tiers": _TIERS,
                "billingPeriod": "Annual",
            },
        ),
        (
            70,
            {
                "mRR": "5.83",
                "chargeModel": "Tiered Pricing",
                "quantity": "15",
                "tiers": _TIERS[::-1],
                "billingPeriod": "Annual",
            },
        ),
        (
            50,
            {
                "mRR": "4.17",
                "chargeModel": "Tiered Pricing",
                "quantity": "10",
                "tiers": _TIERS,
                "billingPeriod": "Annual",
            },
        ),
        (
            60,
            {"mRR": "5", "chargeModel": "Volume Pricing", "quantity": "15", "tiers": _TIERS, "billingPeriod": "Annual"},
        ),
        (
            44,
            {
                "mRR": "3.67",
                "chargeModel": "Volume Pricing",
                "quantity": "11",
                "tiers": _TIERS,
                "billingPeriod": "Annual",
            },
        ),
        (
            50,
            {
                "mRR": "4.17",
                "chargeModel": "Volume Pricing",
                "quantity": "9",
                "billingPeriod": "Annual",
                "tiers": [tier(1, endingUnit="10", price="50", priceFormat="Flat Fee"), tier(2, price="4")],
            },
        ),
        (0, {"mRR": "0", "tiers": [tier(price="0")]}),
        (-600, {"mRR": "-50"}),
        # No figure, but prices: such as of a charge whose figure is worked out later.
        (1000, {"mRR": None, "billingPeriod": "Annual", "tiers": [tier(price="1000")]}),
    ],
)
def test_a_charge_comes_to_so_much_a_year(annual: Fraction, stated: dict[str, Any]) -> None:
    """Before discounts, exactly."""
    stated = dict(stated)
    words: dict[str, Any] = {
        name: Decimal(value) if name == "quantity" else value for name, value in stated.items() if name != "mRR"
    }
    tiers = {"ratePlanChargeTiers": words.pop("tiers")} if "tiers" in words else {}
    if words.get("billingPeriod") == "Specific_Months":
        tiers = {"ratePlanChargeTiers": [tier(price="100")]}
    assert annual_of(charge(mrr=stated["mRR"], **words, **tiers), "EUR") == annual


@pytest.mark.parametrize(
    ("field", "stated"),
    [
        ("mRR", {"mRR": None, "ratePlanChargeTiers": []}),
        ("mRR", {"mRR": True}),
        ("mRR", {"mRR": "many"}),
        ("price", {"ratePlanChargeTiers": [tier()]}),
        ("ratePlanChargeTiers", {"ratePlanChargeTiers": "none"}),
        ("specificBillingPeriod", {"billingPeriod": "Specific_Months", "specificBillingPeriod": "7"}),
    ],
)
def test_a_charge_that_cannot_be_read_says_which_field(field: str, stated: dict[str, Any]) -> None:
    """And nothing of its value."""
    with pytest.raises(UnreadableRecordError, match=f"field {field}: "):
        annual_of({**charge(), "mRR": Decimal(100), **stated}, "EUR")


@given(price=st.decimals(0, 10**9, places=2), period=st.sampled_from(["Month", "Quarter", "Semi_Annual", "Annual"]))
def test_a_price_that_zuora_has_rounded_is_read_exactly(price: Decimal, period: str) -> None:
    """So a year of it is what is paid, and never twelve rounded months."""
    times = {"Month": 12, "Quarter": 4, "Semi_Annual": 2, "Annual": 1}[period]
    month = (price * times / 12).quantize(Decimal("0.01"))
    assert annual_of(
        charge(mrr=str(month), billingPeriod=period, ratePlanChargeTiers=[tier(price=str(price))]), "EUR"
    ) == (Fraction(price) * times)


def test_a_currency_without_decimals_has_a_whole_unit_to_be_rounded_by() -> None:
    """A year of 1,000 yen is stated as 83 a month."""
    row = charge(mrr="83", billingPeriod="Annual", ratePlanChargeTiers=[tier(price="1000")])
    assert annual_of(row, "JPY") == 1000
    assert annual_of(row, "EUR") == 996
