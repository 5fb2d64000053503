"""The event cases of Stripe, posted and signed by its own library, or put on a bus, with everything that came of each."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from stripe import WebhookSignature

from tests.support.event_cases import EventCases
from tests.support.receiving import FLOWS, Door
from tests.support.relaying import RelayPost
from tieout.arriving.door import Answer
from tieout.systems.stripe.payloads import OTHER_VERSION

_EVENTS = EventCases("stripe")
CASES, read_case = _EVENTS.names, _EVENTS.read
_KEYS = {name: f"event-case-{name}-key-of-stripe" for name in ("current", "previous", "wrong", "other")}
SECRETS = {name: f"whsec_{base64.b64encode(key.encode()).decode()}" for name, key in _KEYS.items()}
_KEPT_SECRETS = json.dumps({"current": SECRETS["current"], "previous": SECRETS["previous"]})
_SIGNED_BY = SECRETS | {"decoded": _KEYS["current"]}  # as Standard Webhooks would take the same secret
_SAID = ("entity", "record_id", "notice_id", "kind", "occurred_at", "deleted")  # of a notice, by its case


def raw_body(request: Mapping[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, anything else as JSON with the line breaks Stripe writes."""
    body = request["body"]
    text = body if isinstance(body, str) else json.dumps(body, indent=2)
    return text.encode().ljust(request.get("padding", 0))


class Sent:
    """A case that was sent by its way, with everything that came of it."""

    def __init__(self, case: str) -> None:
        self.request = read_case(case, "request")
        self.answers: list[Answer] = []
        options = self.request.get("options", {})
        if "event" in self.request:
            post = RelayPost("stripe", options)
            self.door = post.door
            assert post.take(json.dumps(self.request["event"])) == []
            return
        self.door = Door(system="stripe", options=options, flows=FLOWS, secret_text=_KEPT_SECRETS)
        for _ in range(self.request.get("times", 1)):
            self.answers.append(self._post())
            self.door.clock.advance(60)

    def outcome(self) -> dict[str, Any]:
        """What came of it, in the words of `expected.json`."""
        line = self.door.last_line()
        told: dict[str, Any] = {"status": self.answers[-1].status if self.answers else None}
        told |= {"reason": line["reason"]} if "reason" in line else {}
        notices = [each for envelope in self.door.published() for each in envelope.notices]
        told["notices"] = [{name: each.plain()[name] for name in _SAID} for each in notices]
        told["malformed"] = [each for rejection in self.rejections() for each in rejection["malformed"]]
        return told | ({"counted": [OTHER_VERSION]} if OTHER_VERSION in line else {})

    def rejections(self) -> list[dict[str, Any]]:
        """What was kept of it apart, with why."""
        return self.door.rejections()

    def _post(self) -> Answer:
        headers = {name.lower(): text for name, text in self.request["headers"].items()} | self._signature()
        in_base64 = self.request.get("in_base64")
        return self.door.post(raw_body(self.request), headers, method=self.request["method"], in_base64=in_base64)

    def _signature(self) -> dict[str, str]:
        """The header, item by item as the case's `signing` says: rightly, where it says nothing."""
        signing = {"items": ["t", "v1:current"]} | self.request.get("signing", {})
        if signing["items"] is None:
            return {}
        stamp = round(self.door.clock.now().timestamp()) + signing.get("skew_seconds", 0)
        body = signing.get("over") or raw_body(self.request).decode()
        return {"stripe-signature": ",".join(_item(each, stamp, body) for each in signing["items"])}


def _item(item: str, stamp: int, body: str) -> str:
    if item == "t":
        return f"t={stamp}"
    scheme, by, key = item.partition(":")
    if not by:
        return item.removeprefix("=")  # a text as it stands
    signed = WebhookSignature.generate_signature_header(body, _SIGNED_BY[key], stamp)
    return f"{scheme}={signed.rpartition('=')[2]}"
