"""Answers the SuiteQL that lists what changed and what was deleted, from the documents of an ERP in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.simulation.documents import EXPONENTS, Document
from tieout.systems.netsuite.rows import Row

_SINCE = re.compile(r">= TO_TIMESTAMP\('([^']+)'")
_UNTIL = re.compile(r"< TO_TIMESTAMP\('([^']+)'")
_ABOVE = re.compile(r"\(TO_CHAR\([^)]*\) > '([^']+)' OR [a-z.]+ > ([0-9]+)\)")
_WORDS = re.compile(r"IN \(((?:'[A-Za-z]+'(?:, )?)+)\)")
_DELETED = "FROM deletedrecord"


def is_listed(suiteql: str) -> bool:
    """Whether a query lists documents, and does not read them."""
    return "AS foreigntotal" in suiteql or (_DELETED in suiteql and "d.deleteddate >=" in suiteql)


def listed(documents: Iterable[Document], suiteql: str, ids: Iterable[str]) -> list[Row]:
    """The rows of such a query, in its order; `ids` are those it names, if it does."""
    of_deleted = _DELETED in suiteql
    found = [
        each
        for each in documents
        if each.is_deleted == of_deleted and _is_of(each, suiteql) and _is_noted(each, suiteql)
    ]
    since, until, above = (pattern.search(suiteql) for pattern in (_SINCE, _UNTIL, _ABOVE))
    if since is not None and until is not None and above is not None:
        found = [
            each
            for each in found
            if since[1] <= each.last_modified < until[1]
            and (each.last_modified > above[1] or int(each.document_id) > int(above[2]))
        ]
    else:
        wanted = set(ids)
        found = [each for each in found if each.document_id in wanted]
    found.sort(key=lambda each: (each.last_modified, int(each.document_id)))
    return [_deleted_row(each) if of_deleted else _row(each) for each in found]


def _is_of(document: Document, suiteql: str) -> bool:
    words = _WORDS.search(suiteql)
    assert words is not None, suiteql
    return document.type.lower() in {each.strip("'").lower() for each in words[1].split(", ")}


def _is_noted(document: Document, suiteql: str) -> bool:
    """Whether the table of deletions has it: every other one, as the reader is told too."""
    return _DELETED not in suiteql or int(document.document_id) % 2 == 1


def _row(document: Document) -> Row:
    return {
        "id": document.document_id,
        "lastmodified": document.last_modified,
        "trandate": "2026-03-05",
        "currency": document.currency,
        "currencyprecision": str(EXPONENTS[document.currency]),
    }


def _deleted_row(document: Document) -> Row:
    return {"id": document.document_id, "deleted": document.last_modified}
