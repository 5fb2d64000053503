"""Reads out of the ledger what a company's period is made of: its cells, what facts contribute to them, and by which entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tieout.arriving.notice import RecordKey
from tieout.closing import Books
from tieout.errors import PermanentError
from tieout.ledger import keys
from tieout.ledger.intersections import IntersectionState, intersection_state
from tieout.ledger.items import Lineage, found_of, late_of, stored_lineage, stored_part
from tieout.ledger.late_rows import LateRow
from tieout.ledger.part import Part
from tieout.ledger.table import Table, pages
from tieout.planning.mapping import Found


class UnevenCellError(PermanentError):
    """What facts contribute to a cell does not add up to its total: nothing that is derived from the ledger can be relied on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributed:
    """What a fact contributes to an intersection, and the notice it came in."""

    record: RecordKey
    source_version: str
    part: Part
    lineage: Lineage


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedCells:
    """An intersection of the period, with everything that adds up to it, in order of the records."""

    state: IntersectionState
    contributed: tuple[Contributed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBy:
    """What a fact is, and the mapping entries it was planned with, each with its member; empty for an absence.

    Attributes:
        late: what of it came too late for closed books.
    """

    kind: str
    schema_version: int
    used: Found
    late: tuple[LateRow, ...] = ()


class PeriodLedger:
    """The part of the ledger that belongs to some books; the index by which cells are found is a moment behind."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def places(self, targets: Iterable[str], books: frozenset[Books]) -> Iterator[PlacedCells]:
        """The intersections of these books, in order of targets and ids.

        Raises:
            UnevenCellError: what facts contribute to one does not add up to it.
        """
        for target in sorted(targets):
            for state in self._states(target):
                if state.books in books:
                    found = PlacedCells(state=state, contributed=tuple(self._contributed(state)))
                    _refuse_uneven(found)
                    yield found

    def planned_by(self, records: Iterable[RecordKey]) -> dict[RecordKey, PlannedBy]:
        """What these records' facts are; those the ledger does not know are left out."""
        wanted = {keys.fact_key(record): record for record in records}
        return {
            wanted[key]: PlannedBy(
                kind=str(item["kind"]),
                schema_version=int(item["schema_version"]),
                used=found_of(item),
                late=late_of(item),
            )
            for key, item in self._table.get(list(wanted)).items()
        }

    def _states(self, target: str) -> Iterator[IntersectionState]:
        for page in pages(lambda after: self._table.index("catalogue", keys.cells_of(target), after=after)):
            for key, item in sorted(self._table.get([key for key, _ in page.items]).items()):
                yield intersection_state(key, item)

    def _contributed(self, state: IntersectionState) -> Iterator[Contributed]:
        partition, _ = state.key
        for page in pages(lambda after: self._table.query(partition, prefix=keys.PART_PREFIX, after=after)):
            for key, item in page.items:
                record = RecordKey(*key[1].removeprefix(keys.PART_PREFIX).split("#", 2))
                yield Contributed(
                    record=record,
                    source_version=str(item["source_version"]),
                    part=stored_part(state.target, item),
                    lineage=stored_lineage(record.connection, item),
                )


def _refuse_uneven(found: PlacedCells) -> None:
    sums: dict[str, int] = {}
    for each in found.contributed:
        for measure, minor in each.part.minor_by_measure().items():
            sums[measure] = sums.get(measure, 0) + minor
    for cell in found.state.cells:
        if sums.pop(cell.measure, 0) != cell.total_minor:
            raise UnevenCellError(f"what facts contribute to {cell.target} {cell.cell_id} is not its total")
    if any(sums.values()):
        raise UnevenCellError(f"facts contribute to measures of {found.state.intersection_id} that it does not have")
