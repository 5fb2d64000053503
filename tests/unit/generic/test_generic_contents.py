"""What kept payloads state by the expressions of their connection, and how what does not fit is told."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.generic_cases import CASES, CONNECTIONS, raw_body, read_case
from tieout.arriving.payload import Payload
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.documents import Invoice
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Content
from tieout.facts.statement import Absence, Statement
from tieout.landscape import Connection
from tieout.periods import PostingPeriod
from tieout.systems.generic.contents import read_contents

INVOICE = {
    "name": "invoice",
    "key": "id",
    "fact": "Invoice",
    "version": "revision",
    "version_is": "number",
    "fields": {
        "number": "number",
        "posting_period": {"period_id": "period", "name": "period", "first_day": "first_day", "last_day": "last_day"},
        "state": "state",
    },
    "lines": {
        "each": "lines",
        "fields": {
            "line_id": "line.id",
            "account": "line.account",
            "account_class": "line.class",
            "transaction": {"amount": "line.amount", "currency": "currency"},
            "functional": {"amount": "line.amount", "currency": "currency"},
        },
    },
}
DEAL = {
    "name": "opportunity",
    "key": "id",
    "fact": "Opportunity",
    "version": "changed",
    "fields": {
        "amount": {"amount": "value", "currency": "currency"},
        "stage": "join('/', [pipeline, stage])",
        "probability": "chance",
        "close_date": "closes",
    },
}


def connection(*records: dict[str, Any], **options: Any) -> Connection:  # noqa: ANN401 values of JSON
    """A connection that declares these records."""
    return Connection(
        name="some-tool",
        system="generic",
        legal_entity="EMEA",
        time_zone="Europe/Berlin",
        default_currency="EUR",
        completion="payload",
        options={"proof": "v1", "records": list(records), **options},
    )


def contents(event: object, subject: Connection) -> list[Content]:
    """What a body in plain JSON states."""
    return list(read_contents(Payload({}, json.dumps(event).encode()), subject))


def only(event: object, *records: dict[str, Any]) -> Statement:
    """The one statement of a body."""
    (content,) = contents(event, connection(*records))
    assert isinstance(content.reading, Statement), content.reading
    return content.reading


def flaw(event: object, *records: dict[str, Any]) -> str:
    """Why nothing can be made of the one record of a body."""
    (content,) = contents(event, connection(*records))
    assert isinstance(content.reading, UnreadableRecordError)
    return content.reading.reason


def test_a_document_of_a_ledger_can_be_stated() -> None:
    """Every family can: parts of a field have expressions of their own."""
    line = {"id": 1, "account": 4000, "class": "income", "amount": "-10.00"}
    event = {
        "id": 7,
        "revision": 2,
        "number": "INV-7",
        "period": "March",
        "first_day": "2026-03-01",
        "last_day": "2026-03-31",
        "state": "posted",
        "currency": "EUR",
        "lines": [line],
    }
    fact = only(event, INVOICE).fact
    assert isinstance(fact, Invoice)
    assert fact.posting_period == PostingPeriod("March", "March", date(2026, 3, 1), date(2026, 3, 31))
    assert (fact.lines[0].account, str(fact.lines[0].transaction)) == ("4000", "-10.00 EUR")
    assert flaw({**event, "last_day": "March"}, INVOICE) == "posting_period.last_day: not_a_date at last_day"
    nothing = dict.fromkeys(("period", "first_day", "last_day"))
    assert flaw({**event, **nothing}, INVOICE) == "line_without_posting_date"
    assert flaw({**event, "lines": [line, {**line, "class": "fun"}]}, INVOICE) == (
        "lines[1].account_class: not_one_of_income_expense_asset_liability_equity at line.class"
    )


def test_a_deal_can_be_stated_with_what_it_lacks_left_out() -> None:
    """Absent is absent: no amount is not zero, and a day is that of the account's zone."""
    event = {
        "id": "d1",
        "changed": "2026-03-01T10:00:00Z",
        "pipeline": "p",
        "stage": "s",
        "closes": "2026-03-31T22:30:00Z",
    }
    fact = only(event, DEAL).fact
    assert isinstance(fact, Opportunity)
    assert (fact.amount, fact.stage, fact.probability, str(fact.close_date)) == (None, "p/s", None, "2026-04-01")
    assert flaw({**event, "stage": None}, DEAL) == (
        "stage: not_of_that_form (JMESPathTypeError) at join('/', [pipeline, stage])"
    )
    assert flaw({**event, "chance": 0.5, "value": "many"}, DEAL) == "amount: not_a_number at value, currency"


@pytest.mark.parametrize("chance", ["0", "1", "0.5"])
def test_a_probability_is_a_part_of_one(chance: str) -> None:
    """Both ends included."""
    event = {"id": "d1", "changed": "2026-03-01T10:00:00Z", "pipeline": "p", "stage": "s", "chance": chance}
    fact = only(event, DEAL).fact
    assert isinstance(fact, Opportunity)
    assert str(fact.probability) == chance


