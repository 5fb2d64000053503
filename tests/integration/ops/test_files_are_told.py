"""What operators see of files that were dropped, and how they stop and resume them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from ops import queues
from ops.dropped_files import NothingToResumeError
from ops.place import Place
from ops.stage_outputs import UnknownNameError
from tests.support.operated_stage import TOOL, OperatedStage
from tieout import strict_json
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.file_runs import Drop, FileRun, FileState, run_of
from tieout.ledger.files import FileLedger

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
VERSION = "00000000000000000042.0000000001"


def kept(stage: OperatedStage, name: str, state: FileState, **said: Any) -> FileRun:  # noqa: ANN401 fields of a run
    """A drop that is kept."""
    drop = Drop("drops", f"incoming/{TOOL}/{name}", f"etag of {name}", 1_000)
    run = FileRun(
        **{"run": run_of(drop), "connection": TOOL, "name": name, "drop": drop, "state": state, "seen_at": NOW, **said}
    )
    return FileLedger(stage.place.table).keep(run)


def started(stage: OperatedStage) -> list[Any]:
    """The inputs of what the state machine began."""
    machines = boto3.client("stepfunctions")
    arn = stage.place.file_machine
    found = machines.list_executions(stateMachineArn=arn)["executions"]
    inputs = [machines.describe_execution(executionArn=each["executionArn"])["input"] for each in found]
    machines.close()
    return [json.loads(each) for each in inputs]


def test_files_that_wait_are_told_of_their_connection(stage: OperatedStage) -> None:
    """Nobody is called because the month before never comes; one in whose place a newer file stands waits for nothing."""
    for name, state, scope in (
        ("TB_04.txt", FileState.WAITING, "period/MX01/2026-04"),
        ("TB_05.txt", FileState.WAITING, "period/MX01/2026-05"),
        ("TB_05_again.txt", FileState.DONE, "period/MX01/2026-05"),
        ("GL.csv", FileState.WAITING, ""),
        ("AR.csv", FileState.ACCEPTED, ""),
    ):
        kept(stage, name, state, scope=scope, feed=name[:2])
    rows = {each["connection"]: each["files_waiting"] for each in stage.tieout("connections", "list")}
    assert (rows[TOOL], sum(rows.values())) == (2, 2)


def test_files_are_listed_newest_first_with_how_far_they_are(stage: OperatedStage) -> None:
    """Of one under way how much of it is on the bus; of the others what became of them."""
    kept(stage, "holidays.csv", FileState.NOT_A_FEED)
    later = NOW + timedelta(hours=1)
    run = kept(stage, "GL.csv", FileState.ACCEPTED, seen_at=later, own_version=VERSION, rows=7, chunks=4, feed="gl")
    for chunk in (1, 3):
        FileLedger(stage.place.table).note_sent(TOOL, run.run, chunk, NOW)
    rows = stage.tieout("files", "list", TOOL)
    assert [(each["file"], each["state"], each["sent_percent"]) for each in rows] == [
        ("GL.csv", "accepted", 50),
        ("holidays.csv", "not_a_feed", None),
    ]
    assert (rows[0]["batch"], rows[0]["rerun"], rows[0]["rows"], rows[0]["sent"]) == (42, 1, 7, 2)
    assert (rows[1]["batch"], rows[1]["rerun"]) == (None, None)
    assert stage.tieout("files", "list", "--limit", "1") == rows[:1]


def test_a_refused_file_shows_what_is_wrong_where(stage: OperatedStage) -> None:
    """By its name or its run's first digits."""
    flaw = {"line": 7, "column": "9 (amount)", "expected": "an amount such as -1.234,56", "found": "1,5.2"}
    stage.place.archive.put("files/report.json", strict_json.dump({"flaws": 1, "told": [flaw]}).encode())
    run = kept(stage, "GL.csv", FileState.REFUSED, flaws=1, report="files/report.json")
    shown = stage.tieout("files", "show", TOOL, "GL.csv")
    assert (shown["state"], shown["flaws"], shown["first_flaws"]) == ("refused", 1, [flaw])
    assert list(shown["first_flaws"][0]) == ["line", "column", "expected", "found"]  # as they are read
    assert stage.tieout("files", "show", TOOL, run.run[:6]) == shown
    with pytest.raises(UnreadableRecordError, match=r"nothing of other\.csv is kept"):
        stage.tieout("files", "show", TOOL, "other.csv")


