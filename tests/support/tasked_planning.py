"""A planning system that sets loads by tasks of its own, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count

from tests.support.planning_desk import Desk, Planning
from tieout.delivering import CellValue, WriteAnswer
from tieout.errors import LostAnswerError, TieoutError


class TaskedPlanning(Planning):
    """A planning system that sets loads by tasks, each of which ends as a test says.

    Attributes:
        ends: what happens when somebody asks for the outcome; by itself a task sets its cells and says so.
        least: from how many cells on.
        untils: until when somebody waited for an outcome, in order.
        lost_start: the start of a task is not answered, though it runs.
    """

    batch_size = 2
    task_size = 10_000

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[str, Sequence[CellValue]] = {}
        self.log: list[str] = []
        self.untils: list[datetime] = []
        self.ends: Callable[[], TieoutError | None] = lambda: None
        self.lost_start = False
        self.least = 4
        self._numbers = count(1)
        self._prepared: Sequence[CellValue] = ()

    def takes_as_task(self, cells: Sequence[CellValue]) -> bool:
        """From so many cells on."""
        return len(cells) >= self.least

    def prepare(self, cells: Sequence[CellValue], until: datetime) -> str:  # noqa: ARG002 as the port has it
        """Take the cells."""
        self.log.append(f"prepare {len(cells)}")
        self._prepared = cells
        return "import"

    def start(self, prepared: str) -> str:
        """Begin a task."""
        reference = f"{prepared} {next(self._numbers)}"
        self.given[reference] = self._prepared
        self.log.append(f"start {reference}")
        if self.lost_start:
            raise LostAnswerError("no answer")
        return reference

    def outcome(self, reference: str, cells: Sequence[CellValue], until: datetime) -> WriteAnswer:
        """Set the cells it was given, whoever asks."""
        self.untils.append(until)
        self.log.append(f"outcome {reference}")
        error = self.ends()
        if error is not None:
            raise error
        if reference not in self.given:
            raise LostAnswerError("never started, or over")
        sent = {cell.cell_id: cell for cell in self.given[reference]}
        assert set(sent) == {cell.cell_id for cell in cells}
        refused = {each: why for each, why in self.refused_cells.items() if each in sent}
        self.values |= {each: cell.value for each, cell in sent.items() if each not in refused}
        return WriteAnswer(refused=refused, summary="imported", reference=reference)


def loaded() -> tuple[Desk, TaskedPlanning]:
    """A ledger with six cells that planning lacks, and a planning system that takes them as a load."""
    desk, planning = Desk(), TaskedPlanning()
    desk.planning = planning
    for number in range(6):
        desk.change(f"p{number}", 100 + number)
    return desk, planning
