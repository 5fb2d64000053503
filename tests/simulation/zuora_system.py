"""The Zuora connection of a simulated world: how it is declared, what its callouts go by, and its real reader and listing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from random import Random

from sandbox.systems.zuora.settings import TenantSettings
from sandbox.systems.zuora.telling import filled
from tests.simulation import zuora_values as values
from tests.simulation.billing_system import BillingSystem, Sign, Truth
from tests.simulation.companies import COMPANY_OF
from tests.simulation.oracle_of_billing import Books, Subscribed
from tests.simulation.oracle_of_zuora import subscribed_to_zuora, zuora_truth
from tests.simulation.schedule import Schedule
from tests.simulation.senders import Event
from tests.simulation.signing import WebhookSecretBox, Wire, Written
from tests.simulation.turns import ZUORA_THEME
from tests.simulation.zuora_answers import API_URL, CREDENTIALS, ZuoraAnswers
from tests.simulation.zuora_tenant import ZONE, ZuoraTenant
from tieout.arriving.payload import Payload
from tieout.facts.reading import Content
from tieout.landscape import Connection

ZUORA = "zuora-enterprise"
_JSON = {"content-type": "application/json"}
_TEMPLATES = TenantSettings().templates


class Zuora(BillingSystem[ZuoraTenant, ZuoraAnswers]):
    """A tenant that challenges nobody, and is challenged by us."""

    theme = ZUORA_THEME
    credentials = CREDENTIALS
    makes_site = ZuoraTenant
    makes_answers = ZuoraAnswers

    @cached_property
    def connection(self) -> Connection:
        """Of one company, which reads what it is told of."""
        return Connection(
            name=ZUORA,
            system="zuora",
            legal_entity=COMPANY_OF[ZUORA],
            time_zone=ZONE,
            default_currency="USD",
            api_base_url=API_URL,
        )

    @property
    def entries(self) -> Mapping[str, Mapping[str, str]]:
        """Its customers are their accounts."""
        return {
            "customer": {each: f"M-{place}" for place, each in enumerate(values.ACCOUNTS, 501)},
            "product": {each: f"P-{place}" for place, each in enumerate(values.PRODUCTS, 501) if each},
            "account": {each: f"A-{each}" for each in values.BOOKED},
        }

    def read_contents(self, payload: Payload) -> Sequence[Content]:
        """Nothing is kept of a callout, which says nothing but names."""
        raise AssertionError(f"{payload} was kept")

    def signer(self, box: WebhookSecretBox, schedule: Schedule) -> Sign:
        """A user and a password, which prove nothing of the body and of no time."""
        del schedule
        return lambda _body, _skew: {"authorization": f"Basic {base64.b64encode(box.signing).decode()}"}

    def wire(self) -> Wire:
        """One notification at a time, first without credentials; tried twice, then again by somebody who looks at it."""
        return Wire(as_callout, most=1, is_dated=False, is_challenged=True, most_tries=2, is_sent_again=True)

    def told_of(self, event: Event) -> str:
        """By number."""
        about = event["about"]
        return f"{event['type']} {about.get('name', about['id'])}"

    def odd(self, event: Event, kind: str, random: Random) -> Event:
        """A template whose merge field nobody filled in, or a notification of what is not read."""
        name = "AccountNumber" if kind == "unrouted_notice" else "InvoiceId"
        text = random.choice(("", "A00000001")) if kind == "unrouted_notice" else "{{DataSource.Invoice.Id}}"
        return {"id": f"{event['id']}x", "type": "Odd", "odd": {name: text}, "about": event["about"]}

    def truth(self, site: ZuoraTenant, books: Books) -> Iterator[Truth]:
        """By what stands in the tenant."""
        return zuora_truth(site, books)

    def subscribed(self, site: ZuoraTenant) -> Iterator[Subscribed]:
        """By their last versions."""
        return subscribed_to_zuora(site)


def as_callout(events: list[Event], random: Random) -> Written:
    """A filled template, under the name of its notification and of a request of its own."""
    [event] = events
    named = {"zuora-notification-id": event["id"], "zuora-request-id": f"{random.getrandbits(64):032x}"}
    if "odd" in event:
        return json.dumps({"EventType": "Odd", **event["odd"]}).encode(), {**_JSON, **named}
    about = event["about"]
    said = filled(_TEMPLATES[about["kind"]], event, {"id": about["accountId"]})
    return json.dumps(said).encode(), {**_JSON, **named}