def test_a_run_is_stopped_and_resumed(stage: OperatedStage) -> None:
    """The state machine is given the same drop, and finds out itself what is left to do."""
    run = kept(stage, "GL.csv", FileState.ACCEPTED, chunks=2)
    stopped = stage.tieout("files", "stop", TOOL, "GL.csv")
    assert stopped["state"] == "stopped"
    assert stopped["asked_by"]
    with pytest.raises(UnreadableRecordError, match=r"GL\.csv is not under way: stopped"):
        stage.tieout("files", "stop", TOOL, "GL.csv")
    assert started(stage) == []
    resumed = stage.tieout("files", "resume", TOOL, "GL.csv")
    assert (resumed["state"], resumed["ended_at"]) == ("accepted", None)
    assert started(stage) == [run.drop.plain()]


def test_what_was_never_accepted_is_checked_once_more(stage: OperatedStage) -> None:
    """After what was declared of the feed is put right, or what stood in the way is gone; what is over is over."""
    for state in (FileState.REFUSED, FileState.FAILED, FileState.WAITING, FileState.TOO_LARGE):
        run = kept(stage, f"{state}.csv", state)
        stage.tieout("files", "resume", TOOL, run.name)
        assert run.drop.plain() in started(stage)
        assert FileLedger(stage.place.table).run(TOOL, run.run) == run
    for state in (FileState.DONE, FileState.REPLACED, FileState.OUTDATED, FileState.DUPLICATE):
        run = kept(stage, f"{state}.csv", state)
        with pytest.raises(NothingToResumeError, match=f"{run.name} cannot go on: {state}"):
            stage.tieout("files", "resume", TOOL, run.name)
        assert run.drop.plain() not in started(stage)


def test_a_stage_without_files_says_so(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing that could take them."""
    run = kept(stage, "GL.csv", FileState.STOPPED)
    without = {key: value for key, value in stage.place.outputs.items() if key != "Intake"}
    monkeypatch.setattr(Place, "outputs", without)
    with pytest.raises(UnknownNameError, match="no connection of this stage drops files"):
        stage.tieout("files", "resume", TOOL, "GL.csv")
    assert FileLedger(stage.place.table).run(TOOL, run.run) == run


def test_a_file_that_nobody_was_told_of_is_begun_with(stage: OperatedStage) -> None:
    """The event of its bucket lies in a queue of its own, and says all that the rule would have handed on."""
    drop = Drop("drops", f"incoming/{TOOL}/GL.csv", "etag", 1_000)
    told = {"key": drop.key, "etag": drop.etag, "size": drop.size, "sequencer": "0"}
    event = {"source": "aws.s3", "detail": {"bucket": {"name": drop.bucket}, "object": told}}
    stage.aws.sqs.send_message(QueueUrl=stage.queues["intake"], MessageBody=json.dumps(event))
    assert {row["queue"]: row["waiting"] for row in stage.tieout("dlq", "list")}["files-undelivered"] == 1
    assert stage.tieout("dlq", "redrive", "files-undelivered") == {"queue": "files-undelivered", "moved": 1}
    assert started(stage) == [drop.plain()]
    stage.aws.sqs.send_message(QueueUrl=stage.queues["intake"], MessageBody="{}")
    with pytest.raises(MalformedError):
        stage.tieout("dlq", "redrive", "files-undelivered")
    assert queues.depth(stage.place.sqs, stage.queues["intake"])["in_work"] == 1  # it stays
