"""The Stripe connection of a simulated world: how it is declared, what its sender goes by, and its real reader and listing."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from functools import cache
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from tests.simulation.companies import COMPANY_OF
from tests.simulation.schedule import Schedule
from tests.simulation.senders import Event
from tests.simulation.signing import WebhookSecretBox, Wire, Written
from tests.simulation.stripe_answers import API_KEY, API_URL, StripeAnswers
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.stripe import door, options, payloads, signature
from tieout.systems.stripe.listing import StripeListing, open_listing
from tieout.systems.stripe.reader import StripeReader, open_reader

if TYPE_CHECKING:
    import httpx

STRIPE = "stripe-global"
ZONE = "Europe/Berlin"
_CREDENTIALS = {"api_key": API_KEY}
_JSON = {"content-type": "application/json; charset=utf-8"}


@cache
def stripe_account() -> Connection:
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


def reader_of_stripe(answers: StripeAnswers, clock: Clock) -> StripeReader:
    """The real reader and its client over an account in memory."""
    return open_reader(stripe_account(), _CREDENTIALS, cast("httpx.Client", answers), clock)


def listing_of_stripe(answers: StripeAnswers, clock: Clock) -> StripeListing:
    """The real listing and its client over an account in memory."""
    return open_listing(stripe_account(), _CREDENTIALS, cast("httpx.Client", answers), clock)


def arriving_of_stripe() -> SimpleNamespace:
    """What the receive step needs of the system; looked up each time, so that a planted bug is met."""
    return SimpleNamespace(
        options=lambda: options.Options(**options.at_the_door(stripe_account().options)),
        door=door.open_door,
        verify=signature.verify,
        split=payloads.split,
    )


def stripe_signer(box: WebhookSecretBox, schedule: Schedule) -> Callable[[bytes, float], dict[str, str]]:
    """The time and a signature of v1, behind one of a scheme that nobody should look at."""

    def sign(body: bytes, skew_seconds: float) -> dict[str, str]:
        seconds = str(int(schedule.now().timestamp() + skew_seconds))
        proof = hmac.digest(box.signing, f"{seconds}.".encode() + body, "sha256").hex()
        return {"stripe-signature": f"t={seconds},v0={'0' * 64},v1={proof}"}

    return sign


def event_wire() -> Wire:
    """Events as Stripe posts them: one alone, until it is taken."""
    return Wire(as_event, most=1)


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
