"""Turns what S/4HANA answers into statements: the pure middle of the record step."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.documents import (
    AccountClass,
    Bill,
    CreditMemo,
    DocumentState,
    Invoice,
    JournalEntry,
    LedgerLine,
    Payment,
    PostedDocument,
)
from tieout.facts.statement import Absence, Statement
from tieout.moments import moment_text
from tieout.periods import PostingPeriod
from tieout.systems.sap_s4hana import sales
from tieout.systems.sap_s4hana.accounts import family_of
from tieout.systems.sap_s4hana.fields import Row, day_of, is_set, number_text, required_text, text_of, unreadable
from tieout.systems.sap_s4hana.ids import bare, journal_id
from tieout.systems.sap_s4hana.lines import Books, ledger_lines

_KINDS: dict[str, type[PostedDocument]] = {
    "customer": Invoice,
    "customer_credit": CreditMemo,
    "customer_payment": Payment,
    "supplier": Bill,
    "journal": JournalEntry,
}
# Entries that are in no books: recurring and sample entries, noted items, parked ones, and parked ones that were deleted.
_UNPOSTED_CATEGORIES = frozenset("DMSVWZ")
_CARRY_FORWARD = 0  # the period that only holds what a year begins with
_LAST_ORDINARY_PERIOD = 12


def sales_order_statement(key: RecordKey, row: Row) -> Statement:
    """What a sales order is, at its own last change; raises as `sales.order_of`."""
    return Statement(key=key, source_version=sales.version_of(row), fact=sales.order_of(row))


def unread(key: RecordKey) -> Statement:
    """A record of a kind that a flow carries and that is not read of S/4HANA, such as a product."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.NOT_POSTED)


def billing_statement(key: RecordKey, row: Row) -> Statement:
    """What a billing document is, at its own last change; its posting and what it cancels are read because of it.

    Raises:
        UnreadableRecordError: naming the property that cannot be read, never its value.
    """
    version = sales.version_of(row)
    if sales.is_pro_forma(row):
        return _not_posted(key, version)
    document = sales.billing_of(row)
    related = []
    if document.accounting_document is not None:
        related.append(RecordKey(key.connection, "journal_entry", document.accounting_document))
    if document.cancels is not None:
        related.append(RecordKey(key.connection, "billing_document", document.cancels))
    return Statement(key=key, source_version=version, fact=document, related=tuple(related))


def journal_statement(key: RecordKey, rows: Sequence[Row], books: Books) -> Statement:
    """What a journal entry is, from all of its items in all ledgers; only those of one ledger are counted.

    Raises:
        UnreadableRecordError: if they make no document that balances, one names no ledger, or a property cannot be read.
    """
    version = entry_version(rows)
    if text_of(rows[0], "AccountingDocumentCategory") in _UNPOSTED_CATEGORIES:
        return _not_posted(key, version)
    own = [row for row in rows if required_text(row, "Ledger") == books.ledger]
    if not own:
        return _not_posted(key, version)
    try:
        return Statement(key=key, source_version=version, fact=_document(own, books))
    except (MalformedError, ValueError, ArithmeticError) as error:  # the last two: beyond any calendar or amount
        reason = error.reason if isinstance(error, MalformedError) else type(error).__name__
        raise UnreadableRecordError(f"the journal entry cannot be read: {reason}") from error


def _not_posted(key: RecordKey, version: str) -> Statement:
    return Statement(key=key, source_version=version, fact=None, absence=Absence.NOT_POSTED)


def missing_order(key: RecordKey) -> Statement:
    """A sales order that S/4HANA says it does not have: deleted, and without a version to say when."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)


def entry_version(rows: Sequence[Row]) -> str:
    """When an entry was entered, or last changed: of that S/4HANA shows the day alone, so it is the midnight it began with.

    A change on the day of the entry leaves the version as it is. The day of a clearing is no part of it: it changes no
    amount, and undoing it would let the version fall back.
    """
    return moment_text(max(moment for row in rows for moment in _stamps(row)))


def entered_at(rows: Sequence[Row]) -> str:
    """The version an entry had when it was entered, of which alone S/4HANA tells."""
    return moment_text(max(map(_entered, rows)))


def _entered(row: Row) -> datetime:
    entered = sales.created_at(row, "AccountingDocumentCreationDate")
    if entered is None:
        raise unreadable("AccountingDocumentCreationDate", "empty")
    return entered


def _stamps(row: Row) -> Iterator[datetime]:
    yield _entered(row)
    changed = day_of(row, "LastChangeDate")
    if changed is not None:
        yield datetime(changed.year, changed.month, changed.day, tzinfo=UTC)


def _document(rows: Sequence[Row], books: Books) -> PostedDocument:
    header = rows[0]
    document_type = required_text(header, "AccountingDocumentType")
    lines = ledger_lines(rows, books)
    period = _posting_period(header, books)
    is_carried = int(required_text(header, "FiscalPeriod")) == _CARRY_FORWARD
    reverses = _reverses(header)
    return _kind(document_type, lines, books, takes_back=reverses is not None)(
        number=required_text(header, "AccountingDocument"),
        document_date=day_of(header, "DocumentDate"),
        posting_period=period,
        state=DocumentState.POSTED,
        lines=lines,
        reverses=reverses,
        closing=is_carried or document_type in books.closing_document_types,
        external_id=text_of(header, "DocumentReferenceID"),
        intercompany=text_of(header, "IntercompanyTransaction"),
    )


def _kind(document_type: str, lines: Sequence[LedgerLine], books: Books, *, takes_back: bool) -> type[PostedDocument]:
    """The kind of an entry; what bills a customer is a credit where its income is a debit.

    Reversals have types of their own (DA of customers), which say nothing of what they take back. One of cash and of what a
    customer owes takes back a payment: as a journal, the cash would stay collected.
    """
    kind = _KINDS[family_of(document_type, books.document_types)]
    if kind is JournalEntry and takes_back and {"cash", "receivable"} <= {line.account_role for line in lines}:
        return Payment
    if kind is not Invoice:
        return kind
    income = sum(line.functional.amount_minor for line in lines if line.account_class is AccountClass.INCOME)
    return CreditMemo if income > 0 else Invoice


def _posting_period(header: Row, books: Books) -> PostingPeriod:
    """The period S/4HANA posted to; with days only where the company's fiscal year is the calendar's, and it is no special one."""
    company, year = required_text(header, "CompanyCode"), required_text(header, "FiscalYear")
    period = required_text(header, "FiscalPeriod")
    if not (period.isascii() and period.isdigit() and year.isascii() and year.isdigit()):
        raise unreadable("FiscalPeriod", "not_a_number")
    number, named = int(period), f"{company}/{year}/{period.zfill(3)}"
    if company not in books.calendar_year_companies or not 1 <= number <= _LAST_ORDINARY_PERIOD:
        return PostingPeriod(named, named)
    first = date(int(year), number, 1)
    return PostingPeriod(named, named, first, first.replace(day=monthrange(first.year, first.month)[1]))


def _reverses(header: Row) -> str | None:
    """The entry this one reverses. S/4HANA links both to each other; a flag says which of them reverses."""
    document = number_text(header, "ReverseDocument")
    if document is None or not is_set(header, "IsReversal"):
        return None
    company, year = required_text(header, "CompanyCode"), required_text(header, "ReverseDocumentFiscalYear")
    return journal_id(company, year, bare(document))
