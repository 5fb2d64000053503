"""How sources prove what they send, and how they write it down."""

from __future__ import annotations

import base64
import hmac
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Any

from tests.simulation.sales_values import ORGANIZATION, OTHER_ORGANIZATION
from tests.simulation.schedule import Schedule
from tieout.arriving.door import Answer
from tieout.systems.hubspot.signature import SIGNATURE_V3, TIMESTAMP, sign_v3
from tieout.systems.netsuite.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER

Event = dict[str, Any]
Written = tuple[bytes, dict[str, str]]  # a body, and the headers that are part of what it says
CANARY = b"canary-7f3a"  # stands in everything that must show nowhere
PERSON = b"person-5c1e"  # is what somebody is called of whom nothing is to be known
_JSON = {"content-type": "application/json"}
_SEPARATORS = (" ,", ":")  # as nobody else would write it


@dataclass(slots=True)
class WebhookSecretBox:
    """A webhook secret on both sides: what the sender signs with, and what the secret store holds."""

    signing: bytes
    current: bytes
    previous: bytes = b""

    def stored(self) -> str:
        """The text in the secret store."""
        return json.dumps({"current": self.current.decode(), "previous": self.previous.decode()})


def is_success(answer: Answer) -> bool:
    """Whether the status alone says that a delivery was taken."""
    return 200 <= answer.status < 300


@dataclass(frozen=True, slots=True)
class Wire:
    """How a source writes events down, and what it goes by.

    Attributes:
        most: events in one delivery.
        is_dated: whether its proof says when it was made.
        query: of the address it posts to.
        is_in_path: whether that is the last part of its path instead.
        is_taken: whether it goes by an answer that all is well.
        most_tries: after which a delivery is given up; None: never.
        retry_milliseconds: one of these passes before it is tried again.
        is_sent_again: whether somebody sends, some time later, what was given up.
        of_another: what somebody else sends who has our secret, or guesses at it, and is not our source.
        is_challenged: whether it proves nothing before it was asked to.
        tells_forgeries: whether an answer tells what proved nothing from what is taken.
        is_goodbye: whether the source never tells again after an answer.
        context: what the gateway adds to a request that it let through, such as the claims of a token it verified.
        other_contexts: what stands there of requests that prove nothing.
    """

    write: Callable[[list[Event], Random], Written]
    most: int = 1_000
    is_dated: bool = True
    query: Callable[[WebhookSecretBox], str] = lambda _box: ""
    is_in_path: bool = False
    is_taken: Callable[[Answer], bool] = is_success
    of_another: Callable[[Random], Written] | None = None
    most_tries: int | None = None
    retry_milliseconds: tuple[int, ...] = (1_000, 20_000, 120_000, 300_000)
    is_sent_again: bool = False
    is_challenged: bool = False
    tells_forgeries: bool = True
    is_goodbye: Callable[[Answer], bool] = lambda _answer: False
    context: Mapping[str, Any] = MappingProxyType({})
    other_contexts: tuple[Mapping[str, Any], ...] = ({},)


def as_json(events: list[Event], _random: Random) -> Written:
    """An array, or one event alone where the source does so."""
    body = json.dumps(events, separators=_SEPARATORS).encode()
    if len(events) == 1 and events[0].keys() & {"recordType", "data"}:
        body = body[1:-1]
    return body, _JSON


def as_cloudevents(events: list[Event], random: Random) -> Written:
    """One CloudEvent, structured or binary."""
    [event] = events
    if random.random() < 0.5:
        body = json.dumps(event, separators=_SEPARATORS).encode()
        return body, {"content-type": "application/cloudevents+json; charset=UTF-8"}
    attributes = {f"ce-{name}": str(value) for name, value in event.items() if name != "data"}
    return json.dumps(event["data"], separators=_SEPARATORS).encode(), {**_JSON, **attributes}


def as_callout(events: list[Event], _random: Random) -> Written:
    """What an organisation's own Apex posts."""
    return json.dumps({"organizationId": ORGANIZATION, "events": events}, separators=_SEPARATORS).encode(), _JSON


def as_callout_of_another(_random: Random) -> Written:
    """The same Apex in an organisation that was copied from ours, with its secret."""
    return json.dumps({"organizationId": OTHER_ORGANIZATION, "events": []}).encode(), _JSON


def hubspot_signer(box: WebhookSecretBox, url: str, schedule: Schedule) -> Callable[[bytes, float], dict[str, str]]:
    """HubSpot's v3 signature, by a clock that is some seconds off."""

    def sign(body: bytes, skew_seconds: float) -> dict[str, str]:
        timestamp = str(int((schedule.now().timestamp() + skew_seconds) * 1000))
        return {SIGNATURE_V3: sign_v3(box.signing, "POST", url, body, timestamp), TIMESTAMP: timestamp}

    return sign


def netsuite_signer(box: WebhookSecretBox, schedule: Schedule) -> Callable[[bytes, float], dict[str, str]]:
    """The signature of the account's own script."""

    def sign(body: bytes, skew_seconds: float) -> dict[str, str]:
        timestamp = str(int(schedule.now().timestamp() + skew_seconds))
        signature = hmac.digest(box.signing, timestamp.encode() + b"." + body, "sha256").hex()
        return {SIGNATURE_HEADER: f"sha256={signature}", TIMESTAMP_HEADER: timestamp}

    return sign


def standard_signer(box: WebhookSecretBox, schedule: Schedule) -> Callable[[bytes, float], dict[str, str]]:
    """The signature of Standard Webhooks, each request under an id of its own."""
    numbers = itertools.count()

    def sign(body: bytes, skew_seconds: float) -> dict[str, str]:
        webhook_id, timestamp = f"msg_{next(numbers)}", str(int(schedule.now().timestamp() + skew_seconds))
        digest = hmac.digest(box.signing, b".".join((webhook_id.encode(), timestamp.encode(), body)), "sha256")
        signature = f"v1,{base64.b64encode(digest).decode()}"
        return {"webhook-signature": signature, "webhook-id": webhook_id, "webhook-timestamp": timestamp}

    return sign


def bearer(box: WebhookSecretBox) -> Callable[[bytes, float], dict[str, str]]:
    """A token, which proves nothing of the body and of no time."""
    return lambda _body, _skew_seconds: {"authorization": f"Bearer {box.signing.decode()}"}
