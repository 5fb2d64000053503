"""What is kept of a delivery whose records are completed from it, and that it reads back as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.memory_store import MemoryObjectStore
from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Door
from tieout.arriving.envelope import Envelope, read_message
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.payload import encode, kept_for, payload_key, read_payload
from tieout.errors import MalformedError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = st.text(st.characters(codec="ascii", categories=["Ll", "Nd"]), min_size=1)
CARRIABLE = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")


def delivery(body: bytes = b"[]", delivery_id: str = "JKJaXmPLvHcESHA=") -> Delivery:
    """A delivery of this morning."""
    return Delivery(delivery_id=delivery_id, method="POST", query="", headers={}, body=body, received_at=NOW)


@given(st.binary(), st.dictionaries(NAMES, st.text(CARRIABLE)))
def test_what_was_kept_reads_back_to_the_byte(body: bytes, headers: dict[str, str]) -> None:
    """Whatever the body is, with line ends, zeros and no text at all; and whatever the headers say."""
    found = read_payload(encode(delivery(body), headers))
    assert (found.body, found.headers) == (body, headers)


@pytest.mark.parametrize("character", ["\udc80", "\x00", "\x1f", "\uffff"])
def test_a_header_that_no_text_can_hold_costs_no_payload(character: str) -> None:
    """A lone surrogate or a control character is replaced; it could not be an identifier of anything."""
    assert read_payload(encode(delivery(), {f"ce-{character}": f"a{character}b"})).headers == {"ce-\ufffd": "a\ufffdb"}


def test_the_first_line_of_a_payload_says_which_delivery_it_was() -> None:
    """Whoever looks into the archive need not trust the name of the object."""
    line, _, _ = encode(delivery(b"a\nb"), {"ce-id": "1"}).partition(b"\n")
    said = {"delivery_id": delivery().delivery_id, "received_at": "2026-03-02T09:00:00.000Z", "headers": {"ce-id": "1"}}
    assert json.loads(line) == said


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "json_invalid"),
        (b"\n", "json_invalid"),
        (b"\xff\n", "json_not_utf8"),
        (b"{}", "payload_not_ours"),
        (b"[]\n", "payload_not_ours"),
        (b'{"headers":1}\nx', "payload_not_ours"),
        (b'{"headers":{}}', "payload_not_ours"),
    ],
)
def test_bytes_that_are_none_of_ours_are_refused(raw: bytes, reason: str) -> None:
    """Whoever put them there, they make no payload."""
    with pytest.raises(MalformedError) as error:
        read_payload(raw)
    assert error.value.reason == reason


def test_the_same_delivery_is_kept_in_the_same_place() -> None:
    """Kept again, it replaces itself; another delivery, or one of another day or connection, has a place of its own."""
    places = {
        payload_key("erp", delivery()),
        payload_key("erp", delivery(b"other")),
        payload_key("erp", delivery(delivery_id="other")),
        payload_key("crm", delivery()),
        payload_key("erp", delivery()._replace(received_at=datetime(2026, 3, 3, tzinfo=UTC))),
    }
    assert len(places) == 4
    assert payload_key("erp", delivery(delivery_id="a/../b c")) == "payloads/erp/2026-03-02/a_.._b_c"


def test_a_notice_keeps_its_payload_on_every_way_it_travels() -> None:
    """On the bus, alone to a dead-letter queue, and back; a notice without one is as short as it was."""
    store = MemoryObjectStore()
    notices = [
        Notice(key=RecordKey("erp", "invoice", str(each)), notice_id="n", kind="k", position=each) for each in (0, 1)
    ]
    kept = kept_for(notices, delivery(), "erp", Door(), store)
    envelope = Envelope(delivery_id="d", connection="erp", flow="f", received_at=NOW, notices=tuple(kept))
    assert {each.payload for each in kept} == {payload_key("erp", delivery())} == set(store.keys("", 10))
    assert read_message(envelope.message(), store.get) == envelope
    assert read_message(envelope.alone(kept[1]).message(), store.get).notices == (kept[1],)
    assert "payload" not in notices[0].plain()


def test_a_door_keeps_of_a_delivery_what_its_records_need() -> None:
    """The rest of it, such as who paid with which card, is nowhere; of some deliveries nothing is needed."""
    store, door = MemoryObjectStore(), Door(retain=lambda each: each.body[:1] if each.body != b"none" else None)
    notices = [Notice(key=RecordKey("erp", "invoice", "1"), notice_id="n", kind="k")]
    assert kept_for(notices, delivery()._replace(body=b"none"), "erp", door, store) == notices
    assert not store.keys("", 10)
    [kept] = kept_for(notices, delivery()._replace(body=b"secret"), "erp", door, store)
    assert read_payload(store.get(kept.payload)).body == b"s"


def test_nothing_is_kept_for_nobody() -> None:
    """A delivery that makes no notice leaves nothing behind."""
    store = MemoryObjectStore()
    assert kept_for([], delivery(), "erp", Door(), store) == []
    assert not store.keys("", 10)
