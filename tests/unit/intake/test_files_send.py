from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.intake.errors import FlowBusyError
from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.intake_desk import IntakeDesk
from tests.support.legacy_feeds import JOURNALS, NAME, entry
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.file_runs import Drop, FileRun, FileState, run_of

FILE = "GL_BR01_202603_42.csv"


def journals(*numbers: str, rerun: int = 0) -> bytes:
    """A file of journal entries."""
    rows = [row for number in numbers for row in entry(number, ("1100", "1.00"), ("4000", "-1.00"))]
    return write_file(JOURNALS, rows, Dropped(42, rerun=rerun, company="BR01"))


def test_a_chunk_is_told_of_as_a_delivery_of_its_run() -> None:
    """One notice for each document, gone ones included, with the chunk as its payload; and how many were told."""
    desk = IntakeDesk()
    desk.take(FILE, journals("S1", "S2"))
    before = len(desk.bus.entries)
    run = desk.check(desk.drop(FILE, journals("S2", rerun=1)))
    [chunk] = desk.manifest(run)
    assert desk.send(chunk) == "sent"
    [envelope] = desk.told()[before:]
    assert (envelope.delivery_id, envelope.connection) == (f"file-{run.run}-000001", NAME)
    assert envelope.received_at == run.seen_at
    assert envelope.notices == tuple(
        Notice(
            key=RecordKey(NAME, "journal_entry", f"journals/BR01/{number}"),
            notice_id=run.run,
            kind="file.journals",
            deleted=number == "S1",
            position=position,
            payload=chunk.key,
        )
        for position, number in enumerate(("S2", "S1"))
    )


def test_a_chunk_is_sent_once_while_its_run_is_under_way() -> None:
    """Not while its flow is busy; no second time; nothing of a run that was stopped; and not one of a run nobody knows."""
    desk = IntakeDesk({**JOURNALS, "chunk_documents": 1})
    run = desk.check(desk.drop(FILE, journals("S1", "S2")))
    first, second = desk.manifest(run)
    desk.is_busy = True
    with pytest.raises(FlowBusyError):
        desk.send(first)
    assert (desk.ledger.sent(NAME, run.run), len(desk.bus.entries)) == (0, 0)
    desk.is_busy = False
    assert desk.send(first) == "sent"
    assert (desk.ledger.sent(NAME, run.run), len(desk.bus.entries)) == (1, 1)
    desk.is_busy = True
    assert desk.send(first) == "sent"
    assert (desk.notices_sent, len(desk.bus.entries)) == (1, 1)
    desk.ledger.keep(FileRun.of_plain(NAME, run.run, {**run.plain(), "state": "stopped"}, run.revision))
    assert desk.send(second) == "stopped"
    with pytest.raises(UnreadableRecordError, match=r"^no such run$"):
        desk.send(first._replace(run="of nobody"))


def test_a_chunk_of_many_documents_is_told_of_whole() -> None:
    """What has no room in an event of the bus is kept beside it."""
    numbers = [f"S{number:050d}" for number in range(900)]
    desk = IntakeDesk({**JOURNALS, "chunk_documents": 900})
    desk.take(FILE, journals(*numbers))
    told = [each.key.record_id for envelope in desk.told() for each in envelope.notices]
    assert sorted(told) == [f"journals/BR01/{each}" for each in numbers]
    assert desk.notices_sent == 900
    assert [key for key in desk.store.keys("", 99) if not key.startswith("files/")]


def test_a_chunk_that_the_bus_does_not_take_is_not_noted_as_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The map offers it again."""
    desk = IntakeDesk()
    run = desk.check(desk.drop(FILE, journals("S1")))
    [chunk] = desk.manifest(run)
    monkeypatch.setattr(desk.bus, "put", lambda entries: ["InternalFailure"] * len(entries))
    with pytest.raises(UnavailableError):
        desk.send(chunk)
    assert desk.ledger.sent(NAME, run.run) == 0


def test_a_run_is_kept_whole() -> None:
    """What is written of it is read again; what is empty is left out, and what its key says is not written twice."""
    drop = Drop("drops", "incoming/x/y", "e", 7)
    moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    run = FileRun(
        run=run_of(drop, "3"),
        connection=NAME,
        name="y",
        drop=drop,
        state=FileState.DONE,
        seen_at=moment,
        ended_at=moment,
        own_version="2",
        base_version="1",
        rows=3,
        revision=4,
    )
    assert run.version == "2 1"
    plain = run.plain()
    assert plain == {
        "name": "y",
        "drop": {"bucket": "drops", "key": "incoming/x/y", "etag": "e", "size": 7},
        "state": "done",
        "seen_at": "2026-03-02T09:00:00.000Z",
        "ended_at": "2026-03-02T09:00:00.000Z",
        "own_version": "2",
        "base_version": "1",
        "rows": 3,
    }
    assert FileRun.of_plain(NAME, run.run, plain, 4) == run
    del plain["ended_at"]
    assert FileRun.of_plain(NAME, run.run, plain, 4).ended_at is None


def test_runs_have_names_of_their_own() -> None:
    """By the key, by what is in the object, and by the balances it is behind; the bucket and the size say nothing more."""
    drop = Drop("drops", "incoming/x/y", "e", 7)
    names = {
        run_of(drop),
        run_of(drop._replace(key="incoming/x/z")),
        run_of(drop._replace(etag="f")),
        run_of(drop, "1"),
    }
    assert len(names) == 4
    assert run_of(drop._replace(bucket="b", size=8)) == run_of(drop) == run_of(drop, "")
    assert {len(each) for each in names} == {24}


def test_a_run_that_is_behind_nothing_has_a_version_of_its_own() -> None:
    """Without the blank that would part the two."""
    drop = Drop("drops", "incoming/x/y", "e", 7)
    seen_at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    run = FileRun(run="r", connection=NAME, name="y", drop=drop, state=FileState.DONE, seen_at=seen_at, own_version="2")
    assert run.version == "2"
