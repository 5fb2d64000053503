"""Bearer tokens that the gateway verifies before a function runs, and what of it a function judges again (step 1, receive).

API Gateway's JWT authorizer fetches the keys of the issuer and checks signature, time, issuer and audience:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError

# Only for this machine's own addresses is an issuer's word taken without encryption.
_ISSUER = re.compile(r"(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:[0-9]{1,5})?(/[^\s?#]*)?")


class TokenIssuer(NamedTuple):
    """Whose tokens a connection's deliveries must bear.

    Attributes:
        issuer: its address, exactly as the tokens state it (`iss`); `/.well-known/openid-configuration` below it names its keys.
        audience: whom a token must be for: one of these stands in its `aud` or, where it has none, is its `client_id`.
    """

    issuer: str
    audience: tuple[str, ...]


def check_issuer(issuer: str, audience: Sequence[str]) -> None:
    """Refuse, at synth, what would let nobody in or anybody.

    Raises:
        ValueError: naming the option.
    """
    if issuer and _ISSUER.fullmatch(issuer) is None:
        raise ValueError("issuer is no https URL without a query")
    if bool(issuer) != bool(audience) or not all(audience):
        raise ValueError("issuer and audience are declared both or neither, and no audience is empty")


def verify_claims(delivery: Delivery, expected: TokenIssuer) -> None:
    """Return if the gateway says that it verified a token of this issuer for this audience.

    The signature and the time are the gateway's to judge. Where it says nothing, as on a route without the authorizer, the
    delivery proves nothing, whatever it bears.

    Raises:
        NotAuthenticError: with `token_missing`, `issuer_unknown` or `audience_unknown`.
    """
    claims = delivery.claims
    if not claims:
        raise NotAuthenticError("token_missing")
    if not expected.issuer or claims.get("iss") != expected.issuer:
        raise NotAuthenticError("issuer_unknown")
    stated = claims.get("aud") or claims.get("client_id")
    # The gateway writes a list as `[one other]`.
    if not stated or set(expected.audience).isdisjoint(stated.removeprefix("[").removesuffix("]").split()):
        raise NotAuthenticError("audience_unknown")
