"""What records said, what planning was given, and the journal of all of it, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from tests.support.books_desk import TARGET, BooksDesk, Said
from tests.support.clock import ManualClock
from tests.support.journalled_table import JournalledTable, journal_of
from tests.support.ledger_scenes import lineage
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import RecordKey
from tieout.facts.statement import Absence
from tieout.ledger.cells import CellLedger
from tieout.ledger.items import Lineage
from tieout.ledger.journal import unpacked
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Plan
from tieout.ledger.receipts import Closing, End
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey


class ToldHistory(BooksDesk):
    """A desk whose table keeps its stream, some seconds from one thing to the next.

    Attributes:
        used: the mapping entries that records are planned with from now on.
        delivered: the deliveries whose notices went through the line, in order.
        seconds: how much later each thing is than the one before.
    """

    seconds = 2.0

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.told = JournalledTable(clock)
        super().__init__(self.told)
        self.used: dict[MappingKey, str] = {}
        self.delivered: list[Lineage] = []

    def journal(self) -> dict[str, bytes]:
        """The objects of the journal of all that was so far."""
        return journal_of([self.told.stream])

    def lines(self) -> dict[str, set[bytes]]:
        """The lines of each of them."""
        return {key: unpacked(body) for key, body in self.journal().items()}

    def now(self) -> datetime:
        """Some seconds later than all before."""
        self.clock.advance(self.seconds)
        return self.clock.now()

    def plan(
        self,
        number: int | str,
        said: Said | Unmapped | None,
        flow: str = "forecast",
        absence: Absence = Absence.DELETED,
    ) -> Plan:
        """The plan of what a record says now, made with the entries as they are called now."""
        return replace(super().plan(number, said, flow, absence), used=dict(self.used))

    def commit(self, plan: Plan, flow: str = "forecast") -> Mapping[RecordKey, Exception]:
        """Commit it as what the second notice of a new delivery came to."""
        came = lineage(plan.key)
        name = len(self.delivered) + 1
        notice = came.notice._replace(notice_id=f"n-{name}", kind="deal.change", position=1)
        self.delivered.append(
            replace(
                came, notice=notice, delivery_id=f"d-{name}", flow=flow, received_at=self.now(), recorded_at=self.now()
            )
        )
        return self._commit(plan, self.delivered[-1])

    def say_again(self, number: int | str, said: Said, delivered: Lineage) -> None:
        """A notice goes through the line once more, and the record is planned as entries are called now."""
        failures = self._commit(self.plan(number, said, delivered.flow), replace(delivered, recorded_at=self.now()))
        assert not failures, failures

    def deliver(self, receipt_id: str, refused: Mapping[str, str] = MappingProxyType({})) -> None:
        """Give planning what it lacks under a receipt; it refuses cells whose customer is named, for the reason given."""
        ledger = CellLedger(self.table)
        found = ledger.dirty(TARGET, 100).found
        ledger.strike([each for each in found if not each.lacking()], self.now())
        cells = [cell for each in found for cell in each.lacking()]
        receipt = ledger.open_receipt(TARGET, receipt_id, self.now(), cells)
        customers = {cell.cell_id: dict(cell.members)["Customer"] for cell in cells}
        reasons = {name: refused[customer] for name, customer in customers.items() if customer in refused}
        ledger.mark_written(found, cells, receipt, reasons, self.now())
        closing = Closing(end=End.WRITTEN, answer=f"{len(cells)} sent", refused=reasons, reference="job-1")
        ledger.close_receipt(receipt, self.now(), closing)

    def _commit(self, plan: Plan, came: Lineage) -> Mapping[RecordKey, Exception]:
        envelope = Envelope(
            delivery_id=came.delivery_id,
            connection=plan.key.connection,
            flow=came.flow,
            received_at=came.received_at,
            notices=(),
        )
        failures = self.ledger.commit([(plan, came)])
        OutcomeLedger(self.table).keep(envelope, {came.notice.position: plan.outcome})
        return failures
