"""What is read of each resource of Chargebee, by name: nothing else of an answer is looked at, nor kept of an event.

Resources come with names, addresses and cards, and with whatever people typed into notes and fields of their own.
"""

from __future__ import annotations

from tieout.arriving.excerpts import Wanted

_PERIOD = ("billing_period", "billing_period_unit")


def _all_of(*names: str) -> Wanted:
    return dict.fromkeys(names, ...)


_STAMPS = (
    "id",
    "object",
    "deleted",
    "resource_version",
    "updated_at",
    "currency_code",
    "customer_id",
    "business_entity_id",
)
_ITEM = _all_of(
    *("item_price_id", "item_type", "quantity", "quantity_in_decimal", "free_quantity", "free_quantity_in_decimal"),
    *("unit_price", "unit_price_in_decimal", "amount", "amount_in_decimal", "metered_quantity", *_PERIOD),
)
_PLAN = (
    *("plan_id", "plan_quantity", "plan_quantity_in_decimal", "plan_free_quantity", "plan_free_quantity_in_decimal"),
    *("plan_unit_price", "plan_unit_price_in_decimal", "plan_amount", "plan_amount_in_decimal"),
)
_ADDON = _all_of(
    *("id", "quantity", "quantity_in_decimal", "unit_price", "unit_price_in_decimal", "amount", "amount_in_decimal")
)
_DISCOUNT = _all_of(
    "type", "percentage", "amount", "currency_code", "duration_type", "apply_on", "item_price_id", "coupon_id"
)
SUBSCRIPTION: Wanted = {
    **_all_of(
        *_STAMPS, *_PERIOD, *_PLAN, "status", "created_at", "started_at", "activated_at", "start_date", "trial_end"
    ),
    **_all_of("current_term_end", "cancelled_at", "coupon"),
    "subscription_items": _ITEM,
    "item_tiers": _all_of("item_price_id"),
    "addons": _ADDON,
    "discounts": _DISCOUNT,
    "coupons": _all_of("coupon_id"),
}
EVENT: Wanted = {
    **_all_of("id", "object", "event_type", "occurred_at", "api_version"),
    "content": {"subscription": SUBSCRIPTION},
}
_DOCUMENT: Wanted = {
    **_all_of(*_STAMPS, "status", "date", "price_type", "total", "round_off_amount", "line_items_next_offset"),
    "line_items": _all_of("id", "amount", "discount_amount", "tax_amount", "entity_id", "entity_type"),
    "line_item_discounts": _all_of("line_item_id", "discount_amount"),
}
INVOICE: Wanted = _DOCUMENT
CREDIT_NOTE: Wanted = _DOCUMENT | _all_of("reason_code", "create_reason_code", "type")
TRANSACTION: Wanted = _all_of(*_STAMPS, "type", "status", "date", "amount", "reversal_transaction_id")
CUSTOMER: Wanted = {
    **_all_of("id", "object", "deleted", "resource_version", "updated_at", "business_entity_id"),
    **_all_of("company", "preferred_currency_code", "vat_number"),
    "relationship": _all_of("parent_id"),
    "billing_address": _all_of("country"),
}
COUPON: Wanted = {
    **_all_of("id", "discount_type", "discount_percentage", "discount_amount", "currency_code", "duration_type"),
    **_all_of("apply_on"),
    "item_constraints": _all_of("item_type", "constraint", "item_price_ids"),
}
