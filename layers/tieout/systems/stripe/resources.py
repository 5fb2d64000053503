"""Where Stripe keeps the objects that are read, and what is asked to be answered with each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tieout.systems.stripe.ids import BILLING_DOCUMENT, CUSTOMER, PAYMENT, PRODUCT, SUBSCRIPTION, is_id_of

_SOURCES = "2025-09-30"


class Resource(NamedTuple):
    """One kind of object.

    Attributes:
        path: of its list, behind `/v1/`; an object stands behind it by its id.
        expand: what is answered whole instead of by its id, be it asked for alone or in a list.
        expand_alone: likewise, of an object that is asked for alone; in a list it would lie deeper than Stripe goes.
        expand_coupons: likewise, of API versions before a discount named its coupon as its source.
        expand_sources: likewise, of API versions in which it does.
        listed: what a list must be asked for, to show all of them.
    """

    path: str
    expand: tuple[str, ...] = ()
    expand_alone: tuple[str, ...] = ()
    expand_coupons: tuple[str, ...] = ()
    expand_sources: tuple[str, ...] = ()
    listed: tuple[tuple[str, str], ...] = ()

    def expanded(self, api_version: str) -> tuple[str, ...]:
        """What is to be answered whole with one object."""
        coupons = self.expand_sources if api_version[: len(_SOURCES)] >= _SOURCES else self.expand_coupons
        return (*self.expand, *self.expand_alone, *coupons)


INVOICES = Resource("invoices")
CREDIT_NOTES = Resource("credit_notes")
CHARGES = Resource("charges", ("balance_transaction", "failure_balance_transaction"))
REFUNDS = Resource("refunds", ("balance_transaction", "failure_balance_transaction", "charge"))
DISPUTES = Resource("disputes", ("charge",))
PAYOUTS = Resource("payouts", ("balance_transaction", "failure_balance_transaction"))
SUBSCRIPTIONS = Resource(
    "subscriptions",
    expand_alone=("items.data.discounts", "items.data.price.tiers", "items.data.price.currency_options"),
    expand_coupons=("discounts.coupon.applies_to",),
    expand_sources=("discounts.source.coupon.applies_to",),
    listed=(("status", "all"),),  # else those that were cancelled are left out
)
SUBSCRIPTION_ITEMS = Resource("subscription_items", ("discounts", "price.tiers", "price.currency_options"))
CUSTOMERS = Resource("customers", expand_alone=("tax_ids",))
PRODUCTS = Resource("products")
EVENTS = Resource("events")

OF_ENTITY: Mapping[str, tuple[Resource, ...]] = {
    BILLING_DOCUMENT: (INVOICES, CREDIT_NOTES),
    PAYMENT: (CHARGES, REFUNDS, DISPUTES, PAYOUTS),
    SUBSCRIPTION: (SUBSCRIPTIONS,),
    PRODUCT: (PRODUCTS,),
    CUSTOMER: (CUSTOMERS,),
}

TOLD_BY: Mapping[str, tuple[str, ...]] = {
    BILLING_DOCUMENT: (
        *(f"invoice.{each}" for each in ("finalized", "paid", "voided", "marked_uncollectible")),
        "credit_note.voided",
    ),
    PAYMENT: (
        *(f"charge.{each}" for each in ("succeeded", "updated", "captured", "failed", "refund.updated")),
        *(f"charge.dispute.{each}" for each in ("funds_withdrawn", "funds_reinstated")),
        *(f"refund.{each}" for each in ("created", "updated", "failed")),
        *(f"payout.{each}" for each in ("failed", "canceled")),
    ),
    PRODUCT: ("product.updated",),
}
"""By which events an object comes to a later version than that of its creation; Stripe takes 20 types at once.

A subscription has no version but those of its events: each is a step of its history. A customer, of whom Stripe states no moment
but that of its creation, is listed as it was made.
"""

STEPS: Mapping[str, tuple[str, ...]] = {
    SUBSCRIPTION: tuple(
        f"customer.subscription.{each}" for each in ("created", "updated", "deleted", "paused", "resumed")
    ),
}
"""Which events tell what a record with a history has become."""

_OF_OBJECT: Mapping[str, Resource] = {
    "invoice": INVOICES,
    "credit_note": CREDIT_NOTES,
    "charge": CHARGES,
    "refund": REFUNDS,
    "dispute": DISPUTES,
    "payout": PAYOUTS,
    "subscription": SUBSCRIPTIONS,
    "customer": CUSTOMERS,
    "product": PRODUCTS,
}


def resource_of(record_id: str) -> Resource:
    """Where the object with that id is; `KeyError` for an id that is none of ours."""
    for word, resource in _OF_OBJECT.items():
        if is_id_of(record_id, word):
            return resource
    raise KeyError(record_id)
