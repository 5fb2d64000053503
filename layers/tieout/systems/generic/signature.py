"""Proves who sent a delivery (step 1, receive): a signature of Standard Webhooks, or a secret that only the sender knows.

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

from tieout.arriving.delivery import Delivery
from tieout.arriving.freshness import check_fresh
from tieout.errors import NotAuthenticError
from tieout.systems.generic.options import SIGNED, Options

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"

_SECRET_PREFIX = b"whsec_"
_PUBLIC_KEY_PREFIX = b"whpk_"
_PUBLIC_KEY_BYTES = 32
_SHORTEST_SECRET_BYTES = 16  # anything shorter can be tried out
_MOST_SIGNATURES = 20  # a sender that rotates sends two; each costs us a verification
# A dot would let one signed text be read as two different deliveries, since dots join the parts that are signed.
_ID = re.compile("[!-~]{1,256}")
_SECONDS_TEXT = re.compile("[0-9]{1,11}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if one of the live secrets proves the delivery, in the one way the connection's `proof` names.

    The public URL is no part of what is proved.

    Raises:
        NotAuthenticError: with `secret_missing`, `signature_missing`, `signature_mismatch`, `id_missing`, `id_malformed`,
            `timestamp_missing`, `timestamp_malformed`, `timestamp_stale`, `timestamp_ahead`, `token_missing` or
            `token_mismatch`.
    """
    del public_url
    keys = _usable(secrets, options)
    if not keys:
        raise NotAuthenticError("secret_missing")
    if options.proof in SIGNED:
        _check_signature(delivery, keys, options, now)
    else:
        _check_token(delivery, keys, options)


def hmac_key(secret: bytes) -> bytes:
    """The key in a secret of `v1`: decoded from base64 after `whsec_`, else the secret as it stands; empty where it is none."""
    return _decoded(_padded(secret[len(_SECRET_PREFIX) :])) if secret.startswith(_SECRET_PREFIX) else secret


def sign_v1(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    """The item of `webhook-signature` that HMAC-SHA256 with this key makes of a delivery."""
    digest = hmac.digest(key, signed_bytes(webhook_id, timestamp, body), "sha256")
    return f"v1,{base64.b64encode(digest).decode('ascii')}"


def signed_bytes(webhook_id: str, timestamp: str, body: bytes) -> bytes:
    """What both versions sign: id, time and raw body, joined by dots."""
    return b".".join((_bytes(webhook_id), _bytes(timestamp), body))


def _usable(secrets: Sequence[bytes], options: Options) -> list[bytes]:
    """The keys in the live secrets; one that could be guessed, or is not of the form its proof needs, lets nobody in."""
    if options.proof == "v1a":
        keys = [_decoded(_padded(each.removeprefix(_PUBLIC_KEY_PREFIX))) for each in secrets]
        return [each for each in keys if len(each) == _PUBLIC_KEY_BYTES]
    keys = [hmac_key(each) for each in secrets] if options.proof == "v1" else list(secrets)
    return [each for each in keys if len(each) >= _SHORTEST_SECRET_BYTES]


def _check_signature(delivery: Delivery, keys: Sequence[bytes], options: Options, now: datetime) -> None:
    claimed = delivery.headers.get(SIGNATURE_HEADER)
    if claimed is None:
        raise NotAuthenticError("signature_missing")
    webhook_id = _checked_id(delivery)
    timestamp = _checked_timestamp(delivery, options, now)
    # Versions that are not asked for are passed over: a sender may be on its way to the next one.
    given = [each for each in claimed.split(" ") if each.startswith(f"{options.proof},")]
    if not given or len(given) > _MOST_SIGNATURES:
        raise NotAuthenticError("signature_mismatch")
    if options.proof == "v1":
        # The texts are compared, not the bytes they stand for: base64 writes the same bytes in several ways.
        wanted = [_bytes(sign_v1(key, webhook_id, timestamp, delivery.body)) for key in keys]
        # Every pair is compared, so that the time taken does not tell which one matched.
        matches = [hmac.compare_digest(_bytes(each), text) for text in wanted for each in given]
    else:
        matches = _ed25519_matches(given, keys, signed_bytes(webhook_id, timestamp, delivery.body))
    if not any(matches):
        raise NotAuthenticError("signature_mismatch")


def _ed25519_matches(given: Sequence[str], keys: Sequence[bytes], signed: bytes) -> list[bool]:
    from tieout.systems.generic.ed25519 import is_signed  # noqa: PLC0415 the one library, for those who ask for it

    signatures = [_decoded(_bytes(each.removeprefix("v1a,"))) for each in given]
    return [is_signed(key, each, signed) for key in keys for each in signatures]


def _checked_id(delivery: Delivery) -> str:
    webhook_id = delivery.headers.get(ID_HEADER)
    if webhook_id is None:
        raise NotAuthenticError("id_missing")
    if _ID.fullmatch(webhook_id) is None or "." in webhook_id:
        raise NotAuthenticError("id_malformed")
    return webhook_id


def _checked_timestamp(delivery: Delivery, options: Options, now: datetime) -> str:
    text = delivery.headers.get(TIMESTAMP_HEADER)
    if text is None:
        raise NotAuthenticError("timestamp_missing")
    if _SECONDS_TEXT.fullmatch(text) is None:
        raise NotAuthenticError("timestamp_malformed")
    check_fresh((now - _EPOCH) - timedelta(seconds=int(text)), options.max_skew_seconds)
    return text


def _check_token(delivery: Delivery, keys: Sequence[bytes], options: Options) -> None:
    header = options.key_header if options.proof == "key_header" else "authorization"
    given = delivery.headers.get(header)
    if given is None:
        raise NotAuthenticError("token_missing")
    if options.proof == "bearer":
        scheme, _, given = given.partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticError("token_missing")
    matches = [hmac.compare_digest(_bytes(given), key) for key in keys]
    if not any(matches):
        raise NotAuthenticError("token_mismatch")


def _padded(text: bytes) -> bytes:
    """A key's base64 with the padding that some senders leave out."""
    return text + b"=" * (-len(text) % 4)


def _decoded(text: bytes) -> bytes:
    """The bytes a base64 text stands for; none where it is not their one canonical text."""
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
    return found if base64.b64encode(found) == text else b""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a header can hold lone surrogates; they must not raise
