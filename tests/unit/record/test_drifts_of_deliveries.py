"""What a sender posts otherwise than its system declares is noticed behind the door, and whatever comes of that costs no notice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from functions.record.drifting import DeliveriesShown, Drifting
from functions.record.pipeline import record
from functions.record.work import Message, Report
from tests.support.good_bodies import hubspot_event
from tests.support.receiving import Door
from tests.support.recording import Recording
from tieout.arriving.envelope import Envelope
from tieout.drift import Drift, Seen
from tieout.facts.reading import SourceReader
from tieout.landscape import Connection
from tieout.ledger.drifts import DriftLedger
from tieout.ledger.plan import Outcome
from tieout.systems.hubspot import expected

if TYPE_CHECKING:
    import pytest

CONNECTION = Connection(name="somewhere", system="hubspot", legal_entity="E", time_zone="UTC", default_currency="EUR")
WHOLE = {"subscriptionId": 571}
SECRET_VALUE = "somebody@example.com 4711"


class Behind:
    """A record step behind a door.

    Args:
        reader_of: asked for the connection's reader, where anything is read.
        connection: whose door it is.
    """

    def __init__(
        self, reader_of: Callable[[str], SourceReader] | None = None, connection: Connection = CONNECTION
    ) -> None:
        self.door, self.recording = Door(system=connection.system, options=connection.options), Recording()
        drifting = Drifting(
            reader_of or (lambda _: self.recording),
            DeliveriesShown([connection]),
            DriftLedger(self.recording.table),
            self.recording.clock,
            "test",
        )
        self.recording.step = replace(self.recording.step, drifting=drifting)

    def post(self, *events: dict[str, Any]) -> list[Envelope]:
        """What the bus has of a delivery of these events."""
        before = len(self.door.published())
        assert self.door.post(json.dumps([WHOLE | each for each in events]).encode()).status == 200
        return self.door.published()[before:]

    def work(self, *envelopes: Envelope) -> Report:
        """What becomes of them."""
        messages = [
            Message(message_id=f"m{place}", receipt_handle="r", body=each.message(), attempt=1)
            for place, each in enumerate(envelopes)
        ]
        return record(self.recording.step, messages)

    def seen(self) -> dict[Seen, int]:
        """What the ledger knows, and how often."""
        return {each.seen: each.times for each in DriftLedger(self.recording.table).of(CONNECTION.name)}


def seen(field: str, drift: Drift) -> Seen:
    """A drift of an event that was delivered."""
    return Seen("delivered:event", field, drift)


def test_what_differs_is_kept_and_told_once_and_the_record_is_recorded() -> None:
    """As of an answer; and no value of it is anywhere behind the door."""
    behind = Behind()
    [envelope] = behind.post(hubspot_event(1, newField=SECRET_VALUE, changeFlag=SECRET_VALUE))
    assert SECRET_VALUE not in envelope.message()
    report = behind.work(envelope)
    assert (report.outcomes, report.errors) == (Counter({Outcome.APPLIED: 1}), Counter())
    assert report.drifts == Counter({CONNECTION.name: 2})
    assert behind.seen() == {seen("newField", Drift.UNKNOWN): 1, seen("changeFlag", Drift.NEW_VALUE): 1}
    assert SECRET_VALUE not in str(behind.recording.table.contents())
    assert behind.work(*behind.post(hubspot_event(2, newField=2))).drifts == Counter()


def test_a_regular_delivery_is_none() -> None:
    """And its outline goes with it."""
    behind = Behind()
    [envelope] = behind.post(hubspot_event(1), hubspot_event(2, changeFlag="new"))
    assert envelope.outline is not None
    behind.work(envelope)
    assert behind.seen() == {}


def test_deliveries_of_a_tool_are_compared_with_what_its_own_connection_declares() -> None:
    """Each company's tool sends something else."""
    options: dict[str, Any] = {
        "proof": "v1",
        "records": [{"name": "expense_report", "key": "objectId"}],
        "holds": {"objectId": "number", "subscriptionId": "number", "state": "string: open, closed"},
    }
    behind = Behind(connection=replace(CONNECTION, system="generic", options=options))
    behind.work(*behind.post({"objectId": 1, "state": "open"}))
    assert behind.seen() == {}
    behind.work(*behind.post({"objectId": 1, "state": "paid", "more": 1}))
    assert behind.seen() == {seen("state", Drift.NEW_VALUE): 1, seen("more", Drift.UNKNOWN): 1}


def test_a_form_counts_once_however_many_items_have_it() -> None:
    """A delivery of a hundred events is one."""
    behind = Behind()
    behind.work(*behind.post(*(hubspot_event(number, new=number) for number in range(1, 9))))
    assert behind.seen() == {seen("new", Drift.UNKNOWN): 1}


def test_an_outline_is_looked_at_once() -> None:
    """It goes to one of the flows that want a notice, and with no notice that travels alone."""
    behind = Behind()
    behind.door.receiver = behind.door.receiver._replace(
        intake=behind.door.receiver.intake._replace(flows={"opportunity": "forecast", "account": "masters"})
    )
    company = hubspot_event(3, subscriptionType="company.creation")
    contact = hubspot_event(4, subscriptionType="contact.creation")
    envelopes = behind.post(contact, hubspot_event(1), company)
    assert {each.flow: each.outline is not None for each in envelopes} == {
        "unrouted": False, "forecast": True, "masters": False,
    }  # fmt: skip
    [forecast] = [each for each in envelopes if each.outline is not None]
    assert forecast.alone(forecast.notices[0]).outline is None


def test_a_delivery_with_something_malformed_is_kept_whole_and_not_compared() -> None:
    """It is counted already, and somebody will look at it."""
    [envelope] = Behind().post(hubspot_event(1, new=1), hubspot_event(2, objectId=None))
    assert envelope.outline is None


def test_an_outline_of_anything_costs_no_notice() -> None:
    """Of whatever shape, and of a connection that is gone."""
    behind = Behind()
    [envelope] = behind.post(hubspot_event(1))
    anything: list[Any] = ["text", 7, [[]], {"a": None}, [None]]
    for odd in anything:
        assert behind.work(envelope._replace(outline=odd)).errors == Counter()
    behind.work(envelope._replace(connection="nobody", outline={"a": 1}))
    assert {each.drift for each in behind.seen()} <= {Drift.RETYPED, Drift.ABSENT, Drift.UNKNOWN}


def test_a_declaration_that_fails_costs_no_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in one system is its own."""
    monkeypatch.delattr(expected, "expect_deliveries")
    behind = Behind()
    assert behind.work(*behind.post(hubspot_event(1, new=1))).outcomes == Counter({Outcome.APPLIED: 1})
    assert behind.seen() == {}


def test_what_was_delivered_is_kept_though_the_source_cannot_be_had() -> None:
    """Nobody has to read anything for it."""

    def nobody(_name: str) -> SourceReader:
        raise KeyError

    behind = Behind(nobody)
    behind.work(*behind.post(hubspot_event(1, new=1)))
    assert behind.seen() == {seen("new", Drift.UNKNOWN): 1}


def test_nobody_is_asked_for_a_reader_of_what_was_only_delivered() -> None:
    """A connection whose payloads say it all has none."""
    asked: list[str] = []

    def reader_of(name: str) -> SourceReader:
        asked.append(name)
        raise AssertionError

    behind = Behind(reader_of)
    [envelope] = behind.post(hubspot_event(1, new=1))
    behind.recording.step = replace(behind.recording.step, entities=frozenset({"invoice"}))
    behind.work(envelope)
    assert (asked, behind.seen()) == ([], {seen("new", Drift.UNKNOWN): 1})
