"""A refused delivery as it was kept (`tieout.arriving.rejected`), read again: nothing that a waiting sender pays for."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tieout import strict_json
from tieout.arriving.delivery import Delivery, MalformedItem
from tieout.errors import MalformedError
from tieout.moments import parse_moment


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


def read_rejection(raw: bytes) -> Rejection:
    """What `tieout.arriving.rejected.encode` kept.

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
