"""Turns Zuora's invoices, credit memos and debit memos into billing documents; pure.

Amounts of items are without taxes, which stand beside them whatever the tax mode is. A discount is an item of its own with a
negative amount, and takes the product of the item that it makes cheaper.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tieout.columns import unreadable
from tieout.facts.sales import BillingDocument, SalesLine, SalesStatus
from tieout.fields import Row, objects_in, required, text_in
from tieout.systems.zuora.fields import currency_in, day_in, money_in, word_in
from tieout.systems.zuora.resources import OF_KIND

STANDING = frozenset(("posted", "reversed"))
"""In the books; a reversed invoice stays as it is, since a credit memo takes it back."""
CANCELLED = frozenset(("canceled", "cancelled"))
IN_NO_BOOKS = frozenset(
    ("draft", "generating", "error", "pending", "pendingfortax", "pendingforapproval", "inprogress", "cancelinprogress")
)


class _Document(NamedTuple):
    """How one kind of document states its number, its day and the amount of an item, and which sign that has."""

    number: str
    day: str
    amount: str
    sign: int


_DOCUMENTS: Mapping[str, _Document] = MappingProxyType(
    {
        "invoice": _Document("invoiceNumber", "invoiceDate", "chargeAmount", 1),
        "credit_memo": _Document("memoNumber", "memoDate", "amountWithoutTax", -1),
        "debit_memo": _Document("memoNumber", "memoDate", "amountWithoutTax", 1),
    }
)


def billing_document_of(kind: str, row: Row) -> BillingDocument | None:
    """An invoice or a memo, billed on its own day; one that was cancelled stays, without lines. None: it is in no books.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    document, status = _DOCUMENTS[kind], word_in(row, "status")
    if status in IN_NO_BOOKS:
        return None
    if status not in STANDING | CANCELLED:
        raise unreadable("status", "not_known")
    is_cancelled = status in CANCELLED
    return BillingDocument(
        number=required(text_in(row, document.number), document.number),
        status=SalesStatus.CANCELLED if is_cancelled else SalesStatus.POSTED,
        day=required(day_in(row, document.day), document.day),
        lines=() if is_cancelled else _lines(kind, row),
        customer=text_in(row, "accountId"),
    )


def sign_of(kind: str) -> int:
    """1 for what is billed, -1 for what is credited."""
    return _DOCUMENTS[kind].sign


def _lines(kind: str, row: Row) -> tuple[SalesLine, ...]:
    document, currency = _DOCUMENTS[kind], currency_in(row)
    items = objects_in(row, OF_KIND[kind].parts.name)
    products = {str(each.get("id")): _product_of(each) for each in items}
    lines = []
    for each in items:
        amount = money_in(each, document.amount, currency)
        lines.append(
            SalesLine(
                line_id=required(text_in(each, "id"), "id"),
                amount=amount if document.sign > 0 else -amount,
                product=products.get(str(each.get("appliedToInvoiceItemId"))) or _product_of(each),
            )
        )
    return tuple(lines)


def _product_of(item: Row) -> str | None:
    """The product by its id; items of memos, and those that nobody subscribed to, name its SKU alone."""
    return text_in(item, "productId") or text_in(item, "sKU") or text_in(item, "sku")
