"""Proves that a callout was sent by the connection's own tenant (step 1, receive), in the one way its options name.

Basic authentication (RFC 7617) proves nothing of the body, and neither does a bearer token: a callout is a hint and nothing else.
https://docs.zuora.com/en/zuora-platform/extensibility/events-and-notifications/notifications/callout-notification-overview
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime

from tieout.arriving.bearer_tokens import TokenIssuer, verify_claims
from tieout.arriving.delivery import Delivery
from tieout.arriving.keys import check_keys, key_of, logins_in
from tieout.errors import NotAuthenticError
from tieout.systems.zuora.options import Options

SHORTEST_SECRET_BYTES = (
    24  # anything shorter can be tried out, and there is no time after which a guess is worth nothing
)


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if the delivery is proven; neither the public URL nor a time is part of what is.

    Raises:
        NotAuthenticError: as `verify_claims` for a token, as `check_keys` and `logins_in` for a user and a password; else with
            `secret_missing` (none is long enough), `signature_missing` or `signature_mismatch`.
    """
    del public_url, now
    if options.proof == "token":
        verify_claims(delivery, TokenIssuer(options.issuer, tuple(options.audience)))
        return
    if options.proof == "basic":
        check_keys(logins_in(delivery.headers), secrets, SHORTEST_SECRET_BYTES)
    else:
        _check_signature(delivery, secrets, options)


def sign(secret: bytes, body: bytes, encoding: str) -> str:
    """The HMAC-SHA256 that this secret makes of a body, as a template's header has it."""
    digest = hmac.digest(secret, body, "sha256")
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def _check_signature(delivery: Delivery, secrets: Sequence[bytes], options: Options) -> None:
    live = [each for each in secrets if len(each) >= SHORTEST_SECRET_BYTES]
    if not live:
        raise NotAuthenticError("secret_missing")
    stated = delivery.headers.get(options.hmac_header)
    if stated is None:
        raise NotAuthenticError("signature_missing")
    given = key_of(stated.strip().lower() if options.hmac_encoding == "hex" else stated.strip())
    rights = [sign(each, delivery.body, options.hmac_encoding).encode() for each in live]
    if not any([hmac.compare_digest(given, each) for each in rights]):  # noqa: C419
        raise NotAuthenticError("signature_mismatch")
