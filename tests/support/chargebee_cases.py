"""The event cases of Chargebee, posted as a site posts them, with everything that came of each."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tests.support.event_cases import EventCases
from tests.support.receiving import FLOWS, KEY_IN_PATH, Door
from tieout.arriving.door import Answer
from tieout.systems.chargebee.payloads import OTHER_VERSION, TEST_EVENT

_EVENTS = EventCases("chargebee")
CASES, read_case = _EVENTS.names, _EVENTS.read
SECRETS = {
    "current": "tieout:event-case-current-password-Zürich",
    "previous": "tieout:event-case-previous-password",
    "wrong": "tieout:event-case-wrong-password",
}
_SAID = ("entity", "record_id", "notice_id", "kind", "occurred_at", "deleted")  # of a notice, by its case
_COUNTED = (OTHER_VERSION, TEST_EVENT)


def raw_body(request: Mapping[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, anything else as JSON with the line breaks Chargebee writes."""
    body = request["body"]
    text = body if isinstance(body, str) else json.dumps(body, indent=4)
    return text.encode().ljust(request.get("padding", 0))


class Sent:
    """A case that was posted, with everything that came of it."""

    def __init__(self, case: str) -> None:
        self.request = read_case(case, "request")
        secret = json.dumps({"current": SECRETS["current"], "previous": SECRETS["previous"]})
        options = self.request.get("options", {})
        completion = self.request.get("completion", "both")
        self.door = Door(system="chargebee", options=options, flows=FLOWS, secret_text=secret, completion=completion)
        proven, query = self._proof(options.get("proof", "basic"))
        headers = {name.lower(): text for name, text in self.request["headers"].items()} | proven
        body, method = raw_body(self.request), self.request["method"]
        self.answers: list[Answer] = [
            self.door.post(body, headers, method=method, query=query) for _ in range(self.request.get("times", 1))
        ]

    def outcome(self) -> dict[str, Any]:
        """What came of it, in the words of `expected.json`."""
        answer, line = self.answers[-1], self.door.last_line()
        told: dict[str, Any] = {"status": answer.status}
        told |= {"challenge": answer.headers["www-authenticate"]} if "www-authenticate" in answer.headers else {}
        told |= {"reason": line["reason"]} if "reason" in line else {}
        told["notices"] = [{name: each.plain()[name] for name in _SAID} for each in self.notices()]
        told["malformed"] = [each for rejection in self.rejections() for each in rejection["malformed"]]
        counted = [name for name in _COUNTED if name in line]
        return told | ({"counted": counted} if counted else {})

    def notices(self) -> list[Any]:
        """What was told of it, in the order of their places."""
        found = [each for envelope in self.door.published() for each in envelope.notices]
        return sorted(found, key=lambda each: each.position)

    def rejections(self) -> list[dict[str, Any]]:
        """What was kept of it apart, with why."""
        return self.door.rejections()

    def _proof(self, proof: str) -> tuple[dict[str, str], str]:
        """The header or the path, and the query, as the case's `signing` says: rightly, where it says nothing."""
        signing = {"by": proof, "key": "current"} | self.request.get("signing", {})
        key = SECRETS[signing["key"]]
        if "header" in signing:
            return {"authorization": signing["header"]}, ""
        if signing["by"] == "basic":
            return {"authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}, ""
        if signing["by"] == "path":
            return {KEY_IN_PATH: key}, ""
        parameter = self.request.get("options", {}).get("key_parameter", "key")
        return {}, f"{parameter}={quote(key, safe='')}" if signing["by"] == "query" else ""
