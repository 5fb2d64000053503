"""Proves who sent a delivery (step 1, receive): by a bearer token that API Gateway verified before this function ran."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.arriving.bearer_tokens import TokenIssuer, verify_claims
from tieout.arriving.delivery import Delivery
from tieout.systems.sap_s4hana.options import Options


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if the gateway says that it verified a token of the connection's issuer for its audience.

    No secret of ours, no URL and no time is part of what is proved, and nothing of the body: whoever has a token of the
    issuer for this audience can send anything, which is why a delivery is a hint and nothing else.

    Raises:
        NotAuthenticError: with `token_missing`, `issuer_unknown` or `audience_unknown`.
    """
    del secrets, public_url, now
    verify_claims(delivery, TokenIssuer(options.issuer, tuple(options.audience)))
