"""The token address of the Entra tenant: access tokens for an application by its client secret.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from sandbox.systems.business_central.answering import oauth_refusal
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.given_tokens import GivenTokens

if TYPE_CHECKING:
    from starlette.requests import Request

TOKEN_PATH = "/{tenant}/oauth2/v2.0/token"
SCOPE = "https://api.businesscentral.dynamics.com/.default"

_Refusal = tuple[int, str, int, str]


class Tokens(GivenTokens):
    """Gives out access tokens and knows which still hold."""

    def __init__(self, settings: EnvironmentSettings, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._settings = settings

    async def answer(self, request: Request) -> Response:
        """Answer `POST /{tenant}/oauth2/v2.0/token`."""
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        refusal = self._refusal_of(request.path_params["tenant"], form)
        if refusal is not None:
            return oauth_refusal(*refusal, self._now())
        seconds = self._settings.token_seconds
        token = self.give("sandbox-not-a-token-{}", seconds)
        lives = {"expires_in": seconds, "ext_expires_in": seconds}
        return JSONResponse({"token_type": "Bearer", **lives, "access_token": token})

    def _refusal_of(self, tenant: str, form: Mapping[str, str]) -> _Refusal | None:
        """Why a request gets no token: the status, the error, its number and its text."""
        if tenant != self._settings.tenant_id:
            return 400, "invalid_request", 90002, f"Tenant '{tenant}' not found."
        if form.get("grant_type") != "client_credentials":
            return 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."
        if form.get("client_id") != self._settings.client_id:
            return 400, "unauthorized_client", 700016, "Application was not found in the directory."
        if form.get("client_secret") != self._settings.client_secret:
            return 401, "invalid_client", 7000215, "Invalid client secret provided."
        if form.get("scope") != SCOPE:
            return 400, "invalid_scope", 1002012, "The provided value for scope is not valid. It must be '/.default'."
        return None
