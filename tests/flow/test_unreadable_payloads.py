"""Payloads that are gone, foreign or unreadable: each costs its own notices, and nothing beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.support.made_up import booking
from tests.support.payload_line import PayloadLine
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.errors import AccessDeniedError, UnavailableError
from tieout.facts.reading import Content, Reading
from tieout.facts.statement import Absence, Statement
from tieout.landscape import Connection
from tieout.ledger.plan import Outcome

V1, V2 = "2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"


@pytest.fixture
def line() -> PayloadLine:
    """A line on which nothing has happened."""
    return PayloadLine()


def test_a_payload_that_is_gone_parks_its_notice_alone(line: PayloadLine) -> None:
    """Its neighbours go on, those about the same record too; put back and redriven, it is recorded."""
    line.post(booking(1, V2, amount="2.00"))
    line.post(booking(1, V1, amount="1.00"), booking(2, V1))
    gone = "payloads/somewhere/2026-03-02/delivery-0"
    raw = line.door.store.get(gone)
    line.door.store.delete(gone)
    report = line.work()
    assert report.outcomes == {Outcome.PARKED: 1, Outcome.APPLIED: 2}
    assert not report.retries
    assert line.parked() == [("1", "UnreadableRecordError", f"no object {gone}")]
    assert line.stands() == (V1, "1.00 EUR")
    line.door.store.put(gone, raw)
    [letter] = line.dead_letters.contents()
    assert line.work([letter.body]).outcomes == {Outcome.APPLIED: 1}
    assert line.stands() == (V2, "2.00 EUR")
    assert line.outcomes()["delivery-0"] == [Outcome.APPLIED]


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"amount": "a lot"}, "booking amount: not_a_number"),
        ({"version": ""}, "the payload states no version"),
    ],
)
def test_a_booking_nobody_can_read_parks_its_notice_alone(
    line: PayloadLine, spoiled: Mapping[str, str], reason: str
) -> None:
    """One booking of a delivery is spoiled: the others of the same payload are recorded."""
    line.post(booking(1), booking(2, **spoiled), booking(3))
    assert line.work().outcomes == {Outcome.PARKED: 1, Outcome.APPLIED: 2}
    assert line.parked() == [("2", "UnreadableRecordError", reason)]


def test_what_cannot_be_read_is_not_hidden_by_what_can(line: PayloadLine) -> None:
    """A payload that speaks twice of one record, once in a way nobody reads, is looked at by a person."""
    line.post(booking(1, V1), booking(1, V2, amount="?"))
    report = line.work()
    assert report.outcomes == {Outcome.PARKED: 2}
    assert report.errors == {"UnreadableRecordError": 2}


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]\n[]", b"no json\n[]", b'{"headers":{}}', b'{"headers":[]}\n[]'])
def test_an_object_that_is_none_of_ours_parks_the_notice(line: PayloadLine, raw: bytes) -> None:
    """Somebody wrote there: the notice waits for a person, and nothing fails beside it."""
    line.post(booking(1))
    line.door.store.put("payloads/somewhere/2026-03-02/delivery-0", raw)
    line.post(booking(2))
    assert line.work().outcomes == {Outcome.PARKED: 1, Outcome.APPLIED: 1}
    assert [error for _, error, _ in line.parked()] == ["MalformedError"]


def test_a_notice_from_before_the_connection_kept_payloads_is_parked(line: PayloadLine) -> None:
    """It names none, and the connection has no credentials to read by."""
    line.door.take_from("read")
    line.post(booking(1))
    line.work()
    assert line.parked() == [("1", "UnreadableRecordError", "the notice names no payload")]


def test_a_payload_that_says_nothing_of_the_record_parks_the_notice(line: PayloadLine) -> None:
    """The two readers of the body disagree."""
    line.read = lambda _payload, _connection: []
    line.post(booking(1))
    line.work()
    assert line.parked() == [("1", "UnreadableRecordError", "the payload says nothing of the record")]


class _Answers:
    """Another connection's source, which answers."""

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """Every record is gone."""
        return {key: Statement(key=key, source_version=V1, fact=None, absence=Absence.DELETED) for key in keys}


def test_a_bug_in_one_systems_contents_is_no_other_records_failure() -> None:
    """What nobody foresaw parks the notices of that payload; a record of another connection in the batch is read."""
    line = PayloadLine(readers={"elsewhere": _Answers()})

    def fail(payload: Payload, _connection: Connection) -> Sequence[Content]:
        raise ZeroDivisionError(payload)

    line.read = fail
    line.post(booking(1))
    message: dict[str, Any] = json.loads(line.bodies()[0])
    message["detail"] |= {"connection": "elsewhere", "delivery_id": "other"}
    report = line.work([*line.bodies(), json.dumps(message)])
    assert report.outcomes == {Outcome.PARKED: 1, Outcome.APPLIED: 1}
    assert report.errors == {"ZeroDivisionError": 1}
    assert line.parked() == [("1", "ZeroDivisionError", "")]


@pytest.mark.parametrize("error", [UnavailableError("x"), AccessDeniedError("x")])
def test_an_archive_that_does_not_answer_puts_the_notice_off(line: PayloadLine, error: Exception) -> None:
    """It comes again; only after the last attempt is it parked."""
    line.post(booking(1))

    def strike(point: str) -> None:
        if point == "before archive.get":
            raise error

    line.door.store.io = strike
    assert line.work().retries
    assert not line.parked()
    assert line.work(attempt=12).outcomes == {Outcome.PARKED: 1}
    line.door.store.io = lambda _: None
    [letter] = line.dead_letters.contents()
    assert line.work([letter.body]).outcomes == {Outcome.APPLIED: 1}
