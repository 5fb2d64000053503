"""A receiver of either system with everything around it in memory, and senders that sign as the systems do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.receive.keeping import UnprovenShelf
from functions.receive.pipeline import Receiver, receive
from functions.receive.secret import WebhookSecret
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.gateway_tokens import AUDIENCE, ISSUER, authorizer_of, sign_as_event_mesh
from tests.support.good_bodies import COMPANY, PREVIOUS, SALES_ORGANIZATION, SECRET
from tests.support.made_up import made_up_system, sign_as_made_up
from tests.support.memory_bus import MemoryBus
from tests.support.memory_store import MemoryObjectStore
from tests.support.salesforce_messages import ORGANIZATION
from tieout import strict_json
from tieout.arriving.accepting import Intake
from tieout.arriving.delivery import Delivery, Split
from tieout.arriving.door import Answer
from tieout.arriving.envelope import Envelope, read_message
from tieout.arriving.log import DeliveryLog
from tieout.systems import capability

FLOWS = {
    "opportunity": "forecast_to_plan",
    "invoice": "record_to_report",
    "credit_memo": "record_to_report",
    "payment": "record_to_report",
    "journal_entry": "record_to_report",
    "bill": "record_to_report",
    "sales_order": "order_to_cash",
    "billing_document": "order_to_cash",
    "expense_report": "spend_to_plan",
}


def api_event(
    body: bytes,
    headers: Mapping[str, str],
    *,
    method: str = "POST",
    query: str = "",
    request_id: str = "JKJaXmPLvHcESHA=",
    in_base64: bool | None = None,
) -> dict[str, Any]:
    """The event API Gateway makes of a request; bodies that are no UTF-8 travel in base64, others as asked."""
    if in_base64 is None:
        in_base64 = not _is_text(body)
    return {
        "version": "2.0",
        "rawPath": "/webhooks/somewhere",
        "rawQueryString": query,
        "headers": dict(headers),
        "requestContext": {"requestId": request_id, "http": {"method": method}, "stage": "$default"},
        "body": base64.b64encode(body).decode() if in_base64 else body.decode(),
        "isBase64Encoded": in_base64,
    }


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def sign_as_hubspot(body: bytes, clock: ManualClock, secret: bytes, url: str) -> dict[str, str]:
    """The headers HubSpot sends, by its documentation and without our own verifier."""
    stamp = str(round(clock.now().timestamp() * 1000))
    signed = b"POST" + url.encode() + body + stamp.encode()
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}


def sign_as_netsuite(body: bytes, clock: ManualClock, secret: bytes, _url: str) -> dict[str, str]:
    """The headers our NetSuite script sends."""
    stamp = str(round(clock.now().timestamp()))
    signature = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"x-timestamp": stamp, "x-signature": f"sha256={signature}"}


def sign_as_standard_webhooks(body: bytes, clock: ManualClock, secret: bytes, _url: str) -> dict[str, str]:
    """The headers of Standard Webhooks, by their specification and without our own verifier."""
    stamp = str(round(clock.now().timestamp()))
    digest = hmac.new(secret, b".".join((b"msg_1", stamp.encode(), body)), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def sign_as_business_central(_body: bytes, _clock: ManualClock, _secret: bytes, _url: str) -> dict[str, str]:
    """No header: what proves a notification stands in its body (`Door.post_as`)."""
    return {}


KEY_IN_PATH = ":key"
"""A header that is none: what stands behind the connection in the path, for senders that prove themselves by it."""


def address_as_dynamics(_body: bytes, _clock: ManualClock, secret: bytes, _url: str) -> dict[str, str]:
    """The key in the path to which business events are posted; nothing is signed."""
    return {KEY_IN_PATH: secret.decode()}


def key_as_dataverse(_body: bytes, _clock: ManualClock, secret: bytes, _url: str) -> dict[str, str]:
    """The header with the key that Dataverse was given; nothing is signed."""
    return {"x-tieout-key": secret.decode()}


def sign_as_stripe(body: bytes, clock: ManualClock, secret: bytes, _url: str) -> dict[str, str]:
    """The header of Stripe, by its documentation and without our own verifier; its dummy of another scheme beside it."""
    stamp = str(round(clock.now().timestamp()))
    signature = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={stamp},v1={signature},v0={'0' * 64}"}


def log_in(_body: bytes, _clock: ManualClock, secret: bytes, _url: str) -> dict[str, str]:
    """The login of Basic authentication, which the whole secret is, as Chargebee and Zuora send it; nothing is signed."""
    return {"authorization": f"Basic {base64.b64encode(secret).decode()}"}


_SIGNERS = {
    "business_central": sign_as_business_central,
    "chargebee": log_in,
    "dynamics_finance": address_as_dynamics,
    "dynamics_sales": key_as_dataverse,
    "generic": sign_as_standard_webhooks,
    "hubspot": sign_as_hubspot,
    "netsuite": sign_as_netsuite,
    "salesforce": sign_as_standard_webhooks,
    "sap_s4hana": sign_as_event_mesh,
    "stripe": sign_as_stripe,
    "zuora": log_in,
    "made_up": sign_as_made_up,
}
# Of systems that ask for some.
LEAST_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "business_central": {"companies": [COMPANY]},
    "dynamics_sales": {"organization_id": SALES_ORGANIZATION},
    "generic": {"proof": "v1", "records": [{"name": "expense_report", "key": "data.id"}]},
    "salesforce": {"organization_id": ORGANIZATION},
    "sap_s4hana": {"issuer": ISSUER, "audience": [AUDIENCE]},
}


@dataclass(kw_only=True)
class Door:
    """One connection's receiver, with all that it touches at hand.

    Attributes:
        secret_text: what Secrets Manager holds.
        lines: what was logged.
    """

    system: str
    options: Mapping[str, Any] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=lambda: FLOWS)
    max_rejected_per_hour: int = 100
    completion: str = "read"
    secret_text: str | None = json.dumps({"current": SECRET.decode(), "previous": PREVIOUS.decode()})
    url: str = "https://hooks.example.com/webhooks/somewhere"
    connection: str = "somewhere"
    clock: ManualClock = field(default_factory=ManualClock)
    bus: MemoryBus = field(default_factory=MemoryBus)
    store: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    lines: list[str] = field(default_factory=list)
    secret_reads: int = 0

    def __post_init__(self) -> None:
        """Wire the receiver as the handler does, with the real verifier and splitter of the system."""
        with made_up_system():
            parts = {name: capability(self.system, name) for name in ("options", "signature", "payloads", "door")}
        options = parts["options"].Options(**(self.options or LEAST_OPTIONS.get(self.system, {})))

        def verify(delivery: Delivery, live: Sequence[bytes]) -> None:
            parts["signature"].verify(delivery, live, options, self.url, delivery.received_at)

        def split(delivery: Delivery) -> Split:
            found: Split = parts["payloads"].split(delivery, self.connection, options)
            return found

        self.receiver = Receiver(
            intake=Intake(
                connection=self.connection,
                flows=self.flows,
                completion=self.completion,
                door=parts["door"].open_door(options),
                split=split,
                bus=self.bus,
                keeper=self.store,
                clock=self.clock,
                entropy=SeededEntropy(),
            ),
            verify=verify,
            secret=WebhookSecret(self._read_secret, self.clock),
            shelf=UnprovenShelf(self.store, self.clock, self.connection, self.max_rejected_per_hour),
            log=DeliveryLog("receive", self.connection, self.lines.append),
        )

    def take_from(self, completion: str) -> None:
        """Let records be completed in another way from now on: `read` or `payload`."""
        self.receiver = self.receiver._replace(intake=self.receiver.intake._replace(completion=completion))

    def change_door(self, **changes: Any) -> None:  # noqa: ANN401 fields of a door
        """Have the sender answered otherwise, or something else kept."""
        intake = self.receiver.intake
        self.receiver = self.receiver._replace(intake=intake._replace(door=intake.door._replace(**changes)))

    def sign(self, body: bytes, secret: bytes = SECRET) -> dict[str, str]:
        """The headers of an authentic delivery sent now."""
        return _SIGNERS[self.system](body, self.clock, secret, self.url)

    def post(
        self,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        change: Mapping[str, Any] | None = None,
        method: str = "POST",
        query: str = "",
        in_base64: bool | None = None,
    ) -> Answer:
        """The answer to a delivery, signed where no headers are given, its event changed where asked."""
        signed = self.sign(body) if headers is None else headers
        headers = {name: value for name, value in signed.items() if name != KEY_IN_PATH}
        event = api_event(body, headers, method=method, query=query, in_base64=in_base64)
        if KEY_IN_PATH in signed:
            event["pathParameters"] = {"key": signed[KEY_IN_PATH]}
        authorizer = authorizer_of(signed, self.clock.now())
        event["requestContext"] |= {"authorizer": authorizer} if authorizer else {}
        return receive(event | dict(change or {}), self.receiver)

    def post_as(self, body: bytes, secret: bytes | None) -> Answer:
        """The answer to a delivery of somebody who has another secret, or none."""
        if self.system == "business_central":
            return self.post(body.replace(SECRET, secret or b""))
        return self.post(body, {} if secret is None else self.sign(body, secret))

    def published(self) -> list[Envelope]:
        """What record would read of everything on the bus."""
        return [self._envelope(entry.source, entry.detail_type, entry.detail) for entry in self.bus.entries]

    def kept(self, prefix: str) -> dict[str, bytes]:
        """The objects under a prefix."""
        return {key: self.store.get(key) for key in self.store.keys(prefix, 100_000)}

    def rejections(self) -> list[dict[str, Any]]:
        """What was kept apart, each with why."""
        return [strict_json.parse(raw) for raw in self.kept("rejected/").values()]

    def last_line(self) -> dict[str, Any]:
        """The last line logged."""
        found: dict[str, Any] = json.loads(self.lines[-1])
        return found

    def _envelope(self, source: str, detail_type: str, detail: str) -> Envelope:
        message = json.dumps({"source": source, "detail-type": detail_type, "detail": json.loads(detail)})
        return read_message(message, self.store.get)

    def _read_secret(self) -> str | None:
        self.secret_reads += 1
        return self.secret_text
