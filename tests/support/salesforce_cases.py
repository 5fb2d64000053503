"""The event cases of Salesforce, sent by the way each of them comes: a message, a signed callout, or an event of a bus."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from standardwebhooks.webhooks import Webhook

from tests.support.event_cases import EventCases
from tests.support.receiving import Door
from tests.support.relaying import RelayPost
from tests.support.salesforce_messages import ORGANIZATION
from tieout.arriving.door import Answer

_EVENTS = EventCases("salesforce")
CASES, read_case = _EVENTS.names, _EVENTS.read
OPTIONS = {"organization_id": ORGANIZATION, "own_clients": ["Tieout"]}
FLOWS = dict.fromkeys(("opportunity", "line_item", "contract", "account"), "forecast_to_plan")
SECRETS = {
    "current": "event-case-current/key+of=salesforce",
    "previous": "event-case-previous/key+of=salesforce",
    "wrong": "event-case-wrong/key+of=salesforce",
}
_ID = "msg_eventcase0001"
_SAID = ("entity", "record_id", "notice_id", "kind", "occurred_at", "deleted")  # of a notice, by its case
_ACK = "{http://soap.sforce.com/2005/09/outbound}Ack"


def raw_body(request: Mapping[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, in its encoding, anything else as compact JSON."""
    body = request["body"]
    text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return text.encode(request.get("encoding", "utf-8"))


class Sent:
    """A case that was sent by its way, with everything that came of it."""

    def __init__(self, case: str) -> None:
        self.request = read_case(case, "request")
        self.answers: list[Answer] = []
        if "event" in self.request:
            post = RelayPost("salesforce", OPTIONS)
            self.door = post.door
            assert post.take(json.dumps(self.request["event"])) == []
            return
        secret = json.dumps({"current": SECRETS["current"], "previous": SECRETS["previous"]})
        self.door = Door(system="salesforce", options=OPTIONS, flows=FLOWS, secret_text=secret)
        headers, query = self._proof()
        headers |= {name.lower(): text for name, text in self.request["headers"].items()}
        body = raw_body(self.request)
        for _ in range(self.request.get("times", 1)):
            self.answers.append(self.door.post(body, headers, method=self.request["method"], query=query))

    def outcome(self) -> dict[str, Any]:
        """What came of it, in the words of `expected.json`."""
        told: dict[str, Any] = {"status": self.answers[-1].status if self.answers else None}
        told |= {"ack": _ack(self.answers[-1])} if self.answers and "xml" in self.answers[-1].content_type else {}
        reason = self.door.last_line().get("reason", "")
        told |= {"reason": reason} if reason else {}
        notices = [each for envelope in self.door.published() for each in envelope.notices]
        told["notices"] = [{name: each.plain()[name] for name in _SAID} for each in notices]
        told["malformed"] = self._malformed()
        return told

    def kept_bodies(self) -> list[str]:
        """The bodies that were kept of it, in base64."""
        return [rejection["body_base64"] for rejection in self._rejections()]

    def _malformed(self) -> list[dict[str, Any]]:
        return [each for rejection in self._rejections() for each in rejection["malformed"]]

    def _rejections(self) -> list[dict[str, Any]]:
        return self.door.rejections()

    def _proof(self) -> tuple[dict[str, str], str]:
        """The headers and the query with which the request proves itself, as its `signing` says."""
        signing = self.request.get("signing", {})
        secret = SECRETS[signing.get("secret", "current")]
        by = signing.get("by", "key" if isinstance(self.request["body"], str) else "signature")
        headers: dict[str, str] = {}
        if "signature" in by:
            sent = self.door.clock.now() + timedelta(seconds=signing.get("skew_seconds", 0))
            whole_seconds = datetime.fromtimestamp(int(sent.timestamp()), UTC)
            body = signing.get("over") or raw_body(self.request).decode()
            headers = {
                "webhook-id": _ID,
                "webhook-timestamp": str(int(sent.timestamp())),
                "webhook-signature": Webhook(secret.encode()).sign(_ID, whole_seconds, body),
            }
        kept = {name: text for name, text in headers.items() if name not in signing.get("omit", [])}
        key = f"key={quote(SECRETS['current'] if 'signature' in by else secret, safe='')}"
        return kept, "&".join([key] * signing.get("keys", 1 if "key" in by else 0))


def _ack(answer: Answer) -> bool:
    """What Salesforce reads of an answer."""
    return {"true": True, "false": False}[str(ET.fromstring(answer.body).findtext(f".//{_ACK}"))]  # noqa: S314 our own answer
