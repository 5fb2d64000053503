"""A simulated NetSuite account, what its users do in it, and a reader of it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import httpx

from sandbox.systems.netsuite.certificates import IntegrationKey
from sandbox.systems.netsuite.documents import Documents
from tests.support.clock import ManualClock
from tieout.arriving.notice import RecordKey
from tieout.facts.documents import PostedDocument
from tieout.facts.rate_changes import RateChanges
from tieout.facts.reading import Reading, SourceReader
from tieout.landscape import Connection
from tieout.systems.netsuite.listing import NetSuiteListing, open_listing
from tieout.systems.netsuite.rate_changes import open_rate_changes
from tieout.systems.netsuite.reader import open_reader

SUITEQL = "/services/rest/query/v1/suiteql"
INVOICE = {
    "type": "invoice", "id": "48211", "number": "INV10873", "date": "2026-04-02", "period": "Mar 2026", "entity": "7938",
    "subsidiary": "3", "currency": "EUR",
    "lines": [
        {"account": "1100", "amount": "11880.00"},
        {"account": "4000", "amount": "-9900.00", "department": "7", "item": "501"},
        {"account": "2100", "amount": "-1980.00"},
    ],
}  # fmt: skip
JOURNAL = {
    "type": "journalentry", "date": "2026-03-31", "period": "Mar 2026", "subsidiary": "1", "currency": "USD",
    "lines": [{"account": "6000", "amount": "300.00", "department": "8"}, {"account": "2200", "amount": "-300.00"}],
}  # fmt: skip
BILL = {
    "type": "vendorbill", "number": "B-77", "date": "2026-03-12", "period": "Mar 2026", "subsidiary": "3", "currency": "EUR",
    "entity": "8100",
    "lines": [
        {"account": "2000", "amount": "-500.00"},
        {"account": "6000", "amount": "500.00", "department": "8", "segment": "31", "location": "41"},
    ],
}  # fmt: skip

Option = str | int | bool | list[str] | dict[str, str]


class Account:
    """A simulated account, its users' doings, and a reader of it.

    Attributes:
        documents: its transactions, changed without a call where a test needs many; no script tells of that.
    """

    def __init__(
        self, url: str, http: httpx.Client, clock: ManualClock, key: IntegrationKey, documents: Documents
    ) -> None:
        self.url = url
        self.documents = documents
        self.http = http
        self.clock = clock
        self.key = key
        self.reader = self.open()

    def open(self, credentials: Mapping[str, str] | None = None, **options: Option) -> SourceReader:
        """A reader of the account."""
        return open_reader(self.connection(**options), credentials or self.key.credentials(), self.http, self.clock)

    def listing(self, **options: Option) -> NetSuiteListing:
        """What lists the account's transactions and master data."""
        return open_listing(self.connection(**options), self.key.credentials(), self.http, self.clock)

    def rate_changes(self, **options: Option) -> RateChanges:
        """What compares the account's rates."""
        return open_rate_changes(self.connection(**options), self.key.credentials(), self.http, self.clock)

    def connection(self, **options: Option) -> Connection:
        """The account as the landscape declares it."""
        return Connection(
            name="netsuite-group",
            system="netsuite",
            legal_entity="GROUP",
            time_zone="America/Los_Angeles",
            default_currency="USD",
            api_base_url=self.url,
            options=options,
        )

    def control(self, method: str, path: str, /, **body: Any) -> Any:  # noqa: ANN401 JSON
        """Have the account's users do something."""
        answer = self.http.request(method, f"{self.url}/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def save(self, plain: Mapping[str, Any], **changes: Any) -> str:  # noqa: ANN401 JSON
        """Save a document; its id."""
        document_id: str = self.control("POST", "documents", **{**plain, **changes})["id"]
        return document_id

    def fault(self, kind: str, **details: Any) -> None:  # noqa: ANN401 JSON
        """Have the account misbehave."""
        self.control("POST", "faults", kind=kind, **details)

    def read(self, entity: str, record_id: str) -> Reading:
        """The reading of one record."""
        key = RecordKey("netsuite-group", entity, record_id)
        return self.reader.read([key])[key]

    def fact(self, entity: str, record_id: str) -> PostedDocument:
        """The posted document a record is."""
        reading = self.read(entity, record_id)
        assert not isinstance(reading, Exception), reading
        assert isinstance(reading.fact, PostedDocument)
        return reading.fact


def plain_http() -> httpx.Client:
    """A client that needs no certificates, and so does not spend time on loading them."""
    return httpx.Client(timeout=2, trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
