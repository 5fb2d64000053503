"""The part of the ledger that tells of reading planning back: how far that has come, and which cells differ.

READBACK#<target> / CYCLE                    the last cycle, or the one under way
READBACK#<target> / WHOLE                    the last cycle before that one
READBACK#<target> / SAMPLED                  up to when writes were sampled
READBACK#<target> / FOUND#<cell>             a cell that differs, until it is written again or a later cycle finds it equal
READBACK#<target> / REPAIRED#<cell>          when a cell that differed was last written again, and who had it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from tieout.errors import ConflictError
from tieout.ledger import keys
from tieout.ledger.cycles import Cycle, cycle_item, kept_cycle
from tieout.ledger.differences import CellDifference, kept, kept_difference
from tieout.ledger.intersections import IntersectionState, by_intersection, intersection_state, write_again
from tieout.ledger.receipts import receipt_rows
from tieout.ledger.retention import DEFAULT_DAYS, EXPIRES_AT, expires_at
from tieout.ledger.table import Absent, ConditionFailedError, Delete, Equals, Key, Put, Table, pages
from tieout.moments import moment_text, parse_moment


class CycleUnderWayError(ConflictError):
    """A cycle of the target is under way: it ends first."""


class Some(NamedTuple):
    """Intersections as they are now, and the place to go on behind; empty where the last one is among them."""

    found: tuple[IntersectionState, ...]
    behind: str


class ReadbackLedger:
    """Cycles and what they found.

    Args:
        table: the ledger's.
        kept_days: how long it is kept that a cell was written again.
    """

    def __init__(self, table: Table, kept_days: int = DEFAULT_DAYS) -> None:
        self._table = table
        self._kept_days = kept_days

    def cycle(self, target: str) -> Cycle | None:
        """The last cycle of a target, or the one under way."""
        return self._cycle(target, keys.cycle_key(target))

    def last_whole(self, target: str) -> Cycle | None:
        """The last cycle of a target that came to its end; None where none ever did."""
        cycle = self.cycle(target)
        return cycle if cycle is None or cycle.is_over else self._cycle(target, keys.last_whole_key(target))

    def begin(self, cycle: Cycle) -> Cycle:
        """Keep a cycle that begins, in the place of one that is over; the cycle as it is kept.

        Raises:
            CycleUnderWayError: one is under way.
        """
        before = self.cycle(cycle.target)
        if before is not None and not before.is_over:
            raise CycleUnderWayError(f"a cycle of {cycle.target} is under way since {moment_text(before.started_at)}")
        whole = [Put(keys.last_whole_key(cycle.target), cycle_item(before, before.revision))] if before else []
        try:
            return self._kept(cycle._replace(revision=before.revision if before else 0), whole)
        except ConditionFailedError as error:
            raise CycleUnderWayError(f"a cycle of {cycle.target} was begun at this moment") from error

    def advance(self, cycle: Cycle) -> Cycle:
        """Keep how far a cycle has come; the cycle as it is kept. Raises `ConflictError` where somebody else advanced it."""
        return self._kept(cycle)

    def places_behind(self, target: str, behind: str, limit: int) -> Some:
        """The next intersections of a target in order of their ids; none only where there are no more."""
        after = keys.cell_key(target, behind)[0]
        page = self._table.index("catalogue", keys.cells_of(target), behind=after, limit=limit)
        wanted = [key for key, _ in page.items]
        last = wanted[-1][0].rsplit("#", 1)[1] if wanted and page.after is not None else ""
        return Some(self._states(wanted), last)

    def places(self, target: str, intersection_ids: Iterable[str]) -> tuple[IntersectionState, ...]:
        """These intersections as they are now, in order of their ids."""
        return self._states([keys.cell_key(target, each) for each in intersection_ids])

    def being_written(self, target: str) -> frozenset[str]:
        """The ids of cells of which a write is under way, or was not answered.

        While a receipt is open its write may still land, and put an older value in the place of a newer one: its writer or the
        sweeper has such a cell written again, and closes the receipt after that.
        """
        prefix, partition = keys.OPEN_PREFIX, keys.receipt_partition(target)
        return frozenset(
            row.cell_id
            for page in pages(lambda after: self._table.query(partition, prefix=prefix, after=after))
            for _, item in page.items
            for row in receipt_rows(str(item["cells"]))
        )

    def changed(self, read: Iterable[IntersectionState]) -> frozenset[str]:
        """The ids of those intersections that are not any more as they were read."""
        return self._otherwise(read, lambda each: each)

    def given_meanwhile(self, read: Iterable[IntersectionState]) -> frozenset[str]:
        """The ids of those of which planning was given cells since they were read, or nobody can say any more what it holds.

        Totals that changed meanwhile do not count: planning does not know of them.
        """
        return self._otherwise(read, lambda each: each.given())

    def keep(self, differences: Iterable[CellDifference]) -> None:
        """Keep what was found; once more is the same."""
        self._table.write_each([kept(each) for each in differences])

    def standing(self, target: str) -> Iterator[CellDifference]:
        """The cells that differ, in order of their ids."""
        partition = keys.readback_of(target)
        for page in pages(lambda after: self._table.query(partition, prefix=keys.FOUND_PREFIX, after=after)):
            for key, item in page.items:
                yield kept_difference(target, key, item)

    def forget(self, target: str, found_before: datetime, limit: int) -> int:
        """Strike some differences that were last found before a moment; how many there were."""
        old = list(islice((each for each in self.standing(target) if each.found_at < found_before), limit))
        self._table.write_each([Delete(each.key, Equals("found_at", moment_text(each.found_at))) for each in old])
        return len(old)

    def repair(self, differences: Sequence[CellDifference], by: str, now: datetime) -> None:
        """Have cells that differ set again to what the ledger says; deliver writes them, with receipts as ever.

        Raises:
            TieoutError: some of them may be; once more does no harm.
        """
        by_target: dict[str, list[CellDifference]] = {}
        for each in differences:
            by_target.setdefault(each.target, []).append(each)
        for target, some in by_target.items():
            again = by_intersection(some)
            self._table.write_each([write_again(target, each, names, now) for each, names in again.items()])
        told = {"by": by, "at": moment_text(now), EXPIRES_AT: expires_at(now, self._kept_days)}
        self._table.write_each([Put(keys.repaired_key(each.target, each.cell_id), told) for each in differences])
        self._table.write_each([Delete(each.key) for each in differences])

    def repaired_since(self, differences: Iterable[CellDifference], since: datetime) -> frozenset[str]:
        """The ids of those cells that were written again since a moment because they differed."""
        wanted = {keys.repaired_key(each.target, each.cell_id): each.cell_id for each in differences}
        found = self._table.get(list(wanted))
        return frozenset(wanted[key] for key, item in found.items() if parse_moment(str(item["at"])) >= since)

    def sampled_until(self, target: str) -> datetime | None:
        """Up to when the writes to a target were sampled; None where none ever was."""
        key = keys.sampled_key(target)
        item = self._table.get([key]).get(key)
        return None if item is None else parse_moment(str(item["until"]))

    def keep_sampled(self, target: str, until: datetime) -> None:
        """Keep up to when they were."""
        self._table.write([Put(keys.sampled_key(target), {"until": moment_text(until)})])

    def _cycle(self, target: str, key: Key) -> Cycle | None:
        item = self._table.get([key]).get(key)
        return None if item is None else kept_cycle(target, item)

    def _kept(self, cycle: Cycle, others: Sequence[Put] = ()) -> Cycle:
        revision = cycle.revision + 1
        condition = Equals("revision", cycle.revision) if cycle.revision else Absent("revision")
        self._table.write([Put(keys.cycle_key(cycle.target), cycle_item(cycle, revision), condition), *others])
        return cycle._replace(revision=revision)

    def _otherwise(
        self, read: Iterable[IntersectionState], seen: Callable[[IntersectionState], object]
    ) -> frozenset[str]:
        before = {each.key: each for each in read}
        now = {each.key: seen(each) for each in self._states(list(before))}
        return frozenset(each.intersection_id for key, each in before.items() if now.get(key) != seen(each))

    def _states(self, wanted: Sequence[Key]) -> tuple[IntersectionState, ...]:
        return tuple(intersection_state(key, item) for key, item in sorted(self._table.get(wanted).items()))
