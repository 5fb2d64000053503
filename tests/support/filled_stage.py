"""A stage with something of everything that operators can be shown, in the longest values that are likely."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.anaplan import pipeline_cell
from tests.support.anaplan_tenant import RunningTenant
from tests.support.drifting import keep_a_drift
from tests.support.good_bodies import good_body
from tests.support.journalled_table import journal_of
from tests.support.operated_planning import read_back_once, written
from tests.support.operated_stage import ERP, OperatedStage
from tests.support.receiving import Door
from tests.support.table_stream import change_record
from tests.support.telling_masters import tell
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.spool import spool_key
from tieout.aws.values import decoded_item
from tieout.census import Difference, Phase, Purpose, Run, Tally
from tieout.facts.listing import Window
from tieout.facts.master_data import TAX_ID, Customer, external_ids
from tieout.facts.statement import Absence, Statement
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.censuses import CensusLedger, Found
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import Lineage
from tieout.ledger.mappings import LINK, MappingLedger
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome, decide
from tieout.ledger.receipts import Closing, End
from tieout.ledger.table import Update
from tieout.money import Money
from tieout.planning.cells import Amount, Contribution, Intersection, Unmapped
from tieout.planning.mapping import MappingKey, Used
from tieout.planning.validity import Term, text_of

NOW = datetime.now(UTC).replace(microsecond=0)
CONNECTION, FLOW, TARGET = "hubspot-north-america", "forecast_to_plan", "anaplan"
RECORD = RecordKey(CONNECTION, "opportunity", "39411234567")
HELD = RecordKey(CONNECTION, "opportunity", "39411234568")
CUSTOMER = MappingKey(CONNECTION, "customer", "24680135791")
PLACE = Intersection(
    TARGET,
    "Revenue and Actuals",
    (
        ("Account", "4020 Licence revenue"),
        ("Cost centre", "CC_SALES_NORTH_AMERICA"),
        ("Customer", "Globex Corporation (Holdings) plc"),
        ("Currency", "USD"),
        ("Time", "2026-11"),
        ("Version", "Actual"),
    ),
)
CELL = PLACE.intersection_id()
RECEIPT = "5f0c" * 8
LINKED = "39411234002"
DELIVERY = "JKJaXmPLvHcESHA="


def compare(stage: OperatedStage) -> None:
    """A backfill under way, and a census that is done and found what planning holds too much of."""
    ledger, span = CensusLedger(stage.place.table), Window(NOW - timedelta(days=7), NOW)
    for purpose, phase in ((Purpose.BACKFILL, Phase.LISTING), (Purpose.CENSUS, Phase.DONE)):
        run = Run.begun(connection=CONNECTION, entity="opportunity", purpose=purpose, span=span, now=NOW)
        tally = Tally(listed=1234567, worth_minor={"USD": 123456789012345}, differences=dict.fromkeys(Difference, 1234))
        ledger.begin(run._replace(phase=phase, failing="UnreadableRecordError", total=tally))
        ledger.keep_window(run, span, tally, NOW)
        found = Found(
            key=RECORD,
            difference=Difference.NEVER_RECEIVED,
            version_there="2026-11-25T21:12:36.123Z",
            version_here="2026-11-25T21:12:36.123Z",
            amount=Money(-123456789012345, "USD"),
            day=NOW.date(),
            planned_minor={"Weighted amount USD": -123456789012345},
            periods=("FY2026-P11", "FY2026-P12"),
            found_at=NOW,
        )
        ledger.keep_found(run, [found])


def record_facts(stage: OperatedStage) -> None:
    """One fact that is planned, one that waits, a mapping entry, and how notices of today ended."""
    amounts = tuple(
        Amount(name, "USD", -1234567890123, "netsuite:1>1:2026-11:own") for name in ("Revenue USD", "Weighted USD")
    )
    facts: tuple[tuple[RecordKey, tuple[Contribution, ...] | Unmapped, Used], ...] = (
        (RECORD, (Contribution(PLACE, amounts),), {CUSTOMER: "Globex"}),
        (HELD, Unmapped(CUSTOMER), {}),
    )
    for record, planned, used in facts:
        statement = Statement(key=record, source_version="2026-11-25T21:12:36.123Z", fact=None, absence=Absence.DELETED)
        plan = decide(statement, None, planned, used)
        notice = Notice(key=record, notice_id="4063812345-2026-11-25", kind="deal.associationChange")
        lineage = Lineage(
            notice=notice,
            delivery_id=DELIVERY,
            flow=FLOW,
            received_at=NOW,
            recorded_at=NOW,
            code_version="0.1",
        )
        FactLedger(stage.place.table).commit([(plan, lineage)])
    keep_a_drift(stage.place.table, CONNECTION, NOW)
    known = MappingKey(CONNECTION, "stage", "renewals/decision_maker_bought_in")
    terms = (Term("", "RT2026-P03", "negotiation"), Term("RT2026-P04", "RT2026-P12", "committed"))
    MappingLedger(stage.place.table).put(known, text_of(terms), "operator.with.long.name", NOW)
    envelope = Envelope(delivery_id="d", connection=CONNECTION, flow="record_to_report", received_at=NOW, notices=())
    OutcomeLedger(stage.place.table).keep(envelope, dict(enumerate(Outcome)))


def fill_cells(stage: OperatedStage, tenant: RunningTenant) -> None:
    """Cells that were refused, that differ from planning, and a target that is left alone."""
    key = keys.cell_key(TARGET, CELL)
    refusal = "the member Globex Corporation (Holdings) plc is not in the list Customers"
    stage.place.table.write(
        [
            Update(
                key,
                sets={
                    keys.WRITTEN + "Revenue USD": -1234567890100,
                    keys.REFUSED + "Weighted USD": refusal,
                    keys.UNDONE + "Weighted USD": -1234567890100,
                },
            )
        ]
    )
    name = hashlib.md5(b"another", usedforsecurity=False).hexdigest()
    written(stage, tenant, name, "1234567.89", "2026-03")
    tenant.kept_writer().write([pipeline_cell(name, "1234567.90")])
    read_back_once(stage, name, "-123456789012345.67")
    cells = CellLedger(stage.place.table)
    [lacking] = cells.dirty(TARGET, 1).found
    cells.open_receipt(TARGET, "r-1", NOW - timedelta(hours=1), lacking.lacking())
    done = cells.open_receipt(TARGET, RECEIPT, NOW, lacking.cells)
    cells.close_receipt(done, NOW, Closing(end=End.WRITTEN, answer=f"Pipeline: 2 sent, {refusal}", reference=RECEIPT))
    cells.pause(TARGET, NOW + timedelta(minutes=14), "AccessDeniedError: the model is locked", NOW)


def keep_deliveries(stage: OperatedStage) -> None:
    """Refused deliveries of both kinds, and one that waits for the bus."""
    door = Door(system="hubspot", connection=CONNECTION, url=stage.url(CONNECTION))
    door.post(good_body("hubspot"), {})
    good = json.loads(good_body("hubspot", 2))
    door.post(json.dumps([{**good[0], "objectId": "strange"}, good[1]]).encode())
    for key, raw in door.kept("rejected/").items():
        stage.place.archive.put(key, raw)
    stage.place.archive.put(spool_key(CONNECTION, DELIVERY, datetime(2026, 3, 2, 9, tzinfo=UTC), FLOW), b"{}")


def park(stage: OperatedStage) -> None:
    """A dead letter about a hundred records."""
    notices = [{"entity": "opportunity", "record_id": str(39411234000 + number)} for number in range(100)]
    attributes: Any = {
        name: {"DataType": "String", "StringValue": text}
        for name, text in {"error": "UnreadableRecordError", "reason": "stage_of_no_known_pipeline\n\x1b[31m"}.items()
    }
    stage.aws.sqs.send_message(
        QueueUrl=stage.queues[f"{FLOW}-dead"],
        MessageBody=json.dumps({"detail": {"connection": CONNECTION, "notices": notices}}),
        MessageAttributes=attributes,
    )


def keep_a_journal(stage: OperatedStage) -> None:
    """The journal of all that the ledger holds, as if it had all been written at once; and the mark of a write to its cells."""
    items = dict(map(decoded_item, stage.aws.dynamodb.scan(TableName=stage.place.outputs["LedgerTableName"])["Items"]))
    records = [change_record(key, None, item, number, NOW) for number, (key, item) in enumerate(items.items(), 1)]
    cell = keys.cell_key(TARGET, CELL)
    [receipt] = [key[1] for key in items if key[0] == keys.receipt_partition(TARGET) and key[1].endswith(RECEIPT)]
    marked = {**items[cell], "last_receipt": receipt.removeprefix(keys.DONE_PREFIX)}
    records.append(change_record(cell, items[cell], marked, len(records) + 1, NOW))
    for key, body in journal_of([records]).items():
        stage.place.archive.put(key, body)


def tell_master_data(stage: OperatedStage) -> None:
    """Customers of which two are linked and say other things, and two may be the same."""
    table, tax = stage.place.table, external_ids({TAX_ID: "DE 123 456 789 012"})
    name = "Globex Corporation (Holdings) plc"
    tell(table, ERP, Customer(number="4711000001", name=name, external_ids=tax))
    tell(table, CONNECTION, Customer(number=CUSTOMER.key, name=f"{name} of North America", external_ids=tax))
    tell(table, CONNECTION, Customer(number=LINKED, name=f"{name} of North America", external_ids=tax))
    link = MappingKey(CONNECTION, "customer", LINKED)
    MappingLedger(table).put(link, "C_4711000001", "operator.with.long.name", NOW, f"{LINK}{ERP}/customer/4711000001")
