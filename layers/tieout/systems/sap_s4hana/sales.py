"""Translates sales orders and billing documents into facts; pure.

S/4HANA keeps the amounts of both positive: what a billing document is decides its sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from tieout.errors import UnreadableRecordError
from tieout.facts.sales import BillingDocument, SalesLine, SalesOrder, SalesStatus
from tieout.moments import moment_text
from tieout.money import Money
from tieout.systems.sap_s4hana.fields import (
    Row,
    day_of,
    decimal_in,
    is_set,
    items_of,
    moment_of,
    number_text,
    required_text,
    text_of,
    time_of,
    unreadable,
)
from tieout.systems.sap_s4hana.ids import journal_id

SALES_ORGANISATION = "org:"
"""Stands before a sales organisation where a company is named: an order has no company code, and the two share their words."""

_COMPLETE = "C"  # of a status: wholly processed, wholly rejected
# SD document categories, which are the same on every tenant; billing types are the customer's own.
SIGNS = {
    "M": 1,  # invoice
    "P": 1,  # debit memo
    "5": 1,  # invoice between companies
    "S": 1,  # cancellation of a credit memo
    "N": -1,  # cancellation of an invoice
    "O": -1,  # credit memo
    "6": -1,  # credit memo between companies
}
PRO_FORMA = "U"
_CANCELLATIONS = {"S1": -1, "S2": 1}  # SAP's own types of cancellation, whatever category they were given


def is_pro_forma(row: Row) -> bool:
    """Whether it bills nothing: a pro forma invoice goes with the goods, and nobody owes it."""
    return text_of(row, "SDDocumentCategory") == PRO_FORMA


def billing_sign(row: Row) -> int:
    """1 for what bills, -1 for what takes back; raises `UnreadableRecordError` for what nobody knows."""
    category = text_of(row, "SDDocumentCategory") or ""
    sign = _CANCELLATIONS.get(text_of(row, "BillingDocumentType") or "") or SIGNS.get(category)
    if sign is None:
        raise unreadable("SDDocumentCategory", "not_known")
    return sign


def version_of(row: Row) -> str:
    """The last change, as a text that sorts as time does; of a document that was never changed, when it was created."""
    changed = moment_of(row, "LastChangeDateTime")
    if changed is None:
        changed = created_at(row, "CreationDate")
    if changed is None:
        raise unreadable("LastChangeDateTime", "empty")
    return moment_text(changed)


def created_at(row: Row, day_name: str) -> datetime | None:
    """When a document was created, in UTC: on that day, at `CreationTime` where it has one, else when the day began."""
    day = day_of(row, day_name)
    if day is None:
        return None
    hours, minutes, seconds = time_of(row, "CreationTime") if "CreationTime" in row else (0, 0, 0)
    try:
        return datetime(day.year, day.month, day.day, hours, minutes, seconds, tzinfo=UTC)
    except ValueError as error:
        raise unreadable("CreationTime", "not_a_time") from error


def order_of(row: Row) -> SalesOrder:
    """The order without its rejected items: nobody will deliver them.

    Raises:
        UnreadableRecordError: naming the property that cannot be read, never its value.
    """
    items = [each for each in items_of(row, "to_Item") if text_of(each, "SalesDocumentRjcnReason") is None]
    organisation = text_of(row, "SalesOrganization")
    return SalesOrder(
        number=required_text(row, "SalesOrder"),
        status=_order_status(row),
        day=day_of(row, "SalesOrderDate"),
        lines=_lines(items, "SalesOrderItem", row, 1),
        customer=number_text(row, "SoldToParty"),
        legal_entity=f"{SALES_ORGANISATION}{organisation}" if organisation else None,
        purchase_order=text_of(row, "PurchaseOrderByCustomer"),
        external_id=text_of(row, "ExternalDocumentID"),
    )


def billing_of(row: Row) -> BillingDocument:
    """The document with the sign of what it is; a cancellation is one of its own, and what it cancels stays as it is.

    Raises:
        UnreadableRecordError: naming the property that cannot be read, never its value.
    """
    items = items_of(row, "to_Item")
    return BillingDocument(
        number=required_text(row, "BillingDocument"),
        status=_billing_status(row),
        day=day_of(row, "BillingDocumentDate"),
        lines=_lines(items, "BillingDocumentItem", row, billing_sign(row)),
        customer=number_text(row, "SoldToParty"),
        legal_entity=text_of(row, "CompanyCode"),
        cancels=number_text(row, "CancelledBillingDocument"),
        accounting_document=posting_of(row),
        order=_order_of(items),
        purchase_order=text_of(row, "PurchaseOrderByCustomer"),
    )


def posting_of(row: Row) -> str | None:
    """The record id of the journal entry that a billing document was posted by.

    None while it is not in the books, or where it leaves open in which year's: `0000` is none.
    """
    document, company = number_text(row, "AccountingDocument"), text_of(row, "CompanyCode")
    if document is None or company is None or number_text(row, "FiscalYear") is None:
        return None
    return journal_id(company, required_text(row, "FiscalYear"), document)


def _order_of(items: Sequence[Row]) -> str | None:
    """The order of which all items are; None where they are of several, or of none."""
    orders = {number_text(each, "SalesDocument") for each in items}
    return orders.pop() if len(orders) == 1 else None


def _order_status(row: Row) -> SalesStatus:
    if text_of(row, "OverallSDDocumentRejectionSts") == _COMPLETE:
        return SalesStatus.CANCELLED
    return SalesStatus.DONE if text_of(row, "OverallSDProcessStatus") == _COMPLETE else SalesStatus.OPEN


def _billing_status(row: Row) -> SalesStatus:
    if is_set(row, "BillingDocumentIsCancelled"):
        return SalesStatus.CANCELLED
    return SalesStatus.OPEN if number_text(row, "AccountingDocument") is None else SalesStatus.POSTED


def _lines(items: Sequence[Row], id_name: str, row: Row, sign: int) -> tuple[SalesLine, ...]:
    currency = required_text(row, "TransactionCurrency")
    lines = [_line(each, id_name, currency, sign) for each in items]
    return tuple(sorted(lines, key=lambda line: line.line_id.zfill(6)))


def _line(item: Row, id_name: str, currency: str, sign: int) -> SalesLine:
    if text_of(item, "TransactionCurrency") not in {None, currency}:
        raise UnreadableRecordError("an item is in another currency than its document")
    return SalesLine(
        line_id=number_text(item, id_name) or "0",
        amount=Money.of(sign * decimal_in(item, "NetAmount"), currency),
        product=number_text(item, "Material"),
    )
