"""What Chargebee's resources are expected to hold, as far as the record step reads them (`wanted.py`).

They come whole, and an API version may come to have more fields without being another one, so more is no news.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieout.drift import OTHERS, Deliveries, Expected, Field, inside, left_out, nested, number, text, truth
from tieout.landscape import Connection
from tieout.systems.chargebee import billing, cash
from tieout.systems.chargebee.ids import CREDIT_NOTES, CUSTOMERS, INVOICES, KINDS, SUBSCRIPTIONS, TRANSACTIONS
from tieout.systems.chargebee.subscriptions import STATUSES

_OPTIONAL, _MOMENT, _AMOUNT = (
    text(null=True, absent=True),
    number(null=True, absent=True),
    number(null=True, absent=True),
)
_EXACT = text(null=True, absent=True)


def _resource(*statuses: str, **told: Field) -> Expected:
    return {
        **OTHERS,
        "id": text(),
        "object": text(),
        "currency_code": text(),
        "customer_id": text(),
        "resource_version": number(absent=True),
        "updated_at": number(absent=True),
        "deleted": truth(absent=True),
        "status": text(*statuses),
        **told,
    }


_ITEM: Expected = {
    **OTHERS,
    "item_price_id": text(),
    "item_type": text("plan", "addon", "charge"),
    "quantity": _AMOUNT,
    "quantity_in_decimal": _EXACT,
    "unit_price": _AMOUNT,
    "unit_price_in_decimal": _EXACT,
    "amount": _AMOUNT,
    "amount_in_decimal": _EXACT,
}
_DISCOUNT: Expected = {
    **OTHERS,
    "type": text("percentage", "fixed_amount", "offer_quantity"),
    "duration_type": text("one_time", "forever", "limited_period"),
    "apply_on": text("invoice_amount", "specific_item_price"),
}
_LINE: Expected = {**OTHERS, "id": text(), "amount": number(), "tax_amount": _AMOUNT, "discount_amount": _AMOUNT}
_DOCUMENT = {
    "date": number(),
    "price_type": text("tax_inclusive", "tax_exclusive"),
    "total": number(),
    "line_items": nested(_LINE, absent=True),
}

EXPECTED: Mapping[str, Expected] = {
    SUBSCRIPTIONS.collection: _resource(
        *STATUSES,
        started_at=_MOMENT,
        start_date=_MOMENT,
        trial_end=_MOMENT,
        current_term_end=_MOMENT,
        cancelled_at=_MOMENT,
        subscription_items=nested(_ITEM, absent=True),
        discounts=nested(_DISCOUNT, absent=True),
        plan_id=_OPTIONAL,
    ),
    INVOICES.collection: _resource(*billing.INVOICE_STATUSES, **_DOCUMENT),
    CREDIT_NOTES.collection: _resource(
        *billing.CREDIT_NOTE_STATUSES, type=text("adjustment", "refundable", "store"), **_DOCUMENT
    ),
    CUSTOMERS.collection: {
        **OTHERS,
        **dict.fromkeys(("company", "preferred_currency_code", "vat_number"), _OPTIONAL),
        "id": text(),
        "resource_version": number(absent=True),
        "relationship": nested({**OTHERS, "parent_id": _OPTIONAL}, absent=True),
        "billing_address": nested({**OTHERS, "country": _OPTIONAL}, absent=True),
    },
    TRANSACTIONS.collection: _resource(
        *cash.STATUSES, type=text(*cash.TYPES), date=number(), amount=number(), customer_id=_OPTIONAL
    ),
}

DELIVERIES: Mapping[str, Expected] = {
    "event": {
        **OTHERS,
        **dict.fromkeys(("id", "event_type"), text()),
        "object": text("event"),
        "occurred_at": number(),
        "api_version": _OPTIONAL,
        "webhook_status": text(
            *("not_configured", "scheduled", "succeeded", "re_scheduled", "failed", "skipped", "not_applicable"),
            absent=True,
        ),
        "content": Field(types=frozenset({"object"})),
    },
    # Of what was deleted, and in an older version of the API, there is less.
    **{word: left_out(EXPECTED[kind.collection]) for word, kind in KINDS.items()},
}


def expect_deliveries(_connection: Connection) -> Deliveries:
    """What an event holds, and the resources it shows: https://apidocs.chargebee.com/docs/api/events."""
    return Deliveries(DELIVERIES, _parts)


def _parts(outline: object) -> Iterator[tuple[str, object]]:
    yield "event", outline
    for word in KINDS:
        shown = inside(outline, "content", word)
        if shown is not None:
            yield word, shown
