"""The books of two companies of one Business Central environment in memory, asked as its API is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote
from zlib import crc32

import httpx

from tests.support.clock import ManualClock
from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.landscape import Connection, Option
from tieout.moments import moment_text
from tieout.systems.business_central.reader import BusinessCentralReader, open_reader

IBERIA = "7dbba574-5f69-4167-a43e-fb975045de15"
LUSITANIA = "b18aed47-c385-49d2-b954-dbdf8ad71780"
ACME, PAPER = "10000", "30000"
BASE_URL, LOGIN_URL = "https://api.example.test", "https://login.example.test"
CREDENTIALS = {
    "login_url": LOGIN_URL,
    "tenant_id": "tenant",
    "environment": "production",
    "client_id": "app",
    "client_secret": "s",
}
# Number to category: what a chart of accounts of a small company has.
ACCOUNTS = {
    "10100": "Assets",  # bank
    "13100": "Assets",  # debtors
    "22100": "Liabilities",  # creditors
    "22400": "Liabilities",  # VAT
    "30200": "Equity",
    "40100": "Income",
    "50100": "Cost_x0020_of_x0020_Goods_x0020_Sold",
    "60100": "Expense",
    "99999": "_x0020_",
}
OPTIONS: dict[str, Any] = {
    "companies": [IBERIA, LUSITANIA],
    "receivable_accounts": ["13100"],
    "payable_accounts": ["22100"],
    "cash_accounts": ["10100"],
    "dimensions": {"cost_centre": "DEPARTMENT", "segment": "BUSINESSGROUP", "partner": "ICPARTNER"},
    "closing_numbers": ["CLOSE"],
}
_CONDITION = re.compile(r"(\w+) (eq|ge|gt|lt) ('(?:[^']|'')*'|[^ ]+)")
_PATH = re.compile(r"/v2\.0/tenant/production/api/v2\.0/companies\(([^)]+)\)/(\w+)")


@dataclass
class BooksOfCompanies:
    """Entries, sales and purchase documents by company, and every request that was made for them.

    Attributes:
        refusals: answers that are given first, before any other.
        page_rows: how many rows a page has.
    """

    clock: ManualClock = field(default_factory=ManualClock)
    rows: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refusals: list[httpx.Response] = field(default_factory=list)
    tokens: int = 0
    page_rows: int = 20_000

    def __post_init__(self) -> None:
        """Two companies, in euro and in dollar."""
        for company, currency in ((IBERIA, "EUR"), (LUSITANIA, "USD")):
            self.table(company, "generalLedgerSetup").append(
                {"localCurrencyCode": currency, "additionalReportingCurrency": ""}
            )
            self.table(company, "accounts").extend(
                {"number": number, "category": category} for number, category in ACCOUNTS.items()
            )

    def table(self, company: str, resource: str) -> list[dict[str, Any]]:
        """The rows of a resource of a company, to be read and changed."""
        return self.rows.setdefault((company, resource), [])

    def post(
        self,
        number: str,
        *amounts: tuple[str, str],
        kind: str = "Invoice",
        day: str = "2026-03-15",
        company: str = IBERIA,
        dimensions: Mapping[str, str] | None = None,
        additional: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """Post a document: account and amount of each entry, debit positive; returns its entries."""
        table = self.table(company, "generalLedgerEntries")
        posted = []
        for place, (account, amount) in enumerate(amounts):
            entry = {
                "id": f"{len(table) + 1:08x}-44e3-ea11-bb43-000d3a2feca1",
                "entryNumber": len(table) + 1,
                "postingDate": day,
                "documentNumber": number,
                "documentType": kind,
                "accountId": "aaa5738a-44e3-ea11-bb43-000d3a2feca1",
                "accountNumber": account,
                "description": "",
                **_debit_and_credit(amount, "debitAmount", "creditAmount"),
                **_debit_and_credit(
                    additional[place] if additional else "0",
                    "additionalCurrencyDebitAmount",
                    "additionalCurrencyCreditAmount",
                ),
                "lastModifiedDateTime": moment_text(self.clock.now()),
                "dimensionSetLines": [{"code": code, "valueCode": value} for code, value in (dimensions or {}).items()],
            }
            table.append(entry)
            posted.append(entry)
        return posted

    def sold(self, number: str, total: str, company: str = IBERIA, **changed: object) -> dict[str, Any]:
        """A posted sales invoice; other resources and fields as asked."""
        row = {
            "id": f"{crc32(number.encode()):08x}-936a-401c-81c1-0e848a64971d",
            "number": number,
            "postingDate": "2026-03-15",
            "customerNumber": ACME,
            "currencyCode": "EUR",
            "totalAmountIncludingTax": Decimal(total),
            "status": "Open",
            **changed,
        }
        self.table(company, str(row.pop("resource", "salesInvoices"))).append(row)
        return row

    def connection(self, **options: Option) -> Connection:
        """A connection to them."""
        return Connection(
            name="central-iberia",
            system="business_central",
            legal_entity="IBERIA",
            time_zone="Europe/Madrid",
            default_currency="GBP",
            api_base_url=BASE_URL,
            options={**OPTIONS, **options},
        )

    def reader(self, **options: Option) -> BusinessCentralReader:
        """A reader of them."""
        http = httpx.Client(transport=httpx.MockTransport(self.answer))
        return open_reader(self.connection(**options), CREDENTIALS, http, self.clock)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, as the API does."""
        if str(request.url) == f"{LOGIN_URL}/tenant/oauth2/v2.0/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": 3599})
        assert request.headers["authorization"] == f"Bearer t{self.tokens}"
        self.asked.append(f"{request.url.path}?{request.url.query.decode()}")
        if self.refusals:
            return self.refusals.pop(0)
        company, resource = self._named(request)
        query = dict(parse_qsl(request.url.query.decode()))
        rows = [row for row in self.table(company, resource) if _is_meant(row, query.get("$filter", ""))]
        return self._page(request, rows[: int(query.get("$top", len(rows)))], int(query.get("skip", 0)))

    def _named(self, request: httpx.Request) -> tuple[str, str]:
        found = _PATH.fullmatch(unquote(request.url.path))
        assert found is not None, request.url
        return found[1], found[2]

    def _page(self, request: httpx.Request, rows: list[dict[str, Any]], skip: int) -> httpx.Response:
        page: dict[str, Any] = {"value": rows[skip : skip + self.page_rows]}
        if len(rows) > skip + self.page_rows:
            page["@odata.nextLink"] = str(request.url.copy_merge_params({"skip": str(skip + self.page_rows)}))
        text = re.sub(r'"#(-?[0-9.]+)"', r"\1", strict_json.dump(_marked(page)))
        return httpx.Response(200, content=text.encode())


