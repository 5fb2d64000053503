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
from tieout.systems.chargebee.ids import SUBSCRIPTIONS, is_made_up
from tieout.systems.chargebee.payloads import API_VERSION

# By name what is kept of a resource: all of it (`...`), or of each object in a list by name again.
_PERIOD = dict.fromkeys(("billing_period", "billing_period_unit"), ...)
_ITEM = _PERIOD | dict.fromkeys(
    (
        *("item_price_id", "item_type", "quantity", "quantity_in_decimal", "free_quantity", "free_quantity_in_decimal"),
        *("unit_price", "unit_price_in_decimal", "amount", "amount_in_decimal", "metered_quantity"),
    ),
    ...,
)
_ADDON = dict.fromkeys(
    (
        *("id", "quantity", "quantity_in_decimal", "unit_price", "unit_price_in_decimal"),
        *("amount", "amount_in_decimal"),
    ),
    ...,
)
_PLAN = dict.fromkeys(
    (
        *(
            "plan_id",
            "plan_quantity",
            "plan_quantity_in_decimal",
            "plan_free_quantity",
            "plan_free_quantity_in_decimal",
        ),
        *("plan_unit_price", "plan_unit_price_in_decimal", "plan_amount", "plan_amount_in_decimal"),
    ),
    ...,
)
_DISCOUNT = dict.fromkeys(
    ("type", "percentage", "amount", "currency_code", "duration_type", "apply_on", "item_price_id", "coupon_id"), ...
)
_SUBSCRIPTION = {
    **dict.fromkeys(("id", "object", "customer_id", "status", "currency_code", "deleted", "business_entity_id"), ...),
    **dict.fromkeys(("resource_version", "updated_at", "created_at", "start_date", "started_at", "trial_end"), ...),
    **dict.fromkeys(("current_term_end", "cancelled_at", "coupon"), ...),
    **_PERIOD,
    **_PLAN,
    "subscription_items": _ITEM,
    "item_tiers": {"item_price_id": ...},
    "addons": _ADDON,
    "discounts": _DISCOUNT,
    "coupons": {"coupon_id": ...},
}
_EVENT = ("id", "object", "event_type", "occurred_at", "api_version")
_PATHS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in _EVENT},
    **{f"row_{name}": ("content", SUBSCRIPTIONS.word, name) for name in _SUBSCRIPTION},
}
_NAMING = ("id", "row_id", "row_customer_id")


def retained(delivery: Delivery) -> bytes | None:
    """What is kept of an event that shows a subscription; None for any other, and for one in which something cannot be kept."""
    try:
        said = strict_json.parse_parts(delivery.body, _PATHS)
    except MalformedError:
        return None
    if any(isinstance(each, MalformedError) for each in said.values()) or is_made_up(map(said.get, _NAMING)):
        return None
    row = {name: excerpt(said[f"row_{name}"], names) for name, names in _SUBSCRIPTION.items()}
    shown = {name: value for name, value in row.items() if value is not None}
    event = {name: said[name] for name in _EVENT} | {"content": {SUBSCRIPTIONS.word: shown}}
    return strict_json.dump(event).encode() if subscription_in(event) is not None else None


def subscription_in(event: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 JSON of any shape
    """The subscription an event shows as it was; None where it shows none, or in another version of the API than it is read in."""
    if not isinstance(event, Mapping) or event.get("api_version") != API_VERSION:
        return None
    content = event.get("content")
    row = content.get(SUBSCRIPTIONS.word) if isinstance(content, Mapping) else None
    return row if isinstance(row, Mapping) and row.get("object") == SUBSCRIPTIONS.word else None
