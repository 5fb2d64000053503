"""A simulated S/4HANA tenant for tests: what its people do in it, what it tells, who takes that, and who reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import httpx

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.sap_s4hana.app import create_app
from sandbox.systems.sap_s4hana.entries import LEADING, EntryKey
from sandbox.systems.sap_s4hana.event_mesh import EventMesh
from sandbox.systems.sap_s4hana.issuer import Issuer
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.posting import Answer, Attempt, Orders
from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.tenant import Tenant, Work
from sandbox.systems.sap_s4hana.tokens import TOKEN_PATH
from tests.support.clock import DEFAULT_START, ManualClock

BASE_URL = "https://my300000-api.s4hana.example"
WEBHOOK_URL = "https://hooks.example.com/webhooks/sap-europe"
ODATA = "/sap/opu/odata/sap"
CUBE = f"{ODATA}/API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube"
ORDERS = f"{ODATA}/API_SALES_ORDER_SRV/A_SalesOrder"
BILLS = f"{ODATA}/API_BILLING_DOCUMENT_SRV/A_BillingDocument"
_AMOUNTS = ("AmountInTransactionCurrency", "AmountInCompanyCodeCurrency", "AmountInAdditionalCurrency1")
BILL = {
    "CompanyCode": "1010",
    "SoldToParty": "17100001",
    "BillingDocumentDate": "2026-03-31",
    "items": [{"NetAmount": "9900.00", "TaxAmount": "1881.00", "Material": "TG11", "ProfitCenter": "YB700"}],
}
ACCRUAL = {
    "company_code": "1010",
    "posting_date": "2026-03-31",
    "items": [
        {"account": "61003000", "amount": "300.00", "CostCenter": "10101101"},
        {"account": "21200000", "amount": "-300.00"},
    ],
}
ORDER = {
    "SalesOrganization": "1010",
    "SoldToParty": "17100001",
    "PurchaseOrderByCustomer": "PO-1",
    "items": [{"Material": "TG11", "NetAmount": "900.00"}, {"Material": "SV20", "NetAmount": "100.50"}],
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of Event Mesh."""

    method: str
    address: str
    body: bytes
    headers: Mapping[str, str]

    def plain(self) -> Any:  # noqa: ANN401 JSON
        """The body as JSON values."""
        return json.loads(self.body)


