"""A simulated Business Central environment for tests: what its people do, what it answers, what it sends, and who takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.systems.business_central import journals, payments
from sandbox.systems.business_central.app import create_app
from sandbox.systems.business_central.documents import KINDS, Documents
from sandbox.systems.business_central.environment import USER, Environment
from sandbox.systems.business_central.journals import balance_of
from sandbox.systems.business_central.notifying import Attempt, Notifying, Orders
from sandbox.systems.business_central.options import read_options
from sandbox.systems.business_central.posted import Bookkeeper
from sandbox.systems.business_central.posting import Answer
from sandbox.systems.business_central.querying import Page, Querying
from sandbox.systems.business_central.schema import ENTITY_SETS
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.business_central.subscriptions import Subscriptions
from sandbox.systems.business_central.tables import Row
from sandbox.systems.faults import FaultPlan
from tests.support.clock import DEFAULT_START, ManualClock

NOTIFICATION_URL = "https://hooks.example.com/webhooks/central"
SPAIN, PORTUGAL, MOROCCO = (f"b18aed47-0000-4000-8000-0000000000{each}" for each in ("e5", "b7", "a0"))
INVOICE: dict[str, Any] = {
    "party": "10000", "date": "2026-03-31",
    "lines": [
        {"account": "4000", "amount": "9900.00", "tax_percent": "21", "dimensions": {"DEPARTMENT": "SALES"}},
        {"account": "4100", "amount": "100.00", "tax_percent": "21"},
    ],
}  # fmt: skip
IN_DOLLARS: dict[str, Any] = {**INVOICE, "party": "20000", "currency": "USD", "rate": "0.90"}
ACCRUAL: dict[str, Any] = {
    "date": "2026-03-31", "number": "ACC-03",
    "lines": [
        {"account": "6000", "amount": "300.00", "dimensions": {"DEPARTMENT": "MKT"}},
        {"account": "2300", "amount": "-300.00"},
    ],
}  # fmt: skip


def amounts(**by_account: str) -> dict[str, Decimal]:
    """Balances by account, in order, the accounts written `a4000`."""
    return {name[1:]: Decimal(value) for name, value in sorted(by_account.items())}


@dataclass(frozen=True, slots=True)
class Posted:
    """One request of the environment."""

    address: str
    body: bytes

    @property
    def items(self) -> list[dict[str, Any]]:
        """The notifications in it."""
        items: list[dict[str, Any]] = json.loads(self.body)["value"]
        return items


class Listener:
    """Takes what the environment posts: it repeats validation tokens, and answers notifications as it is told, then with 200.

    Attributes:
        asked: the validation tokens it was asked to repeat.
        posted: the notifications that came, in order.
        answers: what is still to be answered to notifications.
        proves: what it answers to a validation; None: the token.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.posted: list[Posted] = []
        self.answers: list[Answer] = []
        self.proves: Answer | None = None

    def __call__(self, address: str, body: bytes, _headers: Mapping[str, str], _seconds: float) -> Answer:
        """Take one request."""
        token = parse_qs(urlsplit(address).query).get("validationToken")
        if token is None:
            self.posted.append(Posted(address, body))
            return self.answers.pop(0) if self.answers else Answer(200)
        self.asked += token
        return self.proves or Answer(200, token[0].encode())


