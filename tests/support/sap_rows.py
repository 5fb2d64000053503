"""Entities as S/4HANA's OData V2 services write them, a tenant of them in memory, and a reader of that."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.support.clock import ManualClock
from tieout.arriving.notice import RecordKey
from tieout.facts.documents import PostedDocument
from tieout.facts.reading import Reading
from tieout.landscape import Connection
from tieout.periods import PostingPeriod
from tieout.systems.sap_s4hana.lines import Books
from tieout.systems.sap_s4hana.options import Options
from tieout.systems.sap_s4hana.reader import S4Reader, open_reader

BASE_URL = "https://my300000-api.s4hana.example"
OPTIONS: Mapping[str, Any] = {
    "group_amount": "1",
    "calendar_year_companies": ["1710"],
    "cash_accounts": ["11001000", "1109*"],
    "closing_document_types": ["YC"],
}
BOOKS = Books.of(Options(**OPTIONS))
ENTRY = "1710/2026/100000042"
Respond = Callable[[httpx.Request], httpx.Response]


def ticks(day: date | datetime) -> str:
    """A day at midnight UTC, or a moment with its offset, as OData V2 writes it in JSON."""
    if isinstance(day, datetime):
        return f"/Date({round(day.timestamp() * 1000)}+0000)/"
    return f"/Date({round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)})/"


def order(number: str = "3016401", **changed: Any) -> dict[str, Any]:  # noqa: ANN401 values of JSON
    """A sales order of two items."""
    items = changed.pop("items", [item("10", "1500.00", Material="TG11"), item("20", "250.50", Material="SV20")])
    return {
        "SalesOrder": number,
        "SalesOrganization": "1710",
        "SoldToParty": "17100001",
        "SalesOrderDate": ticks(date(2026, 3, 31)),
        "CreationDate": ticks(date(2026, 3, 30)),
        "LastChangeDateTime": ticks(datetime(2026, 3, 31, 22, 41, 7, 125000, tzinfo=UTC)),
        "TransactionCurrency": "EUR",
        "OverallSDProcessStatus": "A",
        "OverallSDDocumentRejectionSts": "A",
        "PurchaseOrderByCustomer": "",
        "ExternalDocumentID": "",
        "to_Item": {"results": items},
        **changed,
    }


def item(number: str, amount: str, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 values of JSON
    """An item of a sales order or of a billing document."""
    return {
        "SalesOrderItem": number,
        "BillingDocumentItem": number,
        "Material": "",
        "NetAmount": amount,
        "TransactionCurrency": "EUR",
        "SalesDocumentRjcnReason": "",
        "SalesDocument": "",
        **changed,
    }


def billing(number: str = "90000024", **changed: Any) -> dict[str, Any]:  # noqa: ANN401 values of JSON
    """An invoice that is in the books."""
    items = changed.pop("items", [item("10", "9900.00", Material="TG11")])
    return {
        "BillingDocument": number,
        "SDDocumentCategory": "M",
        "BillingDocumentType": "F2",
        "CreationDate": ticks(date(2026, 3, 31)),
        "CreationTime": "PT23H59M58S",
        "LastChangeDateTime": ticks(datetime(2026, 3, 31, 23, 59, 58, tzinfo=UTC)),
        "BillingDocumentDate": ticks(date(2026, 3, 31)),
        "BillingDocumentIsCancelled": False,
        "CancelledBillingDocument": "",
        "TransactionCurrency": "EUR",
        "CompanyCode": "1710",
        "FiscalYear": "2026",
        "AccountingDocument": "0100000042",
        "SoldToParty": "17100001",
        "PurchaseOrderByCustomer": "",
        "to_Item": {"results": items},
        **changed,
    }


def entry_item(number: str, account: str, amount: str, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 values of JSON
    """An item of a journal entry in euros, posted by a company whose books are in dollars at 1.1, as is the group."""
    functional = str((Decimal(amount) * Decimal("1.1")).quantize(Decimal("0.001")))
    return {
        "CompanyCode": "1710",
        "FiscalYear": "2026",
        "AccountingDocument": "0100000042",
        "AccountingDocumentItem": number,
        "Ledger": "0L",
        "FiscalPeriod": "003",
        "DocumentDate": ticks(date(2026, 4, 2)),
        "AccountingDocumentType": "RV",
        "AccountingDocumentCategory": "",
        "AccountingDocumentCreationDate": ticks(date(2026, 4, 1)),
        "CreationTime": "PT7H15M0S",
        "LastChangeDate": None,
        "FinancialAccountType": "S",
        "GLAccount": account,
        "CostCenter": "",
        "ProfitCenter": "",
        "Segment": "",
        "PartnerCompany": "",
        "Customer": "",
        "Supplier": "",
        "Product": "",
        "TransactionCurrency": "EUR",
        "AmountInTransactionCurrency": amount,
        "CompanyCodeCurrency": "USD",
        "AmountInCompanyCodeCurrency": functional,
        "AdditionalCurrency1": "USD",
        "AmountInAdditionalCurrency1": functional,
        "IsReversal": False,
        "ReverseDocument": "",
        "DocumentReferenceID": "",
        "IntercompanyTransaction": "",
        "ReverseDocumentFiscalYear": "0000",
        **changed,
    }


def invoice_entry(**changed: Any) -> list[dict[str, Any]]:  # noqa: ANN401 values of JSON
    """The items of a customer invoice of 1,000.00 EUR with 190.00 of tax, in the order they might be answered in."""
    return [
        entry_item("2", "41000000", "-1000.000", Product="TG11", ProfitCenter="YB700", Segment="1000_A", **changed),
        entry_item("1", "12100000", "1190.000", FinancialAccountType="D", Customer="0017100001", **changed),
        entry_item("3", "22000000", "-190.000", **changed),
    ]


def period_of(document: PostedDocument) -> PostingPeriod:
    """The period a document is posted to."""
    assert document.posting_period is not None
    return document.posting_period


def key(entity: str, record_id: str) -> RecordKey:
    """A record of the connection."""
    return RecordKey("sap-europe", entity, record_id)


def error(status: int, code: str = "", **headers: str) -> httpx.Response:
    """An answer with the body of an error, where a code is given."""
    body = {"error": {"code": code, "message": {"lang": "en", "value": "Example: no such thing 4711"}}}
    return httpx.Response(status, json=body if code else None, headers=headers)


class Tenant:
    """A tenant that holds these entities and answers queries of keys; `respond` may answer first.

    Attributes:
        asked: path and query of every call of OData.
        logins: how many tokens were given.
    """

    def __init__(
        self, entities: Mapping[str, Sequence[Mapping[str, Any]]], respond: Callable[[httpx.Request], Any] | None = None
    ) -> None:
        self.entities = dict(entities)
        self.respond = respond or (lambda _request: None)
        self.asked: list[str] = []
        self.logins = 0
        self.clock = ManualClock()
        self.http = httpx.Client(transport=httpx.MockTransport(self._answer))

    def reader(self, **options: Any) -> S4Reader:  # noqa: ANN401 options
        """A new reader with these options more."""
        found = open_reader(self.connection(**options), self.credentials, self.http, self.clock)
        assert isinstance(found, S4Reader)
        return found

    def connection(self, **options: Any) -> Connection:  # noqa: ANN401 options
        """The connection, with these options more."""
        return Connection(
            name="sap-europe", system="sap_s4hana", legal_entity="EMEA", time_zone="Europe/Berlin",
            default_currency="EUR", api_base_url=BASE_URL, options={**OPTIONS, **options},
        )  # fmt: skip

    def read(self, *keys: RecordKey) -> Mapping[RecordKey, Reading]:
        """What a new reader reads."""
        return self.reader().read(keys)

    @property
    def credentials(self) -> Mapping[str, str]:
        """Of the communication user, for either way."""
        return {"client_id": "client", "client_secret": "canary-secret", "username": "COMM", "password": "canary-pass"}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/sap/bc/sec/oauth2/token":
            self.logins += 1
            return httpx.Response(200, json={"access_token": f"token-{self.logins}", "expires_in": 3600})
        self.asked.append(str(request.url).removeprefix(BASE_URL))
        answer = self.respond(request)
        return answer if isinstance(answer, httpx.Response) else self._found(request)

    def _found(self, request: httpx.Request) -> httpx.Response:
        split = urlsplit(str(request.url))
        name = split.path.rsplit("/", 1)[-1]
        if "(" in name:
            number = name.split("'")[1]
            known = any(each["SalesOrder"].lstrip("0") == number for each in self.entities.get("A_SalesOrder", ()))
            return httpx.Response(200, json={"d": {"SalesOrder": number}}) if known else error(404, "SLS_LORD/013")
        condition = parse_qs(split.query).get("$filter", [""])[0]
        rows = [each for each in self.entities.get(name, ()) if not condition or _fits(each, name, condition)]
        return httpx.Response(200, json={"d": {"results": rows}})


def _fits(row: Mapping[str, Any], name: str, condition: str) -> bool:
    """Whether the key of an entity is one of those a filter names."""
    if name == "A_OperationalAcctgDocItemCube":
        entry = f"(CompanyCode eq '{row['CompanyCode']}' and FiscalYear eq '{row['FiscalYear']}' and ("
        parts = [each for each in condition.split(entry)[1:] if f"'{row['AccountingDocument']}'" in each.split("))")[0]]
        return bool(parts)
    return row[name.removeprefix("A_")] in re.findall("'([^']*)'", condition)


def plain(answer: Reading) -> object:
    """A reading as a test compares it: the statement, or the class of the error."""
    return type(answer) if isinstance(answer, Exception) else answer


def dumped(rows: object) -> bytes:
    """An answer's bytes."""
    return json.dumps({"d": {"results": rows}}).encode()
