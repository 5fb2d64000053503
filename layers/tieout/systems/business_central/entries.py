"""General ledger entries: which document each belongs to, and at which version a document stands. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from tieout.moments import moment_text
from tieout.systems.business_central.fields import Row, moment_of, text_of, unreadable, word_of
from tieout.systems.business_central.ids import Document

NO_KIND = "none"
CLOSING = "C"
# A closing date lies between the last day of a year and the first of the next. How the API writes one is not documented:
# with the letter that people write, or as the database keeps it, the last second of the day; or, as far as we know, as the
# day itself, and then only the number of the document tells.
_POSTED_ON = re.compile(
    "(?P<closing>C)?(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:T(?:00:00:00|(?P<last>23:59:59))(?:[.][0-9]+)?Z?)?", re.ASCII
)


def document_of(company: str, row: Mapping[str, Any]) -> Document:
    """The document an entry belongs to.

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


def by_document(company: str, rows: Iterable[Row]) -> Mapping[Document, Sequence[Row]]:
    """The entries of each document in the order of their numbers, each once.

    By the number of the entry and by nothing else: a reversal has number, type and date of what it reverses.
    """
    found: dict[Document, dict[int, Row]] = defaultdict(dict)
    for row in rows:
        found[document_of(company, row)][entry_number(row)] = row
    return {document: [of[each] for each in sorted(of)] for document, of in found.items()}


def entry_number(row: Mapping[str, Any]) -> int:
    """The number of an entry, unique within its company."""
    number = row.get("entryNumber")
    if isinstance(number, bool) or not isinstance(number, int):
        raise unreadable("entryNumber", "missing_or_no_number")
    return number


def version_of(rows: Sequence[Row]) -> str:
    """The version of a document: when its entries changed last, reversals, which are further entries, included."""
    return moment_text(max(moment_of(row, "lastModifiedDateTime") for row in rows))
