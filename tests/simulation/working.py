"""Runs the record function of a flow, which dies where it crashes and is another then, with nothing in its memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from functions.record.drifting import DeliveriesShown, Drifting
from functions.record.pipeline import RecordStep, record
from functions.record.work import Message, Report
from tests.simulation.schedule import CrashedError
from tests.simulation.watching import WatchedQueue
from tests.support.memory_queue import MemoryQueue, Received
from tieout.ledger.drifts import DriftLedger

if TYPE_CHECKING:
    from tests.simulation.line import Line


@dataclass(slots=True)
class Flow:
    """A flow's queue, its dead-letter queue and its step.

    Attributes:
        crashes: how many of its functions have died.
    """

    name: str
    queue: WatchedQueue
    dead_letters: MemoryQueue
    step: RecordStep
    crashes: int = 0

    @property
    def process(self) -> str:
        """Which of its functions is at work."""
        return f"{self.name} {self.crashes}"


@dataclass(slots=True)
class Processes:
    """What became of the record functions.

    Attributes:
        told: by function and connection of how many drifts it told that nobody knew of.
        died: those that crashed.
        calm: those that have worked when nothing went wrong any more, and so have told of what they had to.
    """

    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    died: set[str] = field(default_factory=set)
    calm: set[str] = field(default_factory=set)


def drifting(line: Line, process: str) -> Drifting:
    """What a function that has just begun notices."""
    shown = DeliveriesShown(line.landscape.connections)
    return Drifting(line.readers.__getitem__, shown, DriftLedger(line.table), line.schedule, process)


def record_once(line: Line, flow: Flow, batch: Sequence[Received]) -> Report | None:
    """The report of one run; None where it ends in an error that nobody declared."""
    messages = [
        Message(message_id=each.message_id, receipt_handle=each.handle, body=each.body, attempt=each.receive_count)
        for each in batch
    ]
    process, step = flow.process, flow.step
    try:
        report = record(step, messages)
    except CrashedError:
        line.processes.died.add(process)
        if flow.process == process:
            flow.crashes += 1
            flow.step = replace(step, drifting=drifting(line, flow.process))
        raise
    except Exception as error:  # noqa: BLE001 none may
        line.undeclared.append(f"record: {error!r}")
        return None
    if not line.weather.is_on:
        line.processes.calm.add(process)
    for connection, count in report.drifts.items():
        line.processes.told[process, connection] += count
    return report
