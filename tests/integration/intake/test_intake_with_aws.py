"""The functions of a file as the state machine calls them, from their environment to the emulated AWS and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.intake import handler
from functions.intake.errors import FlowBusyError
from functions.intake.settings import IntakeSettings
from infra.landscape import compile_landscape, read_landscape
from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.generic_cases import ROOT
from tests.support.legacy_feeds import JOURNALS, NAME, entry, legacy_connection
from tests.support.memory_bus import MemoryBus
from tests.support.moto_aws import EmulatedAws, emulated_aws

FILE = f"incoming/{NAME}/GL_BR01_202603_42.csv"
FLOW = "record_to_report"
SALE = entry("S1", ("1100", "100.00"), ("4000", "-100.00"))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EmulatedAws]:
    """A stage whose one connection drops journals, and a cold function in it."""
    landscape = replace(read_landscape(ROOT, "sandbox"), connections=(legacy_connection(JOURNALS),))
    (tmp_path / "landscape.json").write_text(compile_landscape(landscape))
    with emulated_aws() as aws:
        settings = IntakeSettings(
            ledger_table=aws.create_ledger(),
            archive_bucket=aws.create_archive(),
            bus_name="line",
            flow_queue_urls={FLOW: aws.create_queue(FLOW)},
            landscape_file=str(tmp_path / "landscape.json"),
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        aws.create_archive("drops")
        monkeypatch.setattr(handler, "open_client", lambda service: getattr(aws, service))
        monkeypatch.setattr(handler, "EventBus", lambda *_: MemoryBus())
        monkeypatch.setattr(handler, "_SCRATCH", tmp_path / "scratch")
        handler._function.cache_clear()
        yield aws
        handler._function.cache_clear()


def dropped(aws: EmulatedAws, content: bytes, key: str = FILE) -> dict[str, Any]:
    """What the bucket tells of a file that is dropped."""
    etag = aws.s3.put_object(Bucket="drops", Key=key, Body=content)["ETag"].strip('"')
    return {"bucket": "drops", "key": key, "etag": etag, "size": len(content)}


def test_a_file_goes_from_its_drop_to_its_end(aws: EmulatedAws, capsys: pytest.CaptureFixture[str]) -> None:
    """Checked, its chunk sent once the queue is short, done; a second event is a duplicate, and each task says what it did."""
    event = dropped(aws, write_file(JOURNALS, SALE, Dropped(42, company="BR01")))
    checked = handler.check(event, None)
    assert (checked["connection"], checked["outcome"], checked["chunks"]) == (NAME, "accepted", 1)
    [chunk] = json.loads(aws.s3.get_object(Bucket="archive", Key=checked["manifest"])["Body"].read())
    queue = aws.create_queue(FLOW)
    for _ in range(10):
        aws.sqs.send_message(QueueUrl=queue, MessageBody="what a webhook told")
    with pytest.raises(FlowBusyError):
        handler.send(chunk, None)
    assert handler.finish(checked, None) == {"outcome": "unfinished", "next": []}
    aws.sqs.purge_queue(QueueUrl=queue)
    assert handler.send(chunk, None) == {"outcome": "sent"}
    assert handler.finish(checked, None) == {"outcome": "done", "next": []}
    assert handler.check(event, None)["outcome"] == "duplicate"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    said = [(line["outcome"], line.get("FileAccepted"), line.get("Rows")) for line in lines]
    assert [each for each in said if each[0] != "sent"] == [
        ("accepted", 1, 2),
        ("unfinished", None, None),
        ("done", None, None),
        ("duplicate", None, None),
    ]


def test_what_is_wrong_and_what_fails_is_counted(aws: EmulatedAws, capsys: pytest.CaptureFixture[str]) -> None:
    """A refused file has nothing to send, and a failure is kept by the name of its error alone."""
    event = dropped(aws, write_file(JOURNALS, SALE[:1], Dropped(42, company="BR01")))
    checked = handler.check(event, None)
    assert (checked["outcome"], checked["chunks"], checked["manifest"]) == ("refused", 0, "")
    error = {"Error": "UnavailableError", "Cause": "a text nobody keeps"}
    assert handler.fail({**event, "error": error}, None) == {"outcome": "failed"}
    said = capsys.readouterr().out
    assert "a text nobody keeps" not in said
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [(line.get("FileRefused"), line.get("FileFailed")) for line in lines] == [(1, None), (None, 1)]


def test_what_still_waits_is_counted(aws: EmulatedAws, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without its marker, and no longer once that is there."""
    waiting = replace(
        read_landscape(ROOT, "sandbox"), connections=(legacy_connection({**JOURNALS, "marker": ".done"}),)
    )
    (tmp_path / "landscape.json").write_text(compile_landscape(waiting))
    event = dropped(aws, write_file(JOURNALS, SALE, Dropped(42, company="BR01")))
    checked = handler.check(event, None)
    assert checked["outcome"] == "waiting"
    asked = {"waited": {**event, "checked": checked}}
    assert handler.check(asked, None) == {"outcome": "waiting"}
    handler.check(dropped(aws, b"", f"{FILE}.done"), None)
    assert handler.check(asked, None) == {"outcome": "no longer waiting"}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [line.get("FileWaiting") for line in lines] == [None, 1, None, None]
