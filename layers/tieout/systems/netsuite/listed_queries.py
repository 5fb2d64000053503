"""The SuiteQL that lists what changed and what was deleted; its only inputs are ids made of digits and moments of our own.

A page begins behind the last row of the one before it (its stamp and its id) and not at an offset: rows that come or go
meanwhile move no other row from one page to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from tieout.errors import UnreadableRecordError
from tieout.systems.netsuite.master_types import MASTER_TYPES
from tieout.systems.netsuite.queries import digits, id_list
from tieout.systems.netsuite.translate import TRANSACTION_TYPES

_WALL = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
_FORM = "'YYYY-MM-DD\"T\"HH24:MI:SS'"

# What the table of deleted records may call a transaction, in small letters and without spaces: the names of record types, as
# the SOAP service lists deletions by them, and those of SuiteQL. Any other word proves nothing.
_DELETED_AS: Mapping[str, tuple[str, ...]] = {
    "invoice": ("invoice", "custinvc"),
    "credit_memo": ("creditmemo", "custcred"),
    "payment": ("customerpayment", "custpymt"),
    "journal_entry": ("journalentry", "journal", "intercompanyjournalentry", "advintercompanyjournalentry"),
    "bill": ("vendorbill", "vendbill", "vendorcredit", "vendcred"),
}
# Master data that NetSuite brings along has ids below zero, which no notice names.
_MASTERS = """
SELECT r.id AS id, {modified} AS lastmodified
FROM {table} r
WHERE r.id > 0 AND {which}
ORDER BY {modified}, r.id
"""
_COUNT_OF_MASTERS = "SELECT COUNT(*) AS changes FROM {table} r WHERE r.id > 0 AND {which} ORDER BY COUNT(*)"

# A journal has no total: what it comes to are its debits.
_TOTAL = "t.foreigntotal"
_DEBITS = "(SELECT SUM(tl.foreignamount) FROM transactionline tl WHERE tl.transaction = t.id AND tl.foreignamount > 0)"
_TRANSACTIONS = """
SELECT t.id AS id, {modified} AS lastmodified,
 TO_CHAR(t.trandate, 'YYYY-MM-DD') AS trandate, {total} AS foreigntotal, c.symbol AS currency,
 c.currencyprecision AS currencyprecision
FROM transaction t
 LEFT JOIN currency c ON c.id = t.currency
WHERE t.type IN ({types}) AND {which}
ORDER BY {modified}, t.id
"""
_COUNT = "SELECT COUNT(*) AS changes FROM transaction t WHERE t.type IN ({types}) AND {which} ORDER BY COUNT(*)"
_DELETED_ROWS = """
SELECT d.recordid AS id, {deleted} AS deleted
FROM deletedrecord d
WHERE LOWER(REPLACE(d.type, ' ', '')) IN ({words}) AND {which}
ORDER BY {deleted}, d.recordid
"""


class Span(NamedTuple):
    """Stamps of the account's wall clock, from `since` on and before `until`; of those at `since`, ids above `above`."""

    since: str
    until: str
    above: str = "0"


def changed(entity: str, span: Span) -> str:
    """The records of an entity changed within a span, oldest change first, of one second in the order of their ids."""
    if entity in MASTER_TYPES:
        return _masters(entity, _within("r.lastmodifieddate", "r.id", span))
    return _transactions(entity, _within("t.lastmodifieddate", "t.id", span))


def count(entity: str, span: Span) -> str:
    """How many those are."""
    if entity in MASTER_TYPES:
        which = _within("r.lastmodifieddate", "r.id", span)
        return _COUNT_OF_MASTERS.format(table=MASTER_TYPES[entity].table, which=which)
    which = _within("t.lastmodifieddate", "t.id", span)
    return _COUNT.format(types=_quoted(TRANSACTION_TYPES[entity]), which=which)


def known(entity: str, record_ids: Iterable[str]) -> str:
    """Those of some records of an entity that the role may see, each as it would be listed."""
    if entity in MASTER_TYPES:
        return _masters(entity, f"r.id IN ({id_list(record_ids)})")
    return _transactions(entity, f"t.id IN ({id_list(record_ids)})")


def deleted(entity: str, span: Span) -> str:
    """The records of an entity deleted within a span, in the same order; the same one may come twice."""
    words = MASTER_TYPES[entity].deleted_as if entity in MASTER_TYPES else _DELETED_AS[entity]
    return _deleted(words, _within("d.deleteddate", "d.recordid", span))


def deleted_among(entity: str, record_ids: Iterable[str]) -> str:
    """Those of some records of an entity that were deleted; of transactions, whatever their type: their ids are no other's."""
    is_master = entity in MASTER_TYPES
    words = MASTER_TYPES[entity].deleted_as if is_master else chain.from_iterable(_DELETED_AS.values())
    return _deleted(words, f"d.recordid IN ({id_list(record_ids)})")


def _masters(entity: str, which: str) -> str:
    return _MASTERS.format(modified=_text("r.lastmodifieddate"), table=MASTER_TYPES[entity].table, which=which)


def _transactions(entity: str, which: str) -> str:
    types, total = _quoted(TRANSACTION_TYPES[entity]), _DEBITS if entity == "journal_entry" else _TOTAL
    return _TRANSACTIONS.format(modified=_text("t.lastmodifieddate"), total=total, types=types, which=which)


def _deleted(words: Iterable[str], which: str) -> str:
    return _DELETED_ROWS.format(deleted=_text("d.deleteddate"), words=_quoted(words), which=which)


def _within(stamp: str, record_id: str, span: Span) -> str:
    """By whole seconds: a stamp may have fractions that no text of it shows."""
    above = span.above if span.above == "0" else digits(span.above)
    later = f"({_text(stamp)} > '{_checked(span.since)}' OR {record_id} > {above})"
    return f"{stamp} >= {_moment(span.since)} AND {stamp} < {_moment(span.until)} AND {later}"


def _moment(wall: str) -> str:
    return f"TO_TIMESTAMP('{_checked(wall)}', {_FORM})"


def _text(stamp: str) -> str:
    return f"TO_CHAR({stamp}, {_FORM})"


def _checked(wall: str) -> str:
    if not _WALL.fullmatch(wall):
        raise UnreadableRecordError("not a reading of the account's clock")
    return wall


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{each}'" for each in words)
