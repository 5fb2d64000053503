"""The part of the ledger that the deliver and sweep steps write: dirty cells, receipts, and targets that want a rest.

A receipt is opened before planning is written and closed after the cells are marked. One left open means a writer that
stalled or died with its write under way: when it can no longer land, its cells are written again. With the generation
check on every mark, a late or doubled writer repairs itself, though planning systems offer no conditional write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout import strict_json
from tieout.delivering import CellValue
from tieout.ledger import keys
from tieout.ledger.table import Delete, Equals, Item, Key, Put, Table, Update, pages
from tieout.money import Money
from tieout.periods import moment_text, parse_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class CellState:
    """A cell as the ledger holds it.

    Attributes:
        generation: counts the changes of the total, and the times nobody could say any more what planning holds.
        written_minor: what planning was last given, None if nothing yet.
        is_settled: planning should hold `total_minor`: the cell is neither waiting to be written nor refused.
    """

    target: str
    cell_id: str
    cube: str
    measure: str
    members: tuple[tuple[str, str], ...]
    currency: str
    total_minor: int
    generation: int
    written_minor: int | None = None
    written_generation: int = 0
    refused_reason: str | None = None
    is_settled: bool = False

    def value(self) -> CellValue:
        """The cell as a planning system is given it."""
        return CellValue(
            cell_id=self.cell_id,
            cube=self.cube,
            measure=self.measure,
            members=self.members,
            value=Money(self.total_minor, self.currency).decimal(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReceipt:
    """A write to planning that was begun: the cells and generations it carries."""

    target: str
    receipt_id: str
    opened_at: datetime
    cells: str  # JSON: rows of cell id, generation, minor units before, minor units after

    @property
    def name(self) -> str:
        """The part of the sort key that is the same while the receipt is open and when it is done."""
        return f"{moment_text(self.opened_at)}#{self.receipt_id}"

    @property
    def key(self) -> Key:
        """Where it stands while it is open."""
        return (keys.receipt_partition(self.target), keys.OPEN_PREFIX + self.name)


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when a target is left alone, and the name of the error that led to it."""

    until: datetime
    reason: str


