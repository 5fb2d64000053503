"""What recurs of a subscription as Stripe states it."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.stripe_subscriptions import (
    DAY,
    TIERS,
    coupon,
    eur,
    item,
    recurring,
    stated,
    subscription,
)
from tieout.facts.subscription import SubscriptionStatus
from tieout.money import Money


def test_a_subscription_is_stated_with_all_that_finance_asks_of_it() -> None:
    """Its days are those of the connection's zone."""
    version = stated(subscription(item(5)))
    [only] = version.items
    assert (version.status, version.customer, version.day) == (SubscriptionStatus.ACTIVE, "cus_1", DAY)
    assert (version.start_date, version.end_date, version.renewal_date) == (
        date(2026, 11, 10),
        None,
        date(2026, 12, 10),
    )
    assert (only.item_id, only.product) == ("si_1", "prod_1")
    assert (only.monthly, only.annual) == (Money(10_000, "EUR"), Money(120_000, "EUR"))


@pytest.mark.parametrize(
    ("interval", "count", "month", "year"),
    [
        ("day", 1, "608.33", "7300"),
        ("week", 1, "86.67", "1040"),
        ("week", 2, "43.33", "520"),
        ("month", 1, "20", "240"),
        ("month", 3, "6.67", "80"),
        ("year", 1, "1.67", "20"),
        ("year", 3, "0.56", "6.67"),
    ],
)
def test_a_month_and_a_year_are_each_rounded_once(interval: str, count: int, month: str, year: str) -> None:
    """Of 365 days, 52 weeks or 12 months."""
    each = {"interval": interval, "interval_count": count, "usage_type": "licensed"}
    assert recurring(item(recurring=each)) == eur(month, year)


@pytest.mark.parametrize(
    ("currency", "units", "month"),
    [("jpy", "2000", "2000"), ("kwd", "2000", "2"), ("isk", "2000", "20"), ("eur", "0.5", "0.01"), ("eur", "0.4", "0")],
)
def test_amounts_are_in_the_currencys_own_units(currency: str, units: str, month: str) -> None:
    """Of which there are fractions."""
    priced = item(currency=currency, unit_amount=None, unit_amount_decimal=units)
    [(monthly, _)] = recurring(priced, currency=currency)
    assert monthly == Money.parse(month, currency.upper())


def test_a_price_of_several_currencies_is_paid_in_that_of_its_subscription() -> None:
    """It states its first one, and the others beside."""
    options = {"usd": {"unit_amount": 2_300, "unit_amount_decimal": "2300"}, "jpy": {"unit_amount": 3_000}}
    priced = item(2, currency_options=options)
    assert recurring(priced, currency="usd") == [(Money(4_600, "USD"), Money(55_200, "USD"))]
    assert recurring(priced, currency="jpy", discounts=[coupon(percent_off=50)]) == [
        (Money(3_000, "JPY"), Money(36_000, "JPY"))
    ]
    assert recurring(priced) == eur("40", "480")


def test_what_is_metered_is_agreed_by_nobody() -> None:
    """It has no quantity."""
    metered = item(None, recurring={"interval": "month", "interval_count": 1, "usage_type": "metered"})
    assert recurring(metered, item()) == eur("20", "240")


@pytest.mark.parametrize(
    ("quantity", "how", "month"), [(10, "up", "20"), (11, "up", "40"), (11, "down", "20"), (9, "down", "0")]
)
def test_packs_are_paid_for_whole(quantity: int, how: str, month: str) -> None:
    """Of ten."""
    [(monthly, _)] = recurring(item(quantity, transform_quantity={"divide_by": 10, "round": how}))
    assert monthly == Money.parse(month, "EUR")


@pytest.mark.parametrize(
    ("mode", "quantity", "month"),
    [
        ("graduated", 0, "0"),
        ("graduated", 10, "51"),
        ("graduated", 11, "55.51"),
        ("graduated", 30, "121.51"),
        ("volume", 0, "0"),
        ("volume", 10, "51"),
        ("volume", 11, "44.51"),
        ("volume", 30, "90"),
    ],
)
def test_tiers_are_of_what_lies_in_them_or_of_all(mode: str, quantity: int, month: str) -> None:
    """Each with a flat amount of its own."""
    [(monthly, _)] = recurring(item(quantity, billing_scheme="tiered", tiers_mode=mode, tiers=TIERS, unit_amount=None))
    assert monthly == Money.parse(month, "EUR")


