"""The Stripe connection of a simulated world: how it is declared, what its sender goes by, and its real reader and listing."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from random import Random

from tests.simulation import stripe_values as values
from tests.simulation.billing_system import BillingSystem, Sign, Truth
from tests.simulation.companies import COMPANY_OF
from tests.simulation.oracle_of_billing import Books, Subscribed
from tests.simulation.oracle_of_stripe import histories, stripe_truth, subscribed_to_stripe
from tests.simulation.schedule import Schedule
from tests.simulation.senders import Event
from tests.simulation.signing import WebhookSecretBox, Wire, Written
from tests.simulation.stripe_account import StripeAccount
from tests.simulation.stripe_answers import API_KEY, API_URL, StripeAnswers
from tests.simulation.turns import STRIPE_THEME
from tieout.landscape import Connection

STRIPE = "stripe-global"
ZONE = "Europe/Berlin"
_JSON = {"content-type": "application/json; charset=utf-8"}


class Stripe(BillingSystem[StripeAccount, StripeAnswers]):
    """An account in its sandbox."""

    theme = STRIPE_THEME
    credentials: Mapping[str, str] = {"api_key": API_KEY}
    makes_site = StripeAccount
    makes_answers = StripeAnswers

    @cached_property
    def connection(self) -> Connection:
        """The account."""
        return Connection(
            name=STRIPE,
            system="stripe",
            legal_entity=COMPANY_OF[STRIPE],
            time_zone=ZONE,
            default_currency="USD",
            api_base_url=API_URL,
            completion="both",
            options={"live": False},
        )

    @property
    def entries(self) -> Mapping[str, Mapping[str, str]]:
        """Its customers, its products, and the accounts its balance goes to."""
        return {
            "customer": {each: f"M-{place}" for place, each in enumerate(values.CUSTOMERS, 501) if each},
            "product": {each: f"P-{place}" for place, each in enumerate(values.PRODUCTS, 501) if each},
            "account": {each: f"A-{each}" for each in values.ACCOUNTS},
        }

    def signer(self, box: WebhookSecretBox, schedule: Schedule) -> Sign:
        """The time and a signature of v1, behind one of a scheme that nobody should look at."""

        def sign(body: bytes, skew_seconds: float) -> dict[str, str]:
            seconds = str(int(schedule.now().timestamp() + skew_seconds))
            proof = hmac.digest(box.signing, f"{seconds}.".encode() + body, "sha256").hex()
            return {"stripe-signature": f"t={seconds},v0={'0' * 64},v1={proof}"}

        return sign

    def wire(self) -> Wire:
        """Events as Stripe posts them: one alone, until it is taken."""
        return Wire(as_event, most=1)

    def told_of(self, event: Event) -> str:
        """What happened to which object."""
        return f"{event['type']} {event['data']['object']['id']}"

    def odd(self, event: Event, kind: str, random: Random) -> Event:
        """Of an object no flow wants, of none, or of what happens in live mode."""
        about: Event = (
            {"object": "payment_intent", "id": "pi_1"} if kind == "unrouted_notice" else {"object": "invoice"}
        )
        named = {**event, "id": f"{event['id']}x"}
        if kind == "malformed_item" and random.random() < 0.5:
            return {**named, "livemode": True}
        return {**named, "type": "odd.event", "data": {"object": about}}

    def truth(self, site: StripeAccount, books: Books) -> Iterator[Truth]:
        """By the account's own objects."""
        return stripe_truth(site, books)

    def subscribed(self, site: StripeAccount) -> Iterator[Subscribed]:
        """By their events."""
        return (subscribed_to_stripe(name, events) for name, events in histories(site).items())


def as_event(events: list[Event], random: Random) -> Written:
    """One event, over many lines; perhaps without its object, unless that tells what cannot be read later."""
    [event] = events
    about = event["data"]["object"]
    if about.get("object") != "subscription" and event.get("type") != "odd.event" and random.random() < 0.2:
        event = {
            "id": event["id"],
            "object": "v2.core.event",
            "type": f"v1.{event['type']}",
            "created": "2026-03-02T09:00:00.000Z",
            "livemode": event["livemode"],
            "related_object": {"id": about.get("id"), "type": about.get("object")},
        }
    return json.dumps(event, indent=2).encode(), _JSON
