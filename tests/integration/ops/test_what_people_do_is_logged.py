"""Whatever a command changes stands in the operators' log before it is changed, with what came of it; reading leaves it alone."""

from __future__ import annotations

import json
import os
import sys

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.stage_outputs import UnknownNameError
from tests.support.moto_aws import OPERATOR_LOG
from tests.support.operated_stage import CRM, WHO, OperatedStage
from tieout.errors import TieoutError
from tieout.ledger import keys
from tieout.operator_log import effect_of, key_of

CLOSE = ("periods", "close", "2026-03", "--entity", "EMEA", "--reason", "month end")
PUT = ("mappings", "put", "customer", "5009", "WAYNE", "--connection", CRM)


def commands_of(stage: OperatedStage) -> list[dict[str, object]]:
    """The log, newest first."""
    found: list[dict[str, object]] = stage.tieout("log", "list")
    return found


def test_a_command_is_logged_with_who_why_and_the_hash_of_what_it_did(stage: OperatedStage) -> None:
    """Twice: before it changes anything, and once it has ended."""
    answer = stage.tieout(*CLOSE)
    [row] = commands_of(stage)
    assert (row["who"], row["command"], row["reason"], row["end"]) == (WHO, "periods close", "month end", "done")
    assert row["arguments"] == {"period": "2026-03", "entity": "EMEA", "reason": "month end"}
    assert row["effect"] == effect_of([answer])
    begun, ended = (stage.tieout("log", "show", str(number)) for number in (1, 2))
    assert ("end" in begun, ended["end"], ended["run"], ended["previous"]) == (
        False,
        "done",
        begun["run"],
        begun["hash"],
    )
    assert stage.tieout("log", "verify") == {"holds": True, "entries": 2, "head": 2, "head_hash": ended["hash"]}


def test_why_can_be_said_of_every_command(stage: OperatedStage) -> None:
    """Where it does not ask for it."""
    stage.tieout("--why", "CHG-7", *PUT)
    stage.tieout(*PUT)
    assert [row["reason"] for row in commands_of(stage)] == ["", "CHG-7"]


def test_reading_and_showing_leave_no_entry(stage: OperatedStage) -> None:
    """Only what could have changed something does, also where it was refused."""
    stage.tieout("status")
    stage.tieout("readback", "repair")
    stage.tieout("targets", "list")
    assert commands_of(stage) == []
    with pytest.raises(UnknownNameError):
        stage.tieout("breaks", "accept", "ff")
    [row] = commands_of(stage)
    assert (row["end"], row["error"], row["approved_by"]) == ("refused", "UnknownNameError", "")


def test_what_is_refused_is_logged_as_refused_and_a_fault_as_failed(
    stage: OperatedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the class of what it ended in, whose text may be somebody else's."""
    assert CliRunner().invoke(app, ["periods", "close", "2026-3", "--entity", "EMEA", "--reason", "x"]).exit_code != 0
    monkeypatch.setattr("ops.mapping_tables.put", lambda *_: 1 / 0)
    assert CliRunner().invoke(app, [*PUT]).exit_code != 0
    assert [(row["end"], row["error"]) for row in commands_of(stage)] == [
        ("failed", "ZeroDivisionError"),
        ("refused", "UnknownBooksError"),
    ]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_was_done_is_logged_as_done_though_nobody_reads_the_answer_to_its_end(
    stage: OperatedStage, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Such as `tieout mappings put ... | head -1`."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as unread, monkeypatch.context() as piped:
        piped.setattr(sys, "stdout", unread)
        app([*PUT, *options], standalone_mode=False)
    [row] = commands_of(stage)
    assert (row["end"], row["error"], bool(row["effect"])) == ("done", "", True)


def test_nothing_is_changed_where_it_cannot_be_logged(stage: OperatedStage) -> None:
    """The command ends before it begins."""
    stage.aws.s3.delete_bucket(Bucket=OPERATOR_LOG)
    result = CliRunner().invoke(app, [*PUT])
    assert isinstance(result.exception, TieoutError)
    assert stage.place.table.query(keys.entries_of(CRM, "customer")).items == ()


def test_a_command_that_dies_has_no_end(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was to do is known all the same."""
    append = type(stage.place.operator_log).append

    def die_at_the_end(log: object, step: object) -> object:
        if step.end is not None:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        return append(log, step)  # type: ignore[arg-type]

    with monkeypatch.context() as dying:
        dying.setattr(type(stage.place.operator_log), "append", die_at_the_end)
        CliRunner().invoke(app, [*PUT])
    [row] = commands_of(stage)
    assert (row["end"], row["effect"], row["arguments"]) == (
        "none seen",
        "",
        {"table": "customer", "key": "5009", "member": "WAYNE", "connection": CRM},
    )
    assert stage.tieout("log", "verify")["holds"] is True


def test_what_somebody_did_to_the_bucket_is_found(stage: OperatedStage) -> None:
    """By the versions that S3 keeps, by the chain, and by the head; then the command ends with 1."""
    for _ in range(2):
        stage.tieout(*PUT)
    body = stage.aws.s3.get_object(Bucket=OPERATOR_LOG, Key=key_of(2))["Body"].read()
    stage.aws.s3.put_object(Bucket=OPERATOR_LOG, Key=key_of(2), Body=body.replace(b"ana", b"ben"))
    assert _flaw() == {"first_flaw": 2, "flaw": "its object was deleted or written again"}
    versions = stage.aws.s3.list_object_versions(Bucket=OPERATOR_LOG, Prefix=key_of(2))["Versions"]
    [first] = [each["VersionId"] for each in versions if not each["IsLatest"]]
    stage.aws.s3.delete_object(Bucket=OPERATOR_LOG, Key=key_of(2), VersionId=first)
    assert _flaw() == {"first_flaw": 2, "flaw": "it is altered"}
    stage.aws.s3.delete_object(Bucket=OPERATOR_LOG, Key=key_of(2))
    assert _flaw()["first_flaw"] == 2
    for each in stage.aws.s3.list_object_versions(Bucket=OPERATOR_LOG, Prefix=key_of(4))["Versions"]:
        stage.aws.s3.delete_object(Bucket=OPERATOR_LOG, Key=key_of(4), VersionId=each["VersionId"])
    assert _flaw()["first_flaw"] == 2


def test_an_end_that_was_cut_off_is_found(stage: OperatedStage) -> None:
    """By the head in the ledger's table."""
    stage.tieout(*PUT)
    [last] = stage.aws.s3.list_object_versions(Bucket=OPERATOR_LOG, Prefix=key_of(2))["Versions"]
    stage.aws.s3.delete_object(Bucket=OPERATOR_LOG, Key=key_of(2), VersionId=last["VersionId"])
    assert _flaw() == {"first_flaw": 2, "flaw": "it is removed"}


def _flaw() -> dict[str, object]:
    result = CliRunner().invoke(app, ["log", "verify", "--json"])
    assert result.exit_code == 1
    return {name: each for name, each in json.loads(result.stdout).items() if name in {"first_flaw", "flaw"}}
