"""A ledger whose cells planning holds, and what reads them back, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from functions.readback.pipeline import ReadbackReport, ReadbackStep, read_back
from tests.support.planning_desk import TARGET, Desk
from tieout.errors import TieoutError
from tieout.landscape import Readback
from tieout.ledger.cycles import Cycle
from tieout.ledger.receipts import ReceiptLedger

EVERY_SECONDS = 300
MEASURE = "M"


class ReadbackDesk(Desk):
    """Cells that are written, and what reads them back every five minutes.

    Attributes:
        asked: the ids of cells of each call.
        budget: how many cells a run may read.
        cannot_open: what stands in the way of reading at all.
        seconds_a_page: how long planning takes to answer.
    """

    def __init__(self, declared: Readback | None = None) -> None:
        super().__init__()
        self.declared = declared or Readback(sample_percent=0)
        self.planning.batch_size = 3_000
        self.ledger = self.readbacks
        self.receipts = ReceiptLedger(self.table)
        self.asked: list[list[str]] = []
        self.budget = 1_000
        self.cannot_open: TieoutError | None = None
        self.seconds_a_page = 0
        self.working_seconds = 100

    def fill(self, places: Sequence[str], amount_minor: int = 100_00) -> None:
        """Cells that the ledger and planning hold alike, since a minute."""
        for place in places:
            self.change(place, amount_minor)
        self.flush()
        self.clock.advance(60)

    def alter(self, place: str, value: str | None, measure: str = MEASURE) -> None:
        """Somebody types over a cell, or removes it."""
        if value is None:
            del self.planning.values[f"{place}:{measure}"]
        else:
            self.planning.values[f"{place}:{measure}"] = Decimal(value)

    def run(self) -> ReadbackReport:
        """One run, and the rest of the five minutes."""
        began = self.clock.now()
        report = read_back(self.step())
        self.clock.advance(max(0.0, EVERY_SECONDS - (self.clock.now() - began).total_seconds()))
        return report

    def cycle(self) -> Cycle:
        """The last cycle."""
        cycle = self.ledger.cycle(TARGET)
        assert cycle is not None
        return cycle

    def to_the_end(self, runs: int = 100) -> Cycle:
        """Run until the cycle under way is over."""
        for _ in range(runs):
            self.run()
            if self.cycle().is_over:
                return self.cycle()
        raise AssertionError("never at an end")

    def another_cycle(self) -> Cycle:
        """One cycle more, asked for."""
        self.ledger.begin(Cycle.begun(TARGET, self.clock.now(), "controller"))
        return self.to_the_end()

    def standing(self) -> dict[str, tuple[int, str | None]]:
        """Cell id to what the ledger and what planning holds, of those that are known to differ."""
        return {
            each.cell_id: (each.wanted_minor, None if each.held is None else str(each.held))
            for each in self.ledger.standing(TARGET)
        }

    def step(self) -> ReadbackStep:
        """The step."""
        return ReadbackStep(
            target=TARGET,
            declared=self.declared,
            budget=self.budget,
            ledger=self.ledger,
            cells=self.cells,
            receipts=self.receipts,
            open_reader=self._opened,
            clock=self.clock,
            give_up_at=self.clock.now() + timedelta(seconds=self.working_seconds),
            tell=self.told.extend,
            note_failure=self.failures.append,
            maintenance=self.maintenance,
        )

    def _opened(self) -> ReadbackDesk:
        if self.cannot_open is not None:
            raise self.cannot_open
        return self

    def read(self, cells: Sequence[object]) -> dict[str, Decimal | None]:
        """Planning, asked."""
        self.asked.append([each.cell_id for each in cells])  # type: ignore[attr-defined]
        self.clock.advance(self.seconds_a_page)
        return dict(self.planning.read(cells))  # type: ignore[arg-type]
