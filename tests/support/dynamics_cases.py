"""The event cases of Dynamics 365 Finance, posted as it and as Event Grid post them, with everything that came of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.event_cases import EventCases
from tests.support.receiving import KEY_IN_PATH, Door
from tieout.arriving.door import Answer

_EVENTS = EventCases("dynamics_finance")
CASES, read_case = _EVENTS.names, _EVENTS.read
FLOWS = {"journal_entry": "record_to_report"}
SECRETS = {
    "current": "event-case-current-key-of-dynamics",
    "previous": "event-case-previous-key-of-dynamics",
    "wrong": "event-case-wrong-key-of-dynamics",
}
_SAID = ("entity", "record_id", "notice_id", "kind", "occurred_at", "deleted")  # of a notice, by its case


def raw_body(request: Mapping[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, anything else as compact JSON."""
    body = request["body"]
    return (body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)).encode()


class Sent:
    """A case that was posted, with everything that came of it."""

    def __init__(self, case: str) -> None:
        self.request = read_case(case, "request")
        secret = json.dumps({"current": SECRETS["current"], "previous": SECRETS["previous"]})
        options = self.request.get("options", {})
        self.door = Door(system="dynamics_finance", options=options, flows=FLOWS, secret_text=secret)
        key, query = self._key()
        headers = {name.lower(): text for name, text in self.request["headers"].items()} | key
        body, method = raw_body(self.request), self.request["method"]
        self.answers: list[Answer] = [
            self.door.post(body, headers, method=method, query=query) for _ in range(self.request.get("times", 1))
        ]

    def outcome(self) -> dict[str, Any]:
        """What came of it, in the words of `expected.json`."""
        answer = self.answers[-1]
        told: dict[str, Any] = {"status": answer.status}
        told |= {"answer": json.loads(answer.body)} if "validationResponse" in answer.body else {}
        if self.request["method"] == "OPTIONS" and answer.headers:
            told["consent"] = dict(answer.headers)
        reason = self.door.last_line().get("reason", "")
        told |= {"reason": reason} if reason else {}
        notices = [each for envelope in self.door.published() for each in envelope.notices]
        told["notices"] = [{name: each.plain()[name] for name in _SAID} for each in notices]
        rejections = self.door.rejections()
        told["malformed"] = [each for rejection in rejections for each in rejection["malformed"]]
        return told

    def _key(self) -> tuple[dict[str, str], str]:
        """What stands in the path, and the query, as the case's `signing` says."""
        chosen = self.request.get("signing", {}).get("key", "current")
        if chosen in SECRETS:
            return {KEY_IN_PATH: SECRETS[chosen]}, ""
        return {}, f"key={SECRETS['current']}" if chosen == "query" else ""
