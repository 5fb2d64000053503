"""The part of the ledger that the deliver and sweep steps write: dirty cells, receipts, and targets that want a rest.

A receipt is opened before planning is written and closed after the cells are marked. One left open means a writer that
stalled or died with its write under way: when it can no longer land, its cells are written again. With the generation
check on every mark, a late or doubled writer repairs itself, though planning systems offer no conditional write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import batched, zip_longest
from typing import NamedTuple

from tieout import strict_json
from tieout.delivering import NOTHING_READ
from tieout.ledger import keys
from tieout.ledger.intersections import (
    CellState,
    IntersectionState,
    by_intersection,
    intersection_state,
    mark,
    reached_planning,
    write_again,
)
from tieout.ledger.lags import Reached
from tieout.ledger.receipts import GENERATIONS, Closing, OpenReceipt, cells_text, done_item, open_receipt
from tieout.ledger.retention import DEFAULT_DAYS, EXPIRES_AT, expires_at
from tieout.ledger.table import Cursor, Delete, Equals, Key, Page, Put, Table, Update, pages
from tieout.moments import moment_text, parse_moment


@dataclass(frozen=True, slots=True)
class Pause:
    """A target that did not take what it was given, until it takes something again.

    Attributes:
        until: when it is tried next.
        reason: the name of the last error.
        since: when the first error came.
        failures: how often it was tried in vain.
    """

    until: datetime
    reason: str
    since: datetime
    failures: int


_LOOKED_AT = 5_000  # entries of the index, which DynamoDB gives in one answer


class Dirty(NamedTuple):
    """Intersections that planning lacks a total of, and the place to go on behind; empty where the index ended with them."""

    found: tuple[IntersectionState, ...]
    behind: str


class CellLedger:
    """Cells of all targets, seen from the side of the writer to planning; a closed receipt is kept for some days."""

    def __init__(self, table: Table, receipt_days: int = DEFAULT_DAYS) -> None:
        self._table = table
        self._receipt_days = receipt_days

    def dirty(self, target: str, limit: int, behind: str = "") -> Dirty:
        """Up to `limit` intersections of each cube that planning lacks a total of, as they are now.

        They are the first of each cube among some thousand, so that few of one cube do not wait behind many of another; none
        only if the index names no such one. The index is a moment behind: where it still names nothing but those written just
        now, others are looked at.

        Args:
            target: whose.
            limit: how many of a cube at most.
            behind: what an earlier answer ended with, to go on there.
        """
        wanted = keys.dirty(target)
        for page in pages(
            lambda after: self._table.index("cells_by_state", wanted, behind=behind, limit=_LOOKED_AT, after=after)
        ):
            for some in _some_of_each_cube(page, limit):
                dirty = tuple(each for each in self._states(some) if each.state == wanted)
                if dirty:
                    return Dirty(dirty, "" if page.after is None else page.items[-1][0][0])
        return Dirty((), "")

    def oldest_dirty(self, target: str) -> datetime | None:
        """Since when planning has lacked a change, over the first thousand entries of the index; None if it lacks none."""
        page = self._table.index("cells_by_state", keys.dirty(target))
        moments = [parse_moment(str(item["dirty_since"])) for _, item in page.items if "dirty_since" in item]
        return min(moments, default=None)

    def open_receipt(
        self,
        target: str,
        receipt_id: str,
        now: datetime,
        cells: Sequence[CellState],
        held: Mapping[str, Decimal | None] = NOTHING_READ,
    ) -> OpenReceipt:
        """Write down what is about to be written, before it is; `held` is what planning was read to hold, by cell id."""
        receipt = OpenReceipt(target=target, receipt_id=receipt_id, opened_at=now, cells=cells_text(cells, held))
        self._table.write([Put(receipt.key, {"cells": receipt.cells})])
        return receipt

    def open_task_receipts(
        self,
        target: str,
        parts: Iterable[tuple[str, Sequence[CellState]]],
        now: datetime,
        generations: Mapping[str, int],
    ) -> list[OpenReceipt]:
        """Write down what a task of the target's is about to be given, in parts that are each a receipt with an id of its own."""
        return [self._open_task_receipt(target, receipt_id, now, cells, generations) for receipt_id, cells in parts]

    def note_reference(self, receipts: Iterable[OpenReceipt], reference: str) -> None:
        """Write down under which reference the target knows the task of these receipts, so that any later run can find it.

        Raises:
            ConditionFailedError: one of them was closed meanwhile.
        """
        for receipt in receipts:
            unchanged = Equals(GENERATIONS, strict_json.dump(receipt.generations))
            self._table.write([Update(receipt.key, sets={"reference": reference}, condition=unchanged)])

    def open_tasks(self, target: str) -> dict[str, list[OpenReceipt]]:
        """Reference to the receipts of each task whose end was not seen yet, the oldest first."""
        found: dict[str, list[OpenReceipt]] = {}
        partition = keys.receipt_partition(target)
        for page in pages(lambda after: self._table.query(partition, prefix=keys.OPEN_PREFIX, limit=20, after=after)):
            for key, item in page.items:
                receipt = open_receipt(target, key, item)
                if receipt.reference:
                    found.setdefault(receipt.reference, []).append(receipt)
        return found

    def as_begun(self, receipt: OpenReceipt) -> list[IntersectionState]:
        """The intersections of a task's receipt with the generation they had when it was opened.

        One that has changed since has other totals than were sent; a mark on that generation does not hold, as it must be.
        """
        wanted = [keys.cell_key(receipt.target, each) for each in receipt.generations]
        return [
            state._replace(generation=receipt.generations[state.cells[0].intersection_id])
            for state in self._states(wanted)
        ]

    def close_receipt(self, receipt: OpenReceipt, now: datetime, closing: Closing) -> None:
        """Keep the receipt with what came of the write. Closing twice is as closing once."""
        done = {**done_item(receipt, now, closing), EXPIRES_AT: expires_at(now, self._receipt_days)}
        done_key = (keys.receipt_partition(receipt.target), keys.DONE_PREFIX + receipt.name)
        self._table.write([Delete(receipt.key), Put(done_key, done)])

    def stale_receipts(self, target: str, opened_before: datetime, limit: int = 20) -> tuple[OpenReceipt, ...]:
        """Receipts still open that were opened before a moment, oldest first."""
        page = self._table.query(keys.receipt_partition(target), prefix=keys.OPEN_PREFIX, limit=limit)
        receipts = (open_receipt(target, key, item) for key, item in page.items)
        return tuple(receipt for receipt in receipts if receipt.opened_at < opened_before)

    def mark_written(
        self,
        intersections: Sequence[IntersectionState],
        sent: Iterable[CellState],
        receipt: OpenReceipt,
        refused: Mapping[str, str],
        now: datetime,
    ) -> list[Reached]:
        """Mark the cells of these intersections that were sent, each intersection only if its generation is unchanged.

        What it returns are the changes that planning holds now.

        A changed generation means that planning may now hold our older value in place of a newer one that another
        writer has already marked: only writing the cell again repairs that.
        """
        ids = {cell.cell_id for cell in sent}
        touched = [each for each in intersections if any(cell.cell_id in ids for cell in each.cells)]
        stamp = {"written_at": moment_text(now), "last_receipt": receipt.name}
        marks = [mark(each, ids, refused, stamp) for each in touched]
        overtaken = set(self._table.write_each(marks))
        self._table.write_each(
            [
                write_again(receipt.target, each, measures, now)
                for each, measures in receipt.measures().items()
                if keys.cell_key(receipt.target, each) in overtaken
            ]
        )
        held = {each.key for each in touched} - overtaken
        marked = (each for each in touched if each.key in held)
        return [known for each in marked for known in reached_planning(each, ids, refused, now)]

    def strike(self, intersections: Iterable[IntersectionState], now: datetime) -> list[Reached]:
        """Strike intersections that lack nothing any more (they changed, and changed back) from the dirty ones.

        One that has changed meanwhile stays where it is. What it returns are the changes that planning holds.
        """
        lacking_none = tuple(intersections)
        changed = set(self._table.write_each([mark(each, (), {}, {}) for each in lacking_none]))
        struck = (each for each in lacking_none if each.key not in changed)
        return [known for each in struck for known in reached_planning(each, (), {}, now)]

    def dirty_again(self, receipt: OpenReceipt, now: datetime) -> None:
        """Mark every cell of a receipt to be written again."""
        self.write_again(receipt.target, receipt.measures(), now)

    def write_again(self, target: str, measures: Mapping[str, Iterable[str]], now: datetime) -> None:
        """Have cells (intersection id to measures) written again though nothing changed here: planning holds something else."""
        self._table.write_each([write_again(target, each, names, now) for each, names in measures.items()])

    def retry_refused(self, target: str, now: datetime, is_meant: Callable[[CellState], bool] = lambda _: True) -> int:
        """Mark the refused cells of a target to be written again, all or those meant, once their cause is mended; how many."""
        retried = 0
        for state in (keys.refused(target), keys.dirty(target)):
            for page in pages(partial(self._page, state)):
                found = self._states([key for key, _ in page.items])
                refused = [
                    cell for each in found for cell in each.cells if cell.refused_reason is not None and is_meant(cell)
                ]
                self.write_again(target, by_intersection(refused), now)
                retried += len(refused)
        return retried

    def pause(self, target: str, until: datetime, reason: str, now: datetime) -> None:
        """Leave a target alone until a moment, after one more error."""
        update = Update(
            keys.target_key(target),
            sets={"paused_until": moment_text(until), "reason": reason},
            firsts={"paused_since": moment_text(now)},
            adds={"failures": 1},
        )
        self._table.write([update])

    def pause_of(self, target: str) -> Pause | None:
        """The pause of a target that has taken nothing since, over or not; None where it has, or was resumed."""
        key = keys.target_key(target)
        item = self._table.get([key]).get(key, {})
        if "paused_until" not in item:
            return None
        until, since = (parse_moment(str(item[name])) for name in ("paused_until", "paused_since"))
        return Pause(until, str(item["reason"]), since, int(item["failures"]))

    def paused_until(self, target: str) -> datetime | None:
        """Until when the target is to be left alone, if it ever was."""
        pause = self.pause_of(target)
        return pause.until if pause else None

    def resume(self, target: str) -> None:
        """Forget the pause of a target; without effect where it has none."""
        names = ("paused_until", "reason", "paused_since", "failures")
        self._table.write([Update(keys.target_key(target), removes=names)])

    def _open_task_receipt(
        self, target: str, receipt_id: str, now: datetime, cells: Sequence[CellState], generations: Mapping[str, int]
    ) -> OpenReceipt:
        begun = {cell.intersection_id: generations[cell.intersection_id] for cell in cells}
        receipt = OpenReceipt(
            target=target,
            receipt_id=receipt_id,
            opened_at=now,
            cells=cells_text(cells, NOTHING_READ),
            generations=begun,
        )
        self._table.write([Put(receipt.key, {"cells": receipt.cells, GENERATIONS: strict_json.dump(begun)})])
        return receipt

    def _page(self, state: str, after: Cursor | None) -> Page:
        return self._table.index("cells_by_state", state, after=after)

    def _states(self, found: Sequence[Key]) -> list[IntersectionState]:
        """The intersections of these keys as they are now, in order."""
        return [intersection_state(key, item) for key, item in sorted(self._table.get(found).items())]


def _some_of_each_cube(page: Page, limit: int) -> Iterator[list[Key]]:
    """The keys of a page, at first up to `limit` of each cube, then as many of those behind them, and so on."""
    by_cube: dict[object, list[Key]] = {}
    for key, entry in page.items:
        by_cube.setdefault(entry.get("cube"), []).append(key)
    parted = (batched(found, limit, strict=False) for found in by_cube.values())
    for some in zip_longest(*parted, fillvalue=()):
        yield [key for found in some for key in found]
