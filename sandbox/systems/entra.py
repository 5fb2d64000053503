"""The token address of a simulated Entra tenant: client credentials with the app's secret, for one environment alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from sandbox.systems.given_tokens import GivenTokens

if TYPE_CHECKING:
    from starlette.requests import Request

TOKEN_PATH = "/{tenant}/oauth2/v2.0/token"


class AppSettings(Protocol):
    """What the tenant knows of an app; any of it may be changed meanwhile."""

    tenant_id: str
    client_id: str
    client_secret: str
    token_seconds: int


class Tokens(GivenTokens):
    """Gives out access tokens and knows which still hold."""

    def __init__(self, settings: AppSettings, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._settings = settings

    async def answer(self, request: Request) -> Response:
        """Answer `POST /<tenant>/oauth2/v2.0/token`."""
        settings = self._settings
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type")
        is_app = form.get("client_id") == settings.client_id and request.path_params["tenant"] == settings.tenant_id
        if not is_app or not compare_digest(form.get("client_secret", ""), settings.client_secret):
            return _refused(401, "invalid_client")
        if form.get("scope") != f"{request.url.scheme}://{request.url.netloc}/.default":
            return _refused(400, "invalid_scope")
        token = self.give("token-{}", settings.token_seconds)
        return JSONResponse({"token_type": "Bearer", "expires_in": settings.token_seconds, "access_token": token})


def _refused(status: int, code: str) -> JSONResponse:
    return JSONResponse({"error": code, "error_description": f"AADSTS700000: {code}"}, status_code=status)
