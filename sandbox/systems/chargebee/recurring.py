"""What recurs of a subscription in a month, as the site reckons it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_UNITS_A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
_PAID_FOR = frozenset({"active", "non_renewing"})
_OF_THE_WHOLE = "invoice_amount"


def mrr_of(subscription: Mapping[str, Any], discounts: Sequence[Mapping[str, Any]]) -> int:
    """What recurs, in minor units, less what is taken off; none while nothing is paid for."""
    if subscription["status"] not in _PAID_FOR:
        return 0
    counted = [each for each in discounts if each["included_in_mrr"]]
    year = Decimal(0)
    for item in subscription["subscription_items"]:
        if item["item_type"] != "charge" and "amount" in item:
            left = item["amount"] - sum(_off_an_item(each, item) for each in counted)
            year += left * _times_a_year({**subscription, **item})
    for each in counted:
        if each["apply_on"] == _OF_THE_WHOLE and "amount" in each:
            year -= each["amount"] * _times_a_year(subscription)
    return max(int((year / 12).quantize(Decimal(1), ROUND_HALF_UP)), 0)


def discount_of(coupon: Mapping[str, Any]) -> dict[str, Any]:
    """The discount that a coupon gives on the whole."""
    named = {"percentage": "discount_percentage", "amount": "discount_amount"}
    worth = {name: coupon[stated] for name, stated in named.items() if stated in coupon}
    return {"included_in_mrr": coupon["duration_type"] == "forever", "apply_on": _OF_THE_WHOLE, **worth}


def _off_an_item(discount: Mapping[str, Any], item: Mapping[str, Any]) -> Decimal:
    if discount["apply_on"] != _OF_THE_WHOLE and discount["item_price_id"] != item["item_price_id"]:
        return Decimal(0)
    if "percentage" in discount:
        return Decimal(item["amount"]) * Decimal(str(discount["percentage"])) / 100
    return Decimal(0 if discount["apply_on"] == _OF_THE_WHOLE else discount["amount"])


def _times_a_year(paid: Mapping[str, Any]) -> Decimal:
    return Decimal(_UNITS_A_YEAR[paid["billing_period_unit"]]) / Decimal(paid["billing_period"])
