"""Posted documents as facts: what an ERP's books hold, or a tool posts to them, each with its ledger lines.

Sign convention: debit positive, as in every ledger; the planning model flips signs at its own edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tieout.errors import MalformedError
from tieout.facts.family import PERIOD_TABLE, SAME_AS, Fact, Family, Line, Lookup
from tieout.money import Money
from tieout.periods import PostingPeriod


class AccountClass(StrEnum):
    """What kind of account a ledger line is posted to."""

    INCOME = "income"
    EXPENSE = "expense"
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"


ACCOUNT_ROLES = ("cash", "receivable")  # what else is known of an account that flows of money are told apart by

# Whether a document moves what is planned, or only carries a year's result to equity: then no movement is planned of it.
ENTRIES = ("ordinary", "closing")


class DocumentState(StrEnum):
    """Whether a posted document stands. A void brings its lines to zero and keeps the document."""

    POSTED = "posted"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One posted line, debit positive, with all three amounts as the ERP keeps them (never recomputed from a header rate).

    Attributes:
        legal_entity: the source's id of the company that posted it; None where the source keeps one company's books.
        functional: the amount in the company's own currency. Whoever keeps one amount alone, as tools that are no ERP do, keeps
            it for both.
        account_role: `cash` for bank and undeposited-funds accounts, `receivable` for trade debtors, else None (`ACCOUNT_ROLES`).
        group: the amount in the group's reporting currency; None where the ERP gives none.
        group_rate: the identity of the rate the ERP used for it, such as `netsuite:3>1:214:Mar-2026:average=1.079`.
        posting_date: the day that decides its period by the company's calendar, where the document names no period.
        partner: the source's id of the company of the own group that the line is with; None where it is with nobody of it.
        segment: what the source calls a class, a segment or a business unit.
    """

    line_id: str
    account: str
    account_class: AccountClass
    account_role: str | None = None
    transaction: Money
    functional: Money = field(metadata={SAME_AS: "transaction"})
    legal_entity: str | None = None
    group: Money | None = None
    group_rate: str | None = None
    posting_date: date | None = None
    customer: str | None = None
    supplier: str | None = None
    cost_centre: str | None = None
    profit_centre: str | None = None
    segment: str | None = None
    location: str | None = None
    partner: str | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedDocument(Fact):
    """What all kinds of posted document have in common.

    Attributes:
        posting_period: from the ERP, not from a date; None where the source knows days alone: then each line says its own.
        lines: the posted lines; all zero when void. A tool may post one side of them, such as an expense without what is owed.
        closing: it only brings the accounts of a year that ended to zero, or carries their balances forward.
        reverses: the source's id of the document this one reverses; both stay, each in its own period.
        order: the number of the order that it bills; None where it bills none, or several.
        purchase_order: what the customer calls the order. None where nobody said.
        external_id: what another system calls it, or what it was posted for. None where nobody said.
        intercompany: what all documents of one transaction among companies of the group go by. None where it is none.
    """

    number: str
    document_date: date | None
    posting_period: PostingPeriod | None
    state: DocumentState = DocumentState.POSTED
    lines: tuple[LedgerLine, ...]
    reverses: str | None = None
    closing: bool = False
    order: str | None = None
    purchase_order: str | None = None
    external_id: str | None = None
    intercompany: str | None = None

    def __post_init__(self) -> None:
        """Refuse a line that nobody has posted to any time; raises `MalformedError`."""
        if self.posting_period is None and any(line.posting_date is None for line in self.lines):
            raise MalformedError("line_without_posting_date")

    def rates(self) -> frozenset[str]:
        """Those by which the lines came to the group's currency."""
        return frozenset(line.group_rate for line in self.lines if line.group_rate is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(PostedDocument):
    """A posted customer invoice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemo(PostedDocument):
    """A posted credit to a customer: its income lines are debits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(PostedDocument):
    """Cash received: the debit lies on a bank or undeposited-funds account. Applied and unapplied amounts are different lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry(PostedDocument):
    """A journal posted by hand, by a void preference, or by a reversal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill(PostedDocument):
    """A posted invoice of a supplier, or a supplier's credit: its expense lines are debits, or credits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense(PostedDocument):
    """A posted expense report of an employee, or an expense paid by card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayrollPosting(PostedDocument):
    """A posted payroll run, in sums that name nobody."""


def _lines(document: PostedDocument, lookup: Lookup) -> Iterator[Line]:
    """A line for each posted line, in the document's posting period, else its own day's: the document's date decides nothing."""
    for line in document.lines:
        legal_entity = lookup.legal_entity(line.legal_entity)
        yield Line(
            legal_entity=legal_entity,
            period=_period(document.posting_period or line.posting_date, legal_entity, lookup),
            currency=line.transaction.currency,
            attributes={
                "account": line.account,
                "account_class": str(line.account_class),
                "account_role": line.account_role,
                "cost_centre": line.cost_centre,
                "customer": line.customer,
                "entry": ENTRIES[document.closing],
                "location": line.location,
                "partner": line.partner,
                "product": line.product,
                "profit_centre": line.profit_centre,
                "segment": line.segment,
                "supplier": line.supplier,
            },
            amounts={"posted": line.transaction},
            functional=line.functional,
            group=line.group,
            group_rate=line.group_rate,
            day=document.document_date or line.posting_date,
        )


def _period(posted_to: PostingPeriod | date | None, legal_entity: str, lookup: Lookup) -> str:
    """The period of the company's calendar that has exactly the ERP period's days, or the one that a day lies in.

    Where none has just those days, as for every adjustment period, the table `period` says where it goes: never arithmetic.
    """
    assert posted_to is not None, "a document without a period has a day on each line"
    if isinstance(posted_to, date):
        return lookup.period_of(legal_entity, posted_to)
    same = None
    if posted_to.first_day is not None and posted_to.last_day is not None:
        same = lookup.period_of_span(legal_entity, posted_to.first_day, posted_to.last_day)
    return same or lookup.member(PERIOD_TABLE, posted_to.period_id)


FAMILY = Family(
    name="ledger documents",
    kinds=(Invoice, CreditMemo, Payment, JournalEntry, Bill, Expense, PayrollPosting),
    attributes={
        "account": (),
        "account_class": tuple(AccountClass),
        "account_role": ACCOUNT_ROLES,
        "cost_centre": (),
        "customer": (),
        "entry": ENTRIES,
        "location": (),
        "partner": (),
        "product": (),
        "profit_centre": (),
        "segment": (),
        "supplier": (),
    },
    amounts=("posted",),
    lines=_lines,
    tables={
        "account": (),
        "cost_centre": (),
        "customer": (),
        "location": (),
        "partner": (),
        "product": (),
        "profit_centre": (),
        "segment": (),
        "supplier": (),
    },
    references={
        "number": "number",
        "reverses": "reverses",
        "order": "order",
        "purchase_order": "purchase_order",
        "external_id": "external_id",
        "intercompany": "intercompany",
    },
    day="document_date",
)
