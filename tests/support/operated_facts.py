"""Facts as the record step leaves them behind, in a stage that operators work on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from tests.support.operated_stage import CRM, OperatedStage
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Statement
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import Lineage
from tieout.ledger.plan import decide
from tieout.money import Money
from tieout.planning.cells import Amount, Contribution, Intersection, Unmapped
from tieout.planning.mapping import MappingKey, Used

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACME = MappingKey(CRM, "customer", "71")
FLOW = "forecast_to_plan"


def deal(number: int, connection: str = CRM) -> RecordKey:
    """A deal."""
    return RecordKey(connection, "opportunity", str(number))


def recorded(
    stage: OperatedStage,
    record: RecordKey,
    used: Used,
    waits_for: MappingKey | None = None,
    flow: str = FLOW,
) -> None:
    """A fact as the record step leaves it behind."""
    fact = Opportunity(
        name="Deal",
        amount=Money(100, "EUR"),
        stage="default/won",
        probability=Decimal(1),
        close_date=date(2026, 3, 31),
        customer="71",
        product=None,
    )
    place = Intersection("anaplan", "Pipeline", (("Customer", used.get(ACME) or "none"),))
    amounts = (Amount("Amount", "EUR", 100, "par"),)
    planned = Unmapped(waits_for) if waits_for else (Contribution(place, amounts),)
    plan = decide(Statement(key=record, source_version="1", fact=fact), None, planned, used)
    notice = Notice(key=record, notice_id=f"n-{record.record_id}", kind="deal.creation", position=int(record.record_id))
    lineage = Lineage(
        notice=notice, delivery_id="d-1", flow=flow, received_at=NOW, recorded_at=NOW, code_version="tested"
    )
    assert FactLedger(stage.place.table).commit([(plan, lineage)]) == {}
