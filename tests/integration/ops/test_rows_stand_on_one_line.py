"""Every table of `tieout` in a terminal of 100 columns, filled with the longest values that are likely: a row is one line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from ops import display
from ops.cli import app
from ops.tables import Fitted, fitted
from tests.support.anaplan import pipeline_cell
from tests.support.anaplan_tenant import RunningTenant
from tests.support.commands import leaves
from tests.support.drifting import keep_a_drift
from tests.support.good_bodies import good_body
from tests.support.operated_files import drop_files
from tests.support.operated_periods import PERIOD, WHY, add_members, answer_checks, close_late
from tests.support.operated_planning import operated_planning, read_back_once, written
from tests.support.operated_stage import OperatedStage, operated_stage
from tests.support.receiving import Door
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.spool import spool_key
from tieout.census import Difference, Phase, Purpose, Run, Tally
from tieout.facts.listing import Window
from tieout.facts.statement import Absence, Statement
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.censuses import CensusLedger, Found
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import Lineage
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome, decide
from tieout.ledger.receipts import Closing, End
from tieout.ledger.table import Put, Update
from tieout.money import Money
from tieout.planning.cells import Amount, Contribution, Intersection, Unmapped
from tieout.planning.mapping import MappingKey

WIDTH = 100
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

# Each command with what it is given here; those that print no table stand beside the others, so that none is forgotten.
TABLES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("status",): (),
    ("connections", "list"): (),
    ("census", "run"): (CONNECTION,),
    ("census", "show"): (CONNECTION,),
    ("facts", "show"): (CONNECTION, "opportunity", RECORD.record_id),
    ("facts", "list"): (CONNECTION,),
    ("cells", "list"): (),
    ("cells", "why"): (CELL[:8],),
    ("cells", "check"): (),
    ("cells", "retry"): (),
    **{("readback", each): () for each in ("list", "run", "show", "repair")},
    ("receipts", "list"): ("--from", NOW.strftime("%Y-%m-%d")),
    ("receipts", "show"): (RECEIPT,),
    ("undo",): (RECEIPT, "--yes"),
    ("release",): (RECEIPT,),
    ("held", "list"): (),
    ("mappings", "put"): ("customer", CUSTOMER.key, "Globex Corporation (Holdings) plc", "--connection", CONNECTION),
    ("mappings", "list"): (),
    ("targets", "list"): (),
    ("targets", "show"): (TARGET,),
    ("targets", "check"): (),
    **{("targets", each): (TARGET,) for each in ("members", "member-writes")},
    ("periods", "list"): (),
    **{("periods", each): (PERIOD, *("--entity", "EMEA"), *WHY) for each in ("close", "soft-close", "reopen")},
    ("periods", "late"): (),
    ("periods", "restate"): (str(RECORD), PERIOD, *WHY, "--approved-by", "controller.with.long.name"),
    **{("rejected", each): (CONNECTION,) for each in ("list", "retry")},
    **{(each, "list"): () for each in ("spool", "dlq")},
    ("dlq", "show"): (FLOW,),
    **{(each, "list"): (CONNECTION,) for each in ("files", "drift")},
}
NO_TABLES = {
    *(("backfill",), ("census", "stop"), ("facts", "resend")),
    *(("targets", "resume"), ("rejected", "show"), ("dlq", "redrive")),
    *(("files", "show"), ("files", "stop"), ("files", "resume")),
}


@pytest.fixture(name="full", scope="module")
def _full() -> Iterator[OperatedStage]:
    """A stage that has something of everything to show; all commands work on one, and what each does leaves enough for the next."""
    with pytest.MonkeyPatch.context() as monkeypatch, operated_stage(monkeypatch) as stage:
        told = json.loads(stage.place.outputs["ConnectionHubspot-Emea"]) | {
            "name": CONNECTION,
            "url": stage.url(CONNECTION),
        }
        monkeypatch.setitem(stage.place.outputs, "ConnectionNorthAmerica", json.dumps(told))
        with operated_planning(stage, monkeypatch) as tenant:
            record_facts(stage)
            fill_cells(stage, tenant)
            keep_deliveries(stage)
            park(stage)
            compare(stage)
            drop_files(stage, CONNECTION)
            close_late(stage, RECORD, PLACE, FLOW)
            answer_checks(monkeypatch)
            add_members(stage)
            yield stage


def compare(stage: OperatedStage) -> None:
    """A backfill under way, and a census that is done and found what planning holds too much of."""
    ledger, span = CensusLedger(stage.place.table), Window(NOW - timedelta(days=7), NOW)
    for purpose, phase in ((Purpose.BACKFILL, Phase.LISTING), (Purpose.CENSUS, Phase.DONE)):
        run = Run.begun(connection=CONNECTION, entity="opportunity", purpose=purpose, span=span, now=NOW)
        tally = Tally(listed=1234567, worth_minor={"USD": 123456789012345}, differences=dict.fromkeys(Difference, 1234))
        ledger.begin(replace(run, phase=phase, failing="UnreadableRecordError", total=tally))
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
    for record, planned in (
        (RECORD, (Contribution(PLACE, amounts),)),
        (HELD, Unmapped(CUSTOMER)),
    ):
        statement = Statement(key=record, source_version="2026-11-25T21:12:36.123Z", fact=None, absence=Absence.DELETED)
        plan = decide(statement, None, planned, {CUSTOMER: "Globex"})
        notice = Notice(key=record, notice_id="4063812345-2026-11-25", kind="deal.associationChange")
        lineage = Lineage(
            notice=notice,
            delivery_id="JKJaXmPLvHcESHA=",
            flow=FLOW,
            received_at=NOW,
            recorded_at=NOW,
            code_version="0.1",
        )
        FactLedger(stage.place.table).commit([(plan, lineage)])
    keep_a_drift(stage.place.table, CONNECTION, NOW)
    known = MappingKey(CONNECTION, "stage", "renewals/decision_maker_bought_in")
    MappingLedger(stage.place.table).put(known, "negotiation", "operator.with.long.name", NOW)
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
    stage.place.archive.put(spool_key(CONNECTION, "JKJaXmPLvHcESHA=", datetime(2026, 3, 2, 9, tzinfo=UTC), FLOW), b"{}")


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


@pytest.fixture(name="shown")
def _shown(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each table that was printed has."""
    counted: list[int] = []

    def counting(found: Sequence[dict[str, Any]], names: Sequence[str], width: int) -> Fitted:
        counted.append(len(found))
        return fitted(found, names, width)

    monkeypatch.setattr(display, "fitted", counting)
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    return counted


