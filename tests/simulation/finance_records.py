"""The records of a Dynamics 365 Finance environment as its entity sets show them, and what is told of their posting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from tests.simulation.finance_values import DIMENSIONS, POSTED_AS, Ledger, Period

Row = Mapping[str, Any]
CURRENT, TAX_LAYER = "Current", "Tax"
CUSTOMER_INVOICE, SUPPLIER_INVOICE, PAYMENT = ("customer_invoice", "supplier_invoice", "customer_payment")
CATEGORIES = {"Sales": CUSTOMER_INVOICE, "Cust": CUSTOMER_INVOICE, "Purch": SUPPLIER_INVOICE, "Payment": PAYMENT}
_NO_DAY = "1900-01-01T12:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A posted line, debit positive in each of its amounts.

    Attributes:
        dimensions: what stands in the parts of its ledger account behind the main account.
    """

    account: str
    currency: str
    amount: Decimal
    accounting: Decimal
    reporting: Decimal
    dimensions: Mapping[str, str]
    record_id: int = 0

    def display_value(self) -> str:
        """Its ledger account: the parts in their order, those at the end left out where they are empty."""
        values = {"unused": "x", **self.dimensions, "account": self.account} if self.dimensions else {}
        parts = [values.get(each, "") for each in DIMENSIONS] if values else [self.account]
        return "-".join(each.replace("\\", "\\\\").replace("-", "\\-") for each in parts).rstrip("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What was posted at once under a voucher: a row of the general journal, with its lines. Only a repair ever changes it.

    Attributes:
        batch: the number of the journal it was posted with.
        stamp: when it was written, to the second.
    """

    number: str
    batch: str
    category: str
    layer: str
    period: Period
    stamp: datetime
    lines: tuple[Line, ...]


@dataclass(slots=True, eq=False)
class Entry:
    """All that was posted under one voucher on one day.

    Attributes:
        before: the postings that a lagging replica still shows of it.
    """

    ledger: Ledger
    day: str
    voucher: str
    postings: tuple[Posting, ...] = ()
    before: tuple[Posting, ...] = ()

    def in_the_books(self) -> list[Posting]:
        """Its postings in the layer that books are made of."""
        return [each for each in self.postings if each.layer == CURRENT]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What an entry posts: an invoice or a payment, and whom it is with."""

    kind: str
    number: str
    party: str
    entry: Entry

    def row(self) -> Row:
        """As its entity set shows it."""
        number, voucher, party, day = COLUMNS[self.kind]
        named = {number: self.number, voucher: self.entry.voucher, party: self.party}
        return {"dataAreaId": self.entry.ledger.company, **named, day: f"{self.entry.day}T12:00:00Z"}


COLUMNS = {
    CUSTOMER_INVOICE: ("InvoiceNumber", "LedgerVoucher", "InvoiceCustomerAccountNumber", "InvoiceDate"),
    SUPPLIER_INVOICE: ("InvoiceNumber", "LedgerVoucher", "InvoiceVendorAccountNumber", "InvoiceDate"),
    PAYMENT: ("Voucher", "Voucher", "CustomerAccountNumber", "TransactionDate"),
}
SETS = {
    "SalesInvoiceHeadersV2": CUSTOMER_INVOICE,
    "VendorInvoiceJournalHeaders": SUPPLIER_INVOICE,
    "CustomerTransactions": PAYMENT,
}


class Change(NamedTuple):
    """What was posted at once.

    Attributes:
        entries: all that have the batch.
        document: what they post; None: no document.
    """

    ledger: Ledger
    at: datetime
    entries: tuple[Entry, ...]
    batch: str
    document: Document | None = None


def posting_row(entry: Entry, posting: Posting) -> Row:
    """A posting as its entity set shows it."""
    period, ledger = posting.period, entry.ledger
    debits = sum((each.accounting for each in posting.lines if each.accounting > 0), Decimal(0))
    return {
        "dataAreaId": ledger.company,
        "JournalNumber": posting.number,
        "Voucher": entry.voucher,
        "AccountingDate": f"{entry.day}T12:00:00Z",
        "DocumentDate": _NO_DAY,
        "JournalCategory": posting.category,
        "JournalBatchNumber": posting.batch,
        "PostingLayer": posting.layer,
        "FiscalYear": "2026",
        "FiscalPeriodName": period.name,
        "FiscalPeriodType": period.kind,
        "FiscalPeriodStartDate": f"{period.first_day}T12:00:00Z",
        "FiscalPeriodEndDate": f"{period.last_day}T12:00:00Z",
        "AccountingCurrencyCode": ledger.currency,
        "ReportingCurrencyCode": ledger.reporting,
        "AccountingDebitAmount": float(debits),
        "ReversedVoucher": "",
        "ReversedAccountingDate": _NO_DAY,
        "ModifiedDateTime": f"{posting.stamp:%Y-%m-%dT%H:%M:%SZ}",
    }


def line_row(entry: Entry, posting: Posting, line: Line, account_type: str) -> Row:
    """A line as its entity set shows it."""
    return {
        "dataAreaId": entry.ledger.company,
        "JournalNumber": posting.number,
        "EntryRecId": line.record_id,
        "LedgerAccountDisplayValue": line.display_value(),
        "MainAccountType": account_type,
        "PostingType": POSTED_AS.get(line.account, "LedgerJournal"),
        "TransactionCurrencyCode": line.currency,
        "TransactionCurrencyAmount": float(line.amount),
        "AccountingCurrencyAmount": float(line.accounting),
        "ReportingCurrencyAmount": float(line.reporting),
    }
