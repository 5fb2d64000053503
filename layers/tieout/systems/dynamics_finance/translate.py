"""Translates Dynamics' rows into a statement: an entry of the general ledger with its lines, or why there is none (step 3, record).

The posted ledger lines are the truth, never the totals of a document or an event: debit positive, in the transaction's, the
company's and the reporting currency, each as Dynamics keeps it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.documents import Bill, CreditMemo, Invoice, JournalEntry, Payment, PostedDocument
from tieout.facts.statement import Absence, Statement
from tieout.periods import PostingPeriod
from tieout.systems.dynamics_finance.accounts import CUSTOMER_BALANCE, SUPPLIER_BALANCE, posting_type
from tieout.systems.dynamics_finance.finding import ENTITY, Entry
from tieout.systems.dynamics_finance.lines import Party, ledger_lines
from tieout.systems.dynamics_finance.options import Document, Options
from tieout.systems.dynamics_finance.rows import Row, company_of, day_of, number_of, stated_text, text_of, version_of

_LAYER = "current"  # the others hold tax adjustments and the like, of which books of another purpose are made
_ORDINARY, _OPENING, _CLOSING = "operating", "opening", "closing"


def statement(
    key: RecordKey, headers: Sequence[Row], rows: Sequence[Row], documents: Sequence[Row], options: Options
) -> Statement:
    """What an entry is, from its header rows in the layer that is read, their lines, and the documents that it posts.

    Raises:
        UnreadableRecordError: if the rows make no entry.
    """
    try:
        return _statement(key, headers, rows, documents, options)
    except (MalformedError, ValueError, ArithmeticError) as error:  # the last: beyond any calendar or amount
        reason = error.reason if isinstance(error, MalformedError) else type(error).__name__
        raise UnreadableRecordError(f"the entry cannot be read: {reason}") from error


def is_in_the_books(header: Row) -> bool:
    """Whether a header row belongs to the posting layer that is read."""
    return text_of(header, "PostingLayer").lower() in {"", _LAYER}


def shared_numbers(headers: Iterable[Row]) -> frozenset[tuple[str, str]]:
    """Company and journal number of those that are not one entry's alone: nobody could tell whose lines are which."""
    counted = Counter(map(number_in_company, headers))
    return frozenset(each for each, count in counted.items() if count > 1)


def number_in_company(header: Row) -> tuple[str, str]:
    """A header's company and journal number, by which its lines are found."""
    return text_of(header, "dataAreaId").lower(), text_of(header, "JournalNumber")


def key_of(header: Row, connection: str) -> RecordKey:
    """The key of the entry that a header row belongs to.

    Raises:
        UnreadableRecordError: where it does not say which that is.
    """
    try:
        company, voucher = company_of(header), stated_text(header, "Voucher")
        day = day_of(header, "AccountingDate")
    except MalformedError as error:
        raise UnreadableRecordError(f"an entry cannot be named: {error.reason}") from error
    if day is None:
        raise UnreadableRecordError("an entry has no day")
    return RecordKey(connection, ENTITY, Entry(company, day, voucher).text())


def unposted(key: RecordKey) -> Statement:
    """An entry of other posting layers alone."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.NOT_POSTED)


def document_of(header: Row, options: Options) -> Document | None:
    """The kind of document that a header's journal category posts; None for journals of every kind."""
    category = text_of(header, "JournalCategory").casefold()
    return next((each for each in options.documents if category in {name.casefold() for name in each.categories}), None)


def _statement(
    key: RecordKey, headers: Sequence[Row], rows: Sequence[Row], documents: Sequence[Row], options: Options
) -> Statement:
    header, document = headers[0], document_of(headers[0], options)
    if len({_period(each) for each in headers}) > 1:
        raise UnreadableRecordError("the entry is posted to several periods")
    entry = Entry.parse(key.record_id)
    lines = ledger_lines(header, rows, _party(document, documents), options)
    fact = _kind(document, rows)(
        number=_number(document, documents) or entry.voucher,
        document_date=day_of(header, "DocumentDate") or entry.day,
        posting_period=_period(header),
        lines=lines,
        reverses=_reverses(header),
        closing=_carries_on(header, options),
    )
    return Statement(key=key, source_version=max(version_of(each) for each in headers), fact=fact)


def _kind(document: Document | None, rows: Sequence[Row]) -> type[PostedDocument]:
    """The kind of fact: what the category says, where the lines agree, since it also posts what goes before an invoice.

    Whether it credits is decided by the sign of what the customer owes. What is paid to suppliers and between banks is a journal.
    """
    owed = [number_of(row, "AccountingCurrencyAmount") for row in rows if posting_type(row) == CUSTOMER_BALANCE]
    if document is None:
        return JournalEntry
    if document.party == "supplier":
        owes = any(posting_type(row) == SUPPLIER_BALANCE for row in rows)
        return Bill if owes and not document.is_payment else JournalEntry
    if not owed:
        return JournalEntry
    if document.is_payment:
        return Payment
    return CreditMemo if sum(owed) < 0 else Invoice


def _party(document: Document | None, documents: Sequence[Row]) -> Party | None:
    """Whom the documents are with; None where they are with several: their lines do not say which is whose."""
    account = _one(documents, document.account) if document is not None else ""
    return Party(document.party, account) if document is not None and account else None


def _number(document: Document | None, documents: Sequence[Row]) -> str:
    return _one(documents, document.number) if document is not None else ""


def _one(documents: Sequence[Row], column: str) -> str:
    """What all rows have in a column; empty where they differ, or there is none."""
    found = {text_of(row, column) for row in documents}
    return found.pop() if len(found) == 1 else ""


def _period(header: Row) -> PostingPeriod:
    """The fiscal period Dynamics posted to; without days where it is one of opening or closing, which has those of another.

    It is named with its company: each has a fiscal calendar, and a year of one ends when that of another does not.
    """
    name = stated_text(header, "FiscalPeriodName")
    period_id = f"{company_of(header)}/{stated_text(header, 'FiscalYear')}/{name}"
    if text_of(header, "FiscalPeriodType").lower() != _ORDINARY:
        return PostingPeriod(period_id, name)
    return PostingPeriod(
        period_id, name, day_of(header, "FiscalPeriodStartDate"), day_of(header, "FiscalPeriodEndDate")
    )


def _carries_on(header: Row, options: Options) -> bool:
    """Whether an entry only carries a year on: all do in an opening period, and in a closing one all but what people post there."""
    kind, category = text_of(header, "FiscalPeriodType").lower(), text_of(header, "JournalCategory").casefold()
    is_adjustment = category in {each.casefold() for each in options.adjusting_categories}
    return kind == _OPENING or (kind == _CLOSING and not is_adjustment)


def _reverses(header: Row) -> str | None:
    """The entry this one reverses; both stay, each in its own period."""
    voucher, day = text_of(header, "ReversedVoucher"), day_of(header, "ReversedAccountingDate")
    return Entry(company_of(header), day, voucher).text() if voucher and day is not None else None
