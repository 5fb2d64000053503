"""What the events of another bus come to: notices on ours, or a place in the archive, or another try."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.receiving import LEAST_OPTIONS
from tests.support.relaying import RelayPost, bus_message
from tieout.arriving import publishing
from tieout.arriving.accepting import MAX_NOTICES
from tieout.arriving.delivery import BUS, Delivery, Split
from tieout.arriving.payload import read_payload
from tieout.arriving.rejection import read_rejection
from tieout.errors import UnavailableError

CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "e-7",
    "source": "/spending",
    "type": "expense_report.approved",
    "time": "2026-03-02T08:59:58Z",
    "data": {"id": "1"},
}
AS_CLOUD_EVENTS = {**LEAST_OPTIONS["generic"], "format": "cloudevents", "modes": ["structured"]}


def an_event(record_id: str = "1") -> str:
    """An event about an expense report."""
    return bus_message({"type": "expense_report.approved", "data": {"id": record_id}})


def test_an_event_is_a_notice_as_if_it_had_been_posted() -> None:
    """Nothing behind the relay knows that it came over another bus."""
    post = RelayPost("generic")
    assert post.take(an_event()) == []
    [envelope] = post.door.published()
    assert (envelope.connection, envelope.flow) == ("somewhere", "spend_to_plan")
    assert envelope.delivery_id == "6a7e8feb-b491-4cf7-a9f1-bf3703467718"
    assert envelope.received_at == post.door.clock.now()
    assert [each.key.record_id for each in envelope.notices] == ["1"]
    assert post.door.last_line() | {"_aws": None} == {
        "level": "INFO",
        "step": "relay",
        "connection": "somewhere",
        "outcome": "accepted",
        "delivery_id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "body_bytes": len(an_event()),
        "Accepted": 1,
        "_aws": None,
    }


@pytest.mark.parametrize("message", [an_event(), "not an event"])
def test_an_event_that_waited_is_counted_when_it_is_taken(message: str) -> None:
    """An alarm looks at the last minutes alone; what was received when is said of the delivery."""
    post = RelayPost("generic")
    sent_at = post.door.clock.now()
    assert post.take(message, after_seconds=7200) == []
    [counted] = [json.loads(line)["_aws"]["Timestamp"] for line in post.door.lines]
    assert counted == int((sent_at + timedelta(hours=2)).timestamp() * 1000)
    assert {each.received_at for each in post.door.published()} <= {sent_at}


def test_a_cloud_event_of_the_company_is_told_by_its_detail() -> None:
    """An in-house producer of CloudEvents is a connection by configuration alone."""
    post = RelayPost("generic", AS_CLOUD_EVENTS)
    assert post.take(bus_message(CLOUD_EVENT)) == []
    [envelope] = post.door.published()
    [notice] = envelope.notices
    assert (notice.notice_id, notice.kind, notice.key.record_id) == ("/spending#e-7", "expense_report.approved", "1")


def test_the_same_event_put_on_the_bus_again_is_known_again() -> None:
    """A bus gives it another id of its own; the notice's own key stays."""
    post = RelayPost("generic")
    assert post.take(an_event(), bus_message(json.loads(an_event())["detail"], id="another")) == []
    first, second = post.door.published()
    assert first.delivery_id != second.delivery_id
    assert first.notices[0].notice_id == second.notices[0].notice_id


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("no JSON", "json_invalid"),
        ("[]", "json_not_an_object"),
        (bus_message({}, source=""), "event_not_of_a_bus"),
        (bus_message({}, id=7), "event_not_of_a_bus"),
        (bus_message([1]), "event_without_detail"),
        (bus_message({"type": 7}), "items_malformed"),
        (bus_message({"a": 1}).replace('"a": 1', '"a": 1, "a": 2'), "json_duplicate_key"),
    ],
)
def test_what_is_unusable_is_kept_and_never_comes_again(message: str, reason: str) -> None:
    """Trying it a second time would not help; it waits for a person, who is alarmed by the count."""
    post = RelayPost("generic")
    assert post.take(message, an_event()) == []
    [kept] = [read_rejection(raw) for raw in post.door.kept("rejected/somewhere/unusable/").values()]
    assert (kept.reason, kept.method) == (reason, BUS)
    assert kept.body.decode() in message
    assert len(post.door.published()) == 1
    counted = [json.loads(line).get("Malformed", 0) for line in post.door.lines]
    assert counted == [1, 0]


@pytest.mark.parametrize(
    ("message", "delivery_id", "reason"),
    [
        ("no JSON", "message-1", "json_invalid"),
        (bus_message({"type": 7}, id="e-1").replace("7", "NaN"), "e-1", "json_not_finite"),
    ],
)
def test_the_line_of_an_unusable_event_says_where_it_is_kept_and_why(
    message: str, delivery_id: str, reason: str
) -> None:
    """By its own id where that can be read, else by the queue's of its message."""
    post = RelayPost("generic")
    post.take(message)
    [kept] = [read_rejection(raw) for raw in post.door.kept("rejected/somewhere/unusable/").values()]
    assert kept.delivery().delivery_id == delivery_id
    assert post.door.last_line() | {"_aws": None} == {
        "level": "WARNING",
        "step": "relay",
        "connection": "somewhere",
        "outcome": "unusable",
        "delivery_id": delivery_id,
        "body_bytes": len(message),
        "reason": reason,
        "Malformed": 1,
        "_aws": None,
    }


