"""Beside the line, every five minutes: reads back what planning holds of a target, and keeps which cells differ.

 a cycle begins where one is due ─► some cells of every write that ended since the last run, then page by page all intersections
 behind where the last run ended:
     intersections of the ledger ─► their cells as planning holds them ─► those that differ, looked at once more in the ledger
     ─► kept, and told ─► how far the cycle is
 what the landscape lets be repaired ─► dirty again, so that deliver writes it
A page that is done twice finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import batched, islice

from tieout.delivering import CellReader
from tieout.errors import ConflictError, TieoutError
from tieout.landscape import Readback
from tieout.ledger.cells import CellLedger
from tieout.ledger.cycles import Cycle
from tieout.ledger.differences import CellDifference
from tieout.ledger.intersections import IntersectionState, by_intersection
from tieout.ledger.readbacks import CycleUnderWayError, ReadbackLedger
from tieout.ledger.receipts import DoneReceipt, ReceiptLedger, ReceiptRow, receipt_rows
from tieout.maintenance import Maintenance
from tieout.ports import Clock
from tieout.reading_back import compare

BY_ITSELF = "readback"
"""Who has a cell written again where no person does."""

SETTLED = timedelta(minutes=5)  # a write that was begun before has its answer, or its cells are to be written again
_AT_ONCE = 300  # cells
_PROBED_WITH = 30  # cells: a target that did not answer the last time is asked for few
_PLACES_AT_ONCE = 100
_SAMPLED_BACK = timedelta(days=1)  # what was written before, while nothing could be read, a cycle reads
_REPAIRED_ONCE_IN = timedelta(days=1)  # whoever sets a cell back again and again is not fought, but told of
_REPAIRED_AT_ONCE = 500
_FORGOTTEN_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True)
class ReadbackStep:
    """Everything the step works with, for one target.

    Attributes:
        budget: the most cells that this run may read.
        open_reader: what reads cells back; raises `TieoutError` where it cannot be opened.
        give_up_at: when no further page is begun.
        tell: is told of cells that differ once they are kept, and again where a page is done twice.
        note_failure: is told of what nobody declared.
        maintenance: when planning is not called.
    """

    target: str
    declared: Readback
    budget: int
    ledger: ReadbackLedger
    cells: CellLedger
    receipts: ReceiptLedger
    open_reader: Callable[[], CellReader]
    clock: Clock
    give_up_at: datetime
    tell: Callable[[Sequence[CellDifference]], None]
    note_failure: Callable[[Exception], None]
    maintenance: Maintenance | None = None


@dataclass(slots=True)
class ReadbackReport:
    """What one run did for a target.

    Attributes:
        read: how many cells were looked at, those that were not compared too.
        repaired: how many are written again because they differed.
        is_late: whether the cycle under way has taken longer than it may.
        failing: the class of what kept the target from being read; empty where nothing did.
        left: how many cells may still be read.
    """

    read: int = 0
    equal: int = 0
    under_way: int = 0
    different: int = 0
    repaired: int = 0
    finished: int = 0
    is_late: bool = False
    failing: str = ""
    left: int = 0


def read_back(step: ReadbackStep) -> ReadbackReport:
    """Do a run's work for one target; the next run goes on where this one ended.

    A target that is left alone by deliver, or in its maintenance, is left alone here too; an error of planning puts the cycle
    off, and never pauses what deliver does.
    """
    report = ReadbackReport(left=step.budget)
    cycle = _begun(step)
    try:
        if not _is_left_alone(step, cycle):
            cycle = _read(step, cycle, report)
    except TieoutError as error:
        report.failing = type(error).__name__
        _put_off(step, error)
    except Exception as error:  # noqa: BLE001 a bug in one system keeps nobody from reading the others
        step.note_failure(error)
        report.failing = type(error).__name__
        _put_off(step, error)
    if step.declared.repair == "automatic":
        _repair(step, report)
    report.is_late = cycle is not None and _is_late(step, cycle)
    return report


def _begun(step: ReadbackStep) -> Cycle | None:
    """The cycle of the target: a new one where it is due."""
    cycle, now = step.ledger.cycle(step.target), step.clock.now()
    every = timedelta(hours=step.declared.every_hours)
    if every and (cycle is None or (cycle.is_over and now - cycle.started_at >= every)):
        with suppress(CycleUnderWayError):  # somebody else has begun it meanwhile
            return step.ledger.begin(Cycle.begun(step.target, now))
        return step.ledger.cycle(step.target)
    return cycle


def _is_left_alone(step: ReadbackStep, cycle: Cycle | None) -> bool:
    pause, now = step.cells.pause_of(step.target), step.clock.now()
    waits_until = cycle.waits_until if cycle is not None else None
    ends_at = step.maintenance.ends_at(now, step.give_up_at - now) if step.maintenance is not None else None
    return any(
        until is not None and until > now
        for until in (pause.until if pause is not None else None, waits_until, ends_at)
    )


def _is_late(step: ReadbackStep, cycle: Cycle) -> bool:
    taken = step.clock.now() - cycle.started_at
    return not cycle.is_over and taken > timedelta(hours=step.declared.within_hours)


def _read(step: ReadbackStep, cycle: Cycle | None, report: ReadbackReport) -> Cycle | None:
    """Read a sample of what was written, then as many pages of the cycle as there is time for; the cycle after that."""
    _sample(step, report)
    with suppress(ConflictError):  # somebody else is at it
        while cycle is not None and not cycle.is_over and report.left > 0 and step.clock.now() < step.give_up_at:
            cycle = _with_a_page(step, cycle, report)
    return cycle


def _sample(step: ReadbackStep, report: ReadbackReport) -> None:
    """Read some cells of every write that ended since the last run, in at most half of what may be read."""
    now = step.clock.now()
    since, until = step.ledger.sampled_until(step.target), now - SETTLED
    if since is not None and step.declared.sample_percent:
        written = step.receipts.written_between(step.target, max(since, now - _SAMPLED_BACK), until)
        chosen = sample_of(written, step.declared.sample_percent, report.left // 2)
        for some in batched(chosen, _AT_ONCE, strict=False):
            places = step.ledger.places(step.target, by_intersection(some))
            _compare(step, places, report, {row.cell_id for row in some})
    if since is None or until > since:
        step.ledger.keep_sampled(step.target, until)


def sample_of(written: Iterable[DoneReceipt], percent: int, most: int) -> list[ReceiptRow]:
    """So many of a hundred cells of each write, at least one, which were not refused; `most` of all at most.

    Which they are follows from the receipt's id and nothing else, so that a sample taken twice is the same.
    """
    chosen: dict[str, tuple[bytes, ReceiptRow]] = {}
    for receipt in written:
        rows = [row for row in receipt_rows(receipt.cells) if row.refused is None]
        drawn = sorted((_lot(receipt, row), row.cell_id, row) for row in rows)
        chosen |= {cell_id: (lot, row) for lot, cell_id, row in drawn[: -(-len(rows) * percent // 100)]}
    return [row for _, row in sorted(chosen.values())[:most]]


def _lot(receipt: DoneReceipt, row: ReceiptRow) -> bytes:
    return blake2b(f"{receipt.receipt_id} {row.cell_id}".encode()).digest()


def _with_a_page(step: ReadbackStep, cycle: Cycle, report: ReadbackReport) -> Cycle:
    some = step.ledger.places_behind(step.target, cycle.behind, _PLACES_AT_ONCE)
    most = min(_PROBED_WITH if cycle.failing else _AT_ONCE, report.left)
    places = _as_many_as(some.found, most)
    behind = some.behind if len(places) == len(some.found) else places[-1].intersection_id
    before = replace(report)
    different = _compare(step, places, report)
    equal, under_way = report.equal - before.equal, report.under_way - before.under_way
    after = cycle.with_page(equal, under_way, different, behind, step.clock.now())
    if not behind:
        return _ended(step, after, report)
    return step.ledger.advance(after)


def _as_many_as(places: Sequence[IntersectionState], most: int) -> Sequence[IntersectionState]:
    """The first of them that have so many cells together, at least one."""
    cells = 0
    for number, place in enumerate(places):
        cells += len(place.cells)
        if cells > most:
            return places[: max(1, number)]
    return places


def _ended(step: ReadbackStep, cycle: Cycle, report: ReadbackReport) -> Cycle:
    """The cycle at its end, once nothing stands any more that it did not find again."""
    while step.ledger.forget(step.target, cycle.started_at, _FORGOTTEN_AT_ONCE):
        pass
    report.finished = 1
    return step.ledger.advance(cycle._replace(finished_at=step.clock.now()))


def _compare(
    step: ReadbackStep,
    places: Sequence[IntersectionState],
    report: ReadbackReport,
    only: Collection[str] | None = None,
) -> Sequence[CellDifference]:
    """Compare, keep what differs, and tell of it: in this order, since what is told is looked for."""
    done = compare(step.ledger, step.open_reader(), places, step.clock, only)
    step.ledger.keep(done.different)
    if done.different:
        step.tell(done.different)
    read = done.equal + done.under_way + len(done.different)
    report.read += read
    report.left -= read
    report.equal += done.equal
    report.under_way += done.under_way
    report.different += len(done.different)
    return done.different


def _put_off(step: ReadbackStep, error: Exception) -> None:
    """Let the cycle go on later, with the class of what stood in its way; nothing of it is lost."""
    asked = getattr(error, "retry_after_seconds", None)
    cycle = step.ledger.cycle(step.target)
    if cycle is None or cycle.is_over:
        return
    waits_until = step.clock.now() + timedelta(seconds=asked) if asked is not None else None
    with suppress(ConflictError):  # somebody else is at it
        step.ledger.advance(cycle._replace(waits_until=waits_until, failing=type(error).__name__))


def _repair(step: ReadbackStep, report: ReadbackReport) -> None:
    """Have written again what differs, unless that was done within a day: then somebody sets it back, and a person looks."""
    some = list(islice(step.ledger.standing(step.target), _REPAIRED_AT_ONCE))
    before = step.ledger.repaired_since(some, step.clock.now() - _REPAIRED_ONCE_IN)
    wanted = [each for each in some if each.cell_id not in before]
    step.ledger.repair(wanted, BY_ITSELF, step.clock.now())
    report.repaired = len(wanted)
