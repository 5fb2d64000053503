"""What a batch comes to: messages nobody can read, notices about one record, and the flushes that are asked for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions.record.pipeline import record
from functions.record.work import Message, Report
from tests.support.ledger_scenes import contribution, statement
from tests.support.memory_queue import MemoryFifoQueue, MemoryFlushQueue
from tests.support.memory_table import MemoryTable
from tests.support.recording import CONNECTION, FLOW, Recording, deal
from tests.support.stand_in_model import StandInModel
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice
from tieout.errors import (
    AccessDeniedError,
    MalformedError,
    ThrottledError,
    TieoutError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Write
from tieout.planning.cells import Contribution

RECEIVED = datetime(2026, 3, 2, 9, tzinfo=UTC)
POINTING = json.dumps({"detail-type": FLOW, "source": f"tieout.{CONNECTION}", "detail": {"pointer": "overflow/1"}})
OURS = Envelope(
    delivery_id="ours",
    connection=CONNECTION,
    flow=FLOW,
    received_at=RECEIVED,
    notices=(Notice(deal(1), "n", "deal.creation"),),
).message()


def worked(recording: Recording, *bodies: str, attempt: int = 1) -> Report:
    """One batch of these messages, named by their places."""
    messages = [
        Message(message_id=f"m{place}", receipt_handle="r", body=body, attempt=attempt)
        for place, body in enumerate(bodies)
    ]
    return record(recording.step, messages)


def archive_that_raises(recording: Recording, error: TieoutError) -> None:
    """Let what a pointer names not be got."""

    def fetch(_key: str) -> bytes:
        raise error

    recording.step = replace(recording.step, fetch=fetch)


def parked(recording: Recording) -> list[tuple[str, dict[str, str]]]:
    """What lies among the dead letters, each with why."""
    return [(each.body, dict(each.attributes)) for each in recording.dead_letters.contents()]


def test_a_message_that_is_none_of_ours_is_parked_as_it_is() -> None:
    """Nobody can say which notices it carries; those of its neighbours are recorded."""
    recording = Recording()
    report = worked(recording, "no envelope", OURS, "{}")
    assert report == Report(outcomes=Counter({Outcome.APPLIED: 1}), parked_messages=2)
    assert parked(recording) == [
        ("no envelope", {"error": "MalformedError", "reason": "json_invalid"}),
        ("{}", {"error": "MalformedError", "reason": "message_not_an_envelope"}),
    ]


def test_a_message_whose_envelope_is_gone_from_the_archive_is_parked_as_it_is() -> None:
    """It points at an object nobody finds: a person puts it back and redrives the message."""
    recording = Recording()
    archive_that_raises(recording, UnreadableRecordError("no object overflow/1"))
    assert worked(recording, POINTING) == Report(parked_messages=1)
    assert parked(recording) == [(POINTING, {"error": "UnreadableRecordError", "reason": "no object overflow/1"})]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (UnavailableError("down"), 60),
        (ThrottledError("rate", retry_after_seconds=300), 300),
        (AccessDeniedError("no grant"), 60),
    ],
)
def test_a_message_whose_envelope_cannot_be_got_now_comes_again(error: TieoutError, seconds: int) -> None:
    """After as long as its attempts or the archive ask for; its neighbour does not. A missing grant may be put right."""
    recording = Recording()
    archive_that_raises(recording, error)
    assert worked(recording, OURS, POINTING, attempt=3).retries == {"m1": seconds}
    assert parked(recording) == []


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (UnavailableError("down"), 60),
        (ThrottledError("rate", retry_after_seconds=300), 300),
        (MalformedError("message_refused"), 60),
    ],
)
def test_a_message_that_cannot_be_parked_comes_again_alone(error: TieoutError, seconds: int) -> None:
    """Nothing of it is lost, and it does not count as parked; where it never can be, it ends in the queue's own dead letters."""
    recording = Recording()

    def strike(_point: str) -> None:
        raise error

    recording.dead_letters.io = strike
    report = worked(recording, "no envelope", OURS, attempt=3)
    assert report == Report(retries={"m0": seconds}, outcomes=Counter({Outcome.APPLIED: 1}))


class ThrottledOutcomes(MemoryTable):
    """A table that takes no outcomes now."""

    def write(self, writes: Sequence[Write]) -> None:
        """Refuse, or write."""
        if writes[0].key[0].startswith("OUTCOME#"):
            raise ThrottledError("hot", retry_after_seconds=300)
        super().write(writes)


def test_a_message_whose_outcomes_are_not_kept_comes_again_when_the_ledger_asks() -> None:
    """What was recorded is, and is a duplicate then; no outcome is told of that nobody kept."""
    recording = Recording(ThrottledOutcomes())
    assert recording.work(deal(1)) == Report(retries={"m": 300})


def test_every_notice_that_failed_is_counted_by_its_error() -> None:
    """However many records share it, and however many notices are about one of them."""
    recording = Recording()
    recording.says = {
        deal(1): UnavailableError("down"),
        deal(2): UnavailableError("down"),
        deal(3): ThrottledError("x"),
    }
    report = recording.work(deal(1), deal(2), deal(1), deal(3), deal(4))
    assert report.errors == {"UnavailableError": 3, "ThrottledError": 1}


def changed_at(notice_id: str, hour: int, delivery_id: str) -> str:
    """A message that says that the deal changed."""
    occurred_at = datetime(2026, 3, 2, hour, tzinfo=UTC)
    notice = Notice(deal(1), notice_id, "deal.propertyChange", occurred_at=occurred_at)
    return Envelope(
        delivery_id=delivery_id, connection=CONNECTION, flow=FLOW, received_at=RECEIVED, notices=(notice,)
    ).message()


def test_of_the_notices_about_one_record_the_latest_stands_for_all() -> None:
    """The same notice again is its duplicate, and earlier ones are superseded by it."""
    recording = Recording()
    told = [("first", 6), ("second", 7), ("last", 8), ("last", 8)]
    batch = [changed_at(notice_id, hour, f"d{place}") for place, (notice_id, hour) in enumerate(told)]
    assert worked(recording, *batch).outcomes == {Outcome.APPLIED: 1, Outcome.DUPLICATE: 1, Outcome.SUPERSEDED: 2}
    assert worked(recording, *batch).outcomes == {Outcome.DUPLICATE: 4}
    assert recording.reads == 2


class TwoTargets(StandInModel):
    """A planning model in which a deal touches two targets."""

    def contributions(self, *_: object) -> tuple[Contribution, ...]:
        """The deal's contributions."""
        planned = contribution("ACME", 100)
        return tuple(
            replace(planned, intersection=replace(planned.intersection, target=target)) for target in ("budget", "plan")
        )


@pytest.mark.parametrize("refused", [0, 1])
def test_a_flush_is_asked_for_each_target_a_record_touches(refused: int) -> None:
    """One request that is refused keeps no other from being made: the sweeper asks for that target a minute later."""
    recording = Recording(model=TwoTargets())
    faults = iter([UnavailableError("down")] * refused)

    def strike(point: str) -> None:
        if point == "before fifo.send" and (error := next(faults, None)):
            raise error

    queue = MemoryFifoQueue(recording.clock, io=strike)
    recording.step = replace(recording.step, flush_queue=MemoryFlushQueue(queue, recording.clock))
    recording.says[deal(1)] = statement(1, "2026-03-01T00:00:00.000Z")
    assert recording.work(deal(1)).outcomes == {Outcome.APPLIED: 1}
    assert [json.loads(each.body)["target"] for each in queue.contents()] == ["budget", "plan"][refused:]
