"""The documents of an S/4HANA tenant as its services show them, and what is told of their changes.

A row holds plain values: dates and moments, decimals, texts, flags. How they are written is the answer's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from tests.simulation.sap_values import GROUP_RATE, KINDS_OF_ACCOUNT, LEADING, Company

Row = Mapping[str, Any]
ORDER, BILLING, ENTRY = "SalesOrder", "BillingDocument", "JournalEntry"
_OTHER_LEDGERS_FACTOR = 2  # another ledger values the same entry otherwise


class Item(NamedTuple):
    """An item of an order or a billing document; `reason` says why it was rejected."""

    number: str
    material: str
    amount: Decimal
    reason: str = ""


@dataclass(slots=True, eq=False, kw_only=True)
class Order:
    """A sales order.

    Attributes:
        status: A: open, B: in part, C: delivered and billed.
        changed: null until the first change.
        before: how a lagging replica still shows it; None: it does not.
    """

    number: str
    company: Company
    customer: str
    day: str
    currency: str
    items: tuple[Item, ...]
    created: datetime
    status: str = "A"
    changed: datetime | None = None
    is_deleted: bool = False
    before: Row | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether nothing of it will ever be delivered."""
        return all(each.reason for each in self.items)

    def row(self) -> Row:
        """As the service of sales orders shows it."""
        return {
            "SalesOrder": self.number,
            "SalesOrganization": self.company.code,
            "SoldToParty": self.customer,
            "PurchaseOrderByCustomer": f"PO {self.number}",
            "ExternalDocumentID": "",
            "SalesOrderDate": date.fromisoformat(self.day),
            "CreationDate": self.created.date(),
            "LastChangeDateTime": self.changed,
            "TransactionCurrency": self.currency,
            "TotalNetAmount": sum((each.amount for each in self.items), Decimal(0)),
            "OverallSDProcessStatus": self.status,
            "OverallSDDocumentRejectionSts": "C" if self.is_rejected else "A",
            "to_Item": [_item_row("SalesOrderItem", each, self.currency) for each in self.items],
        }


@dataclass(slots=True, eq=False, kw_only=True)
class Billing:
    """A billing document; its amounts are positive, whatever it is.

    Attributes:
        category, kind: what it is: the SD category, and the billing type.
        entry: that it was posted by; None while it is in no books.
        changed, before: as an order has them.
    """

    number: str
    category: str
    kind: str
    company: Company
    customer: str
    day: str
    currency: str
    items: tuple[Item, ...]
    created: datetime
    entry: Entry | None = None
    cancels: str = ""
    is_cancelled: bool = False
    changed: datetime | None = None
    before: Row | None = None

    def row(self) -> Row:
        """As the service of billing documents shows it."""
        return {
            "BillingDocument": self.number,
            "SDDocumentCategory": self.category,
            "BillingDocumentType": self.kind,
            "CreationDate": self.created.date(),
            "CreationTime": _time(self.created),
            "LastChangeDateTime": self.changed,
            "BillingDocumentDate": date.fromisoformat(self.day),
            "BillingDocumentIsCancelled": self.is_cancelled,
            "CancelledBillingDocument": self.cancels,
            "TransactionCurrency": self.currency,
            "TotalNetAmount": sum((each.amount for each in self.items), Decimal(0)),
            "CompanyCode": self.company.code,
            "FiscalYear": self.entry.year if self.entry else "0000",
            "AccountingDocument": self.entry.number if self.entry else "",
            "SoldToParty": self.customer,
            "PurchaseOrderByCustomer": "",
            "to_Item": [_item_row("BillingDocumentItem", each, self.currency) for each in self.items],
        }


class Line(NamedTuple):
    """A line of a journal entry, debit positive, in the currency of the entry; the others follow from it."""

    account: str
    amount: Decimal
    customer: str = ""
    supplier: str = ""
    cost_centre: str = ""
    partner: str = ""
    material: str = ""


