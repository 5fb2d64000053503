"""What Stripe's objects are expected to hold, as far as the record step reads them.

They come whole, and a version of the API may come to have more fields without being another one, so more is no news:
https://docs.stripe.com/upgrades#what-changes-does-stripe-consider-to-be-backward-compatible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieout.arriving.delivery import word_mark
from tieout.drift import OTHERS, Deliveries, Expected, Field, inside, left_out, nested, number, text, truth
from tieout.landscape import Connection
from tieout.systems.stripe.payloads import SNAPSHOT, THIN
from tieout.systems.stripe.resources import (
    CHARGES,
    CREDIT_NOTES,
    CUSTOMERS,
    DISPUTES,
    INVOICES,
    PAYOUTS,
    PRODUCTS,
    REFUNDS,
    SUBSCRIPTIONS,
)
from tieout.systems.stripe.subscriptions import STATUSES

_OTHER = Field(types=frozenset({"string", "object"}), null=True, absent=True)  # another object, whole or by its id
_OPTIONAL, _MOMENT = text(null=True, absent=True), number(null=True, absent=True)


def _object(*statuses: str, **told: Field) -> Expected:
    return {
        **OTHERS,
        "id": text(),
        "object": text(),
        "created": number(),
        "currency": text(),
        "status": text(*statuses),
        **told,
    }


# Of one that was deleted nothing but its id is left.
_MASTER: Expected = {
    **OTHERS,
    "id": text(),
    "object": text(),
    "created": number(absent=True),
    "metadata": nested(OTHERS, absent=True),
}
_TRANSITIONS = ("finalized_at", "paid_at", "marked_uncollectible_at", "voided_at")
_LINES = nested({**OTHERS, "data": Field(types=frozenset({"array"}))}, absent=True)
_MOVES = {"balance_transaction": _OTHER, "failure_balance_transaction": _OTHER}

EXPECTED: Mapping[str, Expected] = {
    INVOICES.path: _object(
        *("draft", "open", "paid", "uncollectible", "void"),
        number=_OPTIONAL,
        customer=_OTHER,
        status_transitions=nested({**OTHERS, **dict.fromkeys(_TRANSITIONS, _MOMENT)}),
        lines=_LINES,
    ),
    CREDIT_NOTES.path: _object(
        "issued", "void", number=_OPTIONAL, customer=_OTHER, invoice=_OTHER, voided_at=_MOMENT, lines=_LINES
    ),
    CHARGES.path: _object("succeeded", "pending", "failed", customer=_OTHER, **_MOVES),
    REFUNDS.path: _object("pending", "requires_action", "succeeded", "failed", "canceled", charge=_OTHER, **_MOVES),
    DISPUTES.path: _object(
        *("warning_needs_response", "warning_under_review", "warning_closed", "needs_response", "under_review"),
        *("won", "lost", "prevented"),
        charge=_OTHER,
        balance_transactions=Field(types=frozenset({"array"}), null=True, absent=True),
    ),
    PAYOUTS.path: _object("paid", "pending", "in_transit", "canceled", "failed", **_MOVES),
    CUSTOMERS.path: {
        **_MASTER,
        **dict.fromkeys(("name", "currency"), _OPTIONAL),
        "address": nested({**OTHERS, "country": _OPTIONAL}, null=True, absent=True),
        "tax_ids": nested({**OTHERS, "data": Field(types=frozenset({"array"}))}, absent=True),
    },
    PRODUCTS.path: {**_MASTER, "name": _OPTIONAL, "active": truth(absent=True), "updated": _MOMENT},
    SUBSCRIPTIONS.path: _object(
        *STATUSES, customer=_OTHER, items=nested({**OTHERS, "data": Field(types=frozenset({"array"}))})
    ),
}

_OBJECT = Field(types=frozenset({"object"}))
_EVENT: Expected = {**OTHERS, **dict.fromkeys(("id", "type"), text()), "livemode": truth()}

DELIVERIES: Mapping[str, Expected] = {
    SNAPSHOT: {
        **_EVENT,
        "object": text(SNAPSHOT),
        "created": number(),
        **dict.fromkeys(("api_version", "account"), _OPTIONAL),
        "data": nested({**OTHERS, "object": _OBJECT}),
    },
    THIN: {
        **_EVENT,
        "object": text(THIN),
        "created": text(),
        "context": _OPTIONAL,
        "related_object": nested({**OTHERS, **dict.fromkeys(("id", "type"), text())}, null=True, absent=True),
    },
    # The object a snapshot has: of what was deleted, and in an older version of the API, there is less.
    **{
        word: left_out(EXPECTED[resource.path])
        for word, resource in (
            *(("invoice", INVOICES), ("credit_note", CREDIT_NOTES), ("charge", CHARGES), ("refund", REFUNDS)),
            *(("dispute", DISPUTES), ("payout", PAYOUTS), ("customer", CUSTOMERS), ("product", PRODUCTS)),
            ("subscription", SUBSCRIPTIONS),
        )
    },
}
_WORDS = {word_mark(word): word for word in DELIVERIES}


def expect_deliveries(_connection: Connection) -> Deliveries:
    """What an event holds, whole or thin, and the object in it: https://docs.stripe.com/api/events/object."""
    return Deliveries(DELIVERIES, _parts)


def _parts(outline: object) -> Iterator[tuple[str, object]]:
    yield THIN if inside(outline, "object") == word_mark(THIN) else SNAPSHOT, outline
    held = inside(outline, "data", "object")
    yield _WORDS.get(str(inside(held, "object")), ""), held
