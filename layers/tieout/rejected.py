"""Deliveries that were refused: where and how they are kept (step 1), and how one is read to be tried again.

Kept are the body and what is needed to verify a signature later. Never kept: any header that is itself a credential.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from tieout import strict_json
from tieout.delivery import Delivery, MalformedItem
from tieout.errors import MalformedError
from tieout.periods import moment_text, parse_moment
from tieout.spool import object_name

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


def decode(raw: bytes) -> Delivery:
    """The delivery `encode` kept, as it was received: verify it against `received_at`, not against the present.

    Raises:
        MalformedError: if the bytes are none of ours, or the body was cut.
    """
    plain = strict_json.parse(raw)
    try:
        body = base64.b64decode(plain["body_base64"], validate=True)
        if hashlib.sha256(body).hexdigest() != plain["body_sha256"]:
            raise MalformedError("rejected_body_was_cut")
        return Delivery(
            delivery_id=str(plain["delivery_id"]),
            method=str(plain["method"]),
            query="",
            headers={str(name): str(value) for name, value in plain["headers"].items()},
            body=body,
            received_at=parse_moment(plain["received_at"]),
        )
    except (KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise MalformedError("rejected_delivery_not_ours") from error


def unproven_key(connection: str, received_at: datetime, body: bytes, slots: int) -> str:
    """Where a delivery that proves nothing is kept: one of `slots` places of its connection and hour.

    The body decides the place, so a sender's repetitions of one delivery share it, and a flood stays within the bound
    whichever function instances it meets.
    """
    slot = int.from_bytes(hashlib.sha256(body).digest()[:8]) % slots
    return f"rejected/{connection}/{received_at:%Y-%m-%dT%H}/{slot:02d}.json"


def unusable_key(connection: str, delivery_id: str) -> str:
    """Where an authentic delivery with something unusable is kept: every one, since only the source can send it."""
    return f"rejected/{connection}/unusable/{object_name(delivery_id)}.json"
