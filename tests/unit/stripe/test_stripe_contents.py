"""What is kept of Stripe's events, and what it says of subscriptions when it is read again."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.stripe_subscriptions import at, coupon, item, subscription
from tieout.arriving.delivery import Delivery
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.errors import UnreadableRecordError
from tieout.facts.reading import Content
from tieout.facts.statement import Statement
from tieout.facts.subscription import Subscription
from tieout.landscape import Connection
from tieout.money import Money
from tieout.systems.stripe.contents import read_contents
from tieout.systems.stripe.retained import retained

CONNECTION = Connection(
    name="stripe",
    system="stripe",
    legal_entity="EMEA",
    time_zone="Europe/Berlin",
    default_currency="EUR",
    completion="both",
    options={"api_version": "2025-03-31.basil"},
)


def event(row: object, **changed: Any) -> bytes:  # noqa: ANN401 JSON values
    """An event that has an object as it was, half an hour before midnight in Berlin."""
    said = {
        "id": "evt_1", "object": "event", "type": "customer.subscription.updated", "created": at(2026, 11, 30, 22, 30),
        "livemode": True, "api_version": "2025-03-31.basil", "data": {"object": row, "previous_attributes": {"a": 1}},
    } | changed  # fmt: skip
    return json.dumps(said).encode()


def kept(body: bytes) -> bytes | None:
    """What is kept of a body."""
    return retained(Delivery("d", "POST", "", {}, body, datetime(2026, 12, 1, tzinfo=UTC)))


def contents(body: bytes) -> list[Content]:
    """What is stated by what is kept of a body."""
    found = kept(body)
    assert found is not None
    return list(read_contents(Payload({}, found), CONNECTION))


def test_an_event_states_its_subscription_from_its_moment_on() -> None:
    """By the moment and its own id, so that two of one second are two."""
    [content] = contents(event(subscription(item(3))))
    assert content.key == RecordKey("stripe", "subscription", "sub_1")
    assert isinstance(content.reading, Statement)
    assert isinstance(content.reading.fact, Subscription)
    [version] = content.reading.fact.versions
    assert version.version == content.reading.source_version == "2026-11-30T22:30:00.000Z#evt_1"
    assert (version.day, version.was_read) == (date(2026, 11, 30), False)
    assert [each.monthly for each in version.items] == [Money(6000, "EUR")]


def test_nothing_of_persons_and_cards_is_kept() -> None:
    """Nor what anybody typed: all that is left is what a version is made of."""
    private = {"metadata": {"who": "secret"}, "description": "secret", "default_payment_method": "secret"}
    row = subscription(item() | private, discounts=[coupon(percent_off=5) | private]) | private
    row["items"]["data"][0]["price"] |= {"nickname": "secret", **private}
    body = kept(event(row, request={"id": "secret"}))
    assert body is not None
    assert b"secret" not in body
    assert [each.reading for each in contents(event(row))] == [
        each.reading for each in contents(event(subscription(item(), discounts=[coupon(percent_off=5)])))
    ]


@pytest.mark.parametrize(
    "body",
    [
        event({"id": "in_1", "object": "invoice", "customer_email": "a@example.com"}),
        event({"id": "sub_sched_1", "object": "subscription_schedule", "subscription": "sub_1"}),
        event("sub_1"),
        event(None),
        json.dumps({"id": "evt_1", "object": "v2.core.event", "related_object": {}}).encode(),
        event(subscription(item(), customer="a\u0001")),
        b"[]",
        b"no json",
    ],
)
def test_nothing_is_kept_of_what_states_no_subscription(body: bytes) -> None:
    """It is read, whatever the event is about."""
    assert kept(body) is None


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3)


@given(
    row=st.recursive(
        LEAVES,
        lambda each: st.lists(each, max_size=2) | st.dictionaries(st.sampled_from(["data", "price", "id"]), each),
    )
)
def test_whatever_an_object_holds_keeping_it_never_fails(row: object) -> None:
    """The door has more to say of it."""
    body = kept(event({"object": "subscription", "items": row, "discounts": row, "status": row}))
    assert body is None or isinstance(json.loads(body), dict)


@pytest.mark.parametrize(
    "body",
    [
        event(subscription(item()), api_version="2024-06-20"),
        event(subscription(item()), api_version=None),
        event(subscription(item(), discounts=["di_1"])),
    ],
)
def test_what_does_not_tell_all_in_our_words_is_left_to_the_reading(body: bytes) -> None:
    """It fails nobody."""
    assert contents(body) == []


@pytest.mark.parametrize(
    "body",
    [
        event(subscription(item(), status="odd")),
        event(subscription(item(), discounts="odd")),
        event(subscription(item()), created="today"),
    ],
)
def test_a_version_that_cannot_be_read_fails_its_notice(body: bytes) -> None:
    """It is parked with the reason, and nothing of the history is passed over."""
    [content] = contents(body)
    assert isinstance(content.reading, UnreadableRecordError)
