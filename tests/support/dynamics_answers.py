"""Dynamics as it answers over OData, with rows as a test states them: what a query names is found, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.support.clock import ManualClock
from tieout.arriving.notice import RecordKey
from tieout.landscape import Connection
from tieout.systems.dynamics_finance.listing import DynamicsListing, open_listing
from tieout.systems.dynamics_finance.reader import DynamicsReader, open_reader

CONNECTION = "dynamics-americas"
BASE_URL = "https://made-up.operations.dynamics.com"
LOGIN_URL = "https://login.made-up.example"
ENTRIES, LINES = "GeneralJournalEntries", "GeneralJournalAccountEntries"
INVOICES, BILLS, CUSTOMER_TRANSACTIONS = "SalesInvoiceHeadersV2", "VendorInvoiceJournalHeaders", "CustomerTransactions"
CREDENTIALS = {
    "tenant_id": "made-up-tenant",
    "client_id": "app",
    "client_secret": "not-a-secret",
    "login_url": LOGIN_URL,
}
OPTIONS: Mapping[str, Any] = {"dimensions": ["account", "segment", "cost_centre", "partner"]}
_NAMED = re.compile(r"(\w+) eq '((?:[^']|'')*)'")


def entry(number: str = "J-1", **changes: object) -> dict[str, Any]:
    """The header row of an entry of March."""
    return {
        "dataAreaId": "usmf",
        "JournalNumber": number,
        "Voucher": "ARI-000713",
        "AccountingDate": "2026-03-31T12:00:00Z",
        "DocumentDate": "1900-01-01T12:00:00Z",
        "JournalCategory": "Sales",
        "PostingLayer": "Current",
        "FiscalYear": "2026",
        "FiscalPeriodName": "Period 3",
        "FiscalPeriodType": "Operating",
        "FiscalPeriodStartDate": "2026-03-01T12:00:00Z",
        "FiscalPeriodEndDate": "2026-03-31T12:00:00Z",
        "AccountingCurrencyCode": "USD",
        "ReportingCurrencyCode": "EUR",
        "AccountingDebitAmount": "1200.00",
        "ReversedVoucher": "",
        "ReversedAccountingDate": "1900-01-01T12:00:00Z",
        "ModifiedDateTime": "2026-03-31T23:21:06Z",
        **changes,
    }


def line(record: int, account: str, kind: str, posting: str, amount: str, **changes: object) -> dict[str, Any]:
    """A line row, of the same amount in all three currencies unless told otherwise."""
    return {
        "dataAreaId": "usmf",
        "JournalNumber": "J-1",
        "EntryRecId": record,
        "LedgerAccountDisplayValue": account,
        "MainAccountType": kind,
        "PostingType": posting,
        "TransactionCurrencyCode": "USD",
        "TransactionCurrencyAmount": amount,
        "AccountingCurrencyAmount": amount,
        "ReportingCurrencyAmount": amount,
        **changes,
    }


def invoice_lines(sign: str = "", **changes: object) -> list[dict[str, Any]]:
    """What an invoice of 1,200 posts, tax in it; `-` makes a credit note of it."""
    other = "" if sign else "-"
    return [
        line(68719476736, "130100", "Asset", "CustBalance", f"{sign}1200.00", **changes),
        line(68719476737, "401100-SW-023", "Revenue", "CustRevenue", f"{other}1000.00", **changes),
        line(68719476738, "202100", "Liability", "Tax", f"{other}200.00", **changes),
    ]


INVOICE = {
    "dataAreaId": "usmf",
    "InvoiceNumber": "CIV-000713",
    "LedgerVoucher": "ARI-000713",
    "InvoiceCustomerAccountNumber": "US-001",
}


def key(record_id: str, entity: str = "journal_entry") -> RecordKey:
    """A key of the connection."""
    return RecordKey(CONNECTION, entity, record_id)


KEY = key("usmf/2026-03-31/ARI-000713")


def connection(**options: Any) -> Connection:  # noqa: ANN401 options as the landscape states them
    """The connection whose environment this is."""
    return Connection(
        name=CONNECTION,
        system="dynamics_finance",
        legal_entity="AMERICAS",
        time_zone="America/Chicago",
        default_currency="USD",
        api_base_url=BASE_URL,
        options={**OPTIONS, **options},
    )


def as_json(body: object) -> bytes:
    """JSON in which amounts that were stated as texts are numbers, digit by digit."""
    return re.sub(r'("[A-Za-z]+Amount": )"([0-9.eE+-]+)"', r"\1\2", json.dumps(body)).encode()


class Environment:
    """One environment.

    Attributes:
        addresses: path and query of every call but those for tokens, decoded.
        answer: what is answered instead, where it is anything.
        page_rows: how many rows a page has.
    """

    def __init__(self, **rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows: dict[str, Sequence[Mapping[str, Any]]] = dict(rows)
        self.addresses: list[str] = []
        self.logins = 0
        self.page_rows = 10_000
        self.answer: Callable[[str], httpx.Response | None] = lambda _: None
        self.clock = ManualClock()
        self.http = httpx.Client(transport=httpx.MockTransport(self._respond))

    def reader(self, **options: Any) -> DynamicsReader:  # noqa: ANN401 as `connection`
        """A new reader of it."""
        return open_reader(connection(**options), CREDENTIALS, self.http, self.clock)

    def listing(self, **options: Any) -> DynamicsListing:  # noqa: ANN401 as `connection`
        """A new listing of it."""
        return open_listing(connection(**options), CREDENTIALS, self.http, self.clock)

    def asked(self, entity_set: str) -> list[dict[str, str]]:
        """The parameters of each call for an entity set."""
        found = [urlsplit(address) for address in self.addresses]
        return [
            {name: values[0] for name, values in parse_qs(each.query).items()}
            for each in found
            if each.path == f"/data/{entity_set}"
        ]

    def _respond(self, request: httpx.Request) -> httpx.Response:
        if request.url.host not in BASE_URL:
            self.logins += 1
            return httpx.Response(200, json={"access_token": f"t{self.logins}", "expires_in": 3599})
        self.addresses.append(str(request.url).removeprefix(BASE_URL))
        instead = self.answer(self.addresses[-1])
        return instead if instead is not None else self._rows(request.url)

    def _rows(self, url: httpx.URL) -> httpx.Response:
        asked = {name: values[0] for name, values in parse_qs(url.query.decode()).items()}
        found = [row for row in self.rows.get(url.path.rsplit("/", 1)[1], ()) if _is_named(row, asked["$filter"])]
        start = int(asked.get("$skiptoken", "0"))
        end = start + min(self.page_rows, int(asked.get("$top", "10000")))
        body: dict[str, Any] = {"value": found[start:end]}
        body |= {"@odata.count": len(found)} if "$count" in asked else {}
        if end < len(found) and "$top" not in asked:
            body["@odata.nextLink"] = str(url.copy_set_param("$skiptoken", str(end)))
        return httpx.Response(200, content=as_json(body))


def _is_named(row: Mapping[str, Any], condition: str) -> bool:
    """Whether a row has one of the values that a condition names of each column."""
    wanted: dict[str, set[str]] = {}
    for column, value in _NAMED.findall(condition):
        wanted.setdefault(column, set()).add(value.replace("''", "'"))
    return all(str(row.get(column)) in values for column, values in wanted.items())


def having_invoice(sign: str = "", **changes: Any) -> Environment:  # noqa: ANN401 JSON
    """An environment with one invoice, or credit note, whose header row is changed."""
    return Environment(**{ENTRIES: [entry(**changes)], LINES: invoice_lines(sign), INVOICES: [INVOICE]})
