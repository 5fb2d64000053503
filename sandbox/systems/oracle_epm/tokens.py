"""The simulated logins: tokens of the identity domain for an assertion or a refresh token, and a password that grows old.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/authentication_oath.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.responses import JSONResponse, Response

from sandbox.systems.oracle_epm.settings import AUDIENCE, EnvironmentSettings

if TYPE_CHECKING:
    from starlette.requests import Request

TOKEN_PATH = "/oauth2/v1/token"
ASSERTION_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LONGEST_ASSERTION_SECONDS = 3600

_Refusal = tuple[str, str]


@dataclass
class TokenDesk:
    """Gives tokens and knows which hold.

    Attributes:
        issued: how many were given, by grant.
    """

    settings: EnvironmentSettings
    now: Callable[[], datetime]
    issued: dict[str, int] = field(default_factory=lambda: {"assertion": 0, "refresh": 0})

    def __post_init__(self) -> None:
        self._ends: dict[str, datetime] = {}
        self._users: dict[str, str] = {}
        self._refresh = {self.settings.refresh_token: self.now() + timedelta(days=self.settings.refresh_days)}
        self._used: set[str] = set()
        self._password_ends = self.now() + timedelta(days=self.settings.password_days)

    async def answer(self, request: Request) -> Response:
        """Answer `POST /oauth2/v1/token`."""
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        if not self._knows_client(form, request.headers.get("authorization", "")):
            return _refused(401, ("invalid_client", "Client authentication failed."))
        if form.get("grant_type") == "refresh_token":
            refusal = self._flaw_of_refresh(form.get("refresh_token", ""))
            return _refused(400, refusal) if refusal else JSONResponse(self._refreshed(form["refresh_token"]))
        if form.get("grant_type") == ASSERTION_GRANT:
            flaw = self._flaw_of_assertion(form)
            return _refused(400, flaw) if flaw else JSONResponse(self._given("assertion", _user_in(form["assertion"])))
        return _refused(400, ("unsupported_grant_type", "The grant type is not supported."))

    def user_of(self, authorization: str) -> str | None:
        """Whose an `Authorization` header is that carries a token that holds, or a name and password that have not ended."""
        scheme, _, argument = authorization.partition(" ")
        if scheme == "Bearer":
            holds = argument in self._ends and self.now() < self._ends[argument]
            return self._users[argument] if holds else None
        if scheme != "Basic" or self.now() >= self._password_ends:
            return None
        settings = self.settings
        logins = {settings.username: settings.password, settings.administrator: settings.administrator_password}
        said = _decoded(argument)
        return next((name for name, word in logins.items() if compare_digest(said, f"{name}:{word}".encode())), None)

    def revoke_all(self) -> None:
        """End every access token."""
        self._ends.clear()

    def _knows_client(self, form: Mapping[str, str], authorization: str) -> bool:
        if not authorization:  # a public client says only its id
            return form.get("client_id") == self.settings.client_id
        proof = f"{self.settings.client_id}:{self.settings.client_secret}"
        return compare_digest(_decoded(authorization.removeprefix("Basic ")), proof.encode())

    def _flaw_of_refresh(self, token: str) -> _Refusal | None:
        if token in self._used:
            return "invalid_grant", "The token has already been consumed."
        ends_at = self._refresh.get(token)
        if ends_at is None or self.now() >= ends_at:
            return "invalid_grant", f"Token is expired for client : {self.settings.client_id}"
        return None

    def _refreshed(self, token: str) -> dict[str, Any]:
        self._used.add(token)
        given = self._given("refresh", self.settings.username)
        following = f"sandbox-refresh-{self.issued['refresh']}"
        self._refresh[following] = self.now() + timedelta(days=self.settings.refresh_days)
        return given | {"refresh_token": following}

    def _given(self, grant: str, user: str) -> dict[str, Any]:
        self.issued[grant] += 1
        token = f"sandbox-not-a-token-{sum(self.issued.values())}"
        self._users[token] = user
        self._ends[token] = self.now() + timedelta(seconds=self.settings.token_seconds)
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.settings.token_seconds}

    def _flaw_of_assertion(self, form: Mapping[str, str]) -> _Refusal | None:
        try:
            header, claims = self._verified(form.get("assertion", ""))
        except (ValueError, TypeError, InvalidSignature):
            return "invalid_grant", "The assertion is not valid."
        wanted = {"iss": self.settings.client_id, "aud": AUDIENCE}
        is_ours = claims.get("sub") in {self.settings.username, self.settings.administrator}
        if header.get("kid") != self.settings.key_alias or not (
            is_ours and all(claims.get(name) == said for name, said in wanted.items())
        ):
            return "invalid_grant", "The assertion is not for this client."
        left = int(claims.get("exp", 0)) - self.now().timestamp()
        if not 0 < left <= _LONGEST_ASSERTION_SECONDS:
            return "invalid_grant", "The assertion has ended."
        return None if form.get("scope") == self.settings.scope else ("invalid_scope", "The scope is not the client's.")

    def _verified(self, assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
        header, claims, signature = assertion.split(".")
        key = serialization.load_pem_public_key(self.settings.public_key.encode())
        if not isinstance(key, rsa.RSAPublicKey):
            raise TypeError("the certificate's key is no RSA key")
        key.verify(_raw(signature), f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
        return json.loads(_raw(header)), json.loads(_raw(claims))


def _refused(status: int, refusal: _Refusal) -> Response:
    return JSONResponse({"error": refusal[0], "error_description": refusal[1]}, status_code=status)


def _user_in(assertion: str) -> str:
    """Whom a verified assertion acts for."""
    return str(json.loads(_raw(assertion.split(".")[1]))["sub"])


def _raw(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
