"""Undoing a write to planning: the values before are restored, and stay until the cells are released.

What facts say of such a cell goes on to be added up in the ledger meanwhile; planning is given that again when it is released.
Nothing is written here: cells that are undone or released are dirty, and the deliver step writes them as it does all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tieout.closing import BooksState
from tieout.ledger import keys
from tieout.ledger.gate import BooksNow, Gate
from tieout.ledger.intersections import CellState, IntersectionState, intersection_state, release, undo
from tieout.ledger.receipts import (
    Closing,
    DoneReceipt,
    End,
    OpenReceipt,
    ReceiptRow,
    done_item,
    receipt_rows,
    rows_text,
)
from tieout.ledger.retention import DEFAULT_DAYS, EXPIRES_AT, expires_at
from tieout.ledger.table import ConditionFailedError, Put, Table, Update

OVERTAKEN = "the cell changed meanwhile"
CLOSED_MEANWHILE = "its books were closed meanwhile"
"""Why a receipt of an undo says that a cell was not undone: these two."""


class Fate(StrEnum):
    """What undoing a receipt does to one of its cells."""

    RESTORED = "restored"
    DOUBTFUL = "doubtful"  # nobody knew what planning held before: it is left as it is
    NEVER_TAKEN = "never taken"  # the target refused it: there is nothing to restore
    CLOSED = "closed"  # its books are not open: whoever wants it restored opens them first


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneCell:
    """One cell of a receipt, and what undoing does to it.

    Attributes:
        cell: as it is now.
        restored_minor: what planning is to hold then; 0 where planning had been given nothing before.
    """

    cell: CellState
    fate: Fate
    restored_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What undoing a receipt comes to, as it was when it was asked for."""

    receipt: DoneReceipt
    cells: tuple[UndoneCell, ...]
    intersections: tuple[IntersectionState, ...]

    def restored(self) -> tuple[UndoneCell, ...]:
        """The cells whose values are restored."""
        return tuple(each for each in self.cells if each.fate is Fate.RESTORED)


