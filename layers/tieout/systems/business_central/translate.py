"""Translates general ledger entries into a statement: the pure middle of the record step.

The entries are the posted truth. An invoice's own amounts are never in the books but through them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.documents import (
    Bill,
    CreditMemo,
    Invoice,
    JournalEntry,
    LedgerLine,
    Payment,
    PostedDocument,
)
from tieout.facts.statement import Absence, Statement
from tieout.systems.business_central.companies import Company
from tieout.systems.business_central.entries import CLOSING, Posted, document_of, posting_day, version_of
from tieout.systems.business_central.fields import day_of, text_of, unreadable
from tieout.systems.business_central.headers import Header, is_posted
from tieout.systems.business_central.ids import Document
from tieout.systems.business_central.lines import ledger_lines
from tieout.systems.business_central.options import Options
from tieout.systems.business_central.periods import accounting_period_of

DOCUMENTS = "journal_entry"
"""The entity of everything in the books: what a document is, its type and accounts say."""

_SOLD: Mapping[str, type[PostedDocument]] = {"invoice": Invoice, "credit_memo": CreditMemo}
_PAID = frozenset({"payment", "refund"})


def document_statement(
    key: RecordKey,
    document: Document,
    posted: Posted,
    header: Header | None,
    company: Company,
    options: Options,
) -> Statement:
    """What a document of the books is, from its entries; it leads to the one that is posted under the same number, if any.

    Raises:
        UnreadableRecordError: naming what cannot be read, or if its entries make no document.
        UnavailableError: one of its accounts may be newer than what is known of them.
    """
    try:
        day = posting_day(document)
        period = accounting_period_of(day, company.period_starts) if options.accounting_periods else None
        lines = ledger_lines(posted.rows, header, company, options, None if period else day)
        fact = _kind(document, header, lines, options)(
            number=document.number,
            document_date=day,
            posting_period=period,
            lines=lines,
            closing=is_closing(document, options),
            order=header.order if header else None,
            purchase_order=header.purchase_order if header else None,
            external_id=header.external_id if header else None,
        )
    except (MalformedError, ArithmeticError) as error:  # the last: beyond any amount
        reason = error.reason if isinstance(error, MalformedError) else type(error).__name__
        raise UnreadableRecordError(f"the document cannot be read: {reason}") from error
    related = (key._replace(record_id=posted.beside.text()),) if posted.beside else ()
    return Statement(key=key, source_version=version_of(posted.told_by), fact=fact, related=related)


def is_closing(document: Document, options: Options) -> bool:
    """Whether a document only closes a year's income statement: by its closing date, or by how its number begins."""
    return document.posted_on.startswith(CLOSING) or document.number.startswith(tuple(options.closing_numbers))


def entry_statement(key: RecordKey, company: str, row: Mapping[str, Any]) -> Statement:
    """What a general ledger entry is: nothing by itself, but its document is read for it."""
    return _leading_to(key, document_of(company, row))


def header_statement(key: RecordKey, company: str, row: Mapping[str, Any]) -> Statement:
    """What a sales document is: not in the books while it is a draft or in review; after that its document there is read."""
    if not is_posted(row):
        return unposted_statement(key)
    day = day_of(row, "postingDate") or day_of(row, "invoiceDate") or day_of(row, "creditMemoDate")
    number = text_of(row, "number")
    if day is None or number is None:
        raise unreadable("number" if number is None else "postingDate", "missing")
    return _leading_to(key, Document(company, day.isoformat(), key.entity, number))


def unposted_statement(key: RecordKey, related: Sequence[RecordKey] = ()) -> Statement:
    """What a record is that is in nobody's books by itself: a draft, a part of a document, or a company's that is not ours."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.NOT_POSTED, related=tuple(related))


def unknown_statement(key: RecordKey) -> Statement:
    """What a record is that Business Central does not have, or no longer; at no version."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)


def _leading_to(key: RecordKey, document: Document) -> Statement:
    return unposted_statement(key, [RecordKey(key.connection, DOCUMENTS, document.text())])


def _kind(
    document: Document, header: Header | None, lines: Sequence[LedgerLine], options: Options
) -> type[PostedDocument]:
    """By its type, and by whom it is with: the header says, else the accounts that it is posted to.

    What is paid to suppliers is no cash received, and what is neither with customers nor with suppliers is a journal.
    """
    accounts = {line.account for line in lines}
    is_sold = not accounts.isdisjoint(options.receivable_accounts)
    is_bought = not accounts.isdisjoint(options.payable_accounts)
    if header is not None:
        is_sold, is_bought = header.customer is not None, header.supplier is not None
    if document.kind in _PAID and is_sold:
        return Payment
    if document.kind in _SOLD and is_sold:
        return _SOLD[document.kind]
    return Bill if document.kind in _SOLD and is_bought else JournalEntry
