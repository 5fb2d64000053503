"""Signatures of Standard Webhooks (step 1, receive): what is signed, by whom and when, and version 1, which needs no library.

Rules: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. What is signed is the id,
the time and the raw body; neither method, URL nor any other header is.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tieout.arriving.delivery import Delivery
from tieout.arriving.freshness import check_fresh
from tieout.errors import NotAuthenticError

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
SIGNATURE_HEADERS = (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
SHORTEST_SECRET_BYTES = 16  # anything shorter can be tried out

_SECRET_PREFIX = b"whsec_"
_MOST_SIGNATURES = 20  # a sender that rotates sends two; each costs us a verification
# A dot would let one signed text be read as two different deliveries, since dots join the parts that are signed.
_ID = re.compile("[!-~]{1,256}")
_SECONDS_TEXT = re.compile("[0-9]{1,11}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Claim(NamedTuple):
    """What a delivery claims: signatures of one version over what its headers and body say.

    Attributes:
        given: the items of `webhook-signature` of that version, each with the version in front (`v1,...`).
    """

    webhook_id: str
    timestamp: str
    given: tuple[str, ...]


def claim_of(delivery: Delivery, version: str, max_skew_seconds: int, now: datetime) -> Claim:
    """What a delivery claims, at a moment near `now`; signatures of other versions are passed over.

    Raises:
        NotAuthenticError: with `signature_missing`, `signature_mismatch` (none of the version, or too many), `id_missing`,
            `id_malformed`, `timestamp_missing`, `timestamp_malformed`, `timestamp_stale` or `timestamp_ahead`.
    """
    claimed = delivery.headers.get(SIGNATURE_HEADER)
    if claimed is None:
        raise NotAuthenticError("signature_missing")
    webhook_id = _checked_id(delivery)
    timestamp = _checked_timestamp(delivery, max_skew_seconds, now)
    # Versions that are not asked for are passed over: a sender may be on its way to the next one.
    given = tuple(each for each in claimed.split(" ") if each.startswith(f"{version},"))
    if not given or len(given) > _MOST_SIGNATURES:
        raise NotAuthenticError("signature_mismatch")
    return Claim(webhook_id, timestamp, given)


def verify_v1(delivery: Delivery, secrets: Sequence[bytes], max_skew_seconds: int, now: datetime) -> None:
    """Return if one of the live secrets signed the delivery, by HMAC-SHA256, at a moment near `now`.

    Raises:
        NotAuthenticError: with `secret_missing`, or as `claim_of`.
    """
    keys = [key for key in map(hmac_key, secrets) if len(key) >= SHORTEST_SECRET_BYTES]
    if not keys:
        raise NotAuthenticError("secret_missing")
    claim = claim_of(delivery, "v1", max_skew_seconds, now)
    # The texts are compared, not the bytes they stand for: base64 writes the same bytes in several ways.
    wanted = [sign_v1(key, claim.webhook_id, claim.timestamp, delivery.body).encode() for key in keys]
    # Every pair is compared, so that the time taken does not tell which one matched.
    if not any([hmac.compare_digest(_bytes(each), text) for text in wanted for each in claim.given]):  # noqa: C419
        raise NotAuthenticError("signature_mismatch")


def hmac_key(secret: bytes) -> bytes:
    """The key in a secret of `v1`: decoded from base64 after `whsec_`, else the secret as it stands; empty where it is none."""
    return decoded(padded(secret[len(_SECRET_PREFIX) :])) if secret.startswith(_SECRET_PREFIX) else secret


def sign_v1(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    """The item of `webhook-signature` that HMAC-SHA256 with this key makes of a delivery."""
    digest = hmac.digest(key, signed_bytes(webhook_id, timestamp, body), "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_bytes(webhook_id: str, timestamp: str, body: bytes) -> bytes:
    """What every version signs: id, time and raw body, joined by dots."""
    return b".".join((_bytes(webhook_id), _bytes(timestamp), body))


def padded(text: bytes) -> bytes:
    """A key's base64 with the padding that some senders leave out."""
    return text + b"=" * (-len(text) % 4)


def decoded(text: bytes) -> bytes:
    """The bytes a base64 text stands for; none where it is not their one canonical text."""
    try:
        found = base64.b64decode(text)
    except binascii.Error:
        return b""
    return found if base64.b64encode(found) == text else b""


def _checked_id(delivery: Delivery) -> str:
    webhook_id = delivery.headers.get(ID_HEADER)
    if webhook_id is None:
        raise NotAuthenticError("id_missing")
    if _ID.fullmatch(webhook_id) is None or "." in webhook_id:
        raise NotAuthenticError("id_malformed")
    return webhook_id


def _checked_timestamp(delivery: Delivery, max_skew_seconds: int, now: datetime) -> str:
    text = delivery.headers.get(TIMESTAMP_HEADER)
    if text is None:
        raise NotAuthenticError("timestamp_missing")
    if _SECONDS_TEXT.fullmatch(text) is None:
        raise NotAuthenticError("timestamp_malformed")
    check_fresh((now - _EPOCH) - timedelta(seconds=int(text)), max_skew_seconds)
    return text


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a header can hold lone surrogates; they must not raise
