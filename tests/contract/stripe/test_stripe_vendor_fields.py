"""The simulated account shows no field that Stripe's own library does not know: what is read of one, Stripe has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
import stripe
from stripe._object_classes import OBJECT_CLASSES, get_object_class

from tests.support.one_server import OneServer
from tests.support.stripe_account import SOFTWARE, LiveStripe
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
    Resource,
)

VERSION = stripe.api_version
LINE = {"amount": 900, "discount": 10, "tax": 19, "product": SOFTWARE}
# What nobody reads: of older versions of the API, and of everything in the simulated account.
BESIDE = {"charge.invoice", "discount.created", "refund.livemode"}
TIERS = [{"up_to": None, "unit_amount": 500}]


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveStripe]:
    """A fresh account, at the version of the API that the library was made for."""
    found = LiveStripe(*server, api_version=VERSION)
    with found.http:
        yield found


def unknown(found: object) -> Iterator[str]:
    """The fields of an object, and of all that it holds, that the library's class of it does not have."""
    if isinstance(found, list):
        for each in found:
            yield from unknown(each)
    elif isinstance(found, Mapping):
        word = found.get("object")
        if word in OBJECT_CLASSES:
            classes = get_object_class("V1", word).__mro__
            known = {"object"} | {name for each in classes for name in getattr(each, "__annotations__", ())}
            yield from (f"{word}.{name}" for name in found if name not in known)
        for each in found.values():
            yield from unknown(each)


def everything(live: LiveStripe) -> Mapping[Resource, str]:
    """The id of one object of every kind that is read."""
    invoice, charge = live.bill(LINE), live.charge(10_000)
    [named] = live.control("GET", "state")["invoice"][0]["lines"]
    subscription = live.subscribe({"tiers": TIERS, "tiers_mode": "volume"}, {"unit_amount": 5}, trial_days=3)
    live.control("POST", f"subscriptions/{subscription}/take-off", coupon={"percent_off": 10})
    credited = [{"amount": 5, "tax": 1, "invoice_line_item": named["id"]}]
    return {
        INVOICES: invoice,
        CREDIT_NOTES: live.control("POST", f"invoices/{invoice}/credit", lines=credited)["id"],
        CHARGES: charge,
        REFUNDS: live.control("POST", f"charges/{charge}/refund", amount=50)["id"],
        DISPUTES: live.control("POST", f"charges/{charge}/dispute")["id"],
        PAYOUTS: live.control("POST", "payouts", amount=80, currency="eur")["id"],
        SUBSCRIPTIONS: subscription,
        CUSTOMERS: live.control("POST", "customers", name="ACME", tax_ids=[{"type": "eu_vat", "value": "x"}])["id"],
        PRODUCTS: live.control("POST", "products", name="Seats")["id"],
    }


def test_every_field_that_is_shown_of_an_object_is_one_of_its_own(live: LiveStripe) -> None:
    """In whichever object it stands, expanded as it is read."""
    made = everything(live)
    shown = [live.shown(f"{each.path}/{made[each]}", *each.expanded(VERSION)) for each in made]
    assert len(shown) == 9
    assert set(unknown(shown)) == BESIDE


def test_a_field_that_is_none_would_be_found() -> None:
    """On any level."""
    line = {"object": "credit_note_line_item", "amount": 5, "currency": "eur"}
    note = {"object": "credit_note", "lines": {"object": "list", "data": [line]}, "odd": 1}
    assert [*unknown(note)] == ["credit_note.odd", "credit_note_line_item.currency"]
