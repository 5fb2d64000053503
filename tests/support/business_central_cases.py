"""The event cases of Business Central, sent with the secrets that their bodies only name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.event_cases import EventCases
from tests.support.good_bodies import COMPANY
from tests.support.receiving import Door
from tieout.arriving.door import Answer

_EVENTS = EventCases("business_central")
CASES, read_case = _EVENTS.names, _EVENTS.read
OPTIONS = {"companies": [COMPANY]}
FLOWS = dict.fromkeys(("general_ledger", "invoice", "credit_memo", "journal_entry"), "record_to_report")
SECRETS = {
    "current": "event-case-current-of-business-central",
    "previous": "event-case-previous-of-business-central",
    "wrong": "event-case-wrong-of-business-central",
}


def raw_body(request: Mapping[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, anything else as JSON, with each secret where the body names it."""
    body = request["body"]
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    for name, secret in SECRETS.items():
        text = text.replace(f"<{name}>", secret)
    return text.encode()


def sent(case: str) -> tuple[Door, Answer]:
    """A case that was sent to a door, and what it was answered."""
    request = read_case(case, "request")
    secrets = {name: SECRETS[name] for name in ("current", "previous")}
    door = Door(system="business_central", options=OPTIONS, flows=FLOWS, secret_text=json.dumps(secrets))
    query = request.get("query", "")
    return door, door.post(raw_body(request), request["headers"], method=request["method"], query=query)
