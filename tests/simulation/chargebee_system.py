"""The Chargebee connection of a simulated world: how it is declared, what its sender goes by, and its real reader and listing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from random import Random

from tests.simulation import chargebee_values as values
from tests.simulation.billing_system import BillingSystem, Sign, Truth
from tests.simulation.chargebee_answers import API_KEY, API_URL, ChargebeeAnswers
from tests.simulation.chargebee_site import ChargebeeSite
from tests.simulation.companies import COMPANY_OF
from tests.simulation.oracle_of_billing import Books, Subscribed
from tests.simulation.oracle_of_chargebee import chargebee_truth, subscribed_to_chargebee
from tests.simulation.schedule import Schedule
from tests.simulation.senders import Event
from tests.simulation.signing import PERSON, WebhookSecretBox, Wire, Written
from tests.simulation.turns import CHARGEBEE_THEME
from tieout.landscape import Connection

CHARGEBEE = "chargebee-emea"
ZONE = "Europe/Berlin"
_JSON = {"content-type": "application/json;charset=UTF-8"}
_RETRY_MILLISECONDS = (120_000, 360_000, 1_800_000, 3_600_000)
_NOTHING_OF_OURS: Sequence[Mapping[str, Mapping[str, str]]] = (
    {"coupon": {"id": "TENTH", "object": "coupon"}},
    {"customer": {"id": "cbdemo_1", "object": "customer"}},
    {},
)


class Chargebee(BillingSystem[ChargebeeSite, ChargebeeAnswers]):
    """A site."""

    theme = CHARGEBEE_THEME
    sends_again_for = timedelta(days=3, hours=7)
    credentials: Mapping[str, str] = {"api_key": API_KEY}
    makes_site = ChargebeeSite
    makes_answers = ChargebeeAnswers

    @cached_property
    def connection(self) -> Connection:
        """The site."""
        return Connection(
            name=CHARGEBEE,
            system="chargebee",
            legal_entity=COMPANY_OF[CHARGEBEE],
            time_zone=ZONE,
            default_currency="EUR",
            api_base_url=API_URL,
            completion="both",
        )

    @property
    def entries(self) -> Mapping[str, Mapping[str, str]]:
        """Its customers, its prices, and the accounts its payments go to."""
        return {
            "customer": {each: f"M-{place}" for place, each in enumerate(values.CUSTOMERS, 501)},
            "product": {each: f"P-{place}" for place, each in enumerate(values.PRICES, 501)},
            "account": {each: f"A-{each}" for each in values.ACCOUNTS},
        }

    def signer(self, box: WebhookSecretBox, _schedule: Schedule) -> Sign:
        """A login."""

        def sign(_body: bytes, _skew_seconds: float) -> dict[str, str]:
            return {"authorization": f"Basic {base64.b64encode(box.signing).decode()}"}

        return sign

    def wire(self) -> Wire:
        """Events as Chargebee posts them: one alone, until it is taken, be it hours later."""
        return Wire(as_event, most=1, is_dated=False, retry_milliseconds=_RETRY_MILLISECONDS)

    def told_of(self, event: Event) -> str:
        """What happened to which resources."""
        names = [f"{name} {each['id']}" for name, each in event["content"].items() if "id" in each]
        return f"{event['event_type']} {', '.join(names)}"

    def odd(self, event: Event, kind: str, random: Random) -> Event:
        """Of a resource no flow wants, of the dashboard, of none, or of one without an id."""
        named = {**event, "id": f"{event['id']}x", "event_type": "odd_event"}
        if kind == "malformed_item":
            return named | {"content": {"invoice": {"object": "invoice"}}}
        return named | {"content": random.choice(_NOTHING_OF_OURS)}

    def truth(self, site: ChargebeeSite, books: Books) -> Iterator[Truth]:
        """By the site's own resources."""
        return chargebee_truth(site, books)

    def subscribed(self, site: ChargebeeSite) -> Iterator[Subscribed]:
        """By their events."""
        return subscribed_to_chargebee(site)


def as_event(events: list[Event], _random: Random) -> Written:
    """One event, over many lines, with the name of a person in it."""
    [event] = events
    return json.dumps(event, indent=4).encode().replace(b"Moreau", PERSON), _JSON
