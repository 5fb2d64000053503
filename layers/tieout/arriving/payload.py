"""The payload of a connection whose records are completed from it: kept in step 1 before it is answered, read in step 3.

An object is one line of JSON (which delivery it was, and the headers that are part of what it says), then the raw body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tieout import strict_json
from tieout.arriving.delivery import Delivery, readable_headers
from tieout.arriving.door import Door
from tieout.arriving.notice import Notice
from tieout.arriving.spool import object_name
from tieout.errors import MalformedError
from tieout.moments import moment_text

if TYPE_CHECKING:  # a protocol, which a cold receive function has no use for
    from tieout.arriving.publishing import Keeper

PAYLOADS_PREFIX = "payloads/"


class Payload(NamedTuple):
    """What one delivery said, as it was kept.

    Attributes:
        headers: those its door names as part of what it says, in lower case.
        body: the raw bytes as sent.
    """

    headers: Mapping[str, str]
    body: bytes


def payload_key(connection: str, delivery: Delivery) -> str:
    """Where a delivery's payload is kept: the same place whenever the same delivery is kept."""
    day = f"{delivery.received_at:%Y-%m-%d}"
    return f"{PAYLOADS_PREFIX}{connection}/{day}/{object_name(delivery.delivery_id)}"


def kept_for(
    notices: Sequence[Notice], delivery: Delivery, connection: str, door: Door, keeper: Keeper
) -> Sequence[Notice]:
    """The notices with the object in which lies what their door retains of the delivery; as they are where nothing is kept.

    Raises:
        TieoutError: the payload is not kept, so nobody may be told of these notices.
    """
    body = door.retain(delivery) if notices else None
    if body is None:
        return notices
    key = payload_key(connection, delivery)
    keeper.put(key, encode(delivery._replace(body=body), door.content_of(delivery.headers)))
    return [notice._replace(payload=key) for notice in notices]


def encode(delivery: Delivery, content_headers: Mapping[str, str]) -> bytes:
    """The object's bytes."""
    head = {
        "delivery_id": delivery.delivery_id,
        "received_at": moment_text(delivery.received_at),
        "headers": readable_headers(content_headers),
    }
    return strict_json.dump(head).encode() + b"\n" + delivery.body


def read_payload(raw: bytes) -> Payload:
    """What `encode` wrote.

    Raises:
        MalformedError: if the bytes are none of ours.
    """
    head, newline, body = raw.partition(b"\n")
    plain = strict_json.parse(head)
    headers = plain.get("headers") if isinstance(plain, dict) else None
    if not newline or not isinstance(headers, dict):
        raise MalformedError("payload_not_ours")
    return Payload({name: str(value) for name, value in headers.items()}, body)
