"""Translates NetSuite's rows into a statement: a posted document with its lines, or why there is none (step 3, record).

The posted ledger lines are the truth, never the header's totals: debit positive, in the transaction's, the
subsidiary's and the group's currency, each as NetSuite keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.documents import (
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
from tieout.systems.netsuite.account_time import moment_of_wall_clock
from tieout.systems.netsuite.lines import Books, Rates, ledger_lines
from tieout.systems.netsuite.rows import Row

_KINDS: Mapping[str, type[PostedDocument]] = {
    "invoice": Invoice,
    "credit_memo": CreditMemo,
    "payment": Payment,
    "journal_entry": JournalEntry,
    "bill": Bill,
}
# What SuiteQL calls the transactions of an entity.
TRANSACTION_TYPES: Mapping[str, tuple[str, ...]] = {
    "invoice": ("CustInvc",),
    "credit_memo": ("CustCred",),
    "payment": ("CustPymt",),
    "journal_entry": ("Journal",),  # intercompany journals have the same type
    "bill": ("VendBill", "VendCred"),
}
LEDGER_ENTITIES = frozenset(_KINDS)


def statement(key: RecordKey, header: Row, rows: Sequence[Row], rates: Rates, books: Books) -> Statement:
    """What a transaction is, from its header row and its posted lines.

    Raises:
        UnreadableRecordError: if it is a transaction of another type than asked for, or its lines make no document.
    """
    if header.get("type", "").lower() not in {each.lower() for each in TRANSACTION_TYPES[key.entity]}:
        raise UnreadableRecordError(f"the transaction is no {key.entity}")
    try:
        return _statement(key, header, rows, rates, books)
    except (MalformedError, KeyError, ValueError, ArithmeticError) as error:  # the last: beyond any calendar or amount
        reason = error.reason if isinstance(error, MalformedError) else type(error).__name__
        raise UnreadableRecordError(f"the transaction cannot be read: {reason}") from error


def version(header: Row, time_zone: str) -> str:
    """The source version of a row: its last modification, in UTC.

    Raises:
        MalformedError, KeyError: if the row does not state it.
    """
    return moment_text(moment_of_wall_clock(header["lastmodified"], time_zone))


def missing(key: RecordKey) -> Statement:
    """A record NetSuite knows nothing of: deleted, and without a version to say when."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)


def unposted(key: RecordKey, source_version: str = "") -> Statement:
    """A record that is not in the books: pending approval, or of a type that never posts."""
    return Statement(key=key, source_version=source_version, fact=None, absence=Absence.NOT_POSTED)


def _statement(key: RecordKey, header: Row, rows: Sequence[Row], rates: Rates, books: Books) -> Statement:
    stated_version = version(header, books.time_zone)
    period = _posting_period(header)
    if period is None:
        if rows and header.get("posting") == "T":
            raise UnreadableRecordError("the transaction is posted, and to no period that our role may see")
        return unposted(key, stated_version)
    lines = ledger_lines(key.entity, header, rows, period, rates, books)
    state = _state(header, lines)
    if state is DocumentState.POSTED and (header.get("posting") != "T" or not lines):
        return unposted(key, stated_version)
    fact = _KINDS[key.entity](
        number=header.get("tranid") or f"#{key.record_id}",
        document_date=_date(header.get("trandate")),
        posting_period=period,
        state=state,
        lines=lines,
        reverses=_reverses(header),
    )
    return Statement(key=key, source_version=stated_version, fact=fact)


def _state(header: Row, lines: Sequence[LedgerLine]) -> DocumentState:
    """Void only where the lines are zero too.

    By account preference a void either zeroes the document (void) or leaves it as it is, flagged `voided`, and posts a
    reversing journal of its own: zeroing that document as well would take the amount back twice.
    """
    is_zero = all(line.transaction.amount_minor == 0 == line.functional.amount_minor for line in lines)
    is_marked = header.get("voided") == "T" or header.get("memovoid") == "T"
    return DocumentState.VOID if is_zero and is_marked else DocumentState.POSTED


def _posting_period(header: Row) -> PostingPeriod | None:
    """The period NetSuite posted to; without days where it is an adjustment."""
    period_id = header.get("period")
    if period_id is None:
        return None
    start, end = _date(header.get("periodstart")), _date(header.get("periodend"))
    name = header.get("periodname", period_id)
    return (
        PostingPeriod(period_id, name) if header.get("isadjust") == "T" else PostingPeriod(period_id, name, start, end)
    )


def _reverses(header: Row) -> str | None:
    """The journal this one reverses. NetSuite links both to each other; the one that reverses was made later."""
    other, own = header.get("reversal"), header["id"]
    return other if other is not None and int(other) < int(own) else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
