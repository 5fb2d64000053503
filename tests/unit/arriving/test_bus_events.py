"""An event of another bus as a delivery, whatever its producer wrote into it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout import strict_json
from tieout.arriving.bus_event import delivery_of, unreadable
from tieout.arriving.delivery import BUS, Delivery
from tieout.errors import MalformedError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
texts = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\x7f\ufffe\uffff"), max_size=8
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
HEAD = {"id": "e1", "source": "s", "detail-type": "t", "time": "2026-03-02T09:00:00Z"}


@given(
    detail=st.dictionaries(texts, values, max_size=4), others=st.dictionaries(texts, values, max_size=3), data=st.data()
)
def test_the_detail_is_found_wherever_it_stands(
    detail: dict[str, object], others: dict[str, object], data: st.DataObject
) -> None:
    """No order of fields, no spaces and no other field, one that looks like a detail included, hides or changes it."""
    others.pop("detail", None)
    decoys = {"before": {"detail": {"no": 1}}, 'quoted "detail": {': "detail"}
    fields = data.draw(st.permutations([*{**others, **decoys, **HEAD, "detail": detail}.items()]))
    style = data.draw(st.sampled_from([(None, (",", ":")), (None, (" ,\t", " :\n ")), (1, (",", ": "))]))
    ascii_only = data.draw(st.booleans())
    message = json.dumps(dict(fields), indent=style[0], separators=style[1], ensure_ascii=ascii_only)
    delivery = delivery_of(data.draw(st.sampled_from(["", " \n"])) + message, NOW)
    assert strict_json.parse(delivery.body) == detail
    assert delivery.body.decode() in message


def test_who_put_it_on_the_bus_stands_in_headers() -> None:
    """What EventBridge says of an event is what nobody but EventBridge can have said."""
    event = {**HEAD, "detail": {"event-source": "another"}}
    assert delivery_of(json.dumps(event), NOW) == Delivery(
        delivery_id="e1",
        method=BUS,
        query="",
        headers={
            "event-source": "s",
            "event-type": "t",
            "event-id": "e1",
            "event-time": "2026-03-02T09:00:00Z",
            "content-type": "application/json",
        },
        body=b'{"event-source": "another"}',
        received_at=NOW,
    )


def test_the_json_form_of_cloud_events_is_recognised() -> None:
    """By the one attribute it cannot do without."""
    event = {**HEAD, "detail": {"specversion": "1.0"}}
    assert delivery_of(json.dumps(event), NOW).headers["content-type"] == "application/cloudevents+json"


def test_what_cannot_be_read_is_a_delivery_under_its_messages_id() -> None:
    """So that it can be kept, byte for byte."""
    assert unreadable("no JSON", "m-1", NOW) == Delivery("m-1", BUS, "", {}, b"no JSON", NOW)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (json.dumps([HEAD]), "json_not_an_object"),
        *((json.dumps({**HEAD, name: None, "detail": {}}), "event_not_of_a_bus") for name in HEAD),
        *((json.dumps({**HEAD, name: 17, "detail": {}}), "event_not_of_a_bus") for name in HEAD),
        *((json.dumps({**HEAD, name: "", "detail": {}}), "event_not_of_a_bus") for name in HEAD),
        (json.dumps(HEAD), "event_without_detail"),
        (json.dumps({**HEAD, "detail": "text"}), "event_without_detail"),
        (json.dumps({**HEAD, "detail": {}})[:-1] + ',"half":"\\ud800"}', "json_uncarriable_text"),
        ('{"half":"\ud800"}', "json_not_utf8"),
    ],
)
def test_what_is_no_event_of_a_bus_says_why(message: str, reason: str) -> None:
    """A code that is safe to log; half a character that a queue let through is refused like any other flaw."""
    with pytest.raises(MalformedError) as caught:
        delivery_of(message, NOW)
    assert caught.value.reason == reason


def test_half_a_character_is_kept_as_it_came() -> None:
    """What a queue hands on is kept byte for byte, whatever no text may have in it."""
    assert unreadable("\ud800", "m-1", NOW).body == b"\xed\xa0\x80"
