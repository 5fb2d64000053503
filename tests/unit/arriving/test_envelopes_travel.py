"""An envelope is the same on every way it travels, and what is none is told apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.memory_store import MemoryObjectStore
from tieout.arriving.delivery import Delivery
from tieout.arriving.envelope import Envelope, read_message
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.publishing import entries_of
from tieout.errors import MalformedError

_RECEIVED_AT = datetime(2026, 3, 2, 9, 0, 0, 7_000, tzinfo=UTC)
_TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
_MOMENTS = st.datetimes(timezones=st.just(UTC)).map(
    lambda each: each.replace(microsecond=each.microsecond // 1000 * 1000)
)
_NOTICES = st.builds(
    Notice,
    key=st.builds(RecordKey, st.just("crm"), st.just("opportunity"), _TEXTS),
    notice_id=_TEXTS,
    kind=_TEXTS,
    occurred_at=st.none() | _MOMENTS,
    deleted=st.booleans(),
    position=st.integers(0, 10_000),
    payload=_TEXTS,
)


def envelope_of(*notices: Notice) -> Envelope:
    """An envelope of one delivery."""
    return Envelope("JKJaXmPLvHcESHA=", "crm", "forecast", _RECEIVED_AT, notices)


def _nothing(key: str) -> bytes:
    raise AssertionError(key)


@given(st.lists(_NOTICES, max_size=3))
def test_an_envelope_reads_back_as_it_was_written(notices: list[Notice]) -> None:
    """To the last word of each notice, and to the millisecond of when the source says it occurred."""
    envelope = envelope_of(*notices)
    assert read_message(envelope.message(), _nothing) == envelope


def test_an_envelope_of_ours_is_what_the_bus_would_have_delivered() -> None:
    """Put into a queue by us, nobody can tell it from one that came over the bus."""
    notice = Notice(RecordKey("crm", "opportunity", "1"), "n", "k")
    envelope = envelope_of(notice)
    delivery = Delivery(envelope.delivery_id, "POST", "", {}, b"", envelope.received_at)
    [entry] = entries_of([notice], delivery, "crm", {"opportunity": "forecast"}, MemoryObjectStore()).values()
    delivered = {"source": entry.source, "detail-type": entry.detail_type, "detail": json.loads(entry.detail)}
    assert json.loads(envelope.message()) == delivered


def _in_detail(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda message: message | {"detail": message["detail"] | fields}


_NONE_OF_OURS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda message: [message], "message_not_an_envelope"),
    (lambda message: {"detail": message["detail"]}, "message_not_an_envelope"),
    (lambda message: message | {"detail": None}, "message_not_an_envelope"),
    (lambda message: message | {"detail": "a pointer"}, "message_not_an_envelope"),
    (_in_detail(received_at=1), "message_not_an_envelope"),
    (_in_detail(received_at="yesterday"), "moment_not_iso8601"),
    (_in_detail(notices=1), "message_not_an_envelope"),
    (_in_detail(notices=[1]), "message_not_an_envelope"),
    (_in_detail(notices=[{}]), "message_not_an_envelope"),
]


@pytest.mark.parametrize(("change", "reason"), _NONE_OF_OURS)
def test_a_message_of_another_shape_is_no_envelope(change: Callable[[dict[str, Any]], object], reason: str) -> None:
    """Somebody put it into the queue; it goes to the dead letters under one reason, and no notice is made of it."""
    with pytest.raises(MalformedError) as error:
        read_message(json.dumps(change(json.loads(envelope_of().message()))), _nothing)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("body", "reason"), [("", "json_invalid"), ("a text", "json_invalid"), ('"a\udc80b"', "json_not_utf8")]
)
def test_a_message_that_is_no_json_says_so(body: str, reason: str) -> None:
    """Even one with half a character, which no queue would carry."""
    with pytest.raises(MalformedError) as error:
        read_message(body, _nothing)
    assert error.value.reason == reason
