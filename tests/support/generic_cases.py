"""The event cases of the connections that are generic systems by configuration: found by their files, sent as their tools send."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook

from functions.receive.pipeline import receive
from infra.door_options import door_options
from infra.landscape import read_landscape
from tests.support.clock import ManualClock
from tests.support.receiving import Door, api_event
from tieout.arriving.door import Answer
from tieout.arriving.payload import read_payload
from tieout.facts.reading import Content
from tieout.facts.statement import Statement, canonical_text
from tieout.landscape import Connection
from tieout.systems.generic.contents import read_contents

ROOT = Path(__file__).parents[2]
CONNECTIONS = {each.name: each for each in read_landscape(ROOT, "sandbox").connections if each.system == "generic"}
CASES = [
    f"{name}/{case.name}"
    for name in CONNECTIONS
    for case in sorted((ROOT / "events" / name).iterdir())
    if case.is_dir()
]
_SEEDS = {
    "current": b"event-case-current-key-32-bytes!",
    "previous": b"event-case-previous-key-32-byte!",
    "wrong": b"x" * 32,
}
_ID = "msg_eventcase0001"
_SAID = ("entity", "record_id", "notice_id", "kind", "occurred_at")  # of a notice, by its case


def read_case(case: str, name: str) -> dict[str, Any]:
    """One file of a case."""
    found: dict[str, Any] = json.loads((ROOT / "events" / case / f"{name}.json").read_text(encoding="utf-8"))
    return found


def raw_body(request: Mapping[str, Any]) -> bytes:
    """The bytes that are sent: text as it stands, anything else as compact JSON."""
    body = request["body"]
    return (body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)).encode()


class Sent:
    """A case that was sent to its connection's door, with everything that came of it."""

    def __init__(self, case: str) -> None:
        name = case.split("/", maxsplit=1)[0]
        self.connection: Connection = CONNECTIONS[name]
        self.request = read_case(case, "request")
        proof = str(self.connection.options["proof"])
        self.door = Door(
            system="generic",
            connection=name,
            options=door_options(self.connection),
            completion="payload",
            flows={record["name"]: "spend_to_plan" for record in records_of(self.connection)},
            secret_text=json.dumps({live: _our_side(proof, live) for live in ("current", "previous")}),
        )
        headers = {name.lower(): value for name, value in self.request["headers"].items()}
        headers |= _proven(proof, self.request, self.door.clock)
        omitted = self.request.get("signing", {}).get("omit", [])
        sent = {name: value for name, value in headers.items() if name not in omitted}
        event = api_event(raw_body(self.request), sent, method=self.request["method"])
        self.answer: Answer = receive(event, self.door.receiver)

    def outcome(self) -> dict[str, Any]:
        """What came of it, in the words of `expected.json`."""
        line = self.door.last_line()
        told: dict[str, Any] = {"status": self.answer.status}
        consent = {name: value for name, value in self.answer.headers.items() if name != "allow"}
        told |= {name: value for name, value in (("reason", line.get("reason", "")), ("consent", consent)) if value}
        notices = [each.plain() for envelope in self.door.published() for each in envelope.notices]
        told["notices"] = [{name: each[name] for name in _SAID} for each in notices]
        told["malformed"] = self._malformed()
        stated = [
            _plain(each) for key in sorted({str(each["payload"]) for each in notices}) for each in self._contents(key)
        ]
        return told | ({"stated": stated} if stated else {})

    def _contents(self, payload: str) -> list[Content]:
        return list(read_contents(read_payload(self.door.store.get(payload)), self.connection))

    def _malformed(self) -> list[dict[str, Any]]:
        kept = self.door.rejections()
        return [each for rejected in kept for each in rejected["malformed"]]


def records_of(connection: Connection) -> list[dict[str, Any]]:
    """The records a connection declares, as they are written."""
    records = connection.options["records"]
    assert isinstance(records, list)
    return [each for each in records if isinstance(each, dict)]


def _our_side(proof: str, live: str) -> str:
    """What Tieout is given of a secret: the key itself, or only its public half."""
    if proof == "v1":
        return "whsec_" + base64.b64encode(_SEEDS[live]).decode()
    if proof == "v1a":
        public = Ed25519PrivateKey.from_private_bytes(_SEEDS[live]).public_key().public_bytes_raw()
        return "whpk_" + base64.b64encode(public).decode()
    return _SEEDS[live].decode()


def _proven(proof: str, request: Mapping[str, Any], clock: ManualClock) -> dict[str, str]:
    """The headers with which the tool proves itself, made by others' libraries, as the case's `signing` says."""
    signing = request.get("signing", {})
    secret = signing.get("secret", "current")
    if proof == "bearer":
        return {"authorization": f"Bearer {_SEEDS[secret].decode()}"}
    sent = clock.now() + timedelta(seconds=signing.get("skew_seconds", 0))
    wanted = [(signing.get("version", proof), secret)]
    for each in signing.get("beside", []):
        wanted.insert(0, (each, secret) if each in {"v1", "v1a"} else (proof, each))
    body = raw_body(request).decode()
    signatures = [_signature(version, _SEEDS[name], str(int(sent.timestamp())), body) for version, name in wanted]
    return {
        "webhook-id": _ID,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _signature(version: str, seed: bytes, stamp: str, body: str) -> str:
    if version == "v1a":
        signed = f"{_ID}.{stamp}.{body}".encode()
        return "v1a," + base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).sign(signed)).decode()
    return Webhook(seed).sign(_ID, datetime.fromtimestamp(int(stamp), UTC), body)


def _plain(content: Content) -> dict[str, Any]:
    """A content as a case writes it down."""
    if not isinstance(content.reading, Statement):
        return {"record_id": content.key.record_id, "flaw": str(content.reading)}
    said = json.loads(canonical_text(content.reading))
    return {"record_id": content.key.record_id, "version": content.reading.source_version, "says": said}
