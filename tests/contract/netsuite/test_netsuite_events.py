"""Every case under `events/netsuite` is answered, and split into notices, as its folder says."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tieout.arriving.delivery import Delivery, Split
from tieout.errors import MalformedError, NotAuthenticError
from tieout.systems.netsuite.door import open_door
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.payloads import split
from tieout.systems.netsuite.signature import verify

NOW = datetime(2026, 3, 31, 22, 41, 8, tzinfo=UTC)
CURRENT, PREVIOUS = b"sandbox-webhook-secret", b"sandbox-webhook-secret-before"
CASES = sorted((Path(__file__).parents[3] / "events" / "netsuite").iterdir())


def proof(signing: str, body: bytes) -> dict[str, str]:
    """The headers a sender of this kind proves itself with, or tries to."""
    if signing == "none":
        return {}
    if signing == "static_token":
        return {"authorization": CURRENT.decode()}
    secret = {"previous": PREVIOUS, "wrong_secret": b"another-secret"}.get(signing, CURRENT)
    age = {"stale": timedelta(minutes=6), "ahead": -timedelta(minutes=6)}.get(signing, timedelta())
    timestamp = str(int((NOW - age).timestamp() * 1000))
    digest = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"x-timestamp": timestamp, "x-signature": f"sha256={digest}"}


def delivery_of(request: dict[str, Any]) -> Delivery:
    """The delivery a case describes: its body is sent as written if it is text, else as JSON."""
    body = request["body"] if isinstance(request["body"], str) else json.dumps(request["body"])
    raw = body.encode()
    headers = {name.lower(): value for name, value in request["headers"].items()}
    return Delivery(
        delivery_id="d1",
        method=request["method"],
        query="",
        headers={**headers, **proof(request.get("signing", "current"), raw)},
        body=raw,
        received_at=NOW,
    )


def received(delivery: Delivery, options: Options) -> tuple[int, Split]:
    """The status a delivery is answered with, and what it says."""
    door = open_door(options)
    if delivery.method not in door.methods:
        return door.method_not_allowed().status, Split(())
    try:
        verify(delivery, [CURRENT, PREVIOUS], options, "https://example.test/webhooks/netsuite-group", NOW)
        return door.accepted.status, split(delivery, "netsuite-group", options)
    except NotAuthenticError:
        return door.not_authentic.status, Split(())
    except MalformedError as error:
        return door.unusable(error.reason).status, Split(())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_case_comes_out_as_its_folder_says(case: Path) -> None:
    """Status, notices and malformed items of one recorded delivery."""
    request = json.loads((case / "request.json").read_text(encoding="utf-8"))
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    status, found = received(delivery_of(request), Options(**request.get("options", {})))
    assert status == expected["status"]
    assert [{"position": each.position, "reason": each.reason} for each in found.malformed] == expected["malformed"]
    plain = [notice.plain() for notice in found.notices]
    assert len(plain) == len(expected["notices"])
    for notice, wanted in zip(plain, expected["notices"], strict=True):
        assert {name: notice[name] for name in wanted} == wanted


def test_a_body_takes_the_same_way_whatever_its_content_type() -> None:
    """Scripts in the wild send no Content-Type, or a wrong one."""
    request = json.loads((CASES[0].parent / "invoice_created" / "request.json").read_text(encoding="utf-8"))
    found = {
        received(delivery_of({**request, "headers": headers}), Options())
        for headers in ({}, {"Content-Type": "text/plain"}, {"content-type": "application/xml"})
    }
    assert len(found) == 1