def tables(printed: str) -> list[list[str]]:
    """The rows of each table: the lines from its rule to an empty one."""
    lines, found = printed.splitlines(), list[list[str]]()
    for at, line in enumerate(lines):
        if line and not line.strip("─"):
            end = lines.index("", at)
            found.append(lines[at - 1 : at] + lines[at + 1 : end])
    return found


@pytest.mark.parametrize("command", TABLES, ids=" ".join)
def test_a_row_is_one_line(full: OperatedStage, shown: list[int], command: tuple[str, ...]) -> None:
    """No row is wider than the terminal, and none goes on below."""
    assert full.place.stage == "tested"
    answer = CliRunner().invoke(app, [*command, *TABLES[command]], catch_exceptions=False)
    found = tables(answer.stdout)
    assert [len(rows) - 1 for rows in found] == shown
    assert shown
    assert [line for rows in found for line in rows if len(line) > WIDTH] == []


def test_every_command_is_among_them() -> None:
    """A new command is either tried here or said to print no table."""
    assert set(leaves()) == set(TABLES) | NO_TABLES


def test_what_is_copied_into_the_next_command_is_whole(full: OperatedStage, shown: list[int]) -> None:
    """Keys and records stand whole; a cell's digits are enough for `tieout cells why`."""
    assert shown == []
    [key] = [row["kept_as"] for row in full.tieout("rejected", "list", CONNECTION) if "unusable" in row["kept_as"]]
    assert key in said("rejected", "list", CONNECTION)
    assert str(RECORD) in said("facts", "list", CONNECTION)
    assert f"{CELL[:8]} " in said("cells", "list")
    assert [row["measure"] for row in full.tieout("cells", "why", CELL[:8])["cells"]] == ["Revenue USD", "Weighted USD"]
    assert full.tieout("cells", "why", CELL[:8]) == full.tieout("cells", "why", CELL)


def test_digits_that_several_cells_begin_with_name_them_all(full: OperatedStage) -> None:
    """Nobody is shown another cell than the one asked for."""
    others = [CELL[:10] + digit * 22 for digit in "ab"]
    for other in others:
        item = {"cube": "c", "members": "[]", "generation": 1, "catalogue": keys.cells_of(TARGET)}
        full.place.table.write([Put(keys.cell_key(TARGET, other), item)])
    result = CliRunner().invoke(app, ["cells", "why", CELL[:10]])
    assert result.exit_code == 2
    flat = "".join(part for part in result.stderr if part in "0123456789abcdef")
    assert all(name in flat for name in (*others, CELL))
    assert CliRunner().invoke(app, ["cells", "why", "ffff"]).exit_code == 2


def said(*command: str) -> str:
    """What a command prints for people."""
    return CliRunner().invoke(app, command, catch_exceptions=False).stdout
