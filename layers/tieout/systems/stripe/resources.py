"""Where Stripe keeps the objects that are read, and what is asked to be answered with each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tieout.systems.stripe.ids import BILLING_DOCUMENT, PAYMENT, is_id_of


class Resource(NamedTuple):
    """One kind of object.

    Attributes:
        path: of its list, behind `/v1/`; an object stands behind it by its id.
        expand: what is answered whole instead of by its id.
    """

    path: str
    expand: tuple[str, ...] = ()


INVOICES = Resource("invoices")
CREDIT_NOTES = Resource("credit_notes")
CHARGES = Resource("charges", ("balance_transaction", "failure_balance_transaction"))
REFUNDS = Resource("refunds", ("balance_transaction", "failure_balance_transaction", "charge"))
DISPUTES = Resource("disputes", ("charge",))
PAYOUTS = Resource("payouts", ("balance_transaction", "failure_balance_transaction"))
EVENTS = Resource("events")

OF_ENTITY: Mapping[str, tuple[Resource, ...]] = {
    BILLING_DOCUMENT: (INVOICES, CREDIT_NOTES),
    PAYMENT: (CHARGES, REFUNDS, DISPUTES, PAYOUTS),
}

TOLD_BY: Mapping[str, tuple[str, ...]] = {
    BILLING_DOCUMENT: (
        *(f"invoice.{each}" for each in ("finalized", "paid", "voided", "marked_uncollectible")),
        "credit_note.voided",
    ),
    PAYMENT: (
        *(f"charge.{each}" for each in ("succeeded", "captured", "failed", "refund.updated")),
        *(f"charge.dispute.{each}" for each in ("funds_withdrawn", "funds_reinstated")),
        *(f"refund.{each}" for each in ("created", "updated", "failed")),
        *(f"payout.{each}" for each in ("failed", "canceled")),
    ),
}
"""By which events an object comes to a later version than that of its creation; Stripe takes 20 types at once."""

_OF_OBJECT: Mapping[str, Resource] = {
    "invoice": INVOICES,
    "credit_note": CREDIT_NOTES,
    "charge": CHARGES,
    "refund": REFUNDS,
    "dispute": DISPUTES,
    "payout": PAYOUTS,
}


def resource_of(record_id: str) -> Resource:
    """Where the object with that id is; `KeyError` for an id that is none of ours."""
    for word, resource in _OF_OBJECT.items():
        if is_id_of(record_id, word):
            return resource
    raise KeyError(record_id)
