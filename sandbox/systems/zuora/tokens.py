"""The access tokens that a tenant gives its OAuth client: https://developer.zuora.com/v1-api-reference/api/operation/createToken/."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from sandbox.systems.given_tokens import GivenTokens
from sandbox.systems.zuora.settings import TenantSettings

if TYPE_CHECKING:
    from starlette.requests import Request


class Tokens(GivenTokens):
    """Gives out access tokens and knows which still hold."""

    def __init__(self, settings: TenantSettings, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._settings = settings

    async def answer(self, request: Request) -> Response:
        """Answer `POST /oauth/token`."""
        settings = self._settings
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        is_client = form.get("client_id") == settings.client_id and form.get("grant_type") == "client_credentials"
        if not is_client or not compare_digest(form.get("client_secret", ""), settings.client_secret):
            return JSONResponse({"reason": "Invalid client id"}, status_code=401)
        token = self.give("{:032x}", settings.token_seconds)
        body = {"access_token": token, "token_type": "bearer", "expires_in": settings.token_seconds, "jti": token}
        return JSONResponse({**body, "scope": "user.1 entity.1 tenant.1"})
