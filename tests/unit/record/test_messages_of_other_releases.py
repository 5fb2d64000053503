"""A queue that is full during a deploy is worked off by whichever release comes to it, or kept for the one that can read it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.record.pipeline import record
from functions.record.work import Message, Report
from tests.support.memory_store import MemoryObjectStore
from tests.support.recording import CONNECTION, FLOW, Recording, deal
from tests.support.synthesis import REPOSITORY
from tieout.arriving import envelope
from tieout.arriving.envelope import SCHEMA_VERSION, Envelope, read_message
from tieout.arriving.notice import Notice
from tieout.ledger.plan import Outcome
from tieout.moments import parse_moment

EXAMPLES = REPOSITORY / "contracts/examples"
RECEIVED = parse_moment("2026-03-02T09:00:00.007Z")
OURS = Envelope("d", CONNECTION, FLOW, RECEIVED, (Notice(deal(1), "n", "deal.creation"),))

LATER = {"error": "MalformedError", "reason": "message_of_a_later_release"}


def worked(recording: Recording, *bodies: str) -> Report:
    """One batch of these messages."""
    return record(
        recording.step, [Message(message_id=each, receipt_handle="r", body=each, attempt=1) for each in bodies]
    )


def test_there_is_an_example_of_every_version_that_was_ever_written() -> None:
    """Whoever raises a version keeps what the one before wrote: by that it is seen that it is read."""
    for name in ("envelope", "pointing_envelope"):
        written = {each.stem.partition("-")[0] for each in (EXAMPLES / name).glob("*.json")}
        assert written == {str(version) for version in range(1, SCHEMA_VERSION + 1)}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("envelope/*.json")), ids=lambda path: path.stem)
def test_what_a_release_has_written_is_read(path: Path) -> None:
    """Every one of them says of the same two deals the same; those of the first release state no version."""
    read = read_message(path.read_text(encoding="utf-8"), MemoryObjectStore().get)
    assert (read.delivery_id, read.connection, read.flow) == ("JKJaXmPLvHcESHA=", "hubspot-emea", "forecast_to_plan")
    assert read.received_at == RECEIVED
    changed, deleted = read.notices
    assert (str(changed.key), changed.kind) == ("hubspot-emea#opportunity#9001", "deal.propertyChange")
    assert (changed.occurred_at, changed.deleted, changed.position) == (parse_moment("2026-03-02T08:59:59Z"), False, 0)
    assert (str(deleted.key), deleted.occurred_at) == ("hubspot-emea#opportunity#9002", None)
    assert (deleted.deleted, deleted.position, deleted.payload) == (True, 1, "payloads/hubspot-emea/x.json")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("pointing_envelope/*.json")), ids=lambda path: path.stem)
def test_what_a_release_has_moved_to_the_archive_is_read(path: Path) -> None:
    """The pointer is followed, to a detail of the first release as to one of today."""
    pointing = json.loads(path.read_text(encoding="utf-8"))
    store = MemoryObjectStore()
    for detail in (OURS.detail(), json.dumps(_without_version(json.loads(OURS.detail())))):
        store.put(pointing["detail"]["pointer"], detail.encode())
        assert read_message(json.dumps(pointing), store.get) == OURS._replace(flow="forecast_to_plan")


def test_what_the_release_before_left_in_the_queue_is_recorded() -> None:
    """A deploy needs no empty queue."""
    body = json.loads(OURS.message())
    body["detail"] = _without_version(body["detail"])
    assert worked(Recording(), json.dumps(body)) == Report(outcomes=Counter({Outcome.APPLIED: 1}))


def test_what_a_later_release_wrote_is_parked_whole() -> None:
    """After a step back: this code could take its fields for something else, so it takes none, and says why."""
    recording = Recording()
    body = json.dumps({**json.loads(OURS.message()), "detail": _later(OURS.detail())})
    assert worked(recording, body) == Report(parked_messages=1)
    [parked] = recording.dead_letters.contents()
    assert (parked.body, dict(parked.attributes)) == (body, LATER)


def test_what_a_later_release_moved_to_the_archive_is_parked_too() -> None:
    """Be it that the message which points there is one of ours; and one that points is not even followed."""
    recording = Recording()
    recording.step = replace(recording.step, fetch=lambda _key: json.dumps(_later(OURS.detail())).encode())
    pointing = json.loads(OURS.pointing_detail("overflow/later"))
    bodies = [
        json.dumps({**json.loads(OURS.message()), "detail": each}) for each in (pointing, _later(json.dumps(pointing)))
    ]
    assert worked(recording, *bodies) == Report(parked_messages=2)
    assert [dict(each.attributes) for each in recording.dead_letters.contents()] == [LATER, LATER]
    recording.step = replace(recording.step, fetch=MemoryObjectStore().get)
    assert worked(recording, bodies[1]) == Report(parked_messages=1)
    assert dict(recording.dead_letters.contents()[-1].attributes) == LATER


def test_what_was_parked_is_recorded_by_the_release_that_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator redrives it once that is deployed again."""
    monkeypatch.setattr(envelope, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    body = OURS.message()
    assert json.loads(body)["detail"]["schema_version"] == SCHEMA_VERSION + 1
    assert worked(Recording(), body) == Report(outcomes=Counter({Outcome.APPLIED: 1}))


def _later(detail: str) -> dict[str, Any]:
    """A detail as the next release may write it."""
    return {**json.loads(detail), "schema_version": SCHEMA_VERSION + 1}


def _without_version(detail: dict[str, Any]) -> dict[str, Any]:
    """A detail as the first release wrote it."""
    return {name: value for name, value in detail.items() if name != "schema_version"}
