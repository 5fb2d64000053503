"""Beside the line, every minute: publishes spooled deliveries, and asks for the writing of cells that stayed dirty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tieout.arriving.publishing import Bus
from tieout.arriving.spool import SPOOL_PREFIX, decode
from tieout.errors import (
    MalformedError,
    PermanentError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.ledger.cells import CellLedger
from tieout.ledger.receipts import Closing, End
from tieout.maintenance import Maintenance
from tieout.ports import Clock, FlushQueue, ObjectStore

TASKS_STALE_AFTER = timedelta(days=1)  # the deliver step finds out what became of a task, unless it cannot any more
_PAGE = 1000
_PUBLISHING_TIME = timedelta(seconds=30)  # of the 50 the function has: one call that hangs must still fit in
_REFUSALS_IN_A_ROW = 10  # then it is the bus, and not the entries
# What PutEvents says of an entry that it will never take; every other code is about now, or about our role.
_ENTRY_AT_FAULT = frozenset({"InvalidArgument", "MalformedDetail", "RedactionFailure"})


@dataclass(frozen=True, kw_only=True)
class SweepStep:
    """Everything the step works with.

    Attributes:
        publish: puts one spooled entry on the bus; see `publish_spooled`.
        stale_after: how long a write to planning may be under way before it can no longer land: longer than the deliver
            function may run and the target may keep a write waiting.
        maintenance: target to when it is not called, where it has such a time.
    """

    targets: Sequence[str]
    cells: CellLedger
    flush_queue: FlushQueue
    store: ObjectStore
    publish: Callable[[bytes], None]
    clock: Clock
    stale_after: timedelta
    maintenance: Mapping[str, Maintenance] = field(default_factory=dict)


@dataclass(slots=True)
class SweepReport:
    """What one sweep did and found.

    Attributes:
        unpublishable: spooled objects that cannot be read, are no entry, or one no bus will ever take; they stay for a person.
        still_refused: entries the bus did not take this time.
        oldest_dirty_seconds: target to for how long planning has lacked a change, its maintenance not counted; 0 if it lacks none.
    """

    published: int = 0
    unpublishable: int = 0
    still_refused: int = 0
    reopened_receipts: int = 0
    flushes: int = 0
    oldest_dirty_seconds: dict[str, int] = field(default_factory=dict)


def sweep(step: SweepStep) -> SweepReport:
    """Do what should have happened by itself. Errors of the ledger or the store leave; the next minute tries again.

    What is spooled comes last, because it takes all the time there is.
    """
    report = SweepReport()
    give_up_at = step.clock.now() + _PUBLISHING_TIME
    for target in step.targets:
        _reopen_stale(step, target, report)
        _ask_for_flush(step, target, report)
    _publish_all_spooled(step, report, give_up_at)
    return report


def publish_spooled(bus: Bus, raw: bytes) -> None:
    """Put one spooled object on the bus.

    Raises:
        MalformedError: it is no entry, or the bus will never take it for what it says.
        TransientError: the bus does not take it now.
    """
    entry = decode(raw)
    try:
        [refusal] = bus.put([entry])
    except PermanentError as error:  # the role or the bus is wrong, not the entry
        raise UnavailableError("the bus refuses every entry") from error
    if refusal in _ENTRY_AT_FAULT:
        raise MalformedError("spooled_entry_refused")
    if refusal:
        raise UnavailableError(f"the bus refused a spooled entry: {refusal}")


def _publish_all_spooled(step: SweepStep, report: SweepReport, give_up_at: datetime) -> None:
    in_a_row = 0
    for key in _spooled(step):
        if in_a_row == _REFUSALS_IN_A_ROW or step.clock.now() >= give_up_at:
            return
        refused = report.still_refused
        _publish_one(step, key, report)
        in_a_row = in_a_row + 1 if report.still_refused > refused else 0


def _spooled(step: SweepStep) -> Iterator[str]:
    """Every key of the spool, page by page: what stays where it is does not keep us from what lies behind it."""
    after = ""
    while page := step.store.keys(SPOOL_PREFIX, _PAGE, after=after):
        yield from page
        after = page[-1]


def _publish_one(step: SweepStep, key: str, report: SweepReport) -> None:
    try:
        spooled = step.store.get(key)
    except UnreadableRecordError:  # a run before this one was still at work, or a person moved it
        return
    except PermanentError:
        report.unpublishable += 1
        return
    try:
        step.publish(spooled)
    except TransientError:
        report.still_refused += 1
    except MalformedError:
        report.unpublishable += 1
    else:
        step.store.delete(key)
        report.published += 1


def _reopen_stale(step: SweepStep, target: str, report: SweepReport) -> None:
    """Write the cells of abandoned receipts again: nobody knows which of their values planning holds."""
    now = step.clock.now()
    for receipt in step.cells.stale_receipts(target, now - step.stale_after):
        if receipt.reference and now - receipt.opened_at < TASKS_STALE_AFTER:
            continue
        step.cells.dirty_again(receipt, step.clock.now())
        step.cells.close_receipt(receipt, step.clock.now(), Closing(end=End.ABANDONED, answer="no answer was seen"))
        report.reopened_receipts += 1


def _ask_for_flush(step: SweepStep, target: str, report: SweepReport) -> None:
    now, maintenance = step.clock.now(), step.maintenance.get(target)
    dirty_since = step.cells.oldest_dirty(target)
    report.oldest_dirty_seconds[target] = 0
    if dirty_since is None:
        return
    maintained = maintenance.time_within(dirty_since, now) if maintenance is not None else timedelta()
    report.oldest_dirty_seconds[target] = int((now - dirty_since - maintained).total_seconds())
    ends_at = maintenance.ends_at(now) if maintenance is not None else None
    if all(until is None or until <= now for until in (step.cells.paused_until(target), ends_at)):
        step.flush_queue.ask(target)
        report.flushes += 1
