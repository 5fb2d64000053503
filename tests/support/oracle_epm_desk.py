"""A ledger whose cells the deliver step writes to a simulated Planning environment."""

from __future__ import annotations

from decimal import Decimal

from functions.deliver.before import ReadingBefore
from functions.deliver.pipeline import DeliverReport, DeliverStep, flush
from tests.support.clock import SeededEntropy
from tests.support.judging import judging
from tests.support.oracle_epm import pipeline_cell
from tests.support.oracle_epm_environment import RunningEnvironment
from tests.support.planning_desk import TARGET, Desk
from tieout import strict_json
from tieout.ledger import keys
from tieout.ledger.table import Update


class OracleDesk(Desk):
    """A ledger whose cells are written to a simulated environment, and both their clocks."""

    def __init__(self, environment: RunningEnvironment) -> None:
        super().__init__()
        self.environment = environment
        self.writer = environment.writer()

    def let_pass(self, seconds: float) -> None:
        """Turn both clocks."""
        self.clock.advance(seconds)
        self.environment.clock.advance(seconds)

    def book(self, customer: str, amount_minor: int, measure: str = "Amount") -> None:
        """A commit that adds to a cell of the cube Pipeline."""
        self.change(customer, amount_minor, "Pipeline", measure)
        members = strict_json.dump([list(pair) for pair in pipeline_cell(customer=customer).members])
        self.table.write([Update(keys.cell_key(TARGET, customer), sets={"members": members})])

    def deliver(self) -> DeliverReport:
        """One flush."""
        entropy = SeededEntropy(len(self.table.contents()))
        before = ReadingBefore(
            writer=self.writer,
            ledger=self.readbacks,
            clock=self.clock,
            tell=self.told.extend,
            note_failure=self.failures.append,
        )
        step = DeliverStep(
            target=TARGET,
            cells=self.cells,
            writer=self.writer,
            judging=judging(TARGET),
            clock=self.clock,
            entropy=entropy,
            has_time=lambda _: True,
            before=before if self.writer.reads_before else None,
        )
        return flush(step)

    def held(self) -> dict[str, Decimal]:
        """What planning holds, by customer and account."""
        cells = self.environment.control("cells")["cells"]
        return {f"{each['members']['Customer']} {each['members']['Account']}": Decimal(each["value"]) for each in cells}
