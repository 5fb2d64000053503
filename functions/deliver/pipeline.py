"""Step 4, deliver: sets the changed cells of one target in planning, and keeps a receipt of every write.

dirty intersections -> the cells planning lacks -> the members they name -> receipt opened -> written as absolute values
-> marked, each intersection only if unchanged -> receipt closed

Where the target can set many cells by a task of its own, a load is given to it that way: see `tasks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from functions.deliver.answering import explained, written
from functions.deliver.judging import Judging
from functions.deliver.tasks import TaskStep, settle, write_as_task
from tieout.delivering import NOTHING_READ, READ_SECONDS, CellWriter, TaskWriter, WriteAnswer
from tieout.errors import LostAnswerError, PermanentError, StillRunningError, TransientError
from tieout.ledger.cells import CellLedger, Dirty
from tieout.ledger.intersections import CellState, IntersectionState
from tieout.ledger.receipts import Closing, End
from tieout.maintenance import Maintenance
from tieout.ports import Clock, Entropy

if TYPE_CHECKING:  # it reads the ledger's differences, which most targets never do
    from functions.deliver.before import ReadingBefore

# A target that names no time is left alone for so long after its first two errors in a row, then twice as long each time.
_PAUSE_WHEN_BUSY, _LONGEST_WHEN_BUSY = timedelta(seconds=30), timedelta(minutes=10)
_PAUSE_WHEN_DENIED, _LONGEST_WHEN_DENIED = timedelta(minutes=10), timedelta(hours=1)
_MOST_DOUBLINGS = 8
_PROBED_WITH = 10  # cells: a target that took nothing the last time is tried with few
_MARKING_SECONDS = 30  # to mark thousands of cells after a write that was answered at the last moment


@dataclass(frozen=True, kw_only=True)
class DeliverStep:
    """Everything the step works with, for one target.

    Attributes:
        judging: tells whether changes were written in time.
        has_time: whether the function may run on for so many seconds; what there is no time for waits for the sweeper.
        before: asks the target what it holds of cells before they are written; None where it is not to be asked.
        behind: where the last flush ended, to go on there.
        make_sure: has the (dimension, member) pairs that cells are about to name, as far as members are kept from here, and says
            why planning does not take one.
        maintenance: when the target is not called.
    """

    target: str
    cells: CellLedger
    writer: CellWriter
    judging: Judging
    clock: Clock
    entropy: Entropy
    has_time: Callable[[float], bool]
    before: ReadingBefore | None = None
    behind: str = ""
    make_sure: Callable[[Iterable[tuple[str, str]]], Mapping[tuple[str, str], str]] = lambda _: {}
    maintenance: Maintenance | None = None


@dataclass(slots=True)
class DeliverReport:
    """What one flush did.

    Attributes:
        stopped_by: the error that made the target be left alone for a while.
        behind: where it ended.
    """

    written: int = 0
    refused: int = 0
    writes: int = 0
    stopped_by: TransientError | PermanentError | None = None
    behind: str = ""


def flush(step: DeliverStep) -> DeliverReport:
    """Write dirty cells until there are none, time is up, or the target wants to be left alone.

    All that is dirty has its turn, round by round: where changes come faster than planning takes them, none waits for longer
    than a round, however often others change again.

    A busy, locked or offline target is no failure: its cells stay dirty, it is left alone for as long as it asks, or longer
    each time, and the sweeper asks for the next flush, which tries it with a few cells first. So it does when the ledger
    fails: a message put back would block the queue for longer. In a declared maintenance it is not called at all, nor is a write
    begun that could still be under way when that begins.
    """
    report = DeliverReport(behind=step.behind)
    try:
        _flush(step, report)
    except TransientError as error:
        report.stopped_by = error
    return report


def _flush(step: DeliverStep, report: DeliverReport) -> None:
    pause = step.cells.pause_of(step.target)
    if pause is not None and pause.until > step.clock.now():
        return
    failures = pause.failures if pause else 0
    if isinstance(step.writer, TaskWriter) and _may_write(step):
        _settle(step, step.writer, failures, report)
        failures = 0 if report.writes else failures
    while report.stopped_by is None and not _is_maintained(step):
        found, behind = _look(step, report.behind, failures)
        if not found and not report.behind:
            return
        for each in _by_cube(found).values():
            if report.stopped_by is not None or not _may_write(step):
                return
            _write(step, each, failures, report)
            if failures and report.writes:
                step.cells.resume(step.target)
                failures = 0
        report.behind = behind


def _may_write(step: DeliverStep) -> bool:
    """Whether a write that begins now can be marked before the function ends, and ends before the target is maintained."""
    return step.has_time(step.writer.write_seconds + _MARKING_SECONDS) and not _is_maintained(step)


def _is_maintained(step: DeliverStep, seconds_before: float = 0) -> bool:
    """Whether the target is in its maintenance, or would be before a write has ended that begins so soon."""
    lasting = timedelta(seconds=seconds_before + step.writer.write_seconds)
    return step.maintenance is not None and step.maintenance.ends_at(step.clock.now(), lasting) is not None


def _settle(step: DeliverStep, writer: TaskWriter, failures: int, report: DeliverReport) -> None:
    """Find out what became of tasks that earlier runs began; where one has written, the target takes something."""
    try:
        settled = settle(_task_step(step, writer))
    except StillRunningError as error:
        _leave_alone(step, error, failures, report)
        return
    report.writes, report.written, report.refused = settled.writes, settled.written, settled.refused
    if settled.writes:
        step.cells.resume(step.target)


def _look(step: DeliverStep, behind: str, failures: int) -> Dirty:
    """What is dirty behind a place: as much of each cube as a write may carry, or as a task may where one is worth it."""
    writer = step.writer
    found = step.cells.dirty(step.target, writer.batch_size, behind)
    if failures or not isinstance(writer, TaskWriter) or len(found.found) < writer.batch_size:
        return found
    more = step.cells.dirty(step.target, writer.task_size, behind)
    return more if any(_task_of(writer, each) for each in _by_cube(more.found).values()) else found


def _by_cube(found: Iterable[IntersectionState]) -> dict[str, list[IntersectionState]]:
    cubes: dict[str, list[IntersectionState]] = {}
    for each in found:
        cubes.setdefault(each.cube, []).append(each)
    return cubes


def _task_of(writer: CellWriter, intersections: Iterable[IntersectionState]) -> list[CellState]:
    """The cells planning lacks of some intersections of one cube, where a task is to set them; else none."""
    if not isinstance(writer, TaskWriter):
        return []
    cells = [cell for each in intersections for cell in each.lacking()][: writer.task_size]
    return cells if cells and writer.takes_as_task([cell.value() for cell in cells]) else []


def _task_step(step: DeliverStep, writer: TaskWriter) -> TaskStep:
    return TaskStep(
        target=step.target,
        cells=step.cells,
        writer=writer,
        judging=step.judging,
        clock=step.clock,
        entropy=step.entropy,
    )


def _write_task(
    step: DeliverStep, intersections: Sequence[IntersectionState], failures: int, report: DeliverReport
) -> bool:
    """Have a load of one cube set by a task; whether there was one, whatever became of it."""
    writer = step.writer
    cells = [] if failures or not isinstance(writer, TaskWriter) else _task_of(writer, intersections)
    if not cells or not isinstance(writer, TaskWriter) or not _may_write(step):
        return False
    try:
        answer = write_as_task(_task_step(step, writer), intersections, cells)
    except (TransientError, PermanentError) as error:
        _leave_alone(step, error, failures, report)
    else:
        report.writes += 1
        report.refused += len(answer.refused)
        report.written += len(cells) - len(answer.refused)
    return True


def _write(step: DeliverStep, intersections: Sequence[IntersectionState], failures: int, report: DeliverReport) -> None:
    """Write what planning lacks of some intersections of one cube, and no cell that it holds."""
    now = step.clock.now()
    step.judging.judge(step.cells.strike((each for each in intersections if not each.lacking()), now), now)
    try:
        why_not = step.make_sure(pair for each in intersections if each.lacking() for pair in each.cells[0].members)
    except TransientError as error:
        _leave_alone(step, error, failures, report)
        return
    if _write_task(step, intersections, failures, report):
        return
    most = min(step.writer.batch_size, _PROBED_WITH) if failures else step.writer.batch_size
    cells = [cell for each in intersections for cell in each.lacking()][:most]
    if not cells:
        return
    held = _held_before(step, intersections, cells)
    if not _may_write(step):  # any more: what was asked before may have taken its time
        return
    receipt = step.cells.open_receipt(step.target, step.entropy.token(), step.clock.now(), cells, held)
    try:
        answer = explained(written([cell.value() for cell in cells], step.writer), cells, why_not)
    except LostAnswerError as error:
        # The write may still land, even after a newer one: the receipt stays open, so that the sweeper writes again then.
        _leave_alone(step, error, failures, report)
    except (TransientError, PermanentError) as error:
        _leave_alone(step, error, failures, report)
        step.cells.close_receipt(receipt, step.clock.now(), Closing(end=End.NOT_WRITTEN, answer=type(error).__name__))
    else:
        now = step.clock.now()
        step.judging.judge(step.cells.mark_written(intersections, cells, receipt, answer.refused, now), now)
        step.cells.close_receipt(receipt, step.clock.now(), _closing(answer))
        report.writes += 1
        report.refused += len(answer.refused)
        report.written += len(cells) - len(answer.refused)


def _held_before(
    step: DeliverStep, intersections: Sequence[IntersectionState], cells: Sequence[CellState]
) -> Mapping[str, Decimal | None]:
    """What planning holds of cells that are about to be written, where it is asked and there is time to."""
    needed = step.writer.write_seconds + _MARKING_SECONDS + READ_SECONDS
    if step.before is None or not step.has_time(needed) or _is_maintained(step, READ_SECONDS):
        return NOTHING_READ
    return step.before.held(intersections, [cell.value() for cell in cells])


def _closing(answer: WriteAnswer) -> Closing:
    return Closing(end=End.WRITTEN, answer=answer.summary, refused=answer.refused, reference=answer.reference)


def _leave_alone(
    step: DeliverStep, error: TransientError | PermanentError, failures: int, report: DeliverReport
) -> None:
    now = step.clock.now()
    step.cells.pause(step.target, now + _pause_after(error, failures), type(error).__name__, now)
    report.stopped_by = error


def _pause_after(error: TransientError | PermanentError, failures: int) -> timedelta:
    """For how long a target is left alone that failed so often before: what it asks for, or longer each time."""
    asked = getattr(error, "retry_after_seconds", None)
    if asked is not None:
        return timedelta(seconds=asked)
    is_denied = isinstance(error, PermanentError)
    first, longest = (_PAUSE_WHEN_DENIED, _LONGEST_WHEN_DENIED) if is_denied else (_PAUSE_WHEN_BUSY, _LONGEST_WHEN_BUSY)
    return min(first * (1 << min(max(failures - 1, 0), _MOST_DOUBLINGS)), longest)