@pytest.mark.parametrize(
    ("discount", "month"),
    [
        (coupon(percent_off=Decimal("12.5")), "17.50"),
        (coupon(percent_off="12.5"), "17.50"),
        (coupon(percent_off=100), "0"),
        (coupon(amount_off=500, currency="eur"), "15"),
        (coupon(amount_off=5000, currency="eur"), "0"),
        (coupon(percent_off=50, duration="once"), "20"),
        (coupon(percent_off=50, duration="repeating"), "20"),
        ({"id": "di_1", "source": {"coupon": {"duration": "forever", "percent_off": 50}}}, "10"),
    ],
)
@pytest.mark.parametrize("place", ["whole", "item", "both"])
def test_what_is_taken_off_for_good_does_not_recur(discount: dict[str, Any], month: str, place: str) -> None:
    """Be it off an item or off the whole; before 2025-03-31 the API says the one discount of the whole a second time."""
    row = subscription(item())
    if place == "item":
        row["items"]["data"][0]["discounts"] = [discount]
    else:
        row |= {"discounts": [discount]} | ({"discount": discount} if place == "both" else {})
    assert [each.monthly for each in stated(row).items] == [Money.parse(month, "EUR")]


@pytest.mark.parametrize(
    ("off", "first", "second"),
    [
        ({"percent_off": 50}, "10", "20"),
        ({"amount_off": 500, "currency": "eur"}, "15", "20"),
        ({"amount_off": 5_000, "currency": "eur"}, "0", "20"),
    ],
)
def test_a_coupon_of_some_products_is_taken_off_no_other(off: dict[str, Any], first: str, second: str) -> None:
    """Though it is a discount of the whole subscription."""
    discount = coupon(**off, applies_to={"products": ["prod_1", "prod_9"]})
    found = recurring(item(), item(number=2, product="prod_2"), discounts=[discount])
    assert [monthly for monthly, _ in found] == [Money.parse(first, "EUR"), Money.parse(second, "EUR")]
    everywhere = coupon(percent_off=50, applies_to=None)
    assert {monthly for monthly, _ in recurring(item(), item(number=2), discounts=[everywhere])} == {
        Money(1_000, "EUR")
    }


def test_an_amount_off_some_products_needs_no_other_to_be_of_its_interval() -> None:
    """It is taken off each invoice that has them."""
    yearly = item(number=2, product="prod_2", recurring={"interval": "year", "interval_count": 1})
    discount = coupon(amount_off=500, currency="eur", applies_to={"products": ["prod_1"]})
    assert [monthly for monthly, _ in recurring(item(), yearly, discounts=[discount])] == [
        Money(1_500, "EUR"),
        Money(167, "EUR"),
    ]


def test_an_amount_off_the_whole_is_shared_out_by_worth() -> None:
    """Ten euros off eighty: a quarter of it off the twenty."""
    items = item(number=1), item(3, number=2)
    [one, other] = recurring(*items, discounts=[coupon(amount_off=1000, currency="eur")])
    assert (one[0], other[0]) == (Money(1750, "EUR"), Money(5250, "EUR"))


@given(
    quantity=st.integers(0, 10**6),
    units=st.decimals(0, 10**6, places=6, allow_nan=False, allow_infinity=False),
    percent=st.decimals(0, 100, places=2, allow_nan=False, allow_infinity=False),
    count=st.integers(1, 12),
)
def test_months_are_the_exact_amount_rounded_once(quantity: int, units: Decimal, percent: Decimal, count: int) -> None:
    """Whatever is multiplied and divided on the way."""
    each = {"interval": "month", "interval_count": count, "usage_type": "licensed"}
    row = subscription(
        item(quantity, unit_amount_decimal=str(units), recurring=each), discounts=[coupon(percent_off=percent)]
    )
    [only] = stated(row).items
    hundredths = (
        int(units * 10**6) * quantity * (10_000 - int(percent * 100))
    )  # of a millionth of a hundredth of a cent
    cents = Decimal(hundredths) / Decimal(10**10 * count)
    assert abs(Decimal(only.monthly.amount_minor) - cents) <= Decimal("0.5")
    assert only.annual.amount_minor == int(
        (Decimal(hundredths * 12) / Decimal(10**10 * count)).quantize(1, ROUND_HALF_UP)
    )
