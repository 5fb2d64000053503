"""A ledger with cells, a planning system that may refuse them, and what writes and sweeps them, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from functions.deliver.before import ReadingBefore
from functions.deliver.pipeline import DeliverReport, DeliverStep, flush
from functions.sweep.pipeline import SweepReport, SweepStep, sweep
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.judging import judging
from tests.support.memory_queue import MemoryFifoQueue, MemoryFlushQueue
from tests.support.memory_store import MemoryObjectStore
from tests.support.memory_table import MemoryTable
from tieout.delivering import CellValue, ReadingWriter, WriteAnswer
from tieout.errors import TieoutError
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.differences import CellDifference
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.receipts import Closing, End
from tieout.ledger.table import Update
from tieout.maintenance import Maintenance

TARGET = "anaplan"
STALE_AFTER = timedelta(minutes=20)


class Planning:
    """A planning system in which something may happen right after a write landed, or cells were read.

    Attributes:
        refusal: what a request is refused with as a whole.
        refused_cells: cell id to why that cell is refused.
        unreadable: what a question before a write is answered with.
        unasked: cell ids that it is not asked for before a write.
        summary: what it says of a write that it took.
        reference: under which ids it knows that write.
    """

    batch_size = 10
    write_seconds = 120

    def __init__(self) -> None:
        self.values: dict[str, Decimal] = {}
        self.before_reading: Callable[[], None] = lambda: None
        self.after_landing: Callable[[], None] = lambda: None
        self.refusal: Callable[[Sequence[CellValue]], TieoutError | None] = lambda _: None
        self.refused_cells: Mapping[str, str] = {}
        self.summary, self.reference = "set", ""
        self.reads_before, self.asked_before = False, 0
        self.unreadable: Exception | None = None
        self.unasked: frozenset[str] = frozenset()

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        """Set cells."""
        error = self.refusal(cells)
        if error is not None:
            raise error
        refused = {
            cell.cell_id: self.refused_cells[cell.cell_id] for cell in cells if cell.cell_id in self.refused_cells
        }
        self.values |= {cell.cell_id: cell.value for cell in cells if cell.cell_id not in refused}
        happens, self.after_landing = self.after_landing, lambda: None
        happens()
        return WriteAnswer(refused=refused, summary=self.summary, reference=self.reference)

    def read(self, cells: Sequence[CellValue]) -> Mapping[str, Decimal | None]:
        """What it holds of cells; None where it has no such cell."""
        error = self.refusal(cells)
        if error is not None:
            raise error
        values = {cell.cell_id: self.values.get(cell.cell_id) for cell in cells}
        happens, self.after_landing = self.after_landing, lambda: None
        happens()
        return values

    def read_before(self, cells: Sequence[CellValue], within_seconds: float) -> Mapping[str, Decimal | None]:
        """What it holds of cells that are about to be written, of which it has every one; 0 where nothing was ever written."""
        assert within_seconds > 0
        self.asked_before += 1
        happens, self.before_reading = self.before_reading, lambda: None
        happens()
        if self.unreadable is not None:
            raise self.unreadable
        return {
            cell.cell_id: self.values.get(cell.cell_id, Decimal()) for cell in cells if cell.cell_id not in self.unasked
        }


class Desk:
    """A ledger with cells, and what writes them.

    Attributes:
        make_sure: has members that cells are about to name; as the deliver step's.
        told: what was told of cells that others had changed before they were written.
        failures: what nobody declared.
    """

    def __init__(self) -> None:
        self.table, self.clock, self.planning = MemoryTable(), ManualClock(), Planning()
        self.cells, self.readbacks = CellLedger(self.table), ReadbackLedger(self.table)
        self.told: list[CellDifference] = []
        self.failures: list[Exception] = []
        self.flush_requests = MemoryFifoQueue(self.clock)
        self.maintenance: Maintenance | None = None
        self.make_sure: Callable[[Iterable[tuple[str, str]]], Mapping[tuple[str, str], str]] = lambda _: {}
        self.judging = judging(TARGET)

    def change(self, place: str, amount_minor: int, cube: str = "C", measure: str = "M", target: str = TARGET) -> None:
        """A commit that adds to a cell."""
        self.table.write(
            [
                Update(
                    keys.cell_key(target, place),
                    sets={"cell_state": keys.dirty(target)},
                    firsts={
                        "cube": cube,
                        "members": "[]",
                        "catalogue": keys.cells_of(target),
                        keys.CURRENCY + measure: "EUR",
                        "dirty_since": "2026-03-02T09:00:00.000Z",
                    },
                    adds={keys.TOTAL + measure: amount_minor, "generation": 1},
                    removes=(keys.REFUSED + measure,),
                )
            ]
        )

    def lacking(self) -> list[str]:
        """The places planning lacks a total of."""
        return [each.cells[0].intersection_id for each in self.cells.dirty(TARGET, 10).found]

    def answers(self) -> list[str]:
        """What the closed receipts say, in the order in which they were opened."""
        page = self.table.query(keys.receipt_partition(TARGET), prefix=keys.DONE_PREFIX)
        return [str(item["answer"]) for _, item in page.items]

    def ends(self) -> list[str]:
        """How the writes of the closed receipts ended, in the same order."""
        page = self.table.query(keys.receipt_partition(TARGET), prefix=keys.DONE_PREFIX)
        return [str(item["end"]) for _, item in page.items]

    def flush(self, has_time: Callable[[float], bool] = lambda _: True, behind: str = "") -> DeliverReport:
        """One flush; `behind` is where the one before ended."""
        return flush(
            DeliverStep(
                target=TARGET,
                cells=self.cells,
                writer=self.planning,
                judging=self.judging,
                clock=self.clock,
                entropy=SeededEntropy(len(self.table.contents())),
                has_time=has_time,
                before=self._before(),
                behind=behind,
                make_sure=self.make_sure,
                maintenance=self.maintenance,
            )
        )

    def _before(self) -> ReadingBefore | None:
        if not isinstance(self.planning, ReadingWriter) or not self.planning.reads_before:
            return None
        return ReadingBefore(
            writer=self.planning,
            ledger=self.readbacks,
            clock=self.clock,
            tell=self.told.extend,
            note_failure=self.failures.append,
        )

    def sweep(self, *targets: str) -> SweepReport:
        """One sweep of these targets."""
        step = SweepStep(
            targets=targets,
            cells=self.cells,
            flush_queue=MemoryFlushQueue(self.flush_requests, self.clock),
            store=MemoryObjectStore(),
            publish=lambda _: None,
            clock=self.clock,
            stale_after=STALE_AFTER,
            maintenance={TARGET: self.maintenance} if self.maintenance else {},
        )
        return sweep(step)

    def sweep_later(self) -> None:
        """A sweep when every receipt left open is stale, and the flush it asks for."""
        self.clock.advance(STALE_AFTER.total_seconds() + 60)
        if self.sweep(TARGET).flushes:
            self.flush()

    def slow_writer(self) -> Callable[[], None]:
        """A writer that has read the cells and not written them yet: what it does when it goes on."""
        read = self.cells.dirty(TARGET, 10).found
        sent = [cell for each in read for cell in each.lacking()]
        receipt = self.cells.open_receipt(TARGET, "slow", self.clock.now(), sent)

        def goes_on() -> None:
            answer = self.planning.write([cell.value() for cell in sent])
            self.cells.mark_written(read, sent, receipt, answer.refused, self.clock.now())
            closing = Closing(end=End.WRITTEN, answer=answer.summary, refused=answer.refused)
            self.cells.close_receipt(receipt, self.clock.now(), closing)

        return goes_on
