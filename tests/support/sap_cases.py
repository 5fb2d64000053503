"""The event cases of S/4HANA, sent as Event Mesh sends them, through a gateway that verifies their tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.event_cases import EventCases
from tests.support.gateway_tokens import AUDIENCE, ISSUER, KEY, token
from tests.support.receiving import Door

_EVENTS = EventCases("sap_s4hana")
CASES, read_case = _EVENTS.names, _EVENTS.read
OPTIONS = {"issuer": ISSUER, "audience": [AUDIENCE], "allowed_origins": ["eventmesh.sandbox.example"]}
FLOWS = {
    "sales_order": "order_to_cash",
    "billing_document": "order_to_cash",
    "journal_entry": "record_to_report",
}
_SAID = ("entity", "record_id", "notice_id", "kind", "occurred_at", "deleted")  # of a notice, by its case
_CONSENT = ("allow", "webhook-allowed-origin", "webhook-allowed-rate")


def raw_body(request: Mapping[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, anything else as compact JSON."""
    body = request["body"]
    return (body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)).encode()


class Sent:
    """A case that was sent to the connection's door, with everything that came of it."""

    def __init__(self, case: str) -> None:
        self.request = read_case(case, "request")
        self.door = Door(system="sap_s4hana", options=OPTIONS, flows=FLOWS, secret_text=None)
        headers = {name.lower(): text for name, text in self.request["headers"].items()} | self._proof()
        self.answer = self.door.post(raw_body(self.request), headers, method=self.request["method"])

    def outcome(self) -> dict[str, Any]:
        """What came of it, in the words of `expected.json`."""
        told: dict[str, Any] = {"status": self.answer.status}
        reason = self.door.last_line().get("reason", "")
        told |= {"reason": reason} if reason else {}
        if self.request["method"] == "OPTIONS":
            told["consent"] = {name: text for name, text in self.answer.headers.items() if name in _CONSENT}
        notices = [each for envelope in self.door.published() for each in envelope.notices]
        told["notices"] = [{name: each.plain()[name] for name in _SAID} for each in _as_sent(notices)]
        told["malformed"] = [each for rejection in self._rejections() for each in rejection["malformed"]]
        return told

    def _proof(self) -> dict[str, str]:
        signing = self.request.get("signing", {})
        if signing.get("omit"):
            return {}
        key = b"wrong" if signing.get("key") == "wrong" else KEY
        return {"authorization": f"Bearer {token(self.door.clock.now(), key, **signing.get('claims', {}))}"}

    def _rejections(self) -> list[dict[str, Any]]:
        return self.door.rejections()


def _as_sent(notices: list[Any]) -> list[Any]:
    """In the order of the delivery, whichever flow carries each."""
    return sorted(notices, key=lambda notice: notice.position)
