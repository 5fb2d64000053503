"""What planning must hold, worked out from the sources' final state and the final mappings alone.

Written without the line's own planning, money and mapping modules, and as plainly as possible: what both get wrong in the
same way would never be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.simulation.books import Books
from tests.simulation.companies import COMPANY_OF
from tests.simulation.crm import Crm, Deal
from tests.simulation.dataverse import Dataverse
from tests.simulation.erp import Erp
from tests.simulation.finance import Finance
from tests.simulation.finance_values import LEDGERS
from tests.simulation.offers import Item
from tests.simulation.oracle_of_books import book_cells
from tests.simulation.oracle_of_books import id_of_document as id_of_booked
from tests.simulation.oracle_of_dataverse import sold_cells
from tests.simulation.oracle_of_documents import document_cells
from tests.simulation.oracle_of_finance import id_of_posted, posting_cells
from tests.simulation.oracle_of_sales import contract_cells, opportunity_cells
from tests.simulation.oracle_of_sap import (
    billing_cells,
    entry_cells,
    id_of_document,
    id_of_entry,
    sales_order_cells,
)
from tests.simulation.oracle_of_spending import newest, order_cells, report_cells
from tests.simulation.oracle_of_values import (
    Mappings,
    MissingError,
    apportioned,
    at,
    in_dollars,
    mapped,
    period_of,
    rounded,
)
from tests.simulation.planning import Coordinates
from tests.simulation.sales import Sales
from tests.simulation.sap_tenant import Tenant
from tests.simulation.spending import EXPENSES, ExpenseTool

Record = tuple[str, str, str]  # connection, entity, id


@dataclass(slots=True)
class Expected:
    """The cells planning must hold, and what waits for a mapping."""

    cells: dict[Coordinates, Decimal] = field(default_factory=dict)
    waiting: set[Record] = field(default_factory=set)


def expected(
    crms: Mapping[str, tuple[Crm, ZoneInfo]],
    erps: Mapping[str, Erp],
    tools: Mapping[str, ExpenseTool],
    sales: Mapping[str, Sales],
    environments: Mapping[str, Books],
    tenants: Mapping[str, Tenant],
    ledgers: Mapping[str, Finance],
    dataverses: Mapping[str, Dataverse],
    mappings: Mappings,
) -> Expected:
    """The truth."""
    truth = Expected()
    for connection, (crm, zone) in crms.items():
        for deal in crm.deals.values():
            if deal.is_archived or deal.is_purged or deal.merged_into or deal.is_spoilt:
                continue
            record, items = (connection, "opportunity", deal.deal_id), crm.offers.of(deal.deal_id)
            add(truth, record, lambda d=deal, i=items, c=connection, z=zone: _deal_cells(d, i, c, z, mappings))
    for connection, erp in erps.items():
        for document in erp.documents.values():
            if document.is_posted and not document.is_deleted:
                record = (connection, document.entity, document.document_id)
                add(
                    truth,
                    record,
                    lambda d=document, c=connection, r=erp.rates: document_cells(d, c, r, mappings),
                )
    _add_reports(truth, tools, mappings)
    _add_sales(truth, sales, mappings)
    _add_books(truth, environments, mappings)
    _add_sap(truth, tenants, mappings)
    _add_finance(truth, ledgers, mappings)
    _add_dataverse(truth, dataverses, mappings)
    return truth


def _add_dataverse(truth: Expected, environments: Mapping[str, Dataverse], mappings: Mappings) -> None:
    for connection, dataverse in environments.items():
        for each in dataverse.live():
            if not each.is_spoilt:
                record = (connection, "opportunity", each.record_id)
                add(truth, record, lambda each=each, c=connection: sold_cells(each, c, mappings))


def _add_sap(truth: Expected, tenants: Mapping[str, Tenant], mappings: Mappings) -> None:
    for connection, tenant in tenants.items():
        for order in tenant.orders:
            if not order.is_deleted:
                record = (connection, "sales_order", id_of_document(order))
                add(truth, record, lambda o=order, c=connection: sales_order_cells(o, c, mappings))
        for billing in tenant.billings:
            record = (connection, "billing_document", id_of_document(billing))
            add(truth, record, lambda b=billing, c=connection: billing_cells(b, c, mappings))
        for entry in tenant.entries:
            if tenant.is_readable(entry):
                record = (connection, "journal_entry", id_of_entry(entry))
                add(truth, record, lambda e=entry, c=connection: entry_cells(e, c, mappings))


def _add_books(truth: Expected, environments: Mapping[str, Books], mappings: Mappings) -> None:
    for connection, books in environments.items():
        for each in (document for of in books.documents.values() for document in of.values()):
            if books.is_readable(each):
                record = (connection, "journal_entry", id_of_booked(each))
                add(truth, record, lambda d=each, b=books, c=connection: book_cells(d, c, b.lacks, mappings))


def _add_finance(truth: Expected, environments: Mapping[str, Finance], mappings: Mappings) -> None:
    for connection, finance in environments.items():
        for each in finance.entries.values():
            if each.ledger in LEDGERS and each.in_the_books() and finance.is_readable(each):
                record = (connection, "journal_entry", id_of_posted(each))
                add(truth, record, lambda e=each, f=finance, c=connection: posting_cells(e, f, c, mappings))


def _add_sales(truth: Expected, organisations: Mapping[str, Sales], mappings: Mappings) -> None:
    for connection, sales in organisations.items():
        for each in sales.live("Opportunity"):
            if not each.is_spoilt:
                record = (connection, "opportunity", each.record_id)
                add(truth, record, lambda each=each, s=sales, c=connection: opportunity_cells(s, each, c, mappings))
        for each in sales.live("Contract"):
            if not each.is_spoilt:
                record = (connection, "contract", each.record_id)
                add(truth, record, lambda each=each, c=connection: contract_cells(each.fields, c, mappings))


def _add_reports(truth: Expected, tools: Mapping[str, ExpenseTool], mappings: Mappings) -> None:
    for connection, tool in tools.items():
        for report_id, said in tool.said.items():
            event = newest(said)
            if connection == EXPENSES:
                record = (connection, "expense_report", report_id)
                add(truth, record, lambda event=event, c=connection: report_cells(event, c, mappings))
            else:
                record = (connection, "purchase_order", report_id)
                add(truth, record, lambda event=event, c=connection: order_cells(event, c, mappings))


def add(truth: Expected, record: Record, cells_of) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Add what a record puts into cells, or that it waits."""
    try:
        cells = list(cells_of())
    except MissingError:
        truth.waiting.add(record)
        return
    for coordinates, amount in cells:
        truth.cells[coordinates] = truth.cells.get(coordinates, Decimal(0)) + amount


