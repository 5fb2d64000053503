"""Values that two systems tell of in their own words, recorded in one ledger and compared as a stage declares it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from functions.record.settle import Origin
from infra.landscape import read_landscape
from tests.support.business_central_books import ACME, IBERIA, BooksOfCompanies
from tests.support.business_central_documents import stated as posted
from tests.support.netsuite_rows import header, line
from tests.support.netsuite_rows import stated as transacted
from tests.support.sap_rows import OPTIONS, billing, entry_item, item, order
from tests.support.settling import settling_of
from tests.support.zuora_objects import ACCOUNT, PRODUCT, application, invoice, payment
from tests.support.zuora_objects import item as billed_item
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.landscape import Landscape
from tieout.ledger.stages import StageLedger
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.rate_types import RateType
from tieout.reconciliations import Reconciliation
from tieout.reconciling.reconcile import Reconciled, reconcile
from tieout.systems.hubspot.translate import Account, Link, deal_statement
from tieout.systems.sap_s4hana.lines import Books
from tieout.systems.sap_s4hana.options import Options as TenantOptions
from tieout.systems.sap_s4hana.translate import billing_statement, journal_statement, sales_order_statement
from tieout.systems.zuora.options import Options as ZuoraOptions
from tieout.systems.zuora.translate import document_statement, payment_statement

SAP, NETSUITE, ZUORA, CENTRAL, HUBSPOT = (
    "sap-europe",
    "netsuite-group",
    "zuora-iberia",
    "central-iberia",
    "hubspot-emea",
)
LONG_AFTER = date(2026, 12, 31)
# A stage that has said which of its connections tell of the same value.
CONNECTED = f"""
[[reconciliations]]
name = "billing-to-books"
left = {{ connections = ["{ZUORA}"] }}
right = {{ connections = ["{NETSUITE}"] }}
[[reconciliations]]
name = "bookings-to-orders"
left = {{ connections = ["{HUBSPOT}"] }}
right = {{ connections = ["{SAP}"] }}
[[reconciliations]]
name = "bookings-to-invoices"
left = {{ connections = ["{HUBSPOT}"] }}
right = {{ connections = ["{SAP}"] }}
[[reconciliations]]
name = "orders-to-billing"
left = {{ connections = ["{SAP}"] }}
right = {{ connections = ["{SAP}"] }}
[[reconciliations]]
name = "orders-to-invoices"
left = {{ connections = ["{SAP}"] }}
right = {{ connections = ["{CENTRAL}"] }}
[[reconciliations]]
name = "receivables"
left = {{ connections = ["{NETSUITE}"] }}
right = {{ connections = ["{NETSUITE}"] }}
[[reconciliations]]
name = "payments-to-books"
left = {{ connections = ["{ZUORA}"] }}
right = {{ connections = ["{SAP}"] }}
[[reconciliations]]
name = "intercompany"
left = {{ connections = ["{SAP}"], where = {{ legal_entity = ["SPAIN"], partner = ["1010"] }} }}
right = {{ connections = ["{SAP}"], where = {{ legal_entity = ["EMEA"], partner = ["1510"] }} }}
"""
_Line = tuple[str, str, Mapping[str, Any]]
_RATE = "1.1"
_NAMES: Mapping[tuple[str, str], Mapping[str, str]] = {
    (SAP, "legal_entity"): {"1010": "EMEA", "org:1010": "EMEA", "1510": "SPAIN"},
    (SAP, "partner"): {"1010": "EMEA", "1510": "SPAIN"},
    (SAP, "customer"): {"17100001": "C_1", "17100002": "C_2"},
    (SAP, "product"): {"TG11": "P_1"},
    (SAP, "account"): {"41000000": "4000", "61003000": "6000", "11001000": "1000", "12100000": "1200"},
    (NETSUITE, "legal_entity"): {"3": "SPAIN"},
    (NETSUITE, "customer"): {"7938": "C_1", "7939": "C_2"},
    (NETSUITE, "account"): {"4000": "4000", "1000": "1000"},
    (ZUORA, "customer"): {ACCOUNT: "C_1"},
    (ZUORA, "product"): {PRODUCT: "P_1"},
    (ZUORA, "account"): {ZuoraOptions().bank_account: "1000"},
    (CENTRAL, "legal_entity"): {IBERIA: "EMEA"},
    (CENTRAL, "customer"): {ACME: "C_1"},
    (CENTRAL, "account"): {"40100": "4000"},
    (HUBSPOT, "customer"): {"500": "C_1"},
    (HUBSPOT, "product"): {"default": "P_1"},
    (HUBSPOT, "stage"): {"default/closedwon": "won"},
}
_BOOKS = Books.of(TenantOptions(**{**OPTIONS, "calendar_year_companies": ["1010", "1510"]}))
_GROUP_RATES = {
    (period, "3"): dict.fromkeys(("currentrate", "averagerate", "historicalrate"), _RATE) | {"currency": "USD"}
    for period in ("214", "215")
}
_APRIL = {"period": "215", "periodname": "Apr 2026", "periodstart": "2026-04-01", "periodend": "2026-04-30"}


def entries() -> dict[MappingKey, str]:
    """Every mapping entry the values need."""
    found = {
        MappingKey(connection, table, value): member
        for (connection, table), names in _NAMES.items()
        for value, member in names.items()
    }
    months: tuple[str, ...] = ("2026-03", "2026-04")
    kinds: tuple[RateType, ...] = ("average", "budget")
    rates = {MappingKey.rate(kind, "EUR", "USD", month): _RATE for kind in kinds for month in months}
    return found | rates


@cache
def connected_landscape() -> Landscape:
    """The sandbox's landscape with every delivered reconciliation of two systems, as the stage connects them."""
    with TemporaryDirectory() as folder:
        overlay = Path(folder) / "connected.toml"
        overlay.write_text(CONNECTED, encoding="utf-8")
        return read_landscape(Path(__file__).parents[2], "sandbox", overlay)


