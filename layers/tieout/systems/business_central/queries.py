"""What is asked of Business Central's API: resources, filters that it understands, and chunks that fit into an address.

It takes `or` only between conditions on one and the same field, so a document is asked for by its number alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

ENTRIES = "generalLedgerEntries"
ACCOUNTS = "accounts"
PERIODS = "accountingPeriods"
SETUP = "generalLedgerSetup"
# By the type of the document in the books: where the sales, or purchase, document of that number is.
SALES: Mapping[str, str] = {"invoice": "salesInvoices", "credit_memo": "salesCreditMemos"}
PURCHASES: Mapping[str, str] = {"invoice": "purchaseInvoices", "credit_memo": "purchaseCreditMemos"}

PAGE_ENTRIES = 200
ANY_ONE: Mapping[str, str] = {"$top": "1"}
# An id takes some 60 characters of the address, a number at most 20 characters of its own and as many around it.
_AT_ONCE = 30


def in_chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values, as many at once as one query asks for."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def by_ids(ids: Sequence[str]) -> dict[str, str]:
    """The records of these ids, which are written without quotes."""
    return {"$filter": " or ".join(f"id eq {each}" for each in ids)}


def by_numbers(field: str, numbers: Sequence[str]) -> dict[str, str]:
    """The records with one of these numbers in a field."""
    return {"$filter": " or ".join(f"{field} eq {_text(each)}" for each in numbers)}


def with_dimensions(query: dict[str, str]) -> dict[str, str]:
    """The query, each record with the lines of its dimension set."""
    return {**query, "$expand": "dimensionSetLines"}


def changed_entries(since: str, until: str, after: str) -> dict[str, str]:
    """The next entries, in order of their numbers, that changed from one moment on and before another; an empty one is none.

    By their numbers, since nothing else of an entry is unique, ordered and never changed.
    """
    conditions = [
        *([f"lastModifiedDateTime ge {since}"] if since else []),
        *([f"lastModifiedDateTime lt {until}"] if until else []),
        f"entryNumber gt {after or 0}",
    ]
    return {"$filter": " and ".join(conditions), "$orderby": "entryNumber", "$top": str(PAGE_ENTRIES)}


def moment(value: datetime) -> str:
    """A moment in a filter, to the last digit we have."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _text(value: str) -> str:
    """A text in a filter, in which a quote is written twice."""
    return "'" + value.replace("'", "''") + "'"
