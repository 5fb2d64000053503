"""Beside the line, every minute: publishes spooled deliveries, and asks for the writing of cells that stayed dirty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tieout.errors import PermanentError, TransientError
from tieout.ledger.cells import CellLedger
from tieout.ports import Clock, FlushQueue, ObjectStore
from tieout.spool import SPOOL_PREFIX

_SPOOLED_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class SweepStep:
    """Everything the step works with.

    Attributes:
        publish: puts one spooled entry on the bus; raises `TransientError` where the bus refuses it again, and
            `PermanentError` where it is no entry.
        stale_after: how long a write to planning may be under way before it can no longer land: longer than the deliver
            function may run and the target may keep a write waiting.
    """

    targets: Sequence[str]
    cells: CellLedger
    flush_queue: FlushQueue
    store: ObjectStore
    publish: Callable[[bytes], None]
    clock: Clock
    stale_after: timedelta


@dataclass(slots=True)
class SweepReport:
    """What one sweep did and found.

    Attributes:
        unpublishable: spooled objects that are no entry; they stay for a person to look at.
        oldest_dirty_seconds: target to for how long planning has lacked a change; 0 if it lacks none.
    """

    published: int = 0
    unpublishable: int = 0
    still_refused: int = 0
    reopened_receipts: int = 0
    flushes: int = 0
    oldest_dirty_seconds: dict[str, int] = field(default_factory=dict)


def sweep(step: SweepStep) -> SweepReport:
    """Do what should have happened by itself. Errors of the ledger or the store leave; the next minute tries again."""
    report = SweepReport()
    _publish_spooled(step, report)
    for target in step.targets:
        _reopen_stale(step, target, report)
        _ask_for_flush(step, target, report)
    return report


def _publish_spooled(step: SweepStep, report: SweepReport) -> None:
    for key in step.store.keys(SPOOL_PREFIX, _SPOOLED_AT_ONCE):
        try:
            step.publish(step.store.get(key))
        except PermanentError:
            report.unpublishable += 1
        except TransientError:
            report.still_refused += 1
            return
        else:
            step.store.delete(key)
            report.published += 1


def _reopen_stale(step: SweepStep, target: str, report: SweepReport) -> None:
    """Write the cells of abandoned receipts again: nobody knows which of their values planning holds."""
    for receipt in step.cells.stale_receipts(target, step.clock.now() - step.stale_after):
        step.cells.dirty_again(receipt, step.clock.now())
        step.cells.close_receipt(receipt, step.clock.now(), "abandoned: no answer was seen")
        report.reopened_receipts += 1


def _ask_for_flush(step: SweepStep, target: str, report: SweepReport) -> None:
    now = step.clock.now()
    dirty_since = step.cells.oldest_dirty(target)
    report.oldest_dirty_seconds[target] = int((now - dirty_since).total_seconds()) if dirty_since else 0
    paused_until = step.cells.paused_until(target)
    if dirty_since is not None and (paused_until is None or paused_until <= now):
        step.flush_queue.ask(target)
        report.flushes += 1