class Scene:
    """One environment, its people's doings, its clock, its listener and the faults planted in it."""

    def __init__(self, start: datetime = DEFAULT_START, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.clock, self.listener, self.plan = ManualClock(start), Listener(), FaultPlan()
        self.settings = EnvironmentSettings(**{"delay_seconds": 0.0, **settings})
        self.app = create_app(self.settings, post=self.listener, plan=self.plan, now=self.clock.now)
        self.environment: Environment = self.app.state.environment
        self.subscriptions: Subscriptions = self.app.state.subscriptions
        self.notifying: Notifying = self.app.state.notifying
        self.bookkeeper = Bookkeeper(self.environment)
        self._querying = Querying(self.settings, self.environment.tables)

    def draft(
        self,
        stated: Mapping[str, Any] = INVOICE,
        entity_set: str = "salesInvoices",
        company: str = SPAIN,
        by: str = USER,
    ) -> str:
        """Enter a document; its id."""
        with self.environment.saving(company, by) as saving:
            return Documents(saving, KINDS[entity_set]).draft(stated)

    def post(
        self, stated: Mapping[str, Any] = INVOICE, entity_set: str = "salesInvoices", company: str = SPAIN
    ) -> tuple[str, str]:
        """Enter a document and post it; its id and its number."""
        document_id = self.draft(stated, entity_set, company)
        return document_id, self.bookkeeper.post(company, entity_set, document_id, by=USER)

    def journal(self, stated: Mapping[str, Any] = ACCRUAL, company: str = SPAIN) -> list[str]:
        """Post from a journal; the ids of the entries."""
        with self.environment.saving(company) as saving:
            return journals.post_journal(saving, stated)

    def reverse(self, number: str, company: str = SPAIN) -> list[str]:
        """Reverse what was posted from a journal; the ids of the entries."""
        with self.environment.saving(company) as saving:
            return journals.reverse(saving, number)

    def close_year(self, number: str, company: str = SPAIN) -> list[str]:
        """Close 2026; the ids of the entries."""
        with self.environment.saving(company) as saving:
            return journals.close_year(saving, "2026-12-31", number)

    def pay(self, **stated: Any) -> str:  # noqa: ANN401 what the payment says
        """Post a payment in Spain, and apply it; its number."""
        with self.environment.saving(SPAIN) as saving:
            return payments.pay(saving, {"party": "10000", "date": "2026-04-15", **stated})

    def row(self, name: str, company: str = SPAIN, **where: str) -> Row:
        """A record as it is stored."""
        return self.environment.tables.row(name, company, **where)

    def balances(self, company: str = SPAIN, **where: str) -> dict[str, Decimal]:
        """What the entries add up to by account, debit positive, without those that add up to nothing."""
        totals: dict[str, Decimal] = {}
        for each in self.environment.tables.rows("generalLedgerEntries", company, **where):
            account = str(each["accountNumber"])
            totals[account] = totals.get(account, Decimal(0)) + balance_of(each)
        return {account: total for account, total in sorted(totals.items()) if total}

    def page(self, name: str, company: str = SPAIN, *, most: int = 20_000, **query: str) -> Page:
        """A page of entities; the options of the query are named without their dollars."""
        options = read_options({f"${each}": value for each, value in query.items()}, ENTITY_SETS[name], ENTITY_SETS)
        return self._querying.page(ENTITY_SETS[name], company, options, most)

    def find(self, name: str, company: str = SPAIN, **query: str) -> list[dict[str, Any]]:
        """All entities that a query finds, without their tags."""
        return [
            {key: value for key, value in each.items() if key != "@odata.etag"}
            for each in self.page(name, company, most=20_000, **query).entities
        ]

    def subscribe(self, name: str = "salesInvoices", company: str = SPAIN, address: str = NOTIFICATION_URL) -> str:
        """Subscribe to an entity set; the subscription's id."""
        resource = f"/api/v2.0/companies({company})/{name}"
        stated = {"notificationUrl": address, "resource": resource, "clientState": "a-state-of-ours-1"}
        return self.subscriptions.create(stated).subscription_id

    def deliver(self, **orders: Any) -> list[Attempt]:  # noqa: ANN401 orders of every kind
        """Have the environment send what is due."""
        return self.notifying.deliver(Orders(**orders))

    def told(self) -> list[tuple[str, str]]:
        """Deliver, and what was told since it was asked last: the change and the address of what changed."""
        before = len(self.listener.posted)
        self.deliver()
        return [
            (each["changeType"], each["resource"]) for posted in self.listener.posted[before:] for each in posted.items
        ]
