"""Deliveries that were refused: where and how they are kept (step 1), and how one is read to be tried again.

Kept are the body and what is needed to verify a signature later. Never kept: any header that is itself a credential.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout import strict_json
from tieout.delivery import Delivery, MalformedItem
from tieout.errors import MalformedError
from tieout.periods import moment_text, parse_moment
from tieout.spool import object_name

ITEMS_MALFORMED = "items_malformed"  # the reason of a delivery whose good notices went on
MAX_UNPROVEN_BODY_BYTES = 256 * 1024  # anybody can send one; ten times the largest delivery seen


def encode(
    delivery: Delivery,
    connection: str,
    reason: str,
    signature_headers: Mapping[str, str],
    malformed: Sequence[MalformedItem] = (),
    *,
    max_body_bytes: int | None = None,
) -> bytes:
    """The object's bytes; `max_body_bytes` cuts the body, which then cannot be verified again but still be looked at."""
    kept = delivery.body[:max_body_bytes]
    return strict_json.dump(
        {
            "connection": connection,
            "delivery_id": delivery.delivery_id,
            "received_at": moment_text(delivery.received_at),
            "method": delivery.method,
            "reason": reason,
            "malformed": [{"position": each.position, "reason": each.reason} for each in malformed],
            "headers": dict(signature_headers),
            "body_base64": base64.b64encode(kept).decode(),
            "body_bytes": len(delivery.body),
            "body_sha256": hashlib.sha256(delivery.body).hexdigest(),
        }
    ).encode("utf-8", "backslashreplace")  # a header may hold lone surrogates


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A refused delivery as it was kept.

    Attributes:
        malformed: the items that made no notice, where the others did.
        body: what was kept of it: all of it, unless `body_bytes` says that it was longer.
    """

    connection: str
    delivery_id: str
    received_at: datetime
    method: str
    reason: str
    malformed: tuple[MalformedItem, ...]
    headers: Mapping[str, str]
    body: bytes
    body_bytes: int
    body_sha256: str

    def delivery(self) -> Delivery:
        """The delivery as it was received: verify it against `received_at`, not against the present.

        Raises:
            MalformedError: if the body was cut.
        """
        if hashlib.sha256(self.body).hexdigest() != self.body_sha256:
            raise MalformedError("rejected_body_was_cut")
        return Delivery(
            delivery_id=self.delivery_id,
            method=self.method,
            query="",
            headers=self.headers,
            body=self.body,
            received_at=self.received_at,
        )


def read(raw: bytes) -> Rejection:
    """What `encode` kept.

    Raises:
        MalformedError: if the bytes are none of ours.
    """
    plain = strict_json.parse(raw)
    try:
        return Rejection(
            connection=str(plain["connection"]),
            delivery_id=str(plain["delivery_id"]),
            received_at=parse_moment(plain["received_at"]),
            method=str(plain["method"]),
            reason=str(plain["reason"]),
            malformed=tuple(MalformedItem(int(each["position"]), str(each["reason"])) for each in plain["malformed"]),
            headers={str(name): str(value) for name, value in plain["headers"].items()},
            body=base64.b64decode(plain["body_base64"], validate=True),
            body_bytes=int(plain["body_bytes"]),
            body_sha256=str(plain["body_sha256"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise MalformedError("rejected_delivery_not_ours") from error


def decode(raw: bytes) -> Delivery:
    """The delivery `encode` kept.

    Raises:
        MalformedError: if the bytes are none of ours, or the body was cut.
    """
    return read(raw).delivery()


def kept_prefix(connection: str) -> str:
    """Where the refused deliveries of a connection are kept."""
    return f"rejected/{connection}/"


def unproven_key(connection: str, received_at: datetime, body: bytes, slots: int) -> str:
    """Where a delivery that proves nothing is kept: one of `slots` places of its connection and hour.

    The body decides the place, so a sender's repetitions of one delivery share it, and a flood stays within the bound
    whichever function instances it meets.
    """
    slot = int.from_bytes(hashlib.sha256(body).digest()[:8]) % slots
    return f"{kept_prefix(connection)}{received_at:%Y-%m-%dT%H}/{slot:02d}.json"


def unusable_key(connection: str, delivery_id: str) -> str:
    """Where an authentic delivery with something unusable is kept: every one, since only the source can send it."""
    return f"{unusable_prefix(connection)}{object_name(delivery_id)}.json"


def unusable_prefix(connection: str) -> str:
    """Where those are kept that were authentic when they were received."""
    return f"{kept_prefix(connection)}unusable/"
