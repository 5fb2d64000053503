"""What a company has sold and billed by its sales documents, beside its books: orders and billing documents of an ERP.

None of it is a posting: what counts as revenue is what the books say (`documents.py`). Sign convention: sold and billed are
positive; a credit, and what is taken back, negative, whatever sign the source keeps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tieout.facts.family import Fact, Family, Line, Lookup
from tieout.money import Money


class SalesStatus(StrEnum):
    """How far a sales document has come."""

    OPEN = "open"  # ordered, or billed and not in the books yet
    POSTED = "posted"  # billed, and in the books
    DONE = "done"  # ordered, delivered and billed
    CANCELLED = "cancelled"  # taken back by another document, which has the opposite sign, or rejected as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesLine:
    """One item of a sales document; `amount` is net of taxes."""

    line_id: str
    amount: Money
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesDocument(Fact):
    """What orders and billing documents have in common.

    Attributes:
        number: what people call it.
        day: the date it counts from: of the order, or of the bill.
        legal_entity: the source's id of the company that sells; None where the source serves one.
        cancels: the source's id of the document this one takes back; both stay.
        accounting_document: the posting that followed from it; None while there is none.
        order: the number of the order that it bills; None where it bills none, or several.
        purchase_order: what the customer calls the order. None where nobody said.
        external_id: what the system calls it that made it in this one. None where nobody said.
    """

    number: str
    status: SalesStatus
    day: date | None
    lines: tuple[SalesLine, ...]
    customer: str | None = None
    legal_entity: str | None = None
    cancels: str | None = None
    accounting_document: str | None = None
    order: str | None = None
    purchase_order: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrder(SalesDocument):
    """A customer's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingDocument(SalesDocument):
    """A customer's invoice, a credit, or the cancellation of either, as the sales department keeps it."""


def _lines(document: SalesDocument, lookup: Lookup) -> Iterator[Line]:
    """A line for each item, in the period its document's day falls in by its company's calendar."""
    legal_entity = lookup.legal_entity(document.legal_entity)
    period = lookup.period_of(legal_entity, document.day) if document.day is not None else None
    for line in document.lines:
        yield Line(
            legal_entity=legal_entity,
            period=period,
            currency=line.amount.currency,
            attributes={"status": str(document.status), "customer": document.customer, "product": line.product},
            amounts={"net": line.amount},
            day=document.day,
        )


FAMILY = Family(
    name="sales documents",
    kinds=(SalesOrder, BillingDocument),
    attributes={"status": tuple(SalesStatus), "customer": (), "product": ()},
    amounts=("net",),
    lines=_lines,
    tables={"customer": (), "product": ()},
    references={
        "number": "number",
        "cancels": "cancels",
        "posting": "accounting_document",
        "order": "order",
        "purchase_order": "purchase_order",
        "external_id": "external_id",
    },
    day="day",
)
