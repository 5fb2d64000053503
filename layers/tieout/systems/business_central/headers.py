"""The sales or purchase document behind a document of the books: whom it is with, and what it is worth in which currency. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from tieout.systems.business_central.entries import posting_day
from tieout.systems.business_central.fields import Row, day_of, number_of, text_of, word_of
from tieout.systems.business_central.ids import Document

_SALES = "id,number,postingDate,status,customerNumber,currencyCode,totalAmountIncludingTax"
_PURCHASES = "id,number,postingDate,status,vendorNumber,currencyCode,totalAmountIncludingTax"
# By the type of the document. A credit memo names no order; whoever asks for a field that there is not is answered 400.
SALES_FIELDS: Mapping[str, str] = {
    "invoice": f"{_SALES},orderNumber,customerPurchaseOrderReference,externalDocumentNumber",
    "credit_memo": _SALES,
}
PURCHASE_FIELDS: Mapping[str, str] = {"invoice": _PURCHASES, "credit_memo": _PURCHASES}
# A draft has no entries; it may have the number that a posted document has.
_UNPOSTED = frozenset({"draft", "in_review"})


class Header(NamedTuple):
    """What a sales or purchase document says that the books do not.

    Attributes:
        currency: None where it is the company's own.
        total: tax included, never negative, whatever the document is.
        order: the number of the sales order that it bills.
        purchase_order, external_id: what the customer calls the order, and what another system calls the document.
    """

    currency: str | None
    total: Decimal
    customer: str | None = None
    supplier: str | None = None
    order: str | None = None
    purchase_order: str | None = None
    external_id: str | None = None


def is_posted(row: Mapping[str, Any]) -> bool:
    """Whether a sales or purchase document is in the books: every status but draft and in review says so.

    Paid is no cash: a canceled document is paid, too, by the credit memo that corrects it.
    """
    return word_of(row, "status") not in _UNPOSTED


def header_of(document: Document, rows: Sequence[Row]) -> Header | None:
    """The header among those of one number that belongs to a document of the books; None where none does."""
    day = posting_day(document)
    for row in rows:
        if text_of(row, "number") == document.number and is_posted(row) and day_of(row, "postingDate") in {day, None}:
            return Header(
                currency=text_of(row, "currencyCode"),
                total=abs(number_of(row, "totalAmountIncludingTax")),
                customer=text_of(row, "customerNumber"),
                supplier=text_of(row, "vendorNumber"),
                order=text_of(row, "orderNumber"),
                purchase_order=text_of(row, "customerPurchaseOrderReference"),
                external_id=text_of(row, "externalDocumentNumber"),
            )
    return None
