"""General ledger entries: which document each belongs to, and at which version a document stands. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

from tieout.moments import moment_text
from tieout.money import EXACT
from tieout.systems.business_central.fields import Row, moment_of, number_of, text_of, unreadable, word_of
from tieout.systems.business_central.ids import Document
from tieout.systems.business_central.options import Options

NO_KIND = "none"
CLOSING = "C"
# A closing date lies between the last day of a year and the first of the next. How the API writes one is not documented:
# with the letter that people write, or as the database keeps it, the last second of the day; or, as far as we know, as the
# day itself, and then only the number of the document tells.
_POSTED_ON = re.compile(
    "(?P<closing>C)?(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:T(?:00:00:00|(?P<last>23:59:59))(?:[.][0-9]+)?Z?)?", re.ASCII
)

# What is with customers or with suppliers by its type; a journal without a type may well be with both.
_SIDED = frozenset({"invoice", "credit_memo", "payment", "refund"})


class Posted(NamedTuple):
    """What is posted of a document.

    Attributes:
        rows: its entries, in the order of their numbers.
        told_by: the entries whose change changes it: its own, and those that were taken out of it.
        beside: the document that those are; None where there are none.
    """

    rows: Sequence[Row]
    told_by: Sequence[Row]
    beside: Document | None = None


def document_of(company: str, row: Mapping[str, Any]) -> Document:
    """The document an entry belongs to, by what it says of itself.

    Raises:
        UnreadableRecordError: naming the field that is missing or malformed.
    """
    found = _POSTED_ON.fullmatch(text_of(row, "postingDate") or "")
    if found is None:
        raise unreadable("postingDate", "missing_or_no_date")
    number = text_of(row, "documentNumber")
    if number is None:
        raise unreadable("documentNumber", "missing")
    is_closing = found["closing"] or found["last"]
    return Document(
        company, f"{CLOSING if is_closing else ''}{found['day']}", word_of(row, "documentType") or NO_KIND, number
    )


def posting_day(document: Document) -> date:
    """The day a document was posted on; of a closing date the day before it; `UnreadableRecordError` for no day of a calendar."""
    try:
        return date.fromisoformat(document.posted_on.removeprefix(CLOSING))
    except ValueError:
        raise unreadable("postingDate", "no_such_day") from None


def by_document(company: str, rows: Iterable[Row], options: Options) -> Mapping[Document, Posted]:
    """What is posted of each document, each entry once.

    By the number of the entry and by nothing else: a reversal has number, type and date of what it reverses. So have a sales
    and a purchase document by chance; an entry says of neither, so what is posted together tells them apart by its accounts.

    Raises:
        UnreadableRecordError: naming the field of an entry that is missing or malformed.
    """
    found: dict[Document, dict[int, Row]] = defaultdict(dict)
    for row in rows:
        found[document_of(company, row)][entry_number(row)] = row
    posted: dict[Document, Posted] = {}
    for document, of in found.items():
        entries = [of[each] for each in sorted(of)]
        bought = _bought_beside(entries, options) if document.kind in _SIDED else []
        if bought:
            numbers = {entry_number(row) for row in bought}
            rest = [row for row in entries if entry_number(row) not in numbers]
            posted[document] = Posted(rest, entries, document.beside())
            posted[document.beside()] = Posted(bought, bought)
        else:
            posted[document] = Posted(entries, entries)
    return posted


def entry_number(row: Mapping[str, Any]) -> int:
    """The number of an entry, unique within its company."""
    number = row.get("entryNumber")
    if isinstance(number, bool) or not isinstance(number, int):
        raise unreadable("entryNumber", "missing_or_no_number")
    return number


def account_of(row: Mapping[str, Any]) -> str:
    """The number of an entry's account, which must be there."""
    account = text_of(row, "accountNumber")
    if account is None:
        raise unreadable("accountNumber", "missing")
    return account


def debit_of(row: Mapping[str, Any]) -> Decimal:
    """An entry's amount, debit positive; a correction is a negative debit, or credit, and no credit, or debit."""
    return number_of(row, "debitAmount") - number_of(row, "creditAmount")


def version_of(rows: Sequence[Row]) -> str:
    """The version of a document: when its entries changed last, reversals, which are further entries, included."""
    return moment_text(max(moment_of(row, "lastModifiedDateTime") for row in rows))


def _bought_beside(rows: Sequence[Row], options: Options) -> Sequence[Row]:
    """Of the entries of one number those that were posted with suppliers alone, where others were posted with customers."""
    sold, bought = set(options.receivable_accounts), set(options.payable_accounts)
    postings = [(each, {account_of(row) for row in each}) for each in _postings(rows, sold | bought)]
    if all(accounts.isdisjoint(sold) for _, accounts in postings):
        return []
    alone = [each for each, accounts in postings if accounts.isdisjoint(sold) and not accounts.isdisjoint(bought)]
    return [row for each in alone for row in each]


def _postings(rows: Sequence[Row], accounts: Collection[str]) -> Sequence[Sequence[Row]]:
    """The entries as far as can be seen as they were posted: each posting balances, and has an entry on one of the accounts.

    What balances before such an entry belongs to what follows, since the claim is posted last; what follows the last to that.
    """
    postings: list[list[Row]] = []
    begun: list[Row] = []
    balance, has_claim = Decimal(0), False
    with localcontext(EXACT):
        for row in rows:
            begun.append(row)
            balance += debit_of(row)
            has_claim = has_claim or account_of(row) in accounts
            if balance == 0 and has_claim:
                postings.append(begun)
                begun, has_claim = [], False
    if begun and postings:
        postings[-1] += begun
    return postings
