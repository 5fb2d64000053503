"""Proves who sent a delivery (step 1, receive): a signature of Standard Webhooks, or a secret that only the sender knows."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime

from tieout.arriving.delivery import Delivery
from tieout.arriving.standard_webhooks import (
    SHORTEST_SECRET_BYTES,
    claim_of,
    decoded,
    padded,
    signed_bytes,
    verify_v1,
)
from tieout.errors import NotAuthenticError
from tieout.systems.generic.options import Options

_PUBLIC_KEY_PREFIX = b"whpk_"
_PUBLIC_KEY_BYTES = 32


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if one of the live secrets proves the delivery, in the one way the connection's `proof` names.

    The public URL is no part of what is proved.

    Raises:
        NotAuthenticError: with `secret_missing`, `signature_missing`, `signature_mismatch`, `id_missing`, `id_malformed`,
            `timestamp_missing`, `timestamp_malformed`, `timestamp_stale`, `timestamp_ahead`, `token_missing` or
            `token_mismatch`.
    """
    del public_url
    if options.proof == "v1":
        verify_v1(delivery, secrets, options.max_skew_seconds, now)
    elif options.proof == "v1a":
        _check_v1a(delivery, secrets, options, now)
    else:
        _check_token(delivery, secrets, options)


def _check_v1a(delivery: Delivery, secrets: Sequence[bytes], options: Options, now: datetime) -> None:
    public_keys = [decoded(padded(each.removeprefix(_PUBLIC_KEY_PREFIX))) for each in secrets]
    keys = [each for each in public_keys if len(each) == _PUBLIC_KEY_BYTES]
    if not keys:
        raise NotAuthenticError("secret_missing")
    claim = claim_of(delivery, "v1a", options.max_skew_seconds, now)
    from tieout.systems.generic.ed25519 import is_signed  # noqa: PLC0415 the one library, for those who ask for it

    signed = signed_bytes(claim.webhook_id, claim.timestamp, delivery.body)
    signatures = [decoded(_bytes(each.removeprefix("v1a,"))) for each in claim.given]
    if not any([is_signed(key, each, signed) for key in keys for each in signatures]):  # noqa: C419 every pair is tried
        raise NotAuthenticError("signature_mismatch")


def _check_token(delivery: Delivery, secrets: Sequence[bytes], options: Options) -> None:
    keys = [each for each in secrets if len(each) >= SHORTEST_SECRET_BYTES]
    if not keys or options.proof == "bus":
        raise NotAuthenticError("secret_missing")
    header = options.key_header if options.proof == "key_header" else "authorization"
    given = delivery.headers.get(header)
    if given is None:
        raise NotAuthenticError("token_missing")
    if options.proof == "bearer":
        scheme, _, given = given.partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticError("token_missing")
    if not any([hmac.compare_digest(_bytes(given), key) for key in keys]):  # noqa: C419 every secret is tried
        raise NotAuthenticError("token_mismatch")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a header can hold lone surrogates; they must not raise
