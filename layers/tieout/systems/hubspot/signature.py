"""Proves that a delivery was sent by HubSpot to this connection's URL: part of the receive step.

Rules: https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests. HubSpot signs the URL it was
told to call, so the configured public URL is signed against and never one rebuilt from Host, path or stage.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from tieout.arriving.delivery import Delivery
from tieout.arriving.freshness import check_fresh
from tieout.errors import NotAuthenticError
from tieout.systems.hubspot.options import Options

SIGNATURE_V3 = "x-hubspot-signature-v3"
TIMESTAMP = "x-hubspot-request-timestamp"
SIGNATURE = "x-hubspot-signature"
SIGNATURE_VERSION = "x-hubspot-signature-version"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MILLISECONDS_TEXT = re.compile(
    "[0-9]{1,15}"
)  # ASCII digits only: int() also takes spaces, signs, `_` and other scripts

# What HubSpot decodes in the URL before it signs; everything else (%20, %26, %3D) stays encoded.
_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if one of the live secrets signed the delivery; v3 decides alone wherever it is allowed and present.

    Raises:
        NotAuthenticError: with reason `secret_missing`, `signature_missing`, `signature_version_refused`, `signature_mismatch`,
            or for v3 `timestamp_missing`, `timestamp_malformed`, `timestamp_stale`, `timestamp_ahead`.
    """
    live = [secret for secret in secrets if secret]
    if not live:
        raise NotAuthenticError("secret_missing")
    url = _called_url(public_url, delivery.query)
    # Every v3 delivery also carries a v1 signature: were that looked at first, v3's time stamp would protect nothing.
    if SIGNATURE_V3 in delivery.headers and "v3" in options.allow_signatures:
        timestamp = _checked_timestamp(delivery, options, now)
        claimed = delivery.headers[SIGNATURE_V3]
        _match(claimed, live, lambda secret: sign_v3(secret, delivery.method, url, delivery.body, timestamp))
    elif SIGNATURE in delivery.headers:
        _verify_old(delivery, live, options, url)
    elif SIGNATURE_V3 in delivery.headers:
        raise NotAuthenticError("signature_version_refused")
    else:
        raise NotAuthenticError("signature_missing")


def sign_v3(secret: bytes, method: str, url: str, body: bytes, timestamp: str) -> str:
    """HMAC-SHA256 over method, decoded URL, raw body and time stamp in milliseconds, keyed with the client secret, in base64."""
    decoded_url = _DECODED.sub(lambda match: chr(int(match[1], 16)), url)
    signed = _bytes(method + decoded_url) + body + _bytes(timestamp)
    return base64.b64encode(hmac.digest(secret, signed, "sha256")).decode("ascii")


def sign_v2(secret: bytes, method: str, url: str, body: bytes) -> str:
    """SHA-256 over secret, method, URL exactly as called, and raw body, in hexadecimal."""
    return hashlib.sha256(secret + _bytes(method + url) + body).hexdigest()


def sign_v1(secret: bytes, body: bytes) -> str:
    """SHA-256 over secret and raw body, in hexadecimal."""
    return hashlib.sha256(secret + body).hexdigest()


def _verify_old(delivery: Delivery, secrets: Sequence[bytes], options: Options, url: str) -> None:
    version = delivery.headers.get(SIGNATURE_VERSION, "")
    if version not in {"v1", "v2"} or version not in options.allow_signatures:
        raise NotAuthenticError("signature_version_refused")
    claimed = delivery.headers[SIGNATURE]
    if version == "v1":
        _match(claimed, secrets, lambda secret: sign_v1(secret, delivery.body))
    else:
        _match(claimed, secrets, lambda secret: sign_v2(secret, delivery.method, url, delivery.body))


def _checked_timestamp(delivery: Delivery, options: Options, now: datetime) -> str:
    text = delivery.headers.get(TIMESTAMP)
    if text is None:
        raise NotAuthenticError("timestamp_missing")
    if _MILLISECONDS_TEXT.fullmatch(text) is None:
        raise NotAuthenticError("timestamp_malformed")
    whole_milliseconds = (now - _EPOCH) // _MILLISECOND - int(text)
    check_fresh(timedelta(milliseconds=whole_milliseconds), options.max_skew_seconds)
    return text


def _called_url(public_url: str, query: str) -> str:
    """The URL HubSpot called: a query string that is part of the configured URL is taken from there, as it was entered."""
    if not query or "?" in public_url:
        return public_url
    return f"{public_url}?{query}"


def _match(claimed: str, secrets: Sequence[bytes], sign: Callable[[bytes], str]) -> None:
    """Compare bytes, since `compare_digest` raises on text outside ASCII, and compare with every secret."""
    matches = [hmac.compare_digest(_bytes(claimed), sign(secret).encode("ascii")) for secret in secrets]
    if not any(matches):
        raise NotAuthenticError("signature_mismatch")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a header or query can hold lone surrogates; they must not raise
