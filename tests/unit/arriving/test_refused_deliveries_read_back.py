"""What is kept of a refused delivery, read again by whoever looks into it or tries it a second time."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import bad_input
from tieout.arriving.delivery import Delivery, MalformedItem
from tieout.arriving.rejected import encode
from tieout.arriving.rejection import Rejection, read_rejection
from tieout.errors import MalformedError

_NAMES = st.text(st.characters(codec="ascii", categories=["Ll", "Nd"]), min_size=1)
_CARRIABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))


def refused(body: bytes = b'[{"id":1}]', headers: dict[str, str] | None = None) -> Delivery:
    """A delivery of this morning that was not taken."""
    return Delivery(
        delivery_id="JKJaXmPLvHcESHA=",
        method="PUT",
        query="",
        headers=headers or {},
        body=body,
        received_at=datetime(2026, 3, 2, 9, 0, 0, 123_000, tzinfo=UTC),
    )


def reread(delivery: Delivery, *malformed: MalformedItem, max_body_bytes: int | None = None) -> Rejection:
    """The delivery as it is found where it was kept."""
    raw = encode(delivery, "erp", "items_malformed", delivery.headers, malformed, max_body_bytes=max_body_bytes)
    return read_rejection(raw)


@given(
    st.binary(),
    st.dictionaries(_NAMES, _CARRIABLE),
    st.lists(st.builds(MalformedItem, st.integers(0, 10_000), _NAMES), max_size=3),
)
def test_a_refused_delivery_is_found_as_it_came(
    body: bytes, headers: dict[str, str], malformed: list[MalformedItem]
) -> None:
    """Its body to the byte, its moment to the millisecond, why it was refused, and which of its items were no notices."""
    delivery = refused(body, headers)
    found = reread(delivery, *malformed)
    assert found.delivery() == delivery
    assert (found.connection, found.reason, found.malformed) == ("erp", "items_malformed", tuple(malformed))
    assert found.body_bytes == len(body)


@pytest.mark.parametrize("value", bad_input.HEADER_VALUES)
def test_no_header_makes_a_refused_delivery_unreadable(value: str) -> None:
    """Anybody can send one with a character that no text may hold; only the source can send an authentic one again."""
    found = reread(refused(headers={"x-signature": value}))
    assert found.body == refused().body
    assert len(found.headers["x-signature"]) == len(value)
    assert reread(refused(headers={f"x-{value}": ""})).body == refused().body


def test_a_body_that_was_cut_is_no_delivery_any_more() -> None:
    """It can be looked at, and not be verified: a signature covers all of it."""
    found = reread(refused(b"0123456789"), max_body_bytes=9)
    assert (found.body, found.body_bytes) == (b"012345678", 10)
    with pytest.raises(MalformedError) as error:
        found.delivery()
    assert error.value.reason == "rejected_body_was_cut"


def _changed(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda kept: kept | fields


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda kept: {key: value for key, value in kept.items() if key != name}


@pytest.mark.parametrize(
    "change",
    [
        *map(_without, json.loads(encode(refused(), "erp", "r", {}))),
        lambda kept: [kept],
        lambda _: "a text",
        _changed(received_at=1),
        _changed(malformed=1),
        _changed(malformed=[{"position": "first", "reason": "r"}]),
        _changed(malformed=[{"position": 1}]),
        _changed(headers=[]),
        _changed(body_bytes="many"),
        _changed(body_base64="e30"),
        _changed(body_base64=base64.b64encode(b"{}").decode() + "\n"),
    ],
)
def test_an_object_of_another_shape_is_no_refused_delivery(change: Callable[[dict[str, Any]], object]) -> None:
    """Whoever put it there, nobody is told that it was delivered; what is nearly base64 is none either."""
    kept = json.loads(encode(refused(b"{}"), "erp", "r", {}))
    with pytest.raises(MalformedError) as error:
        read_rejection(json.dumps(change(kept)).encode())
    assert error.value.reason == "rejected_delivery_not_ours"
