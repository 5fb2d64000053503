"""The records of a Business Central environment as its API shows them, and what is told of their changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from tests.simulation.books_values import Ledger
from tieout.moments import moment_text

ENTRIES = "generalLedgerEntries"
INVOICES, CREDIT_MEMOS = SOLD = ("salesInvoices", "salesCreditMemos")
BILLS, CREDITS = BOUGHT = ("purchaseInvoices", "purchaseCreditMemos")
KINDS = {INVOICES: "Invoice", BILLS: "Invoice", CREDIT_MEMOS: "Credit_x0020_Memo", CREDITS: "Credit_x0020_Memo"}
NO_KIND = "_x0020_"
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_ADDITIONAL = ("additionalCurrencyDebitAmount", "additionalCurrencyCreditAmount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A general ledger entry. Nothing of it ever changes but its dimensions.

    Attributes:
        amount: debit positive, in the company's own currency.
        stated: what the line of its sales or purchase document says, in the currency of that; no entry shows it.
        additional: in the additional reporting currency.
        is_correction: it stands on the other side, with the other sign.
    """

    account: str
    amount: Decimal
    stated: Decimal
    additional: Decimal
    dimensions: Mapping[str, str]
    is_correction: bool = False
    number: int = 0
    record_id: str = ""
    stamp: datetime = _NEVER


@dataclass(slots=True, eq=False)
class Header:
    """A sales or purchase document.

    Attributes:
        named: the customer, or the vendor.
        currency: empty: the company's own.
        before: how a lagging replica still shows it.
    """

    resource: str
    record_id: str
    number: str
    day: str
    status: str
    named: str
    currency: str
    lines: tuple[tuple[str, Decimal], ...]
    before: Mapping[str, Any] | None = None

    @property
    def is_draft(self) -> bool:
        """Whether it is not in the books yet."""
        return self.status in {"Draft", "In_x0020_Review"}

    @property
    def total(self) -> Decimal:
        """What it is worth, tax included."""
        return sum((amount for _, amount in self.lines), Decimal(0))

    def row(self) -> dict[str, Any]:
        """As the API shows it."""
        party = "customerNumber" if self.resource in SOLD else "vendorNumber"
        return {
            "id": self.record_id,
            "number": self.number,
            "postingDate": self.day,
            "status": self.status,
            party: self.named,
            "currencyCode": self.currency,
            "totalAmountIncludingTax": self.total,
        }


@dataclass(slots=True, eq=False)
class Document:
    """What is posted under one number, type and date; a reversal adds its entries.

    Attributes:
        kind: the document type, as the API writes it.
        before: the entries that a lagging replica still shows of it.
        is_reversed: it was taken back under its own number and date.
    """

    ledger: Ledger
    day: str
    kind: str
    number: str
    header: Header | None
    entries: tuple[Entry, ...] = ()
    before: tuple[Entry, ...] = ()
    is_reversed: bool = False

    def row(self, entry: Entry) -> dict[str, Any]:
        """An entry as the API shows it."""
        return {
            "id": entry.record_id,
            "entryNumber": entry.number,
            "postingDate": self.day,
            "documentNumber": self.number,
            "documentType": self.kind,
            "accountNumber": entry.account,
            "lastModifiedDateTime": moment_text(entry.stamp),
            "dimensionSetLines": [{"code": code, "valueCode": value} for code, value in entry.dimensions.items()],
            **_sides(entry.amount, "debitAmount", "creditAmount", is_correction=entry.is_correction),
            **_sides(entry.additional, *_ADDITIONAL, is_correction=entry.is_correction),
        }


class Change(NamedTuple):
    """What happened in one transaction of a company.

    Attributes:
        document: what was posted, or changed in the books; None: nothing was.
        ids: those of its entries that are new or have changed.
        header: the sales document that changed with it, or alone; purchase documents are not subscribed to.
        operation: `created`, `updated` or `deleted`.
    """

    company: str
    operation: str
    at: datetime
    document: Document | None = None
    ids: tuple[str, ...] = ()
    header: Header | None = None


def _sides(amount: Decimal, debit: str, credit: str, *, is_correction: bool) -> dict[str, Decimal]:
    """An amount on its side, as it is posted; a correction stands on the other one, with the other sign."""
    side = debit if (amount > 0) != is_correction else credit
    return {debit: Decimal(0), credit: Decimal(0), side: amount if side == debit else -amount}
