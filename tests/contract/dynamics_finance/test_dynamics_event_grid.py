"""Microsoft's own types of Event Grid against ours: what they write we read, and they read what our cases hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridEvent, SystemEventNames
from cloudevents.core.bindings.http import to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as WrittenEvent

from tests.support.dynamics_cases import CASES, raw_body, read_case
from tests.support.good_bodies import business_event
from tests.support.receiving import Door

GRID_CASES = [case for case in CASES if isinstance(read_case(case, "request")["body"], list) and "cloud" not in case]
CLOUD_CASES = [case for case in CASES if "specversion" in raw_body(read_case(case, "request")).decode()]


def written(*events: EventGridEvent) -> bytes:
    """A batch as Event Grid delivers it, in the words of its own library."""
    return json.dumps([event.serialize() for event in events]).encode()


def carrying(data: dict[str, Any], event_type: str) -> EventGridEvent:
    """An event of the vendor's type."""
    return EventGridEvent(
        subject="made-up",
        event_type=event_type,
        data=data,
        data_version="1.0",
        id="9d1f0c3a-0000-4000-8000-000000000001",
        event_time=datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC),
    )


def test_a_batch_of_the_vendors_type_is_read() -> None:
    """Each business event under `data` becomes a notice, in the order of the batch."""
    events = [carrying(business_event(number), "SalesInvoicePostedBusinessEvent") for number in (1, 2, 3)]
    door = Door(system="dynamics_finance")
    assert door.post(written(*events)).status == 200
    [envelope] = door.published()
    assert [each.key.record_id for each in envelope.notices] == [
        f"*usmf/customer_invoice/CIV-{number}/" for number in (1, 2, 3)
    ]


def test_a_validation_of_the_vendors_type_is_answered() -> None:
    """With the code that is asked for, and nothing but that; and nobody is told of a change."""
    asked = carrying(
        {"validationCode": "512d38b6-c7b8-40c8-89fe-000000000001"}, "Microsoft.EventGrid.SubscriptionValidationEvent"
    )
    door = Door(system="dynamics_finance")
    headers = door.sign(b"") | {"aeg-event-type": "SubscriptionValidation"}
    answer = door.post(written(asked), headers)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {"validationResponse": "512d38b6-c7b8-40c8-89fe-000000000001"}
    assert not door.bus.entries


@pytest.mark.parametrize("case", GRID_CASES)
def test_the_vendors_type_reads_every_event_of_our_cases(case: str) -> None:
    """So our cases have the envelope that Event Grid has, but for what is flawed on purpose."""
    for item in json.loads(raw_body(read_case(case, "request"))):
        if isinstance(item, dict) and isinstance(item["data"], dict):
            read = EventGridEvent.from_dict(item)
            assert (str(read.id), read.data) == (item["id"], item["data"])
            assert read.event_type


@pytest.mark.parametrize("case", CLOUD_CASES)
def test_the_vendors_type_reads_every_cloud_event_of_our_cases(case: str) -> None:
    """But for the one that lacks what every event has."""
    said = json.loads(raw_body(read_case(case, "request")))
    for item in said if isinstance(said, list) else [said]:
        if "source" in item:
            read: CloudEvent[Any] = CloudEvent.from_dict(item)
            assert (read.id, read.source, read.data) == (item["id"], item["source"], item["data"])


def test_a_cloud_event_of_another_library_is_read() -> None:
    """One that Event Grid passes on looks like it, whoever wrote it."""
    attributes = {"id": "1", "source": "/topics/made-up", "type": "made-up", "specversion": "1.0"}
    message = to_structured(WrittenEvent(attributes, business_event(1)), JSONFormat())
    door = Door(system="dynamics_finance")
    assert (
        door.post(message.body, door.sign(b"") | {name.lower(): text for name, text in message.headers.items()}).status
        == 200
    )
    [envelope] = door.published()
    assert [each.key.record_id for each in envelope.notices] == ["*usmf/customer_invoice/CIV-1/"]


def test_our_validations_are_what_the_vendor_calls_one() -> None:
    """The event type of the cases is the vendor's own word."""
    asked = read_case("event_grid_subscription_validation", "request")["body"][0]
    assert asked["eventType"] == SystemEventNames.EventGridSubscriptionValidationEventName
