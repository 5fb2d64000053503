"""Deliveries that were refused: where and how they are kept (step 1); `tieout.arriving.rejection` reads one again.

Kept are the body and what is needed to verify a signature later. Never kept: any header that is itself a credential.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from tieout import strict_json
from tieout.arriving.delivery import Delivery, MalformedItem, readable_headers
from tieout.arriving.spool import object_name
from tieout.moments import moment_text

ITEMS_MALFORMED = "items_malformed"  # the reason of a delivery whose good notices went on
MAX_UNPROVEN_BODY_BYTES = 256 * 1024  # anybody can send one; ten times the largest delivery seen


def encode(
    delivery: Delivery,
    connection: str,
    reason: str,
    headers: Mapping[str, str],
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
            "headers": readable_headers(headers),
            "body_base64": base64.b64encode(kept).decode(),
            "body_bytes": len(delivery.body),
            "body_sha256": hashlib.sha256(delivery.body).hexdigest(),
        }
    ).encode()


def kept_prefix(connection: str) -> str:
    """Where the refused deliveries of a connection are kept."""
    return f"rejected/{connection}/"


def unproven_key(connection: str, received_at: datetime, body: bytes, slots: int) -> str:
    """Where a delivery that proves nothing is kept: one of `slots` places of its connection and hour.

    The body decides the place, so a sender's repetitions of one delivery share it, and a flood stays within the bound
    whichever function instances it meets.
    """
    slot = int.from_bytes(hashlib.sha256(body).digest()) % slots
    return f"{kept_prefix(connection)}{received_at:%Y-%m-%dT%H}/{slot:02d}.json"


def unusable_key(connection: str, delivery_id: str) -> str:
    """Where an authentic delivery with something unusable is kept: every one, since only the source can send it."""
    return f"{unusable_prefix(connection)}{object_name(delivery_id)}.json"


def unusable_prefix(connection: str) -> str:
    """Where those are kept that were authentic when they were received."""
    return f"{kept_prefix(connection)}unusable/"
