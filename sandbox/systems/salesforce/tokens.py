"""The organisation's token address: access tokens for an assertion that must be signed RS256 with the connected app's key.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.responses import JSONResponse, Response

from sandbox.systems.salesforce.answering import oauth_refusal
from sandbox.systems.salesforce.settings import OrganizationSettings

if TYPE_CHECKING:
    from starlette.requests import Request

TOKEN_PATH = "/services/oauth2/token"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LONGEST_LIFE_SECONDS = 300
_INVALID_ASSERTION = ("invalid_grant", "invalid assertion")


class Tokens:
    """Opens sessions and knows which of them still hold; nobody is told how long they will."""

    def __init__(self, settings: OrganizationSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._open: set[str] = set()
        self.given = 0

    async def answer(self, request: Request) -> Response:
        """Answer `POST /services/oauth2/token`."""
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        if form.get("grant_type") != _GRANT:
            return oauth_refusal("unsupported_grant_type", "grant type not supported")
        own_address = str(request.base_url).rstrip("/")
        flaw = self._flaw_in(form.get("assertion", ""), own_address)
        if flaw is not None:
            return oauth_refusal(*flaw)
        self.given += 1
        organization = self._settings.organization_id
        token = f"{organization[:15]}!sandbox-not-a-token-{self.given}"
        self._open.add(token)
        identity = f"{own_address}/id/{organization}/005000000000002AAA"
        opened = {"access_token": token, "scope": "api", "instance_url": own_address, "id": identity}
        return JSONResponse(opened | {"token_type": "Bearer"})

    def holds(self, authorization: str) -> bool:
        """Whether an `Authorization` header carries the id of an open session; both of Salesforce's schemes are read."""
        scheme, _, token = authorization.partition(" ")
        return scheme in {"Bearer", "OAuth"} and token in self._open

    def end_all(self) -> int:
        """End every session, as an administrator or a time-out does; how many."""
        ended = len(self._open)
        self._open.clear()
        return ended

    def _flaw_in(self, assertion: str, own_address: str) -> tuple[str, str] | None:
        """Why an assertion is refused: the error and its description."""
        try:
            header, claims, signature, signed = _parts(assertion)
            self._check_signature(signature, signed)
        except (ValueError, InvalidSignature):
            return _INVALID_ASSERTION
        left = self._seconds_left(claims.get("exp"))
        if header.get("alg") != "RS256" or left is None:
            return _INVALID_ASSERTION
        if claims.get("iss") != self._settings.client_id:
            return "invalid_client_id", "client identifier invalid"
        if str(claims.get("aud")).rstrip("/") not in {own_address, self._settings.login_url or own_address}:
            return "invalid_grant", "audience is invalid"
        if claims.get("sub") != self._settings.username:
            return "invalid_grant", "user hasn't approved this consumer"
        return None if 0 < left <= _LONGEST_LIFE_SECONDS else ("invalid_grant", "expired authorization code")

    def _seconds_left(self, ends: object) -> float | None:
        """For how long an assertion is still good, by a number or its digits; None where it does not say."""
        try:
            return float(str(ends)) - self._now().timestamp()
        except ValueError:
            return None

    def _check_signature(self, signature: bytes, signed: bytes) -> None:
        key = serialization.load_pem_public_key(self._settings.certificate_public_key.encode())
        if not isinstance(key, rsa.RSAPublicKey):
            raise TypeError("the certificate's key is no RSA key")
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    header, claims, signature = assertion.split(".")
    return json.loads(_raw(header)), json.loads(_raw(claims)), _raw(signature), f"{header}.{claims}".encode()


def _raw(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