def declared(name: str) -> Reconciliation:
    """A reconciliation as the connected stage has it."""
    [found] = [each for each in connected_landscape().reconciliations if each.name == name]
    return found


class _Told:
    """A source that says what was told."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._by_key = {each.key: each for each in statements}

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What was told of each record."""
        return {key: self._by_key[key] for key in keys}


def compared(asked: Reconciliation, *statements: Statement) -> Reconciled:
    """How the two sides compare once all of this is recorded and planned, long after it happened."""
    model = PlanningModel.of(connected_landscape())
    settling, table = settling_of(_Told(statements), entries())
    settling = replace(settling, model=model)
    for each in statements:
        notice = Notice(key=each.key, notice_id="n", kind="any")
        origin = Origin(notice=notice, delivery_id="d", flow="any", received_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
        assert settling.settle({each.key: origin})[each.key].error is None
    left, right = StageLedger(table, model, tuple(sorted({each.key.entity for each in statements}))).sides(asked)
    return reconcile(asked, left, right, LONG_AFTER)


def won(deal: str, amount: str) -> Statement:
    """A deal that HubSpot says is won."""
    properties = {
        "hs_lastmodifieddate": "2026-03-04T05:06:07.890Z",
        "amount": amount,
        "pipeline": "default",
        "dealstage": "closedwon",
        "closedate": "2026-03-10T12:00:00Z",
    }
    row = {"id": deal, "properties": properties, "updatedAt": "2026-03-04T05:06:07.890Z", "archived": False}
    account = Account(time_zone="Europe/Berlin", default_currency="EUR")
    return deal_statement(RecordKey(HUBSPOT, "opportunity", deal), row, [Link("500", frozenset({5}))], (), account)


def ordered(number: str, *amounts: str, **stated: Any) -> Statement:  # noqa: ANN401 values of JSON
    """An order as S/4HANA has it, delivered and billed."""
    items = [item(str(place * 10), amount, Material="TG11") for place, amount in enumerate(amounts, 1)]
    row = order(number, items=items, SalesOrganization="1010", OverallSDProcessStatus="C", **stated)
    return sales_order_statement(RecordKey(SAP, "sales_order", number), row)


def billed_by_sap(number: str, amount: str, of_order: str, **stated: Any) -> Statement:  # noqa: ANN401 values of JSON
    """A bill of an order as S/4HANA has it, in April."""
    items = [item("10", amount, Material="TG11", SalesDocument=of_order.zfill(10))]
    day = {"BillingDocumentDate": "/Date(1775088000000)/", "AccountingDocument": ""}
    row = billing(number, items=items, CompanyCode="1010", **{**day, **stated})
    return billing_statement(RecordKey(SAP, "billing_document", number), row)


def entered(number: str, *lines: _Line, **stated: Any) -> Statement:  # noqa: ANN401 JSON
    """An entry in S/4HANA's journal: account, amount and what else is said of each line."""
    company = str(stated.get("CompanyCode", "1010"))
    common = {"AccountingDocument": number, "CompanyCode": company, **stated}
    rows = [
        entry_item(str(place), account, amount, **{**common, **said})
        for place, (account, amount, said) in enumerate(lines, 1)
    ]
    return journal_statement(RecordKey(SAP, "journal_entry", f"{company}/2026/{number}"), rows, _BOOKS)


def invoiced_by_sap(number: str, net: str, **stated: Any) -> Statement:  # noqa: ANN401 values of JSON
    """A customer invoice in S/4HANA's journal, with tax."""
    customer = {"FinancialAccountType": "D", "Customer": "17100001"}
    tax = Decimal(net) / 5
    lines: tuple[_Line, ...] = (
        ("12100000", str(Decimal(net) + tax), customer),
        ("41000000", f"-{net}", {}),
        ("22000000", str(-tax), {}),
    )
    return entered(number, *lines, **stated)


def collected_by_sap(number: str, amount: str, **stated: Any) -> Statement:  # noqa: ANN401 values of JSON
    """A customer payment in S/4HANA's journal."""
    customer = {"FinancialAccountType": "D", "Customer": "17100001"}
    lines: tuple[_Line, ...] = (("11001000", amount, {}), ("12100000", f"-{amount}", customer))
    return entered(number, *lines, AccountingDocumentType="DZ", CompanyCode="1510", **stated)


def billed_by_zuora(number: str, amount: str) -> Statement:
    """A Zuora invoice."""
    row = invoice(billed_item("1", amount), id=f"id-{number}", invoiceNumber=number)
    return document_statement(RecordKey(ZUORA, "billing_document", f"invoice:{number}"), "invoice", row)


def collected_by_zuora(number: str) -> Statement:
    """A Zuora payment of 100.00, all of it applied on the day it came."""
    row = payment(application("a", "100", "2026-03-29"), paymentNumber=number)
    return payment_statement(RecordKey(ZUORA, "payment", f"payment:{number}"), "payment", row, ZuoraOptions())


def invoiced_by_netsuite(number: str, net: str, customer: str = "7938") -> Statement:
    """A NetSuite invoice, without tax."""
    return _of_netsuite(number, "invoice", "CustInvc", ("1100", net), ("4000", f"-{net}"), entity=customer)


def collected_by_netsuite(number: str, amount: str) -> Statement:
    """A NetSuite payment in April."""
    return _of_netsuite(number, "payment", "CustPymt", ("1000", amount), ("1100", f"-{amount}"), **_APRIL)


def written_past_the_customers(number: str, amount: str) -> Statement:
    """A NetSuite journal that takes an amount off the receivable account by hand."""
    return _of_netsuite(number, "journal_entry", "Journal", ("2100", amount), ("1100", f"-{amount}"))


def invoiced_by_central(number: str, net: str, **references: str) -> Statement:
    """A sales invoice in Business Central's books."""
    books = BooksOfCompanies()
    books.post(number, ("13100", net), ("40100", f"-{net}"))
    books.sold(number, net, **references)
    return posted(books, RecordKey(CENTRAL, "journal_entry", f"{IBERIA}/2026-03-15/invoice/{number}"))


def _of_netsuite(number: str, of: str, kind: str, *lines: tuple[str, str], **said: str) -> Statement:
    customer = {"entity": said.get("entity", "7938"), "entitytype": "CustJob"}
    rows = [
        line(place, account, amount, amount, document=number, **customer)
        for place, (account, amount) in enumerate(lines)
    ]
    head = header(id=number, tranid=f"INV{number}", type=kind, **said)
    return transacted(head, rows, of, _GROUP_RATES)
