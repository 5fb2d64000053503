"""Proves that a delivery was sent by Stripe to the connection's own endpoint (step 1, receive).

`Stripe-Signature: t=<seconds>,v1=<hex>`, the HMAC-SHA256 over the time, a dot and the raw body. The key is the endpoint's secret
as it stands, `whsec_` included: it looks like one of Standard Webhooks, and is decoded by nobody.
https://docs.stripe.com/webhooks#verify-manually
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tieout.arriving.delivery import Delivery
from tieout.arriving.freshness import check_fresh
from tieout.errors import NotAuthenticError
from tieout.systems.stripe.options import Options

SIGNATURE_HEADER = "stripe-signature"
SHORTEST_SECRET_BYTES = 16  # anything shorter can be tried out

_TIME, _SCHEME = "t", "v1"  # `v0` is a dummy that test events carry
_MOST_SIGNATURES = 20  # while a secret is rolled there are two; each costs us a comparison
_SECONDS_TEXT = re.compile("[1-9][0-9]{0,10}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if one of the live secrets signed the delivery, at a moment near `now`; other schemes than v1 are passed over.

    The public URL is no part of what is signed.

    Raises:
        NotAuthenticError: with `secret_missing` (none is long enough), `signature_missing`, `signature_malformed`,
            `signature_mismatch` (none of v1, too many, or none that fits), `timestamp_missing`, `timestamp_ambiguous`,
            `timestamp_malformed`, `timestamp_stale` or `timestamp_ahead`.
    """
    del public_url
    live = [each for each in secrets if len(each) >= SHORTEST_SECRET_BYTES]
    if not live:
        raise NotAuthenticError("secret_missing")
    claimed = delivery.headers.get(SIGNATURE_HEADER)
    if claimed is None:
        raise NotAuthenticError("signature_missing")
    items = [each.partition("=") for each in claimed.split(",")]
    if not all(equals for _, equals, _ in items):
        raise NotAuthenticError("signature_malformed")
    timestamp = _fresh_time([value for name, _, value in items if name == _TIME], options, now)
    given = [value for name, _, value in items if name == _SCHEME]
    if not given or len(given) > _MOST_SIGNATURES or not _is_any_right(given, timestamp, delivery.body, live):
        raise NotAuthenticError("signature_mismatch")


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """The signature of v1, in hexadecimal digits, that this secret makes of a body at a time."""
    return hmac.digest(secret, timestamp.encode() + b"." + body, "sha256").hex()


def _fresh_time(stated: Sequence[str], options: Options, now: datetime) -> str:
    """The one time that is stated, as its text, where it is near `now`."""
    if not stated:
        raise NotAuthenticError("timestamp_missing")
    if len(stated) > 1:  # two headers that a gateway joined: one of them is not what was signed
        raise NotAuthenticError("timestamp_ambiguous")
    if _SECONDS_TEXT.fullmatch(stated[0]) is None:
        raise NotAuthenticError("timestamp_malformed")
    check_fresh((now - _EPOCH) - timedelta(seconds=int(stated[0])), options.max_skew_seconds)
    return stated[0]


def _is_any_right(given: Sequence[str], timestamp: str, body: bytes, live: Sequence[bytes]) -> bool:
    wanted = [sign(secret, timestamp, body).encode() for secret in live]
    claimed = [each.encode("utf-8", "surrogatepass") for each in given]  # a header can hold lone surrogates
    # Every pair is compared, so that the time taken does not tell which one matched.
    return any([hmac.compare_digest(each, right) for right in wanted for each in claimed])  # noqa: C419