class CellLedger:
    """Cells of all targets, seen from the side of the writer to planning."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def dirty_cells(self, target: str, limit: int) -> tuple[CellState, ...]:
        """Up to `limit` cells that planning does not hold yet, as they are now; none only if the index names no such cell.

        The index is a moment behind: where it still names nothing but cells written just now, those behind them are found.
        """
        wanted = keys.dirty(target)
        for page in pages(lambda after: self._table.index("cells_by_state", wanted, limit=limit, after=after)):
            found = sorted(self._table.get([key for key, _ in page.items]).items())
            dirty = tuple(cell_state(key, item) for key, item in found if item.get("cell_state") == wanted)
            if dirty:
                return dirty
        return ()

    def oldest_dirty(self, target: str) -> datetime | None:
        """Since when planning has lacked a change, over the first thousand dirty cells of the index; None if it lacks none."""
        page = self._table.index("cells_by_state", keys.dirty(target))
        moments = [parse_moment(str(item["dirty_since"])) for _, item in page.items if "dirty_since" in item]
        return min(moments, default=None)

    def open_receipt(self, target: str, receipt_id: str, now: datetime, cells: Sequence[CellState]) -> OpenReceipt:
        """Write down what is about to be written, before it is."""
        rows = [[cell.cell_id, cell.generation, cell.written_minor, cell.total_minor] for cell in cells]
        receipt = OpenReceipt(target=target, receipt_id=receipt_id, opened_at=now, cells=strict_json.dump(rows))
        self._table.write([Put(receipt.key, {"cells": receipt.cells})])
        return receipt

    def close_receipt(self, receipt: OpenReceipt, now: datetime, answer: str) -> None:
        """Keep the receipt with what the target answered. Closing twice is as closing once."""
        done = {"cells": receipt.cells, "answer": answer, "closed_at": moment_text(now)}
        done_key = (keys.receipt_partition(receipt.target), keys.DONE_PREFIX + receipt.name)
        self._table.write([Delete(receipt.key), Put(done_key, done)])

    def stale_receipts(self, target: str, opened_before: datetime, limit: int = 20) -> tuple[OpenReceipt, ...]:
        """Receipts still open that were opened before a moment, oldest first."""
        page = self._table.query(keys.receipt_partition(target), prefix=keys.OPEN_PREFIX, limit=limit)
        receipts = (_open_receipt(target, key, item) for key, item in page.items)
        return tuple(receipt for receipt in receipts if receipt.opened_at < opened_before)

    def mark_written(
        self, cells: Sequence[CellState], receipt: OpenReceipt, refused: Mapping[str, str], now: datetime
    ) -> None:
        """Mark cells as written or refused, each only if its generation is unchanged; mark the others dirty again.

        A changed generation means that planning may now hold our older value in place of a newer one that another
        writer has already marked: only writing the cell again repairs that.
        """
        marks = [_mark(cell, receipt, refused.get(cell.cell_id), now) for cell in cells]
        overtaken = self._table.write_each(marks)
        self._table.write_each([_dirty_again(receipt.target, key, now) for key in overtaken])

    def dirty_again(self, receipt: OpenReceipt, now: datetime) -> None:
        """Mark every cell of a receipt to be written again."""
        rows = strict_json.parse(receipt.cells.encode())
        self.write_again(receipt.target, [str(row[0]) for row in rows], now)

    def retry_refused(self, target: str, now: datetime) -> int:
        """Mark the refused cells of a target to be written again, once their cause is mended; how many there were."""
        retried = 0
        for page in pages(lambda after: self._table.index("cells_by_state", keys.refused(target), after=after)):
            self._table.write_each([_dirty_again(target, key, now) for key, _ in page.items])
            retried += len(page.items)
        return retried

    def write_again(self, target: str, cell_ids: Iterable[str], now: datetime) -> None:
        """Mark cells to be written again though nothing changed here: planning holds something else."""
        self._table.write_each([_dirty_again(target, keys.cell_key(target, each), now) for each in cell_ids])

    def pause(self, target: str, until: datetime, reason: str) -> None:
        """Leave a target alone until a moment."""
        self._table.write(
            [Update(keys.target_key(target), sets={"paused_until": moment_text(until), "reason": reason})]
        )

    def pause_of(self, target: str) -> Pause | None:
        """The last pause of a target, over or not; None if it never had one or was resumed."""
        key = keys.target_key(target)
        item = self._table.get([key]).get(key, {})
        if "paused_until" not in item:
            return None
        return Pause(parse_moment(str(item["paused_until"])), str(item["reason"]))

    def paused_until(self, target: str) -> datetime | None:
        """Until when the target is to be left alone, if it ever was."""
        pause = self.pause_of(target)
        return pause.until if pause else None

    def resume(self, target: str) -> None:
        """Lift the pause of a target; without effect where it has none."""
        self._table.write([Update(keys.target_key(target), removes=("paused_until", "reason"))])


def cell_state(key: Key, item: Item) -> CellState:
    """The cell an item of the table holds."""
    _, target, cell_id = key[0].split("#", 2)
    written = item.get("written_minor")
    return CellState(
        target=target,
        cell_id=cell_id,
        cube=str(item["cube"]),
        measure=str(item["measure"]),
        members=tuple((name, member) for name, member in strict_json.parse(str(item["members"]).encode())),
        currency=str(item["currency"]),
        total_minor=int(item["total_minor"]),
        generation=int(item["generation"]),
        written_minor=None if written is None else int(written),
        written_generation=int(item.get("written_generation", 0)),
        refused_reason=item.get("refused_reason"),
        is_settled="cell_state" not in item,
    )


def _mark(cell: CellState, receipt: OpenReceipt, refused_reason: str | None, now: datetime) -> Update:
    key = keys.cell_key(cell.target, cell.cell_id)
    unchanged = Equals("generation", cell.generation)
    if refused_reason is not None:
        sets: dict[str, str | int] = {"cell_state": keys.refused(cell.target), "refused_reason": refused_reason}
        return Update(key, sets=sets | {"last_receipt": receipt.name}, removes=("dirty_since",), condition=unchanged)
    return Update(
        key,
        sets={
            "written_generation": cell.generation,
            "written_minor": cell.total_minor,
            "written_at": moment_text(now),
            "last_receipt": receipt.name,
        },
        removes=("cell_state", "dirty_since", "refused_reason"),
        condition=unchanged,
    )


def _dirty_again(target: str, key: Key, now: datetime) -> Update:
    """Write the cell once more, and let no mark stand that is under way.

    Another writer may be about to mark a newer value which the late one has replaced in planning: a new generation
    makes that mark fail too.
    """
    return Update(
        key,
        sets={"cell_state": keys.dirty(target)},
        firsts={"dirty_since": moment_text(now)},
        adds={"generation": 1},
    )


def _open_receipt(target: str, key: Key, item: Item) -> OpenReceipt:
    opened_at, _, receipt_id = key[1].removeprefix(keys.OPEN_PREFIX).partition("#")
    return OpenReceipt(
        target=target, receipt_id=receipt_id, opened_at=parse_moment(opened_at), cells=str(item["cells"])
    )
