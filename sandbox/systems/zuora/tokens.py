"""The access tokens that a tenant gives its OAuth client: https://developer.zuora.com/v1-api-reference/api/operation/createToken/."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from sandbox.systems.zuora.settings import TenantSettings

if TYPE_CHECKING:
    from starlette.requests import Request


class Tokens:
    """Gives out access tokens and knows which still hold."""

    def __init__(self, settings: TenantSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._ends: dict[str, datetime] = {}
        self.given = 0

    async def answer(self, request: Request) -> Response:
        """Answer `POST /oauth/token`."""
        settings = self._settings
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        is_client = form.get("client_id") == settings.client_id and form.get("grant_type") == "client_credentials"
        if not is_client or not compare_digest(form.get("client_secret", ""), settings.client_secret):
            return JSONResponse({"reason": "Invalid client id"}, status_code=401)
        self.given += 1
        token = f"{self.given:032x}"
        self._ends[token] = self._now() + timedelta(seconds=settings.token_seconds)
        body = {"access_token": token, "token_type": "bearer", "expires_in": settings.token_seconds, "jti": token}
        return JSONResponse({**body, "scope": "user.1 entity.1 tenant.1"})

    def holds(self, authorization: str) -> bool:
        """Whether an `Authorization` header carries a token that has not ended."""
        ends_at = self._ends.get(authorization.removeprefix("Bearer "))
        return ends_at is not None and self._now() < ends_at

    def end_all(self) -> None:
        """End every token, as a change of the client's secret does."""
        self._ends.clear()
