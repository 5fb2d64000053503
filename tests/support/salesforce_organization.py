"""A simulated Salesforce organisation for tests: what happens in it, what it sends, and who takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.salesforce.app import create_app
from sandbox.systems.salesforce.certificates import AppKey, make_key
from sandbox.systems.salesforce.organization import Organization
from sandbox.systems.salesforce.posting import Answer, Attempt, Orders
from sandbox.systems.salesforce.schema import Schema
from sandbox.systems.salesforce.selecting import Selecting
from sandbox.systems.salesforce.settings import OrganizationSettings
from sandbox.systems.salesforce.telling import Telling
from sandbox.systems.salesforce.values import Stored
from tests.support.clock import DEFAULT_START, ManualClock
from tieout.arriving.spool import BusEntry

ACKNOWLEDGED = (
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    b'<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    b"</soapenv:Body></soapenv:Envelope>"
)
WEBHOOK_URL = "https://hooks.example.com/webhooks/salesforce"
OPPORTUNITY = {
    "Name": "Müller & Söhne renewal",
    "StageName": "Proposal/Price Quote",
    "Amount": "120000.50",
    "CloseDate": "2026-12-31",
    "CurrencyIsoCode": "EUR",
}


@dataclass(frozen=True, slots=True)
class Posted:
    """One request of the organisation."""

    address: str
    body: bytes
    headers: Mapping[str, str]


class Target:
    """Takes what the organisation posts, and answers what it is told to, in order; then acknowledges.

    Attributes:
        posted: what came, in order.
        answers: what is still to be answered.
    """

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.answers: list[Answer] = []

    def __call__(self, address: str, body: bytes, headers: Mapping[str, str], _seconds: float) -> Answer:
        """Take one request."""
        self.posted.append(Posted(address, body, headers))
        return self.answers.pop(0) if self.answers else Answer(200, ACKNOWLEDGED)


class Scene:
    """One organisation, its people's doings, its clock, its target and the faults planted in it."""

    def __init__(self, start: datetime = DEFAULT_START, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.clock, self.target, self.plan = ManualClock(start), Target(), FaultPlan()
        key = {"certificate_public_key": app_key().public_key}
        self.settings = OrganizationSettings(**{"webhook_url": WEBHOOK_URL, **key, **settings})
        self.app = create_app(self.settings, post=self.target, plan=self.plan, now=self.clock.now)
        self.organization: Organization = self.app.state.organization
        self.telling: Telling = self.app.state.telling
        schema = Schema(self.settings)
        self._selecting = Selecting(self.settings, schema, self.organization.store)

    def opportunity(self, **values: Any) -> str:  # noqa: ANN401 values of every kind
        """Add an opportunity; its id."""
        return self.organization.create("Opportunity", [OPPORTUNITY | values])[0]

    def line(self, opportunity_id: str, **values: Any) -> str:  # noqa: ANN401 values of every kind
        """Add a product to an opportunity; the line's id."""
        product = {"Product2Id": self.product("PLAT"), "OpportunityId": opportunity_id}
        return self.organization.create("OpportunityLineItem", [product | values])[0]

    def product(self, code: str) -> str:
        """The id of a product."""
        return str(self.organization.store.rows("Product2", ProductCode=code)[0]["Id"])

    def account(self, name: str = "Acme") -> str:
        """Add an account; its id."""
        return self.organization.create("Account", [{"Name": name}])[0]

    def row(self, name: str, record_id: str) -> dict[str, Stored]:
        """A record as it is stored."""
        return self.organization.store.row(name, record_id)

    def change(self, name: str, record_id: str, **values: Any) -> None:  # noqa: ANN401 values of every kind
        """Save a record with other values."""
        self.organization.update(name, {record_id: values})

    def select(self, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """The records a query finds, without their attributes."""
        found = self._selecting.select(soql, deleted=deleted, version="62.0").records
        return [{name: value for name, value in each.items() if name != "attributes"} for each in found]

    def deliver(self, **orders: Any) -> list[Attempt]:  # noqa: ANN401 orders of every kind
        """Have the organisation send what is due."""
        return self.telling.deliver(Orders(**orders))

    def events(self) -> list[BusEntry]:
        """The change events since it was asked last."""
        return self.telling.drain()

    def payloads(self) -> list[dict[str, Any]]:
        """The payloads of those events."""
        return [json.loads(each.detail)["payload"] for each in self.events()]

    def fault(self, kind: str, **details: Any) -> None:  # noqa: ANN401 details of every kind
        """Have the organisation misbehave."""
        self.plan.plant(Fault(kind=kind, **details))


@cache
def app_key() -> AppKey:
    """One key for all tests."""
    return make_key()
