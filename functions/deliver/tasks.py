"""Has many cells set by a task of the target's own, and finds out what became of one, whichever run of the function began it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from functions.deliver.judging import Judging
from tieout.delivering import MAX_CELLS_PER_WRITE, CellValue, TaskWriter, WriteAnswer
from tieout.errors import LostAnswerError, PermanentError, StillRunningError, TransientError
from tieout.ledger.cells import CellLedger
from tieout.ledger.intersections import CellState, IntersectionState
from tieout.ledger.receipts import Closing, End, OpenReceipt
from tieout.ports import Clock, Entropy

CELLS_PER_RECEIPT = MAX_CELLS_PER_WRITE // 2  # a task's receipts also say of which generations its cells were
LOST_START = timedelta(minutes=20)  # then a task whose start was not answered either runs or never will
_WAIT_SECONDS = 30.0  # for a task that nobody knows of yet


@dataclass(frozen=True, kw_only=True)
class TaskStep:
    """What the tasks of one target are begun and followed with."""

    target: str
    cells: CellLedger
    writer: TaskWriter
    judging: Judging
    clock: Clock
    entropy: Entropy

    def until(self) -> datetime:
        """When to stop waiting for what is asked now."""
        return self.clock.now() + timedelta(seconds=self.writer.write_seconds)


@dataclass(slots=True)
class Settled:
    """What was found out about the tasks that earlier runs had begun."""

    writes: int = 0
    written: int = 0
    refused: int = 0


def write_as_task(
    step: TaskStep, intersections: Sequence[IntersectionState], cells: Sequence[CellState]
) -> WriteAnswer:
    """Have cells of one cube set by a task, mark them and close their receipts.

    The reference is kept before the task is started and again before it is waited for: whatever happens to this run, the next
    one finds the task.

    Raises as `TaskWriter.outcome`. Where that says that nothing was written, the receipts are closed; else they stay open, and
    `settle` finds out.
    """
    values, until = [cell.value() for cell in cells], step.until()
    generations = {each.cells[0].intersection_id: each.generation for each in intersections}
    parts = [(step.entropy.token(), part) for part in batched(cells, CELLS_PER_RECEIPT, strict=False)]
    receipts = step.cells.open_task_receipts(step.target, parts, step.clock.now(), generations)
    try:
        answer = _done(step, receipts, values, until)
    except LostAnswerError:
        raise
    except (TransientError, PermanentError) as error:
        _close(step, receipts, Closing(end=End.NOT_WRITTEN, answer=type(error).__name__))
        raise
    for receipt, (_, part) in zip(receipts, parts, strict=True):
        now = step.clock.now()
        step.judging.judge(step.cells.mark_written(intersections, part, receipt, answer.refused, now), now)
    _close(step, receipts, _closing(answer))
    return answer


def settle(step: TaskStep) -> Settled:
    """Find out what became of every task that an earlier run began and did not see the end of.

    Raises:
        StillRunningError: one has not ended: until it has, nothing is written beside it.
    """
    settled = Settled()
    for reference, receipts in step.cells.open_tasks(step.target).items():
        _settle(step, reference, receipts, settled)
    return settled


def _done(step: TaskStep, receipts: Sequence[OpenReceipt], values: Sequence[CellValue], until: datetime) -> WriteAnswer:
    prepared = step.writer.prepare(values, until)
    step.cells.note_reference(receipts, prepared)
    reference = step.writer.start(prepared)
    try:
        step.cells.note_reference(receipts, reference)
    except TransientError as error:
        raise LostAnswerError(f"the task runs, and its reference is not kept: {type(error).__name__}") from error
    return step.writer.outcome(reference, values, until)


def _settle(step: TaskStep, reference: str, receipts: Sequence[OpenReceipt], settled: Settled) -> None:
    begun = [(receipt, step.cells.as_begun(receipt)) for receipt in receipts]
    sent = [_sent(receipt, states) for receipt, states in begun]
    values = [cell.value() for cells in sent for cell in cells]
    try:
        answer = step.writer.outcome(reference, values, step.until())
    except StillRunningError:
        raise
    except LostAnswerError:
        _write_again(step, reference, receipts)
        return
    except (TransientError, PermanentError) as error:
        _close(step, receipts, Closing(end=End.NOT_WRITTEN, answer=type(error).__name__, reference=reference))
        return
    for (receipt, states), cells in zip(begun, sent, strict=True):
        now = step.clock.now()
        step.judging.judge(step.cells.mark_written(states, cells, receipt, answer.refused, now), now)
    _close(step, receipts, _closing(answer))
    settled.writes += 1
    settled.refused += len(answer.refused)
    settled.written += len(values) - len(answer.refused)


def _sent(receipt: OpenReceipt, states: Iterable[IntersectionState]) -> list[CellState]:
    """The cells of a receipt, as far as there are any of that name now."""
    names = {(each, measure) for each, measures in receipt.measures().items() for measure in measures}
    return [cell for state in states for cell in state.cells if (cell.intersection_id, cell.measure) in names]


def _write_again(step: TaskStep, reference: str, receipts: Sequence[OpenReceipt]) -> None:
    """Have cells written again of which nobody can say what planning holds, once nothing of it can land any more."""
    now = step.clock.now()
    if any(now - receipt.opened_at < LOST_START for receipt in receipts) and not _is_started(reference):
        raise StillRunningError(
            "a task whose start was not answered may still begin", retry_after_seconds=_WAIT_SECONDS
        )
    for receipt in receipts:
        step.cells.dirty_again(receipt, now)
    _close(step, receipts, Closing(end=End.ABANDONED, answer="nobody can say what it has set", reference=reference))


def _is_started(reference: str) -> bool:
    """Whether a reference is that of a task; before it is started, it is one word."""
    return " " in reference


def _closing(answer: WriteAnswer) -> Closing:
    return Closing(end=End.WRITTEN, answer=answer.summary, refused=answer.refused, reference=answer.reference)


def _close(step: TaskStep, receipts: Iterable[OpenReceipt], closing: Closing) -> None:
    for receipt in receipts:
        step.cells.close_receipt(receipt, step.clock.now(), closing)
