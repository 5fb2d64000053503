"""What a charge costs from when to when: segments, each of one price and quantity; a change ends one and begins the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.zuora.tenant import plain

_MONTHS = {"Month": 1, "Quarter": 3, "Semi_Annual": 6, "Annual": 12, "Two_Years": 24}
_EXACT = Decimal("0.000000001")
_DISCOUNTS = ("Discount-Percentage", "Discount-Fixed Amount")


def first_segment(stated: Mapping[str, Any], start: str | None, end: str | None) -> Object:
    """What a new charge costs from its start to the end of the term (None: it has none), without ids.

    `price` for each `period` and `quantity`; a `discount_percentage` or a `discount_amount` instead makes it a discount. What is
    not `Recurring` by its `type` recurs in no month.
    """
    percentage, amount = stated.get("discount_percentage"), stated.get("discount_amount")
    model = stated.get("model") or _model(stated, percentage, amount)
    segment: Object = {
        "name": stated.get("name", "Licences"),
        "chargeType": stated.get("type", "Recurring"),
        "chargeModel": model,
        "billingPeriod": stated.get("period", "Month"),
        "listPriceBase": "Per Billing Period",
        "quantity": _text(stated.get("quantity")),
        "segment": 1,
        "version": 1,
        "isLastSegment": True,
        "effectiveStartDate": start,
        "effectiveEndDate": end,
        "endDateCondition": stated.get("end_condition", "SubscriptionEnd"),
        "discountLevel": stated.get("level", "subscription") if model in _DISCOUNTS else None,
        "applyDiscountTo": "RECURRING" if model in _DISCOUNTS else None,
        "ratePlanChargeTiers": [
            {
                "tier": 1,
                "startingUnit": "0",
                "price": _text(stated.get("price")),
                "priceFormat": "Flat Fee" if model == "Flat Fee Pricing" else "Per Unit",
                "discountPercentage": _text(percentage),
                "discountAmount": _text(amount),
            }
        ],
    }
    if stated.get("end"):
        segment |= {"effectiveEndDate": stated["end"], "endDateCondition": "SpecificEndDate"}
    return segment | {"mRR": monthly(segment)}


def monthly(segment: Mapping[str, Any]) -> str | None:
    """What recurs of it in a month, as Zuora works it out; a discount says nothing of that."""
    if segment["chargeType"] != "Recurring":
        return None
    price = segment["ratePlanChargeTiers"][0]["price"]
    if price is None:
        return "0"
    units = Decimal(segment["quantity"] or 1) if segment["chargeModel"] != "Flat Fee Pricing" else Decimal(1)
    in_a_month = Decimal(price) * units / _MONTHS[segment["billingPeriod"]]
    return plain(in_a_month.quantize(_EXACT, ROUND_HALF_UP))


def cut(segments: Iterable[Object], day: str) -> list[Object]:
    """The segments of one charge, none of which goes on behind a day; one that had not begun by then never has."""
    ordered = sorted(segments, key=lambda each: each["segment"])
    kept = [each for each in ordered if _begins(each) < day] or ordered[:1]
    last = kept[-1]
    end = max(day, _begins(last)) if last["effectiveStartDate"] else None
    if end is not None and (last["effectiveEndDate"] is None or last["effectiveEndDate"] > end):
        last["effectiveEndDate"] = end
    return _ordered(kept)


def followed(segments: Iterable[Object], day: str, end: str | None, **changes: Any) -> list[Object]:  # noqa: ANN401 JSON
    """The segments of one charge, and one more from a day on, with another `price` or `quantity` where they are stated.

    Where nothing was in force before that day, what is then takes its place.

    Raises:
        ValueError: for a day before the charge begins.
    """
    kept = cut(segments, day)
    last = kept[-1]
    if day < _begins(last):
        raise ValueError("the charge begins later")
    is_in_place = last["effectiveStartDate"] == last["effectiveEndDate"] == day
    tier = dict(last["ratePlanChargeTiers"][0])
    if "price" in changes:
        tier["price"] = _text(changes["price"])
    made: Object = {
        **last,
        "effectiveStartDate": day,
        "effectiveEndDate": end,
        "segment": last["segment"] + (0 if is_in_place else 1),
        "version": last["version"] + 1,
        "quantity": _text(changes["quantity"]) if "quantity" in changes else last["quantity"],
        "ratePlanChargeTiers": [tier],
    }
    made["mRR"] = monthly(made)
    return _ordered([*(kept[:-1] if is_in_place else kept), made])


def extended(segments: Iterable[Object], old_end: str, new_end: str) -> list[Object]:
    """The segments of one charge, whose last goes on to another end where it ended with the term."""
    kept = _ordered(segments)
    last = kept[-1]
    if last["endDateCondition"] == "SubscriptionEnd" and last["effectiveEndDate"] == old_end:
        last["effectiveEndDate"] = new_end
    return kept


def _begins(segment: Mapping[str, Any]) -> str:
    """The day on which a segment begins; behind all days while it is not known."""
    return segment["effectiveStartDate"] or "9999-12-31"


def _ordered(segments: Iterable[Object]) -> list[Object]:
    ordered = sorted(segments, key=lambda each: each["segment"])
    for each in ordered:
        each["isLastSegment"] = each is ordered[-1]
    return ordered


def _model(stated: Mapping[str, Any], percentage: object, amount: object) -> str:
    if percentage is not None or amount is not None:
        return _DISCOUNTS[percentage is None]
    return "Per Unit Pricing" if stated.get("quantity") is not None else "Flat Fee Pricing"


def _text(amount: object) -> str | None:
    return None if amount is None else plain(Decimal(str(amount)))
