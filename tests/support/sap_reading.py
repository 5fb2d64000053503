"""A simulated S/4HANA tenant behind a server, what its people do in it, and a reader of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.sap_s4hana.app import create_app
from sandbox.systems.sap_s4hana.settings import TenantSettings
from tests.support.clock import ManualClock
from tests.support.one_server import OneServer
from tests.support.sap_rows import key
from tieout.facts.documents import PostedDocument
from tieout.facts.reading import Reading
from tieout.facts.sales import SalesDocument
from tieout.facts.statement import Statement
from tieout.landscape import Connection
from tieout.systems.sap_s4hana.reader import open_reader

OPTIONS: Mapping[str, Any] = {
    "group_amount": "1",
    "calendar_year_companies": ["1010", "1110", "1710"],
    "cash_accounts": ["11001000"],
    "closing_document_types": [],
}
ORDER = {
    "SalesOrganization": "1010",
    "SoldToParty": "17100001",
    "items": [{"Material": "TG11", "NetAmount": "900.00"}, {"Material": "SV20", "NetAmount": "100.50"}],
}
BILL = {
    "CompanyCode": "1010",
    "SoldToParty": "17100001",
    "BillingDocumentDate": "2026-03-31",
    "items": [{"NetAmount": "9900.00", "TaxAmount": "1881.00", "Material": "TG11", "ProfitCenter": "YB700"}],
}


class TenantRead:
    """One tenant with a reader of it.

    Attributes:
        asked: the paths of OData asked, in order, with their queries.
    """

    def __init__(self, server: OneServer, url: str, http: httpx.Client, **settings: Any) -> None:  # noqa: ANN401 settings
        self.clock, self.plan, self.url, self.http = ManualClock(), FaultPlan(), url, http
        self.settings = TenantSettings(**settings)
        server.app = create_app(self.settings, plan=self.plan, now=self.clock.now)
        self.asked: list[str] = []
        http.event_hooks["request"] = [self._note]
        self.credentials = credentials_of(self.settings)
        self.reader = open_reader(self.connection(), self.credentials, http, self.clock)

    def connection(self, **options: Any) -> Connection:  # noqa: ANN401 options
        """The connection, with these options more."""
        return connection_to(self.url, **options)

    def control(self, method: str, path: str, /, **body: Any) -> Any:  # noqa: ANN401 JSON
        """Have the tenant's people do something."""
        answer = self.http.request(method, f"{self.url}/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, **details: Any) -> None:  # noqa: ANN401 details of every kind
        """Have the tenant misbehave."""
        self.plan.plant(Fault(kind=kind, **details))

    def read(self, entity: str, record_id: str) -> Reading:
        """The reading of one record."""
        return self.reader.read([key(entity, record_id)])[key(entity, record_id)]

    def statement(self, entity: str, record_id: str) -> Statement:
        """What a record is."""
        found = self.read(entity, record_id)
        assert isinstance(found, Statement), found
        return found

    def posted(self, entry: Mapping[str, str]) -> PostedDocument:
        """The posted document that a journal entry is; `entry` as the control routes name it."""
        fact = self.statement("journal_entry", entry_id(entry)).fact
        assert isinstance(fact, PostedDocument)
        return fact

    def sold(self, entity: str, record_id: str) -> SalesDocument:
        """The sales document that a record is."""
        fact = self.statement(entity, record_id).fact
        assert isinstance(fact, SalesDocument)
        return fact

    def _note(self, request: httpx.Request) -> None:
        if request.url.path.startswith("/sap/opu/odata/"):
            self.asked.append(str(request.url).removeprefix(self.url))


def connection_to(url: str, **options: Any) -> Connection:  # noqa: ANN401 options
    """A connection to a tenant, with these options more."""
    return Connection(
        name="sap-europe", system="sap_s4hana", legal_entity="EMEA", time_zone="Europe/Berlin",
        default_currency="EUR", api_base_url=url, options={**OPTIONS, **options},
    )  # fmt: skip


def credentials_of(settings: TenantSettings) -> Mapping[str, str]:
    """Of a tenant's communication user."""
    return {"client_id": settings.client_id, "client_secret": settings.client_secret}


def entry_id(entry: Mapping[str, str]) -> str:
    """The record id of a journal entry."""
    return f"{entry['CompanyCode']}/{entry['FiscalYear']}/{entry['AccountingDocument'].lstrip('0')}"


def shown(document: PostedDocument, *, of: str = "transaction") -> list[tuple[str, str]]:
    """Account and one amount of each line."""
    return [(line.account, str(getattr(line, of))) for line in document.lines]


@contextmanager
def plain_http() -> Iterator[httpx.Client]:
    """A client for addresses of this machine."""
    with httpx.Client(timeout=5, trust_env=False) as http:
        yield http
