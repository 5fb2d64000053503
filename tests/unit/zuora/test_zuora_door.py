"""What is kept of what Zuora sends and cannot be taken: enough to judge it again."""

from __future__ import annotations

import json

from tests.support.good_bodies import zuora_callout
from tests.support.receiving import Door
from tieout.arriving.rejection import read_rejection
from tieout.systems.zuora.options import Options
from tieout.systems.zuora.payloads import split
from tieout.systems.zuora.signature import sign, verify

_HMAC = {"proof": "hmac", "hmac_header": "x-zuora-hmac"}
_NAMED = {"zuora-notification-id": "2c92c0f89b2f5e7c"}


def test_what_was_set_aside_is_named_as_it_was_sent() -> None:
    """Once the options are put right it makes the notice that it would have made, under the same name."""
    door = Door(system="zuora", options={"tells": [{"object": "invoice", "id": "Invoice"}]})
    assert door.post(json.dumps(zuora_callout()).encode(), door.sign(b"") | _NAMED).status == 200
    [kept] = [read_rejection(raw).delivery() for raw in door.kept("rejected/").values()]
    assert [notice.notice_id for notice in split(kept, "c", Options()).notices] == ["2c92c0f89b2f5e7c"]


def test_what_was_refused_for_a_key_can_be_verified_once_it_is_put_right() -> None:
    """A signature is kept with the body; a user and a password are not, since they prove anything."""
    body, key = json.dumps(zuora_callout()).encode(), b"the-key-that-was-meant-in-fact"
    door = Door(system="zuora", options=_HMAC)
    assert door.post(body, {"x-zuora-hmac": sign(key, body, "base64")} | _NAMED).status == 401
    [kept] = [read_rejection(raw).delivery() for raw in door.kept("rejected/").values()]
    verify(kept, [key], Options(proof="hmac", hmac_header="x-zuora-hmac"), door.url, kept.received_at)
    door = Door(system="zuora")
    assert door.post(body, {"authorization": "Basic bm9ib2R5OmV2ZXI="} | _NAMED).status == 401
    [kept] = [read_rejection(raw).delivery() for raw in door.kept("rejected/").values()]
    assert dict(kept.headers) == _NAMED