def document_key(number: str, kind: str = "invoice", day: str = "2026-03-15", company: str = IBERIA) -> RecordKey:
    """The key of a document."""
    return RecordKey("central-iberia", "journal_entry", f"{company}/{day}/{kind}/{number}")


def _debit_and_credit(amount: str, debit: str, credit: str) -> dict[str, Decimal]:
    number = Decimal(amount)
    return {debit: max(number, Decimal(0)), credit: max(-number, Decimal(0))}


def _marked(value: Any) -> Any:  # noqa: ANN401 JSON values
    """Amounts as JSON numbers, which `dump` writes as texts."""
    if isinstance(value, Decimal):
        return f"#{value}"
    if isinstance(value, dict):
        return {key: _marked(each) for key, each in value.items()}
    return [_marked(each) for each in value] if isinstance(value, list) else value


def _is_meant(row: Mapping[str, Any], condition: str) -> bool:
    """Whether a row meets a filter: conditions joined by `or` on one field alone, or by `and`."""
    if not condition:
        return True
    found = [_holds(row, *each) for each in _CONDITION.findall(condition)]
    fields = {each[0] for each in _CONDITION.findall(condition)}
    assert " or " not in condition or len(fields) == 1, "an or between two fields is refused"
    return any(found) if " or " in condition else all(found)


def _holds(row: Mapping[str, Any], name: str, operator: str, value: str) -> bool:
    wanted = value[1:-1].replace("''", "'") if value.startswith("'") else value
    have = row[name]
    if isinstance(have, int):
        return have == int(wanted) if operator == "eq" else have > int(wanted)
    compared = {"eq": have == wanted, "ge": have >= wanted, "lt": have < wanted, "gt": have > wanted}
    return bool(compared[operator])
