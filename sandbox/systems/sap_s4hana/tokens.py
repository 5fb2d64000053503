"""The tenant's token address: access tokens to a communication user for its client credentials, in the form or by Basic."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from sandbox.systems.given_tokens import GivenTokens
from sandbox.systems.sap_s4hana.answering import token_refused
from sandbox.systems.sap_s4hana.settings import TenantSettings

if TYPE_CHECKING:
    from starlette.requests import Request

TOKEN_PATH = "/sap/bc/sec/oauth2/token"


class Tokens(GivenTokens):
    """Gives out access tokens and knows which still hold."""

    def __init__(self, settings: TenantSettings, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._settings = settings

    async def answer(self, request: Request) -> Response:
        """Answer `POST /sap/bc/sec/oauth2/token`."""
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        refused = refusal_of(form, request, self._settings.client_id, self._settings.client_secret)
        if refused is not None:
            return refused
        token = self.give("token-{}", self._settings.token_seconds)
        # SAP writes the life of a token as text.
        body = {"access_token": token, "token_type": "Bearer", "expires_in": str(self._settings.token_seconds)}
        return JSONResponse(body, headers={"cache-control": "no-store"})


def refusal_of(form: dict[str, str], request: Request, client_id: str, client_secret: str) -> Response | None:
    """Why a request for a token by client credentials is refused; None if it is good."""
    if form.get("grant_type") != "client_credentials":
        return token_refused(400, "unsupported_grant_type", "only client_credentials")
    shown = _basic(request.headers.get("authorization", "")) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    good = [
        secrets.compare_digest(a.encode(), b.encode()) for a, b in zip(shown, (client_id, client_secret), strict=True)
    ]
    return None if all(good) else token_refused(401, "invalid_client", "client authentication failed")


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password