class Receiver:
    """Takes what Event Mesh sends, and answers pushes what it is told to, in order; then 202. It consents unless told not to.

    Attributes:
        sent: what came, in order, handshakes too.
        answers: what is still to be answered to pushes.
        consent: the headers and the status of the answer to a handshake.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.answers: list[Answer] = []
        self.consent = Answer(200, {"webhook-allowed-origin": "*", "webhook-allowed-rate": "600"})

    def __call__(self, method: str, address: str, body: bytes, headers: Mapping[str, str], _seconds: float) -> Answer:
        """Take one request."""
        self.sent.append(Sent(method, address, body, headers))
        if method == "OPTIONS":
            return self.consent
        return self.answers.pop(0) if self.answers else Answer(202)

    def pushed(self) -> list[Sent]:
        """The pushes."""
        return [each for each in self.sent if each.method == "POST"]


class Scene:
    """One tenant, its people's doings, its clock, its receiver, the faults planted in it, and a caller of its services."""

    def __init__(self, start: datetime = DEFAULT_START, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.clock, self.receiver, self.plan = ManualClock(start), Receiver(), FaultPlan()
        self.settings = TenantSettings(**{"webhook_url": WEBHOOK_URL, **settings})
        self.app = create_app(self.settings, send=self.receiver, plan=self.plan, now=self.clock.now)
        self.tenant: Tenant = self.app.state.tenant
        self.mesh: EventMesh = self.app.state.mesh
        self.issuer: Issuer = self.app.state.issuer
        self.token = ""

    def do[Result](self, doing: Callable[..., Result], *values: Any, **named: Any) -> Result:  # noqa: ANN401 of every kind
        """Do something in one transaction, such as `Billing.create`; a method is called on a new object."""
        with self.tenant.saving() as work:
            return cast("Result", _bound(doing, work)(*values, **named))

    def post(self, **entry: Any) -> EntryKey:  # noqa: ANN401 JSON
        """Post the accrual of 300 euros, or what is stated otherwise."""
        return self.do(Journal.post, {**ACCRUAL, **entry})

    def control(self, method: str, path: str, /, **body: Any) -> Any:  # noqa: ANN401 JSON
        """Have the tenant's people do something by its control routes."""
        answer = self.ask(method, f"/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, method: str, path: str, /, **request: Any) -> httpx.Response:  # noqa: ANN401 of every kind
        """One request to the tenant, without a socket."""

        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as http:
                return await http.request(method, path, **request)

        return asyncio.run(answer())

    def sign_in(self) -> str:
        """A token for reading."""
        form = {"grant_type": "client_credentials", "client_id": self.settings.client_id}
        answer = self.ask("POST", TOKEN_PATH, data=form | {"client_secret": self.settings.client_secret})
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def get(self, path: str, headers: Mapping[str, str] | None = None, /, **options: str) -> httpx.Response:
        """Read from a service as a caller with a token; options without their `$`."""
        self.token = self.token or self.sign_in()
        own = {"authorization": f"Bearer {self.token}", "accept": "application/json", **(headers or {})}
        named = {f"${name}": value for name, value in options.items()}
        return self.ask("GET", path, headers=own, params=named or None)

    def rows(self, path: str, **options: str) -> list[dict[str, Any]]:
        """The entities of a list."""
        answer = self.get(path, **options)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["d"]["results"]
        return found

    def entity(self, path: str, **options: str) -> dict[str, Any]:
        """One entity."""
        answer = self.get(path, **options)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["d"]
        return found

    def lines(self, key: EntryKey, **options: str) -> list[dict[str, Any]]:
        """The lines of a journal entry in the leading ledger."""
        named = [f"{name} eq '{value}'" for name, value in {**key.plain(), "Ledger": LEADING}.items()]
        return self.rows(CUBE, filter=" and ".join(named), **options)

    def amounts(self, key: EntryKey) -> dict[str, tuple[Decimal, ...]]:
        """The three amounts of a journal entry by account, in the leading ledger: transaction, company code, group."""
        found: dict[str, tuple[Decimal, ...]] = {}
        for row in self.lines(key):
            amounts = tuple(Decimal(row[name]) for name in _AMOUNTS)
            before = found.get(row["GLAccount"], (Decimal(0),) * len(amounts))
            found[row["GLAccount"]] = tuple(map(Decimal.__add__, before, amounts))
        return found

    def deliver(self, **orders: Any) -> list[Attempt]:  # noqa: ANN401 orders of every kind
        """Have Event Mesh push what is due."""
        return self.mesh.deliver(Orders(**orders))

    def told(self) -> list[tuple[str, dict[str, str]]]:
        """Object and event of what waits in the queue, with its data; then it is forgotten."""
        waiting = self.mesh.queue.plain()["waiting"]
        self.mesh.queue.drop()
        return [(".".join(each["type"].split(".")[5:7]), each["data"]) for each in waiting]

    def fault(self, kind: str, **details: Any) -> None:  # noqa: ANN401 details of every kind
        """Have the tenant misbehave."""
        self.plan.plant(Fault(kind=kind, **details))


def _bound(doing: Callable[..., Any], work: Work) -> Callable[..., Any]:
    """A function with its transaction, or a method of a new object in it."""
    owner, _, method = doing.__qualname__.rpartition(".")
    if not owner:
        return lambda *values, **named: doing(work, *values, **named)
    made = doing.__globals__[owner](work)
    return cast("Callable[..., Any]", getattr(made, method))