@pytest.mark.parametrize("chance", ["75", "1.000001", "-0.000001"])
def test_a_chance_in_percent_is_no_probability(chance: str) -> None:
    """It would be planned a hundred times too high, and nobody would be told."""
    event = {"id": "d1", "changed": "2026-03-01T10:00:00Z", "pipeline": "p", "stage": "s", "chance": chance}
    assert flaw(event, DEAL) == "probability_not_between_0_and_1"


@pytest.mark.parametrize("count", [2_000, 2_001])
def test_a_record_has_no_more_lines_than_a_delivery_may_have_notices(count: int) -> None:
    """At the bound all are read; beyond it the record is parked, with the path of its lines."""
    line = {"id": 1, "account": 4000, "class": "income", "amount": "-10.00"}
    event = {"id": 7, "revision": 2, "number": "N", "period": "P", "state": "posted", "currency": "EUR"}
    event["lines"] = [line] * count
    if count == 2_000:
        fact = only(event, INVOICE).fact
        assert isinstance(fact, Invoice)
        assert len(fact.lines) == count
    else:
        assert flaw(event, INVOICE) == "lines: too_many_lines at lines"


def test_deleted_and_not_posted_have_a_version_and_no_fact() -> None:
    """Nothing else of the event is looked at, so that a deletion may carry no more than its key and version."""
    declared = {**DEAL, "deleted": "gone", "posted": "ready"}
    event = {"id": "d1", "changed": "2026-03-01T10:00:00Z", "gone": True}
    assert only(event, declared).absence is Absence.DELETED
    assert only({**event, "gone": False, "ready": False}, declared).absence is Absence.NOT_POSTED
    assert flaw({**event, "gone": False}, declared) == "posted: not_true_or_false at ready"
    assert flaw({**event, "gone": None}, declared) == "deleted: not_true_or_false at gone"


def test_every_event_of_a_body_is_stated_alone() -> None:
    """Each in order; what made no notice is passed over, and what no record names too."""
    good = {"id": "d1", "changed": "2026-03-01T10:00:00Z", "pipeline": "p", "stage": "s", "type": "deal"}
    found = contents([7, good, {**good, "id": None}, {**good, "type": "ping"}, {**good, "id": "d2", "changed": "now"}],
                     connection({**DEAL, "types": ["deal"]}))  # fmt: skip
    assert [(each.key.record_id, type(each.reading).__name__) for each in found] == [
        ("d1", "Statement"),
        ("d2", "UnreadableRecordError"),
    ]


def test_a_body_that_is_no_event_states_nothing() -> None:
    """It would not have been kept as a payload; if it was, all its notices are parked."""
    with pytest.raises(MalformedError):
        read_contents(Payload({}, b"{"), connection(DEAL))


def test_the_same_said_again_has_the_same_excerpt() -> None:
    """Another event about the same state is no other state; another content is."""
    subject = connection({**DEAL, "key": "data.id"}, format="cloudevents", modes=["structured"], proof="bearer")

    def excerpt(event_id: str, time: str, value: int) -> bytes:
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": "s",
            "type": "t",
            "time": time,
            "data": {"id": "1", "value": value},
        }
        headers = {"content-type": "application/cloudevents+json"}
        return read_contents(Payload(headers, json.dumps(event).encode()), subject)[0].excerpt

    first = excerpt("1", "2026-03-01T10:00:00Z", 5)
    assert excerpt("2", "2026-03-01T11:00:00Z", 5) == first
    assert excerpt("1", "2026-03-01T10:00:00Z", 6) != first


_VALUES: st.SearchStrategy[object] = st.sampled_from(
    [None, True, False, [], {}, "", "0.001", 10**18, -1, "canary-7f3a"]
)
_STATED = [case for case in CASES if read_case(case, "expected").get("stated")]


@settings(max_examples=500)
@given(case=st.sampled_from(_STATED), data=st.data())
def test_whatever_stands_in_a_payload_the_record_alone_fails_and_quotes_nothing(case: str, data: st.DataObject) -> None:
    """One value of a good payload replaced by anything: a statement, or a reason made of the configuration."""
    subject = CONNECTIONS[case.partition("/")[0]]
    request = read_case(case, "request")
    body = json.loads(raw_body(request))
    place, last = data.draw(st.sampled_from(places(body)))
    place[last] = data.draw(_VALUES)
    payload = Payload({name.lower(): value for name, value in request["headers"].items()}, json.dumps(body).encode())
    with suppress(MalformedError):  # whose reasons are a fixed set of codes
        for each in read_contents(payload, subject):
            assert isinstance(each.reading, Statement) or "canary" not in str(each.reading)


def places(value: object) -> list[tuple[Any, Any]]:
    """Every place inside a JSON value, as its container and its key."""
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        found += [(value, key), *places(each)]
    return found
