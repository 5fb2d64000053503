"""Reads a company's general ledger entries by when they changed, page by page in the order of their numbers, if it shows any."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from tieout.errors import UnavailableError
from tieout.systems.business_central import queries
from tieout.systems.business_central.companies import Ask
from tieout.systems.business_central.entries import document_of, entry_number
from tieout.systems.business_central.ids import Document, Place


class EntriesPage(NamedTuple):
    """Some entries of a company.

    Attributes:
        documents: those the entries belong to, in the order of their first ones.
        numbers: of the entries.
        following: where the entries behind them are; None where there are none.
    """

    documents: Sequence[Document]
    numbers: Collection[int]
    following: Place | None


def next_entries(place: Place, until: str, ask: Ask) -> EntriesPage:
    """The entries at a place that changed before a moment; at an empty one, whenever. Raises as `ask`."""
    rows = ask(place.company, queries.ENTRIES, queries.changed_entries(place.since, until, place.after))
    documents = tuple(dict.fromkeys(document_of(place.company, row) for row in rows))
    numbers = frozenset(entry_number(row) for row in rows)
    is_last = len(rows) < queries.PAGE_ENTRIES
    following = None if is_last else place._replace(after=str(entry_number(rows[-1])))
    return EntriesPage(documents, numbers, following)


def check_shown(company: str, ask: Ask) -> None:
    """Return if a company's books show us any entry; where they show none, a document that is not shown is not proven gone.

    Raises:
        UnavailableError: they show none, as where our user may see none.
        TransientError, PermanentError: as `ask`.
    """
    if not ask(company, queries.ENTRIES, queries.ANY_ONE):
        raise UnavailableError("Business Central shows our user no entry of the company's books at all")
