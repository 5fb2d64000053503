"""The token address of the Entra tenant: access tokens for an application by its client secret.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from sandbox.systems.business_central.answering import oauth_refusal
from sandbox.systems.business_central.settings import EnvironmentSettings

if TYPE_CHECKING:
    from starlette.requests import Request

TOKEN_PATH = "/{tenant}/oauth2/v2.0/token"
SCOPE = "https://api.businesscentral.dynamics.com/.default"

_Refusal = tuple[int, str, int, str]


class Tokens:
    """Gives out access tokens and knows which still hold."""

    def __init__(self, settings: EnvironmentSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._ends: dict[str, datetime] = {}
        self.given = 0

    async def answer(self, request: Request) -> Response:
        """Answer `POST /{tenant}/oauth2/v2.0/token`."""
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        refusal = self._refusal_of(request.path_params["tenant"], form)
        if refusal is not None:
            return oauth_refusal(*refusal, self._now())
        self.given += 1
        token, seconds = f"sandbox-not-a-token-{self.given}", self._settings.token_seconds
        self._ends[token] = self._now() + timedelta(seconds=seconds)
        lives = {"expires_in": seconds, "ext_expires_in": seconds}
        return JSONResponse({"token_type": "Bearer", **lives, "access_token": token})

    def holds(self, authorization: str) -> bool:
        """Whether an `Authorization` header carries a token that has not ended."""
        scheme, _, token = authorization.partition(" ")
        ends_at = self._ends.get(token)
        return scheme == "Bearer" and ends_at is not None and self._now() < ends_at

    def end_all(self) -> int:
        """End every token, as when the application loses its consent; how many there were."""
        ended = len(self._ends)
        self._ends.clear()
        return ended

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