def _deal_cells(
    deal: Deal, items: list[Item], connection: str, zone: ZoneInfo, mappings: Mappings
) -> Iterator[tuple[Coordinates, Decimal]]:
    value = deal.properties
    stage = mapped(mappings, connection, "stage", f"{value['pipeline']}/{value['dealstage']}")
    if stage == "lost":
        return
    day = _local_day(value["closedate"], zone)
    for product, currency, amounts in _offered(deal, items, is_won=stage == "won"):
        for name, number in amounts.items():
            if number == 0:
                continue
            customer = _primary(deal)
            members = {
                "Customer": mapped(mappings, connection, "customer", customer) if customer else "NO_CUSTOMER",
                "Product line": mapped(mappings, connection, "product", product) if product else "NO_PRODUCT",
                "Legal entity": COMPANY_OF[connection],
            }
            if day is None:
                continue
            period = period_of(members["Legal entity"], day.isoformat())
            members |= {
                "Currency": currency,
                "Time": period,
                "Version": "Actual" if stage == "won" else "Forecast",
            }
            cube = "Bookings" if stage == "won" else "Pipeline"
            yield at(cube, name, members), number
            yield at(cube, f"{name} USD", members), in_dollars(number, currency, period, mappings, members["Version"])


def _offered(deal: Deal, items: list[Item], *, is_won: bool) -> Iterator[tuple[str | None, str, dict[str, Decimal]]]:
    """Product, currency and amounts of each line of a deal, and of what they leave of its own amount."""
    text, own = deal.properties["amount"], deal.properties["deal_currency_code"] or ""
    whole = rounded(Decimal(text), own) if text else None
    parts: list[tuple[str, str | None, str, Decimal | None, Item | None]] = []
    for item in items:
        value = item.properties
        currency = value["hs_line_item_currency_code"] or own
        worth = value["hs_tcv"] or value["amount"]
        product = value["hs_product_id"] or value["hs_sku"]
        amount = rounded(Decimal(worth), currency) if worth else None
        parts.append((item.item_id, product, currency, amount, item))
    priced = [(currency, amount) for _, _, currency, amount, _ in parts if amount is not None]
    if not items:
        parts.append(("", deal.properties["pipeline"], own, whole, None))
    elif whole is not None and all(currency == own for currency, _ in priced):
        left = whole - sum(amount for _, amount in priced)
        parts.append(("", deal.properties["pipeline"], own, left, None))
    text = deal.properties["hs_deal_stage_probability"]
    share = None if is_won or text is None else Decimal(text)
    weighted = apportioned(share, {key: (money, amount) for key, _, money, amount, _ in parts if amount is not None})
    for key, product, currency, amount, offered in parts:
        if amount is not None:
            amounts = {"Booked" if is_won else "Amount": amount, "Weighted amount": weighted.get(key, Decimal(0))}
            amounts["Recurring a month"] = _recurring(offered, currency) if offered and is_won else Decimal(0)
            yield product, currency, amounts


def _recurring(item: Item, currency: str) -> Decimal:
    """The net price of a payment for one month."""
    frequency, payment = item.properties["recurringbillingfrequency"], item.properties["amount"]
    if frequency is None or not payment:
        return Decimal(0)
    a_year = {"monthly": 12, "quarterly": 4, "annually": 1, "weekly": 52}[frequency]
    return rounded(rounded(Decimal(payment), currency) * a_year / 12, currency)


def _local_day(text: str | None, zone: ZoneInfo) -> date | None:
    if text is None:
        return None
    if len(text) == len("2026-04-30"):
        return date.fromisoformat(text)
    moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else datetime.fromisoformat(text)
    return moment.astimezone(zone).date()


def _primary(deal: Deal) -> str | None:
    primary = [company for company, types in deal.companies.items() if 5 in types]
    return min(primary or deal.companies, key=int, default=None)
