"""The account's token address: client credentials with a JWT that must be signed PS256 by the mapped certificate."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.responses import JSONResponse, Response

from sandbox.systems.given_tokens import GivenTokens
from sandbox.systems.netsuite.settings import AccountSettings

if TYPE_CHECKING:
    from starlette.requests import Request

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_LIFE = timedelta(minutes=60)
_SKEW = timedelta(minutes=5)


class Tokens(GivenTokens):
    """Gives out access tokens and knows which still hold."""

    def __init__(self, settings: AccountSettings, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._settings = settings

    async def answer(self, request: Request) -> Response:
        """Answer `POST /services/rest/auth/oauth2/v1/token`."""
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != _ASSERTION_TYPE:
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        flaw = self._flaw_in(form.get("client_assertion", ""), str(request.url))
        if flaw:
            return JSONResponse({"error": "invalid_client", "error_description": flaw}, status_code=400)
        token = self.give("token-{}", self._settings.token_seconds)
        # NetSuite writes the life of a token as text.
        body = {"access_token": token, "expires_in": str(self._settings.token_seconds), "token_type": "bearer"}
        return JSONResponse(body)

    def _flaw_in(self, assertion: str, address: str) -> str:
        """Why an assertion is refused; empty if it is good."""
        try:
            header, claims, signature, signed = _parts(assertion)
            self._check_signature(signature, signed)
        except (ValueError, InvalidSignature) as error:
            return f"signature: {type(error).__name__}"
        if header.get("alg") != "PS256" or header.get("kid") != self._settings.certificate_id:
            return "header"
        if claims.get("iss") != self._settings.client_id or "rest_webservices" not in claims.get("scope", ""):
            return "issuer or scope"
        if claims.get("aud") != address:
            return "audience"
        issued, ends = (datetime.fromtimestamp(claims[name], self._now().tzinfo) for name in ("iat", "exp"))
        is_timely = issued - _SKEW < self._now() < ends and ends - issued < _LONGEST_LIFE
        return "" if is_timely else "lifetime"

    def _check_signature(self, signature: bytes, signed: bytes) -> None:
        key = serialization.load_pem_public_key(self._settings.certificate_public_key.encode())
        if not isinstance(key, rsa.RSAPublicKey):
            raise TypeError("the certificate's key is no RSA key")
        digest = hashes.SHA256()
        key.verify(signature, signed, padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH), digest)


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    header, claims, signature = assertion.split(".")
    return json.loads(_raw(header)), json.loads(_raw(claims)), _raw(signature), f"{header}.{claims}".encode()


def _raw(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
