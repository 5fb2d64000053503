"""Proves that a delivery was posted by the account's own script (step 1, receive).

NetSuite signs nothing itself: the script we ship (`user_event.js`) sends `X-Timestamp` and `X-Signature`, the
HMAC-SHA256 over the timestamp, a dot and the raw body.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from tieout.arriving.delivery import Delivery
from tieout.arriving.freshness import check_fresh
from tieout.errors import MalformedError, NotAuthenticError
from tieout.moments import moment_of_milliseconds, parse_moment
from tieout.systems.netsuite.options import Options

TIMESTAMP_HEADER = "x-timestamp"
SIGNATURE_HEADER = "x-signature"

# SuiteScript's `Encoding.HEX` is said to come in upper case, so either case is taken.
_SIGNATURE = re.compile("sha256=([0-9a-f]{64})", re.ASCII | re.IGNORECASE)
_EPOCH = re.compile("[0-9]{9,13}", re.ASCII)
_SECONDS_DIGITS = 10
_MAX_TIMESTAMP_CHARACTERS = 40


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if the delivery was signed with one of the live secrets, at a moment near `now`.

    The static token counts only where the connection allows it and the delivery carries no signature header at all:
    a bad signature never falls back to it. The public URL is not part of what the script signs.

    Raises:
        NotAuthenticError: with `secret_missing`, `signature_missing`, `signature_malformed`, `signature_mismatch`,
            `timestamp_missing`, `timestamp_malformed`, `timestamp_stale`, `timestamp_ahead` or `token_mismatch`.
    """
    del public_url
    live = [secret for secret in secrets if secret]
    if not live:
        raise NotAuthenticError("secret_missing")
    signature, timestamp = delivery.headers.get(SIGNATURE_HEADER), delivery.headers.get(TIMESTAMP_HEADER)
    if signature is None and timestamp is None:
        _check_token(delivery, live, options)
        return
    if signature is None:
        raise NotAuthenticError("signature_missing")
    if timestamp is None:
        raise NotAuthenticError("timestamp_missing")
    check_fresh(now - _moment(timestamp), options.max_skew_seconds)
    _check_signature(signature, timestamp, delivery.body, live)


def _check_signature(signature: str, timestamp: str, body: bytes, live: Sequence[bytes]) -> None:
    match = _SIGNATURE.fullmatch(signature)
    if match is None:
        raise NotAuthenticError("signature_malformed")
    given = bytes.fromhex(match[1])
    signed = timestamp.encode("ascii") + b"." + body
    # Every secret is tried, so that the time taken does not tell which one matched.
    if not any([hmac.compare_digest(given, hmac.digest(secret, signed, "sha256")) for secret in live]):  # noqa: C419
        raise NotAuthenticError("signature_mismatch")


def _moment(timestamp: str) -> datetime:
    """The moment a script wrote: seconds or milliseconds since 1970, or ISO 8601 with a zone."""
    if len(timestamp) > _MAX_TIMESTAMP_CHARACTERS or not timestamp.isascii():
        raise NotAuthenticError("timestamp_malformed")
    try:
        if _EPOCH.fullmatch(timestamp):
            return moment_of_milliseconds(int(timestamp) * (1000 if len(timestamp) <= _SECONDS_DIGITS else 1))
        return parse_moment(timestamp)
    except MalformedError as error:
        raise NotAuthenticError("timestamp_malformed") from error


def _check_token(delivery: Delivery, live: Sequence[bytes], options: Options) -> None:
    given = delivery.headers.get("authorization")
    if not options.allow_static_token or given is None:
        raise NotAuthenticError("signature_missing")
    token = given.removeprefix("Bearer ").encode("utf-8", "surrogatepass")
    if not any([hmac.compare_digest(token, secret) for secret in live]):  # noqa: C419 as above
        raise NotAuthenticError("token_mismatch")
