"""A stage whose ledger has a past: what records said, what planning was given, what people did, and the journal of all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ops.place import Place
from tests.support.books_desk import TARGET, BooksDesk, Said
from tests.support.clock import ManualClock
from tests.support.journalled_table import JournalledTable, journal_of
from tests.support.ledger_scenes import lineage
from tests.support.operated_stage import OperatedStage
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import RecordKey
from tieout.facts.statement import Absence
from tieout.ledger.cells import CellLedger
from tieout.ledger.items import Lineage
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Plan
from tieout.ledger.receipts import Closing, End
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

if TYPE_CHECKING:
    import pytest

CRM = "crm"
_BEGUN_AGO = timedelta(days=2)


class OperatedHistory(BooksDesk):
    """A desk whose table keeps its stream.

    Attributes:
        used: the mapping entries that records are planned with from now on.
        delivered: the deliveries whose notices went through the line, in order.
    """

    def __init__(self, stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = ManualClock(datetime.now(UTC).replace(microsecond=0) - _BEGUN_AGO)
        self.told = JournalledTable(self.clock)
        super().__init__(self.told)
        self.used: dict[MappingKey, str] = {}
        self.delivered: list[Lineage] = []
        self._stage = stage
        monkeypatch.setattr(Place, "table", self.table)
        outputs = stage.place.outputs
        connection: Mapping[str, Any] = json.loads(outputs["ConnectionHubspot-Emea"])
        target: Mapping[str, Any] = json.loads(outputs["TargetAnaplan"])
        monkeypatch.setitem(outputs, "ConnectionCrm", json.dumps({**connection, "name": CRM}))
        monkeypatch.setitem(outputs, "TargetAnaplan", json.dumps({**target, "name": TARGET}))

    def now(self) -> datetime:
        """Some seconds later than all before."""
        self.clock.advance(2)
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
        cells = [cell for each in found for cell in each.lacking()]
        receipt = ledger.open_receipt(TARGET, receipt_id, self.now(), cells)
        customers = {cell.cell_id: dict(cell.members)["Customer"] for cell in cells}
        reasons = {name: refused[customer] for name, customer in customers.items() if customer in refused}
        ledger.mark_written(found, cells, receipt, reasons, self.now())
        closing = Closing(end=End.WRITTEN, answer=f"{len(cells)} sent", refused=reasons, reference="job-1")
        ledger.close_receipt(receipt, self.now(), closing)

    def keep_journal(self) -> None:
        """Have the archive hold the journal of all that was so far."""
        for key, body in journal_of([self.told.stream]).items():
            self._stage.place.archive.put(key, body)

    def _commit(self, plan: Plan, came: Lineage) -> Mapping[RecordKey, Exception]:
        envelope = Envelope(
            delivery_id=came.delivery_id, connection=CRM, flow=came.flow, received_at=came.received_at, notices=()
        )
        failures = self.ledger.commit([(plan, came)])
        OutcomeLedger(self.table).keep(envelope, {came.notice.position: plan.outcome})
        return failures
