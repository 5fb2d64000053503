"""What came of a notice, by the journal: versions of facts, what they moved, and the writes that gave it to planning. Pure.

An intersection is marked as written only on an unchanged generation, so the first mark behind a commit is of a write that had the
commit's total. Which change of an intersection a commit is, is told by its seconds, by the moment since when planning lacks it, and
by what it adds, which is another amount where several facts were committed as one change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tieout.ledger import keys
from tieout.ledger.journal_lines import Line, line_of, partition_of
from tieout.ledger.receipts import DoneReceipt, OpenReceipt, ReceiptRow, receipt_of, receipt_rows
from tieout.ledger.searching import APART, Search
from tieout.ledger.versions import Move, Version, versions_of
from tieout.moments import moment_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CellWrite:
    """A write that gave a move to planning, or would have.

    Attributes:
        row: what it did to the cell.
        undone_by: the receipts that have undone that since.
    """

    version: Version
    move: Move
    receipt: OpenReceipt
    row: ReceiptRow
    undone_by: tuple[OpenReceipt, ...]


class Tracing:
    """Goes through the journal once more, for what became of the facts and cells that a search has found."""

    def __init__(self, search: Search) -> None:
        self._wanted = search.wanted
        self._lines: dict[str, list[Line]] = {each: [] for each in search.partitions}
        cells = [each.split("#") for each in search.partitions if each.startswith("CELL#")]
        self._receipts_of = {keys.receipt_partition(target) for _, target, _ in cells}
        self._ids = [name.encode() for _, _, name in cells]
        self._receipts: dict[tuple[str, str], OpenReceipt] = {}
        self._ranks: dict[
            tuple[str, str], tuple[bool, int]
        ] = {}  # a receipt says more once it is done, and then the later

    def take(self, lines: Iterable[bytes]) -> None:
        """Look through some lines of the journal."""
        for text in lines:
            partition = partition_of(text)
            if partition in self._lines:
                line = line_of(text)
                if line.key[1] == keys.STATE:
                    self._lines[partition].append(line)
            elif partition in self._receipts_of and any(name in text for name in self._ids):
                self._take_receipt(line_of(text))

    def versions(self) -> list[Version]:
        """The versions of facts that the notices brought, record by record, oldest first."""
        facts = (self._lines[each] for each in sorted(self._lines) if each.startswith("FACT#"))
        return [each for lines in facts for each in versions_of(lines) if self._wanted.brought(each.lineage)]

    def writes(self, version: Version) -> Iterator[CellWrite]:
        """The writes that gave its moves to planning, as far as there are any by now: one of each, and those refused before."""
        for move in version.moves:
            for receipt, row in self._writes_of(version, move):
                undone_by = tuple(self._undoing(receipt, row))
                yield CellWrite(version=version, move=move, receipt=receipt, row=row, undone_by=undone_by)

    def _take_receipt(self, line: Line) -> None:
        if line.new is None:  # it was closed under its other key, or its time is over
            return
        receipt = receipt_of(line.key, line.new)
        at, rank = (receipt.target, receipt.name), (isinstance(receipt, DoneReceipt), line.sequence)
        if rank >= self._ranks.get(at, rank):
            self._receipts[at], self._ranks[at] = receipt, rank

    def _writes_of(self, version: Version, move: Move) -> Iterator[tuple[OpenReceipt, ReceiptRow]]:
        for line in _behind_commit(sorted(self._lines[move.key[0]]), version, move):
            written = self._written(move, line)
            if written is not None:
                yield written
            after = line.new or {}
            is_refused = keys.REFUSED + move.measure in after
            if not is_refused and (written is not None or "dirty_since" not in after):
                return  # given to planning; or nothing was to be given, since it changed back or is undone

    def _written(self, move: Move, line: Line) -> tuple[OpenReceipt, ReceiptRow] | None:
        """The receipt that a change of an intersection marks it with, and its row of the cell; None where there is no such."""
        before, name = ((item or {}).get("last_receipt") for item in (line.old, line.new))
        receipt = self._receipts.get((move.target, str(name)))
        if receipt is None or name == before:
            return None
        return next(((receipt, row) for row in receipt_rows(receipt.cells) if row.cell_id == move.cell_id), None)

    def _undoing(self, receipt: OpenReceipt, written: ReceiptRow) -> Iterator[OpenReceipt]:
        for each in self._receipts.values():
            if isinstance(each, DoneReceipt) and each.target == receipt.target and each.undoes == receipt.name:
                rows = receipt_rows(each.cells)
                if any(row.cell_id == written.cell_id and row.refused is None for row in rows):
                    yield each


def _behind_commit(lines: Sequence[Line], version: Version, move: Move) -> Sequence[Line]:
    """The changes of the intersection behind that which the version's commit made; none where the journal does not have it."""
    since, until = version.begun_at - APART, version.at + APART
    near = [line for line in lines if since <= line.at <= until and _added(line, "generation")]
    if not near:
        return ()
    commit = min(near, key=lambda line: _distance(line, version, move))
    return lines[lines.index(commit) + 1 :]


def _distance(line: Line, version: Version, move: Move) -> tuple[bool, bool, bool, bool, int]:
    """How unlike the version's commit a change of the intersection is, by what tells most first.

    Where planning lacked nothing before, the change says when the last of what it brought was recorded.
    """
    recorded_at, since = moment_text(version.lineage.recorded_at), str((line.new or {}).get("dirty_since"))
    is_first, added = "dirty_since" not in (line.old or {}), _added(line, keys.TOTAL + move.measure)
    is_same = is_first and since == recorded_at
    return (not is_same, added != move.moved_minor, not added, is_first and since < recorded_at, line.sequence)


def _added(line: Line, name: str) -> int:
    """What a change added to a number of the intersection."""
    before, after = (int((item or {}).get(name, 0)) for item in (line.old, line.new))
    return after - before
