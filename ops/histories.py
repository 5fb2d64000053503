"""Reads the journal for what a record was, and for what came of a notice."""

from __future__ import annotations

from ops.journal_reading import lines
from ops.place import Place
from tieout.arriving.notice import RecordKey
from tieout.errors import PermanentError
from tieout.ledger import keys
from tieout.ledger.journal_lines import Line, line_of, partition_of
from tieout.ledger.searching import Search, Wanted
from tieout.ledger.tracing import Tracing
from tieout.ledger.versions import Version, versions_of


class UnknownNoticeError(PermanentError):
    """The journal tells of no such notice."""


def versions(place: Place, record: RecordKey) -> list[Version]:
    """Every version of a record's fact that the journal tells of, oldest first; none of a record it does not know."""
    partition, _ = keys.fact_key(record)
    found: list[Line] = []
    for some in lines(place.archive):
        found += [line_of(text) for text in some if partition_of(text) == partition]
    return list(versions_of(found))


def traced(place: Place, wanted: Wanted) -> tuple[Search, Tracing]:
    """What notices brought, and what came of it.

    Raises:
        UnknownNoticeError: the journal tells of none of them.
    """
    search = Search(wanted)
    for some in lines(place.archive):
        search.take(some)
    if not search.has_found:
        which = "" if wanted.position is None else f" at position {wanted.position}"
        raise UnknownNoticeError(f"the journal tells of no notice of delivery {wanted.delivery_id}{which}")
    tracing = Tracing(search)
    if search.partitions:
        for some in lines(place.archive, since=search.since):
            tracing.take(some)
    return search, tracing
