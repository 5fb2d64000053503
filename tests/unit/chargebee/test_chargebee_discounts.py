"""What discounts and coupons take off for good of what recurs of a subscription of Chargebee."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chargebee_rows import Row, item, recurring, statement, subscription, version_of_subscription
from tieout.errors import UnreadableRecordError


def flaw(row: Row, coupons: dict[str, Row] | None = None) -> str:
    """Why it cannot be read."""
    with pytest.raises(UnreadableRecordError) as caught:
        statement(row, coupons)
    return caught.value.reason


def off(share: object = 10, **changed: Any) -> Row:  # noqa: ANN401 JSON values
    """A discount that is given for good, off the whole."""
    row = {
        "id": "d1",
        "type": "percentage",
        "percentage": share,
        "duration_type": "forever",
        "apply_on": "invoice_amount",
    }
    return {name: value for name, value in {**row, **changed}.items() if value is not ...}


TWO = (item(), item("ADD", 5_000, item_type="addon"))
ON_ADDON = {"apply_on": "specific_item_price", "item_price_id": "ADD"}
BY_AMOUNT = {"type": "fixed_amount", "amount": 5_000, "percentage": ...}


@pytest.mark.parametrize(
    ("discounts", "plan", "addon"),
    [
        ([off()], "180.00", "45.00"),
        ([off("12.5")], "175.00", "43.75"),
        ([off(), off()], "162.00", "40.50"),
        ([off(**BY_AMOUNT)], "160.00", "40.00"),
        ([off(**BY_AMOUNT), off()], "144.00", "36.00"),
        ([off(), off(**BY_AMOUNT)], "140.00", "35.00"),
        ([off(**BY_AMOUNT | {"amount": 100_000})], "0.00", "0.00"),
        ([off(100)], "0.00", "0.00"),
        ([off(**ON_ADDON)], "200.00", "45.00"),
        ([off(**ON_ADDON | BY_AMOUNT | {"amount": 1_000})], "200.00", "40.00"),
        ([off(**BY_AMOUNT), off(100, **ON_ADDON)], "150.00", "0.00"),
        ([off(duration_type="one_time")], "200.00", "50.00"),
        ([off(duration_type="limited_period")], "200.00", "50.00"),
        ([off(item_price_id="OTHER", apply_on="specific_item_price")], "200.00", "50.00"),
    ],
)
def test_what_is_taken_off_for_good_does_not_recur(discounts: list[Row], plan: str, addon: str) -> None:
    """What goes off single items first; what goes off the whole is shared out by what each is worth; never below nothing."""
    found = recurring(subscription(*TWO, discounts=discounts))
    assert {product: month for product, (month, _) in found.items()} == {"PRO-EUR-M": plan, "ADD": addon}


@pytest.mark.parametrize(
    ("discount", "reason"),
    [
        (off(type="offer_quantity"), "field discounts.type: not_known"),
        (off(apply_on="each_thing"), "field discounts.apply_on: not_known"),
        (off(percentage=...), "field percentage: not_a_number"),
        (off(**BY_AMOUNT, currency_code="USD"), "field discounts.currency_code: other_currency"),
    ],
)
def test_a_discount_that_cannot_be_made_out_is_told(discount: Row, reason: str) -> None:
    """Instead of being left out."""
    assert flaw(subscription(discounts=[discount])) == reason


def test_an_amount_off_items_of_several_periods_is_told() -> None:
    """Nobody can say of which of them it is taken."""
    yearly = item("ADD", 5_000, billing_period=1, billing_period_unit="year")
    assert (
        flaw(subscription(item(), yearly, discounts=[off(**BY_AMOUNT)]))
        == "field discounts: off_items_of_several_periods"
    )
    assert recurring(subscription(item(), yearly, discounts=[off()]))["ADD"] == ("3.75", "45.00")


def coupon(**changed: Any) -> Row:  # noqa: ANN401 JSON values
    """A coupon that takes off a tenth of the whole for good."""
    row = {"id": "TEN", "discount_type": "percentage", "discount_percentage": 10, "duration_type": "forever"}
    return row | {"apply_on": "invoice_amount", "object": "coupon"} | changed


def constraint(kind: str, how: str, *prices: str) -> Row:
    """Which items of a kind a coupon is taken off."""
    return {"item_type": kind, "constraint": how, "item_price_ids": [*prices]}


@pytest.mark.parametrize(
    ("changed", "plan", "addon"),
    [
        ({}, "180.00", "45.00"),
        ({"duration_type": "one_time"}, "200.00", "50.00"),
        ({"duration_type": "limited_period"}, "200.00", "50.00"),
        ({"discount_type": "fixed_amount", "discount_amount": 5_000}, "160.00", "40.00"),
        ({"apply_on": "each_specified_item", "item_constraints": [constraint("addon", "all")]}, "200.00", "45.00"),
        ({"apply_on": "each_specified_item", "item_constraints": [constraint("plan", "none")]}, "200.00", "50.00"),
        ({"apply_on": "each_specified_item"}, "200.00", "50.00"),
        (
            {"apply_on": "each_specified_item", "item_constraints": [constraint("plan", "specific", "PRO-EUR-M", "X")]},
            "180.00",
            "50.00",
        ),
    ],
)
def test_a_coupon_that_is_named_takes_off_what_it_says_itself(changed: dict[str, Any], plan: str, addon: str) -> None:
    """Of the whole, or of the items it is meant for."""
    row = subscription(*TWO, coupons=[{"coupon_id": "TEN"}])
    found = recurring(row, {"TEN": coupon(**changed)})
    assert {product: month for product, (month, _) in found.items()} == {"PRO-EUR-M": plan, "ADD": addon}


def test_a_coupon_whose_worth_a_discount_states_is_taken_off_once() -> None:
    """And not asked for."""
    stated = subscription(coupons=[{"coupon_id": "TEN"}], discounts=[off(coupon_id="TEN")])
    assert recurring(stated) == {"PRO-EUR-M": ("180.00", "2160.00")}


def test_the_one_coupon_of_the_first_catalog_counts_as_one() -> None:
    """Where it stands alone."""
    assert recurring(subscription(coupon="TEN"), {"TEN": coupon()}) == {"PRO-EUR-M": ("180.00", "2160.00")}


@pytest.mark.parametrize(
    ("coupons", "reason"),
    [
        ({}, "field coupons: missing"),
        ({"TEN": coupon(apply_on="each_unit")}, "field coupon.apply_on: not_known"),
        ({"TEN": coupon(discount_type="offer_quantity")}, "field discounts.discount_type: not_known"),
        (
            {"TEN": coupon(apply_on="each_specified_item", item_constraints=[constraint("plan", "criteria")])},
            "field coupon.item_constraints: not_known",
        ),
    ],
)
def test_a_coupon_that_cannot_be_made_out_is_told(coupons: dict[str, Row], reason: str) -> None:
    """Instead of being left out."""
    assert flaw(subscription(coupons=[{"coupon_id": "TEN"}]), coupons) == reason


amounts = st.integers(0, 10**9)
shares = st.integers(0, 100)


@given(amounts=st.lists(amounts, min_size=1, max_size=5), share=shares, taken=amounts)
def test_what_recurs_of_all_items_is_what_is_left_of_the_whole(amounts: list[int], share: int, taken: int) -> None:
    """To half a cent for each item, however it is shared out."""
    items = [item(f"P{place}", amount) for place, amount in enumerate(amounts)]
    version = version_of_subscription(
        subscription(*items, discounts=[off(share), off(**BY_AMOUNT | {"amount": taken})])
    )
    left = max(Fraction(sum(amounts) * (100 - share), 100) - taken, Fraction(0))
    monthly = sum(each.monthly.amount_minor for each in version.items)
    annual = sum(each.annual.amount_minor for each in version.items)
    assert abs(monthly - left) <= Fraction(len(items), 2)
    assert abs(annual - 12 * left) <= Fraction(len(items), 2)
    assert all(each.monthly.amount_minor >= 0 for each in version.items)
