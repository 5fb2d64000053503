"""Of a delivery that is refused, and kept for whoever looks into it, nobody's name, address or card is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.delivery import Delivery
from tieout.systems.chargebee.door import open_door
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.people import NAMES, without_people

_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
_SAID = st.recursive(
    _PLAIN,
    lambda inner: st.dictionaries(st.sampled_from((*sorted(NAMES), "content", "id", "customer")), inner, max_size=4),
    max_leaves=12,
)


def without(value: object) -> object:
    """The same, reckoned by what stands under those names."""
    if isinstance(value, list):
        return [without(each) for each in value]
    if isinstance(value, dict):
        return {name: None if name in NAMES else without(each) for name, each in value.items()}
    return value


@given(said=_SAID, is_ascii=st.booleans(), indent=st.sampled_from((None, 1)))
def test_what_stands_under_those_names_is_gone_and_nothing_else(
    said: object, *, is_ascii: bool, indent: int | None
) -> None:
    """Wherever they stand; texts that only look like them stay."""
    body = json.dumps(said, ensure_ascii=is_ascii, indent=indent).encode("utf-8", "surrogatepass")
    assert json.loads(without_people(body).decode("utf-8", "surrogatepass")) == without(said)


def test_of_an_event_that_is_refused_who_it_tells_of_is_not_kept() -> None:
    """Its ids and what it was are, and so it can be judged again."""
    request = json.loads(Path("events/chargebee/card_added/request.json").read_text(encoding="utf-8"))
    body = json.dumps(request["body"]).encode()
    sent = Delivery("d1", "POST", "", {}, body, datetime(2026, 3, 2, 9, tzinfo=UTC))
    kept = json.loads(open_door(Options()).refused(sent).body)
    assert (kept["id"], kept["event_type"], kept["content"]["customer"]["id"]) == (
        request["body"]["id"],
        "card_added",
        request["body"]["content"]["customer"]["id"],
    )
    assert not [word for word in ("ller", "example", "Made-up", "1111") if word in json.dumps(kept)]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"id":"ev","content":{"card":{"last4":"1111"', b'{"id":"ev","content":{"card":null'),
        (b'{"email" : "a\x00b", "id":NaN,"id":2}', b'{"email" : null, "id":NaN,"id":2}'),
        (b'{"note":"\xff","card":{"holder":"\xff"}}', b'{"note":"\xff","card":null}'),
        (b'{"card":' + b"[" * 100_000, b'{"card":null'),
        (b'{"note":"\\"card\\":1"}', b'{"note":"\\"card\\":1"}'),
        (b"", b""),
    ],
)
def test_of_what_is_no_json_rather_too_much_goes_than_too_little(body: bytes, kept: bytes) -> None:
    """What is wrong with it stays to be seen, byte for byte, as far as it is not in there."""
    assert without_people(body) == kept
