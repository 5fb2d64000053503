"""The event cases of Zuora, posted as its callouts are, with everything that came of each."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from tests.support.event_cases import EventCases
from tests.support.gateway_tokens import KEY, token
from tests.support.receiving import FLOWS, Door
from tieout.arriving.door import Answer

_EVENTS = EventCases("zuora")
CASES, read_case = _EVENTS.names, _EVENTS.read
SECRETS = {name: f"tieout:event-case-{name}-password-ü" for name in ("current", "previous", "wrong")}
_KEPT_SECRETS = json.dumps({"current": SECRETS["current"], "previous": SECRETS["previous"]})
_SAID = ("entity", "record_id", "notice_id", "kind", "occurred_at", "deleted")  # of a notice, by its case
_OWN_FLOWS = FLOWS | {"subscription": "order_to_cash"}


def raw_body(request: Mapping[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, anything else as JSON."""
    body = request["body"]
    return (body if isinstance(body, str) else json.dumps(body)).encode().ljust(request.get("padding", 0))


class Sent:
    """A case that was posted, with everything that came of it."""

    def __init__(self, case: str) -> None:
        self.request = read_case(case, "request")
        options = self.request.get("options", {})
        self.door = Door(system="zuora", options=options, flows=_OWN_FLOWS, secret_text=_KEPT_SECRETS)
        self.answers: list[Answer] = []
        for number in range(self.request.get("times", 1)):
            self.answers.append(self._post(number))
            self.door.clock.advance(1_800)

    def outcome(self) -> dict[str, Any]:
        """What came of it, in the words of `expected.json`."""
        line = self.door.last_line()
        told: dict[str, Any] = {"status": self.answers[-1].status}
        challenge = self.answers[-1].headers.get("www-authenticate")
        told |= {"challenge": challenge} if challenge else {}
        told |= {name: line[name] for name in ("reason",) if line.get(name)}
        told |= {"greeted": True} if line["outcome"] == "greeted" else {}
        notices = [each for envelope in self.door.published() for each in envelope.notices]
        told["notices"] = [{name: each.plain()[name] for name in _SAID} for each in _as_sent(notices)]
        told["malformed"] = [each for rejection in self.rejections() for each in rejection["malformed"]]
        return told

    def rejections(self) -> list[dict[str, Any]]:
        """What was kept of it apart, with why."""
        return self.door.rejections()

    def _post(self, number: int) -> Answer:
        body = raw_body(self.request)
        headers = {name.lower(): text for name, text in self.request["headers"].items()}
        headers |= {"zuora-request-id": f"{number:032x}"} | self._proof(body)
        in_base64, query = self.request.get("in_base64"), self.request.get("query", "")
        return self.door.post(body, headers, method=self.request["method"], in_base64=in_base64, query=query)

    def _proof(self, body: bytes) -> dict[str, str]:
        """What the case's `signing` says: the current user and password, where it says nothing."""
        signing = self.request.get("signing", {"basic": "current"})
        if "header" in signing:
            return {"authorization": signing["header"]}
        if "token" in signing:
            return {"authorization": f"Bearer {token(self.door.clock.now(), KEY, **signing['token'])}"}
        if "hmac" in signing:
            digest = hmac.new(SECRETS[signing["hmac"]].encode(), body, hashlib.sha256)
            encoded = digest.hexdigest() if signing.get("hex") else base64.b64encode(digest.digest()).decode()
            return {"x-zuora-hmac": encoded}
        if "basic" in signing:
            return {"authorization": f"Basic {base64.b64encode(SECRETS[signing['basic']].encode()).decode()}"}
        return {}


def _as_sent(notices: list[Any]) -> list[Any]:
    """In the order of the delivery, whichever flow carries each."""
    return sorted(notices, key=lambda notice: notice.position)
