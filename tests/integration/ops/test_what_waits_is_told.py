"""What waits and what is left alone: the spool, the targets, the dead letters, and the one page that sums it up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.good_bodies import good_body
from tests.support.operated_stage import CRM, TARGET, OperatedStage
from tests.support.receiving import Door
from tieout.errors import UnavailableError
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.intersections import CellState, intersection_state
from tieout.ledger.table import Put
from tieout.moments import moment_text

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)


def dirty_cell(stage: OperatedStage, name: str) -> CellState:
    """A cell that planning lacks."""
    item = {
        "cube": "Pipeline",
        "members": "[]",
        keys.CURRENCY + "Amount": "EUR",
        keys.TOTAL + "Amount": 100,
        "generation": 1,
        "cell_state": keys.dirty(TARGET),
        "dirty_since": moment_text(SOON - timedelta(days=1)),
    }
    key = keys.cell_key(TARGET, name)
    stage.place.table.write([Put(key, item)])
    [cell] = intersection_state(key, item).cells
    return cell


def test_the_spool_is_listed_with_whose_it_is(stage: OperatedStage) -> None:
    """By connection and flow; what is none of ours is listed too, so that somebody looks at it."""
    door = Door(system="hubspot", connection=CRM)
    door.bus.refuse = lambda _entry: "InternalFailure"
    assert door.post(good_body("hubspot")).status == 200
    [(key, raw)] = door.kept("spool/").items()
    stage.place.archive.put(key, raw)
    stage.place.archive.put("spool/strange", b"")
    rows = stage.tieout("spool", "list")
    assert [(row["kept_as"], row["connection"], row["flow"]) for row in rows] == [
        (key, CRM, "forecast_to_plan"),
        ("spool/strange", None, None),
    ]
    assert all(0 <= row["age_seconds"] < 60 for row in rows)


def test_a_target_tells_what_it_lacks_and_why_it_is_left_alone(stage: OperatedStage) -> None:
    """Dirty cells and since when, the pause with its reason, and writes whose answer nobody saw."""
    cells = CellLedger(stage.place.table)
    assert stage.tieout("targets", "list") == [
        {
            "target": TARGET,
            "dirty": 0,
            "refused": 0,
            "undone": 0,
            "in_maintenance_until": None,
            "paused_until": None,
            "paused_for": None,
            "failing_since": None,
            "failures": 0,
            "lacks_a_change_since": None,
            "open_receipts": 0,
            "oldest_opened_at": None,
        }
    ]
    opened_at = SOON - timedelta(hours=2)
    cells.open_receipt(TARGET, "r-1", opened_at, [dirty_cell(stage, "c-1"), dirty_cell(stage, "c-2")])
    cells.pause(TARGET, SOON, "AccessDeniedError", SOON - timedelta(hours=3))
    [row] = stage.tieout("targets", "list")
    assert (row["dirty"], row["paused_until"], row["paused_for"]) == (2, moment_text(SOON), "AccessDeniedError")
    assert (row["open_receipts"], row["oldest_opened_at"]) == (1, moment_text(opened_at))
    assert row["lacks_a_change_since"] == moment_text(SOON - timedelta(days=1))


def test_a_pause_that_is_over_has_no_moment(stage: OperatedStage) -> None:
    """But that the target took nothing since is told, and what waits for it in money."""
    dirty_cell(stage, "c-1")
    dirty_cell(stage, "c-2")
    CellLedger(stage.place.table).pause(TARGET, SOON - timedelta(hours=2), "ThrottledError", SOON - timedelta(hours=3))
    [row] = stage.tieout("targets", "list")
    assert (row["paused_until"], row["paused_for"], row["failures"]) == (None, "ThrottledError", 1)
    assert row["failing_since"] == moment_text(SOON - timedelta(hours=3))
    shown = stage.tieout("targets", "show", TARGET)
    assert shown["waits"] == [
        {
            "cube": "Pipeline",
            "measure": "Amount",
            "currency": "EUR",
            "in_planning": "0.00",
            "then": "2.00",
            "difference": "2.00",
        }
    ]
    assert {name: shown[name] for name in row} == row


def test_resuming_lifts_the_pause_and_asks_for_a_flush(stage: OperatedStage) -> None:
    """At once, and of the very target; a target that was not paused is flushed all the same."""
    cells = CellLedger(stage.place.table)
    cells.pause(TARGET, SOON, "AccessDeniedError", SOON - timedelta(hours=3))
    assert stage.tieout("targets", "resume", TARGET) == {
        "target": TARGET,
        "was_paused_until": moment_text(SOON),
        "was_paused_for": "AccessDeniedError",
        "asked_for_a_flush": True,
    }
    assert cells.pause_of(TARGET) is None
    answer = stage.aws.sqs.receive_message(QueueUrl=stage.queues["flush"], VisibilityTimeout=0)
    assert [json.loads(each["Body"]) for each in answer["Messages"]] == [{"target": TARGET}]
    assert stage.tieout("targets", "resume", TARGET) == {"target": TARGET, "asked_for_a_flush": True}


def test_the_sweepers_undelivered_runs_are_listed_and_deleted(stage: OperatedStage) -> None:
    """They need no second run, which is said."""
    stage.aws.sqs.send_message(QueueUrl=stage.queues["sweeper"], MessageBody="{}")
    depths = {row["queue"]: row["waiting"] for row in stage.tieout("dlq", "list")}
    assert (
        len(depths) == 16
    )  # two for each of five flows, the target's, and those of sweeper, census, read-back, reconciliation and files
    assert depths.pop("sweeper-undelivered") == 1
    assert set(depths.values()) == {0}
    assert stage.tieout("dlq", "redrive", "sweeper-undelivered") == {"queue": "sweeper-undelivered", "deleted": 1}
    assert "next minute's run did its work" in stage.said
    assert {row["waiting"] for row in stage.tieout("dlq", "list")} == {0}


def test_status_says_why_planning_is_behind(stage: OperatedStage) -> None:
    """The reason stands beside the pause, on the page everybody looks at first."""
    CellLedger(stage.place.table).pause(TARGET, SOON, "UnavailableError", SOON - timedelta(hours=3))
    status = stage.tieout("status")
    assert [(row["paused_until"], row["paused_for"]) for row in status["planning"]] == [
        (moment_text(SOON), "UnavailableError")
    ]
    assert "sweeper-undelivered" in {row["queue"] for row in status["dead_letters"]}


def test_until_when_a_target_is_in_its_maintenance_is_told(
    stage: OperatedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On every page; outside of it there is no moment, and while it lasts its cells are not read back either."""
    begins = SOON.replace(second=0, microsecond=0) - timedelta(hours=2)
    declared = {"begins": begins.strftime("%H:%M"), "time_zone": "UTC", "minutes": 720}
    told = json.loads(stage.place.outputs["TargetAnaplan"]) | {"maintenance": declared, "system": "anaplan"}
    told |= {"api_base_url": "https://planning.invalid", "options": {}, "secret_arn": "none"}
    monkeypatch.setitem(stage.place.outputs, "TargetAnaplan", json.dumps(told))
    ends = moment_text(begins + timedelta(hours=12))
    assert stage.tieout("targets", "list")[0]["in_maintenance_until"] == ends
    assert stage.tieout("status")["planning"][0]["in_maintenance_until"] == ends
    with pytest.raises(UnavailableError, match=f"in maintenance until {ends}"):
        stage.tieout("cells", "check")
    declared["minutes"] = 5
    monkeypatch.setitem(stage.place.outputs, "TargetAnaplan", json.dumps(told | {"maintenance": declared}))
    assert stage.tieout("targets", "show", TARGET)["in_maintenance_until"] is None
