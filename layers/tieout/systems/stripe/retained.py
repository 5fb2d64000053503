"""What is kept of an event for the records it tells of: a subscription as it was, of whose customer an id alone (step 1).

Events carry names, addresses and cards, of which nothing is needed and so nothing kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout import strict_json
from tieout.arriving.delivery import Delivery
from tieout.arriving.excerpts import excerpt
from tieout.errors import MalformedError
from tieout.systems.stripe.ids import SUBSCRIPTION

# By name what is kept of an object: all of it (`...`), or of each object that stands there, alone or in a list, by name again.
_COUPON = {
    **dict.fromkeys(("id", "amount_off", "currency", "duration", "percent_off"), ...),
    "applies_to": {"products": ...},
}
_DISCOUNT = {"id": ..., "coupon": _COUPON, "source": {"coupon": _COUPON}}
_PRICE = {
    **dict.fromkeys(
        ("id", "billing_scheme", "currency", "product", "tiers_mode", "unit_amount", "unit_amount_decimal"), ...
    ),
    "recurring": dict.fromkeys(("interval", "interval_count", "usage_type"), ...),
    "tiers": ...,
    "transform_quantity": dict.fromkeys(("divide_by", "round"), ...),
}
_ITEM = {"id": ..., "quantity": ..., "current_period_end": ..., "discounts": _DISCOUNT, "price": _PRICE}
_SUBSCRIPTION = {
    **dict.fromkeys(("id", "object", "customer", "status", "currency", "start_date", "trial_end"), ...),
    **dict.fromkeys(("cancel_at", "cancel_at_period_end", "canceled_at", "ended_at", "current_period_end"), ...),
    "pause_collection": {"behavior": ...},
    "discounts": _DISCOUNT,
    "items": {"has_more": ..., "data": _ITEM},
}
_EVENT = ("id", "object", "type", "created", "livemode", "api_version", "account")
_PATHS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in _EVENT},
    **{f"data_{name}": ("data", "object", name) for name in _SUBSCRIPTION},
}


def retained(delivery: Delivery) -> bytes | None:
    """What is kept of an event about a subscription; None for any other, and for one in which something cannot be kept."""
    return retained_of(delivery.body)


def retained_of(event: bytes) -> bytes | None:
    """The same of an event that was listed."""
    try:
        said = strict_json.parse_parts(event, _PATHS)
    except MalformedError:
        return None
    if any(isinstance(each, MalformedError) for each in said.values()):
        return None
    row = {name: excerpt(said[f"data_{name}"], names) for name, names in _SUBSCRIPTION.items()}
    kept = {name: said[name] for name in _EVENT} | {"data": {"object": row}}
    return strict_json.dump(kept).encode() if subscription_in(kept) is not None else None


def subscription_in(event: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 JSON of any shape
    """The subscription an event has as it was; None where it is about something else, or names it alone."""
    data = event.get("data") if isinstance(event, Mapping) else None
    row = data.get("object") if isinstance(data, Mapping) else None
    return row if isinstance(row, Mapping) and row.get("object") == SUBSCRIPTION else None