@dataclass(slots=True, eq=False, kw_only=True)
class Entry:
    """A journal entry. Nothing of it ever changes that is planned.

    Attributes:
        period: the fiscal period, special ones too; beside it no date decides anything.
        category: empty: posted; any letter: in no books.
        ledgers: those it is posted in.
        reverses, reversed_by: the other entry of a pair; a flag says which one is which.
        changed_on: the day of the last change, of which no moment is shown.
        before: empty: a lagging replica does not show it yet.
    """

    company: Company
    year: str
    number: str
    period: str
    day: str
    kind: str
    currency: str
    lines: tuple[Line, ...]
    created: datetime
    category: str = ""
    ledgers: tuple[str, ...] = (LEADING,)
    reverses: Entry | None = None
    reversed_by: Entry | None = None
    changed_on: date | None = None
    before: Row | None = None

    def functional(self, line: Line) -> Decimal:
        """A line's amount in the company's own currency."""
        return line.amount * self.company.rates.get(self.currency, Decimal(1))

    def row(self) -> Row:
        """What all of its items have in common."""
        other = self.reverses or self.reversed_by
        return {
            "CompanyCode": self.company.code,
            "FiscalYear": self.year,
            "AccountingDocument": self.number,
            "FiscalPeriod": self.period,
            "PostingDate": date.fromisoformat(self.day),
            "DocumentDate": date.fromisoformat(self.day),
            "AccountingDocumentType": self.kind,
            "AccountingDocumentCategory": self.category,
            "AccountingDocumentCreationDate": self.created.date(),
            "CreationTime": _time(self.created),
            "LastChangeDate": self.changed_on,
            "TransactionCurrency": self.currency,
            "CompanyCodeCurrency": self.company.currency,
            "AdditionalCurrency1": self.company.group,
            "IsReversal": self.reverses is not None,
            "ReverseDocument": other.number if other else "",
            "ReverseDocumentFiscalYear": other.year if other else "0000",
            "DocumentReferenceID": "",
            "IntercompanyTransaction": "",
        }

    def items(self) -> list[Row]:
        """What its items have of their own, each once for every ledger."""
        return [self._item(place, line, ledger) for place, line in enumerate(self.lines, 1) for ledger in self.ledgers]

    def _item(self, place: int, line: Line, ledger: str) -> Row:
        factor = 1 if ledger == LEADING else _OTHER_LEDGERS_FACTOR
        functional = self.functional(line) * factor
        return {
            "AccountingDocumentItem": f"{place:03}",
            "Ledger": ledger,
            "FinancialAccountType": KINDS_OF_ACCOUNT.get(line.account, "S"),
            "GLAccount": f"00{line.account}",
            "CostCenter": line.cost_centre,
            "ProfitCenter": "",
            "Segment": "",
            "PartnerCompany": line.partner and f"00{line.partner}",
            "Customer": line.customer,
            "Supplier": line.supplier,
            "Product": line.material,
            "AmountInTransactionCurrency": line.amount * factor,
            "AmountInCompanyCodeCurrency": functional,
            "AmountInAdditionalCurrency1": functional * GROUP_RATE if self.company.group else Decimal(0),
        }


Document = Order | Billing | Entry


class Change(NamedTuple):
    """What happened to a document.

    Attributes:
        subject: the object, as events name it: `SalesOrder`, `BillingDocument` or `JournalEntry`.
        happening: what its event says: `Created` and so on.
        may_do_without: whether another change, told of with it, leads to the document as well.
    """

    subject: str
    happening: str
    document: Document
    at: datetime
    may_do_without: bool = False


def _item_row(name: str, item: Item, currency: str) -> Row:
    return {
        name: item.number,
        "Material": item.material,
        "NetAmount": item.amount,
        "TransactionCurrency": currency,
        "SalesDocumentRjcnReason": item.reason,
        "SalesDocument": "",
    }


def _time(moment: datetime) -> str:
    return f"PT{moment.hour}H{moment.minute}M{moment.second}S"
