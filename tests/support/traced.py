"""What a journal in memory tells of records and of notices, read as an operator's commands read the archive's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.support.ledger_scenes import record
from tieout.ledger import keys
from tieout.ledger.journal import object_key
from tieout.ledger.journal_lines import line_of, partition_of
from tieout.ledger.searching import Search, Wanted
from tieout.ledger.tracing import Tracing
from tieout.ledger.versions import Version, versions_of

Journal = Mapping[str, Iterable[bytes]]  # by the keys of its objects


def searched(journal: Journal, delivery_id: str, position: int | None = None) -> Search:
    """What a notice, or all of a delivery, brought."""
    search = Search(Wanted(delivery_id, position))
    for some in journal.values():
        search.take(some)
    return search


def traced(journal: Journal, delivery_id: str, position: int | None = None) -> Tracing:
    """What came of a notice, or of all of a delivery."""
    search = searched(journal, delivery_id, position)
    tracing = Tracing(search)
    for key, some in journal.items():
        if search.since is None or key >= object_key(search.since):
            tracing.take(some)
    return tracing


def versions(journal: Journal, number: int | str) -> list[Version]:
    """What a record was."""
    partition, _ = keys.fact_key(record(number))
    return list(
        versions_of(line_of(each) for some in journal.values() for each in some if partition_of(each) == partition)
    )


def written(journal: Journal, delivery_id: str) -> list[str]:
    """The receipts of the writes that had what a delivery moved."""
    tracing = traced(journal, delivery_id)
    return [write.receipt.receipt_id for version in tracing.versions() for write in tracing.writes(version)]


def backwards(journal: Journal) -> dict[str, list[bytes]]:
    """The same journal, whose newest lines are read first."""
    return {
        key: sorted(some, key=lambda text: line_of(text).sequence, reverse=True)
        for key, some in sorted(journal.items(), reverse=True)
    }
