"""The event cases of Dynamics 365 Sales, posted as Dataverse posts them, with everything that came of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.event_cases import EventCases
from tests.support.receiving import Door
from tieout.arriving.door import Answer

_EVENTS = EventCases("dynamics_sales")
CASES, read_case = _EVENTS.names, _EVENTS.read
FLOWS = dict.fromkeys(("opportunity", "line_item"), "forecast_to_plan")
ORGANIZATION = "f0000000-0000-4000-8000-000000000001"
SECRETS = {
    "current": "event-case-current-key-of-dataverse",
    "previous": "event-case-previous-key-of-dataverse",
    "wrong": "event-case-wrong-key-of-dataverse",
}
_SAID = ("entity", "record_id", "notice_id", "kind", "occurred_at", "deleted")  # of a notice, by its case


def raw_body(request: Mapping[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, anything else as JSON whose slashes are escaped, as Dataverse writes it."""
    body, times = request["body"], request.get("padding", 0)
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode().ljust(times)


class Sent:
    """A case that was posted, with everything that came of it."""

    def __init__(self, case: str) -> None:
        self.request = read_case(case, "request")
        secret = json.dumps({"current": SECRETS["current"], "previous": SECRETS["previous"]})
        options = {"organization_id": ORGANIZATION} | self.request.get("options", {})
        self.door = Door(system="dynamics_sales", options=options, flows=FLOWS, secret_text=secret)
        key, query = self._key()
        headers = {name.lower(): text for name, text in self.request["headers"].items()} | key
        body, method = raw_body(self.request), self.request["method"]
        self.answers: list[Answer] = [
            self.door.post(body, headers, method=method, query=query) for _ in range(self.request.get("times", 1))
        ]

    def outcome(self) -> dict[str, Any]:
        """What came of it, in the words of `expected.json`."""
        told: dict[str, Any] = {"status": self.answers[-1].status}
        reason = self.door.last_line().get("reason", "")
        told |= {"reason": reason} if reason else {}
        notices = [each for envelope in self.door.published() for each in envelope.notices]
        told["notices"] = [{name: each.plain()[name] for name in _SAID} for each in notices]
        rejections = self.door.rejections()
        told["malformed"] = [each for rejection in rejections for each in rejection["malformed"]]
        return told

    def _key(self) -> tuple[dict[str, str], str]:
        """The header with the key, and the query, as the case's `signing` says: in the header, correctly, where it says nothing."""
        signing = {"header": "current"} | self.request.get("signing", {})
        header = {"x-tieout-key": SECRETS[signing["header"]]} if signing["header"] else {}
        return header, "&".join(f"{name}={SECRETS[key]}" for name, key in signing.get("query", []))