class UndoLedger:
    """Cells whose writes are undone; the receipt of an undo is kept for as many days as those of writes."""

    def __init__(self, table: Table, receipt_days: int = DEFAULT_DAYS, gate: Gate | None = None) -> None:
        self._table = table
        self._receipt_days = receipt_days
        self._gate = gate or Gate(table, 0)

    def effect(self, receipt: DoneReceipt) -> Effect:
        """What undoing it would do now; no cells where nothing was written."""
        rows = () if receipt.end is End.NOT_WRITTEN else tuple(receipt_rows(receipt.cells))
        found = self._intersections(receipt, rows)
        now = self._books()
        cells = {cell.cell_id: (cell, now.state_of(each.books)) for each in found for cell in each.cells}
        undone = (_undone(row, *cells[row.cell_id]) for row in rows if row.cell_id in cells)
        return Effect(receipt=receipt, cells=tuple(undone), intersections=found)

    def undo(self, effect: Effect, by: str, receipt_id: str, now: datetime) -> DoneReceipt:
        """Restore the values of an effect, each only where nothing changed since it was asked for; the receipt of that.

        The receipt is kept before the cells are touched, and names those that changed meanwhile as refused: they are as they were.

        Raises:
            TieoutError: some of the cells may be undone; asking for the effect again tells.
        """
        restored = effect.restored()
        receipt = OpenReceipt(
            target=effect.receipt.target,
            receipt_id=receipt_id,
            opened_at=now,
            cells=rows_text(_row(each) for each in restored),
        )
        self._keep(receipt, effect, by, now, {})
        wanted: dict[str, dict[str, int]] = {}
        for each in restored:
            wanted.setdefault(each.cell.intersection_id, {})[each.cell.measure] = each.restored_minor
        books, failed = self._books(), dict[str, str]()
        for there in effect.intersections:
            name = there.intersection_id
            if name not in wanted:
                continue
            if books.state_of(there.books) is not BooksState.OPEN:
                failed[name] = CLOSED_MEANWHILE
            elif not self._may_write(books, undo(there, wanted[name], now)):
                failed[name] = OVERTAKEN
        refused = {
            each.cell.cell_id: failed[each.cell.intersection_id]
            for each in restored
            if each.cell.intersection_id in failed
        }
        return self._keep(receipt, effect, by, now, refused)

    def undone(self, receipt: OpenReceipt) -> tuple[CellState, ...]:
        """The cells of a receipt that are undone now, by whichever undo."""
        return tuple(cell for _, cells in self._undone(receipt) for cell in cells)

    def left(self, receipt: OpenReceipt) -> tuple[CellState, ...]:
        """Those of them that a release leaves as they are, because their books are not open."""
        books, found = self._books(), self._undone(receipt)
        return tuple(
            cell for each, cells in found for cell in cells if books.state_of(each.books) is not BooksState.OPEN
        )

    def release(self, receipt: OpenReceipt, now: datetime) -> tuple[CellState, ...]:
        """Have planning hold the totals again in all cells of a receipt that are undone; those cells as they were.

        Undone cells of books that are not open stay as they are.

        Raises:
            TieoutError: some of them may be released; once more does no harm.
        """
        books, found = self._books(), self._undone(receipt)
        released = [(each, cells) for each, cells in found if books.state_of(each.books) is BooksState.OPEN]
        for each, cells in released:
            self._table.write([books.check, release(each, [cell.measure for cell in cells], now)])
        return tuple(cell for _, cells in released for cell in cells)

    def _books(self) -> BooksNow:
        """Which books are open."""
        return self._gate.now(self._table.get([self._gate.key]).get(self._gate.key))

    def _may_write(self, books: BooksNow, write: Update) -> bool:
        """Make the write unless the cell, or any books, changed meanwhile; whether it was made."""
        try:
            self._table.write([books.check, write])
        except ConditionFailedError:
            return False
        return True

    def _undone(self, receipt: OpenReceipt) -> list[tuple[IntersectionState, list[CellState]]]:
        rows = tuple(receipt_rows(receipt.cells))
        named = {row.cell_id for row in rows}
        found = [
            (each, [cell for cell in each.cells if cell.undone_minor is not None and cell.cell_id in named])
            for each in self._intersections(receipt, rows)
        ]
        return [(each, cells) for each, cells in found if cells]

    def _keep(
        self, receipt: OpenReceipt, effect: Effect, by: str, now: datetime, refused: Mapping[str, str]
    ) -> DoneReceipt:
        """Keep the receipt of an undo."""
        told = len(effect.restored()) - len(refused)
        closing = Closing(end=End.UNDO, answer=f"{told} cells restored", refused=refused)
        item = {**done_item(receipt, now, closing), "undoes": effect.receipt.name, "by": by}
        key = (keys.receipt_partition(receipt.target), keys.DONE_PREFIX + receipt.name)
        self._table.write([Put(key, {**item, EXPIRES_AT: expires_at(now, self._receipt_days)})])
        return DoneReceipt(
            target=receipt.target,
            receipt_id=receipt.receipt_id,
            opened_at=receipt.opened_at,
            cells=item["cells"],
            closed_at=now,
            end=End.UNDO,
            answer=closing.answer,
            undoes=effect.receipt.name,
            by=by,
        )

    def _intersections(self, receipt: OpenReceipt, rows: Sequence[ReceiptRow]) -> tuple[IntersectionState, ...]:
        """Those of a receipt's cells as they are now, in the receipt's order."""
        wanted = list(dict.fromkeys(keys.cell_key(receipt.target, row.intersection_id) for row in rows))
        found = self._table.get(wanted)
        return tuple(intersection_state(key, found[key]) for key in wanted if key in found)


def _undone(row: ReceiptRow, cell: CellState, books: BooksState) -> UndoneCell:
    fate = Fate.RESTORED
    if books is not BooksState.OPEN:
        fate = Fate.CLOSED
    elif row.refused is not None:
        fate = Fate.NEVER_TAKEN
    elif row.is_doubtful:
        fate = Fate.DOUBTFUL
    return UndoneCell(cell=cell, fate=fate, restored_minor=row.before_minor or 0)


def _row(undone: UndoneCell) -> ReceiptRow:
    """What the receipt of an undo says of a cell: what planning held when it was asked for, and what it is to hold."""
    cell = undone.cell
    return ReceiptRow(
        cell.intersection_id,
        cell.measure,
        cell.written_minor,
        undone.restored_minor,
        is_doubtful=cell.is_doubted,
    )