def test_what_is_unusable_can_be_looked_at_again() -> None:
    """What EventBridge said of the event is kept with it as far as the system needs it."""
    post = RelayPost("generic", AS_CLOUD_EVENTS)
    post.take(bus_message({**CLOUD_EVENT, "data": {}}))
    [kept] = [read_rejection(raw) for raw in post.door.kept("rejected/").values()]
    assert [each.reason for each in kept.malformed] == ["key_missing"]
    assert [each.reason for each in post.step.intake.split(kept.delivery()).malformed] == ["key_missing"]


def test_more_notices_than_one_delivery_may_hold_are_set_aside() -> None:
    """The bounds of the door hold here, too."""
    post = RelayPost("generic")
    intake = post.door.receiver.intake

    def many(delivery: Delivery) -> Split:
        [notice] = intake.split(delivery).notices
        return Split((notice,) * (MAX_NOTICES + 1))

    post.door.receiver = post.door.receiver._replace(intake=intake._replace(split=many))
    assert post.take(an_event()) == []
    assert not post.door.bus.entries
    [kept] = [read_rejection(raw) for raw in post.door.kept("rejected/").values()]
    assert kept.reason == "too_many_notices"


def test_what_records_are_completed_from_is_kept_digit_by_digit() -> None:
    """No number passes through a parser that could round it on the way to where the record step reads it."""
    post = RelayPost("generic", completion="payload")
    message = an_event().replace('"id": "1"', '"id": "1", "amount": 12.50, "big": 9007199254740993')
    assert post.take(message) == []
    [envelope] = post.door.published()
    payload = read_payload(post.door.store.get(envelope.notices[0].payload))
    assert json.loads(payload.body, parse_float=Decimal)["data"]["amount"] == Decimal("12.50")
    assert payload.body.decode() in message


def test_an_event_that_is_nowhere_yet_comes_again_and_no_other() -> None:
    """Neither bus nor archive takes the first one: it stays in the queue, and its neighbours go on."""
    post = RelayPost("generic")
    intake = post.door.receiver.intake

    def split(delivery: Delivery) -> Split:
        if b'"1"' in delivery.body:
            raise UnavailableError("the archive does not answer")
        return intake.split(delivery)

    post.door.receiver = post.door.receiver._replace(intake=intake._replace(split=split))
    assert post.take(an_event("1"), an_event("2"), an_event("1")) == [0, 2]
    assert [each.notices[0].key.record_id for each in post.door.published()] == ["2"]
    assert [json.loads(line)["outcome"] for line in post.door.lines] == ["unavailable", "accepted", "unavailable"]
    assert json.loads(post.door.lines[0]) | {"_aws": None} == {
        "level": "WARNING",
        "step": "relay",
        "connection": "somewhere",
        "outcome": "unavailable",
        "delivery_id": "message-1",
        "body_bytes": len(an_event("1")),
        "reason": "UnavailableError",
        "Unavailable": 1,
        "_aws": None,
    }


def test_a_bug_fails_the_event_that_shows_it() -> None:
    """The queue gives it again and parks it in the end; the others of its batch are done."""
    post = RelayPost("generic")
    intake = post.door.receiver.intake

    def split(delivery: Delivery) -> Any:  # noqa: ANN401 it may never return
        if b'"1"' in delivery.body:
            raise ZeroDivisionError
        return intake.split(delivery)

    post.door.receiver = post.door.receiver._replace(intake=intake._replace(split=split))
    assert post.take(an_event("1"), an_event("2")) == [0]
    assert [type(each) for each in post.failures] == [ZeroDivisionError]
    assert len(post.door.published()) == 1


def test_what_the_bus_refuses_waits_in_the_spool() -> None:
    """As at the door: the sweep publishes it."""
    post = RelayPost("generic")
    post.door.bus.refuse = lambda _entry: "InternalFailure"
    assert post.take(an_event()) == []
    assert len(post.door.kept("spool/somewhere/")) == 1
    assert post.door.last_line()["outcome"] == "spooled"


def test_an_event_that_a_bus_gives_twice_shares_no_object(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each copy is a delivery of its own, received when it was: what is kept of one must not replace what is kept of the other."""
    monkeypatch.setattr(publishing, "MAX_DETAIL_BYTES", 10)
    post = RelayPost("generic")
    message = an_event()
    assert post.take(message) == []
    first = post.door.clock.now()
    post.door.clock.advance(20)
    assert post.take(message) == []
    envelopes = post.door.published()
    assert [each.delivery_id for each in envelopes] == [envelopes[0].delivery_id] * 2
    assert [each.received_at for each in envelopes] == [first, post.door.clock.now()]
