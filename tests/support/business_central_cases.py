"""The event cases of Business Central, sent with the secrets that their bodies only name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.good_bodies import COMPANY
from tests.support.receiving import Door
from tieout.arriving.door import Answer

EVENTS = Path(__file__).parents[2] / "events" / "business_central"
CASES = sorted(each.name for each in EVENTS.iterdir() if each.is_dir())
OPTIONS = {"companies": [COMPANY]}
FLOWS = dict.fromkeys(("general_ledger", "invoice", "credit_memo", "journal_entry"), "record_to_report")
SECRETS = {
    "current": "event-case-current-of-business-central",
    "previous": "event-case-previous-of-business-central",
    "wrong": "event-case-wrong-of-business-central",
}


def read_case(case: str, name: str) -> dict[str, Any]:
    """One file of a case."""
    found: dict[str, Any] = json.loads((EVENTS / case / f"{name}.json").read_text(encoding="utf-8"))
    return found


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
