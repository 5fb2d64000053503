"""A day in the ledger, its journal and the rows derived of it, in memory."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from functions.journal.pipeline import keep
from functions.lake.pipeline import LakeStep, Message, derive_told
from tests.support.clock import ManualClock
from tests.support.journalled_table import JournalledTable
from tests.support.memory_changing import MemoryChangingObjects
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Absence, Statement
from tieout.lake.places import Places
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import Lineage
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome, decide
from tieout.ledger.receipts import Closing, End
from tieout.money import Money
from tieout.planning.cells import Amount, Contribution, Intersection

DIMENSIONS = {"Time": "period", "Legal entity": "legal_entity"}
BEGIN = datetime(2026, 11, 25, 10, 30, 20, tzinfo=UTC)
CONNECTION = "hubspot-emea"


class LakeDay(JournalledTable):
    """A table with its journal, and the rows of the lake that are derived of it."""

    def __init__(self) -> None:
        super().__init__(ManualClock(BEGIN))
        self.journal, self.rows = MemoryChangingObjects(), MemoryChangingObjects()
        self.failures: list[str] = []
        self.noted: list[tuple[str, int]] = []
        self.step = LakeStep(
            journal=self.journal,
            rows=self.rows,
            places=Places(self, DIMENSIONS),
            note=lambda key, written: self.noted.append((key, written)),
            note_failure=lambda error: self.failures.append(type(error).__name__),
        )

    def state(self, number: int, version: str, customer: str, amounts: Mapping[str, Money]) -> None:
        """What the CRM says of a deal, planned as an amount for each measure; none of the deal that it deleted."""
        record = RecordKey(CONNECTION, "opportunity", str(number))
        planned = tuple(Amount(name, each.currency, each.amount_minor, "par") for name, each in amounts.items())
        fact, absence = _deal(number, customer, amounts), None if amounts else Absence.DELETED
        statement = Statement(key=record, source_version=version, fact=None if absence else fact, absence=absence)
        ledger = FactLedger(self)
        contributions = (Contribution(_place(customer), planned),) if planned else ()
        plan = decide(statement, ledger.load([record]).get(record), contributions, {})
        assert ledger.commit([(plan, self._lineage(record, version))]) == {}

    def plan(self, receipt_id: str, refused: Mapping[str, str] = MappingProxyType({})) -> None:
        """Write what planning lacks under a receipt, of which planning refuses some measures."""
        ledger = CellLedger(self)
        found = ledger.dirty("anaplan", 100).found
        cells = [cell for each in found for cell in each.lacking()]
        receipt = ledger.open_receipt("anaplan", receipt_id, self.clock.now(), cells)
        reasons = {cell.cell_id: refused[cell.measure] for cell in cells if cell.measure in refused}
        ledger.mark_written(found, cells, receipt, reasons, self.clock.now())
        closing = Closing(end=End.WRITTEN, answer=f"{len(cells)} sent", refused=reasons, reference="job-1")
        ledger.close_receipt(receipt, self.clock.now(), closing)

    def end(self, delivery_id: str, outcomes: Mapping[int, Outcome]) -> None:
        """How some notices of a delivery ended."""
        envelope = Envelope(
            delivery_id=delivery_id, connection=CONNECTION, flow="forecast_to_plan", received_at=BEGIN, notices=()
        )
        OutcomeLedger(self).keep(envelope, outcomes)

    def keep(self) -> list[str]:
        """Have the journal keep what the stream told so far; its objects."""
        keep(self.stream, self.journal)
        return sorted(self.journal.contents())

    def derive(self, *keys: str) -> list[str]:
        """Derive objects of the journal that S3 tells of, in one batch; the messages that are to come again."""
        return derive_told([Message(f"m{number}", told_of(key)) for number, key in enumerate(keys)], self.step)

    def rows_of(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table, in the order of the changes they are about."""
        bodies = [body for key, body in self.rows.contents().items() if key.startswith(f"rows/{table}/")]
        rows = [json.loads(line) for body in bodies for line in gzip.decompress(body).splitlines()]
        return sorted(rows, key=lambda row: (row["sequence"], row["row_id"]))

    def _lineage(self, record: RecordKey, version: str) -> Lineage:
        notice_id = f"n-{record.record_id}-{version}"
        return Lineage(
            notice=Notice(key=record, notice_id=notice_id, kind="deal.change", occurred_at=BEGIN),
            delivery_id=f"d-{record.record_id}-{version}",
            flow="forecast_to_plan",
            received_at=self.clock.now(),
            recorded_at=self.clock.now(),
            code_version="test",
        )


def told_of(key: str) -> str:
    """What EventBridge puts on the queue where S3 has an object of that key."""
    return json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": {"object": {"key": key}}})


def a_day() -> LakeDay:
    """Two deals of one customer and one of another: stated, changed, one of them deleted; written, and refused in part."""
    day = LakeDay()
    day.state(1, "v1", "ACME", {"Amount": Money(150_000, "EUR"), "Amount USD": Money(163_875, "USD")})
    day.state(2, "v1", "ACME", {"Amount": Money(50_000, "EUR")})
    day.state(3, "v1", "KAIJU", {"Amount": Money(1_467, "JPY")})
    day.end("d-1-v1", {0: Outcome.APPLIED, 1: Outcome.HELD})
    day.clock.advance(10)
    day.plan("r1", {"Amount USD": "no such line item"})
    day.clock.advance(15)  # behind the moment that the page's queries ask about
    day.state(1, "v2", "ACME", {"Amount": Money(120_000, "EUR")})
    day.state(2, "v2", "ACME", {})
    day.end("d-1-v1", {1: Outcome.APPLIED})
    day.plan("r2")
    return day


def derived(day: LakeDay) -> LakeDay:
    """The day, once all rows are derived."""
    day.derive(*day.keep())
    assert day.failures == []
    return day


def _deal(number: int, customer: str, amounts: Mapping[str, Money]) -> Opportunity:
    return Opportunity(
        name=f"Deal {number}",
        amount=amounts.get("Amount"),
        stage="default/won",
        probability=Decimal(1),
        close_date=date(2026, 12, 31),
        customer=customer,
        product=None,
    )


def _place(customer: str) -> Intersection:
    return Intersection("anaplan", "Pipeline", (("Customer", customer), ("Legal entity", "EMEA"), ("Time", "2026-12")))
