"""What the deliver step asks of a planning system: cells in, per-cell refusals out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, Protocol, runtime_checkable

NOTHING_READ: Mapping[str, Decimal | None] = MappingProxyType({})
"""What planning was read to hold before a write that nobody asked it about."""

READ_SECONDS = 10
"""No write waits longer for what its receipt is to say."""

MAX_CELLS_PER_WRITE = 3_000  # a receipt is one item of the ledger, which ends at 400 KB; a task has several


class CellValue(NamedTuple):
    """A cell and the value planning shall hold: set, never added.

    Attributes:
        cell_id: ours, unique for the coordinates.
        members: (dimension, member) pairs in the planning model's order; periods are written as the ledger does (`2026-03`,
            `FY2026-P03`), whatever the target calls them.
        value: in whole units of the cell's currency.
    """

    cell_id: str
    cube: str
    measure: str
    members: tuple[tuple[str, str], ...]
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAnswer:
    """What a target answered to a write that it took; every cell not refused is written.

    Attributes:
        refused: cell id to the target's reason, for cells that a repeat would refuse again.
        summary: one line for the receipt, free of secrets.
        reference: the ids under which the target knows what it did (jobs, tasks), with blanks between them; empty where it
            gives none.
    """

    refused: Mapping[str, str]
    summary: str
    reference: str = ""


class CellReader(Protocol):
    """Reads cells of one target back, to check that planning holds what the ledger says."""

    def read(self, cells: Sequence[CellValue]) -> Mapping[str, Decimal | None]:
        """Cell id to what planning holds now, None where it has no such cell. Raises as `CellWriter.write` does."""
        ...


class CellWriter(Protocol):
    """Writes cells of one target."""

    @property
    def batch_size(self) -> int:
        """The most cells one write may carry, 1 to `MAX_CELLS_PER_WRITE`."""
        ...

    @property
    def write_seconds(self) -> int:
        """How long one write may take, all its requests together, before it counts as unanswered."""
        ...

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        """Set up to `batch_size` cells of one cube; every error but the two that say otherwise says that nothing was written.

        Raises:
            ThrottledError, UnavailableError: the target takes nothing now (rate, busy, locked, offline).
            LostAnswerError: the write may have been applied, or may still be.
            AccessDeniedError: our role or credentials do not reach the model: a person must act.
            MalformedError: the target refuses the request as a whole.
            RefusedInPartError: it refuses a part as a whole, and may have written the rest.
        """
        ...


@runtime_checkable
class ReadingWriter(CellWriter, Protocol):
    """A writer that can say just before a write what planning holds of its cells, by no more calls than the write makes."""

    @property
    def reads_before(self) -> bool:
        """Whether the landscape has it do so."""
        ...

    def read_before(self, cells: Sequence[CellValue], within_seconds: float) -> Mapping[str, Decimal | None]:
        """Cell id to what planning holds now of cells of one cube, None where it has no such cell.

        Cells that would take more than one call for each call of their write are left out. Raises as `CellWriter.write` does.
        """
        ...


@runtime_checkable
class TaskWriter(CellWriter, Protocol):
    """A writer that can also have many cells set by a task of the target's own, which goes on without us."""

    @property
    def task_size(self) -> int:
        """The most cells one task may carry."""
        ...

    def takes_as_task(self, cells: Sequence[CellValue]) -> bool:
        """Whether these cells of one cube are better set by a task than by writes of `batch_size`."""
        ...

    def prepare(self, cells: Sequence[CellValue], until: datetime) -> str:
        """Hand cells of one cube over before `until`, and name the task that is to set them; nothing is set yet.

        Raises as `CellWriter.write` does; whatever it is, nothing was written.
        """
        ...

    def start(self, prepared: str) -> str:
        """Start the task and give its reference, under which `outcome` finds it.

        Raises:
            LostAnswerError: it may have been started, or may still be.
        """
        ...

    def outcome(self, reference: str, cells: Sequence[CellValue], until: datetime) -> WriteAnswer:
        """What became of a task that was given these cells; waits for its end until then.

        Args:
            reference: what `start` gave; or what `prepare` did, where nobody knows whether it was started.
            cells: those it was prepared with.
            until: when to stop waiting.

        Raises:
            StillRunningError: it has not ended, or cannot be asked now.
            LostAnswerError: it has ended or is gone, and nobody can say what it has set.
            TransientError, PermanentError: it has ended, and has set nothing.
        """
        ...
