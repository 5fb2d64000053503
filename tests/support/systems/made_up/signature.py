"""Proves that the made-up system sent a delivery: HMAC-SHA256 over the time in seconds, a dot and the raw body."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime

from tests.support.systems.made_up.options import Options
from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError

SIGNATURE_HEADER, TIME_HEADER = "x-made-up-signature", "x-made-up-time"
_WINDOW_SECONDS = 300


def verify(delivery: Delivery, secrets: Sequence[bytes], _options: Options, _public_url: str, now: datetime) -> None:
    """Return if one of the secrets signed the body within five minutes of `now`; raises `NotAuthenticError`."""
    given, stamp = (delivery.headers.get(name, "") for name in (SIGNATURE_HEADER, TIME_HEADER))
    if not given:
        raise NotAuthenticError("signature_missing")
    signed = stamp.encode("utf-8", "surrogatepass") + b"." + delivery.body
    if not any(hmac.compare_digest(given.encode(), sign(secret, signed).encode()) for secret in secrets):
        raise NotAuthenticError("signature_mismatch")
    if abs(now.timestamp() - int(stamp)) > _WINDOW_SECONDS:
        raise NotAuthenticError("timestamp_stale")


def sign(secret: bytes, signed: bytes) -> str:
    """The signature of what is signed."""
    return hmac.new(secret, signed, "sha256").hexdigest()
