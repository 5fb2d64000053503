"""Facts: the canonical, versioned, immutable statements of what a record is, whatever system it came from.

Sign convention: debit positive, as in every ledger; the planning model flips signs at its own edge.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tieout import strict_json
from tieout.money import Money
from tieout.notice import RecordKey
from tieout.periods import Period, PostingPeriod, moment_text


class AccountClass(StrEnum):
    """What kind of account a ledger line is posted to."""

    INCOME = "income"
    EXPENSE = "expense"
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"


ACCOUNT_ROLES = ("cash", "receivable")  # what else is known of an account that flows of money are told apart by


class DocumentState(StrEnum):
    """Whether a posted document stands. A void brings its lines to zero and keeps the document."""

    POSTED = "posted"
    VOID = "void"


class Absence(StrEnum):
    """Why a record has no fact."""

    DELETED = "deleted"
    MERGED = "merged"  # it lives on as another record
    NOT_POSTED = "not_posted"  # exists, but is not in the books: a draft, an order, a quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """A deal in a CRM.

    Attributes:
        amount: None where the CRM has none (not zero).
        stage: the source's own `pipeline/stage` key, mapped to a canonical stage by the table `stage`;
            `-/-` where the deal has neither.
        probability: 0 to 1, six decimals; None lets the canonical stage decide nothing: weighted is then not planned.
        close_date: in the account's own time zone.
        customer: the source's id of the company, None where the deal has none.
        product: the source's product line or pipeline id.
    """

    name: str | None
    amount: Money | None
    stage: str
    probability: Decimal | None
    close_date: date | None
    customer: str | None
    product: str | None
    owner: str | None = None
    deal_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One posted line, debit positive, with all three amounts as the ERP keeps them (never recomputed from a header rate).

    Attributes:
        account_role: `cash` for bank and undeposited-funds accounts, `receivable` for trade debtors, else None (`ACCOUNT_ROLES`).
        group: the amount in the group's reporting currency; None where the ERP gives none.
        group_rate: the identity of the rate the ERP used for it, such as `netsuite:1>2:2026-03:average`.
    """

    line_id: str
    account: str
    account_class: AccountClass
    account_role: str | None = None
    transaction: Money
    functional: Money
    group: Money | None = None
    group_rate: str | None = None
    customer: str | None = None
    cost_centre: str | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedDocument:
    """What the four kinds of ERP document have in common.

    Attributes:
        posting_period: from the ERP, not from the date.
        lines: the posted lines; all zero when void.
        reverses: the source's id of the document this one reverses; both stay, each in its own period.
    """

    number: str
    document_date: date | None
    posting_period: PostingPeriod
    state: DocumentState
    lines: tuple[LedgerLine, ...]
    reverses: str | None = None


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


Fact = Opportunity | Invoice | CreditMemo | Payment | JournalEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a source said a record is, at a version: a fact, or the reason there is none.

    Attributes:
        source_version: the source's own monotonic stamp; texts of one connection and entity compare as versions do.
            Empty for a record the source no longer knows anything of: such a statement keeps the version stored.
    """

    key: RecordKey
    source_version: str
    fact: Fact | None
    absence: Absence | None = None
    related: tuple[RecordKey, ...] = field(
        default=()
    )  # records to be read because of this one, such as a merge's new deal

    def __post_init__(self) -> None:
        if (self.fact is None) == (self.absence is None):
            raise ValueError("a statement is a fact or an absence")


def fact_kind(fact: Fact) -> str:
    """The fact's canonical name: `Opportunity`, `Invoice`, `CreditMemo`, `Payment` or `JournalEntry`."""
    return type(fact).__name__


def canonical_text(statement: Statement) -> str:
    """What is stated, as JSON with a fixed order, so that equal statements have equal texts; the version is no part of it."""
    if statement.fact is None:
        return strict_json.dump({"absence": str(statement.absence)})
    return strict_json.dump({"kind": fact_kind(statement.fact), **_plain(statement.fact)})


def _plain(value: object) -> Any:  # noqa: ANN401 JSON values
    if isinstance(value, Money | Period):
        return str(value)
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value
