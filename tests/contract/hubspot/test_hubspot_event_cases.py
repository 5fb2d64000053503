"""Every folder under events/hubspot: a request as HubSpot sends it, and what must come of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tieout import strict_json
from tieout.arriving.delivery import Delivery
from tieout.errors import MalformedError, NotAuthenticError
from tieout.systems.hubspot.door import open_door
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.payloads import split
from tieout.systems.hubspot.signature import sign_v1, sign_v3, verify

EVENTS = Path(__file__).parents[3] / "events" / "hubspot"
CASES = sorted(each.name for each in EVENTS.iterdir() if each.is_dir())
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SECRET = "event-case-client-secret"
URL = "https://hooks.example.com/webhooks/hubspot-emea"
SAID = ["entity", "record_id", "kind", "occurred_at", "deleted"]  # of a notice, by its case
VERBS = ["creation", "propertyChange", "associationChange", "deletion", "restore", "merge"]


def plain(case: str, name: str) -> dict[str, Any]:
    """One file of a case."""
    found: dict[str, Any] = strict_json.parse((EVENTS / case / f"{name}.json").read_bytes())
    return found


def raw_body(request: dict[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, anything else as compact JSON."""
    body = request["body"]
    return (body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)).encode()


def delivery_of(request: dict[str, Any]) -> Delivery:
    """The request signed as its `signing` says: with another secret, at another time, or without some of the headers."""
    signing, body = request.get("signing", {}), raw_body(request)
    secret = signing.get("secret", SECRET).encode()
    sent = NOW + timedelta(seconds=signing.get("skew_seconds", 0))
    stamp = str((sent - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))
    headers = request["headers"] | {
        "x-hubspot-signature-v3": sign_v3(secret, request["method"], URL, body, stamp),
        "x-hubspot-request-timestamp": stamp,
        "x-hubspot-signature": sign_v1(secret, body),
        "x-hubspot-signature-version": "v1",
    }
    kept = {name: text for name, text in headers.items() if name not in signing.get("omit", [])}
    return Delivery(delivery_id="d", method=request["method"], query="", headers=kept, body=body, received_at=NOW)


def outcome_of(delivery: Delivery) -> dict[str, Any]:
    """What our receiver makes of a delivery, in the words of `expected.json`."""
    nothing: dict[str, Any] = {"notices": [], "malformed": []}
    try:
        verify(delivery, [SECRET.encode()], Options(), URL, NOW)
        subject = split(delivery, "hubspot-emea", Options())
    except NotAuthenticError as error:
        return {"status": 401, "reason": error.reason, **nothing}
    except MalformedError as error:
        return {"status": open_door(Options()).unusable(error.reason).status, "reason": error.reason, **nothing}
    notices = [{name: each.plain()[name] for name in SAID} for each in subject.notices]
    malformed = [{"position": each.position, "reason": each.reason} for each in subject.malformed]
    return {"status": 200, "notices": notices, "malformed": malformed}


@pytest.mark.parametrize("case", CASES)
def test_a_request_comes_to_what_its_case_says(case: str) -> None:
    """The signed request of the folder gives exactly the expected status, notices and malformed items."""
    assert outcome_of(delivery_of(plain(case, "request"))) == plain(case, "expected")


@pytest.mark.parametrize("dialect", ["deal", "object"])
@pytest.mark.parametrize("verb", VERBS)
def test_every_supported_event_has_a_case(dialect: str, verb: str) -> None:
    """Both dialects of every kind of event about a deal are among the cases."""
    kinds = {each["kind"] for case in CASES for each in plain(case, "expected")["notices"]}
    assert f"{dialect}.{verb}" in kinds


@pytest.mark.parametrize("case", CASES)
def test_no_case_holds_a_signature(case: str) -> None:
    """Signatures are made when a case is sent, with a secret that is no secret."""
    assert not any("signature" in name for name in plain(case, "request")["headers"])
