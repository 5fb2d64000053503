"""Who may call the simulated tenant: access tokens by client credentials, and CSRF tokens that belong to a session's cookie."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.sap_analytics.settings import TenantSettings

if TYPE_CHECKING:
    from starlette.requests import Request

TOKEN_PATH = "/oauth/token"
_HEADER, _COOKIE = "x-csrf-token", "JSESSIONID"


class Sessions:
    """The tokens and sessions of one tenant.

    Attributes:
        logins: how many access tokens were given.
    """

    def __init__(self, settings: TenantSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._ends: dict[str, datetime] = {}
        self._csrf: dict[str, str] = {}
        self.logins = 0

    def routes(self) -> list[Route]:
        """The token address, and where CSRF tokens are fetched."""
        return [
            Route(TOKEN_PATH, self.give_token, methods=["POST"]),
            Route("/api/v1/csrf", self.give_csrf, methods=["GET"]),
        ]

    async def give_token(self, request: Request) -> Response:
        """A new access token for the client's id and secret."""
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        if not self._is_client(request.headers.get("authorization", "")):
            said = {"error": "invalid_client", "error_description": "Bad credentials"}
            return JSONResponse(said, status_code=401)
        token, seconds = secrets.token_hex(16), self._settings.token_seconds
        self._ends[token] = self._now() + timedelta(seconds=seconds)
        self.logins += 1
        return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": seconds - 1})

    async def give_csrf(self, request: Request) -> Response:
        """A CSRF token and its session, for who asks with `x-csrf-token: fetch`."""
        if not self.is_let_in(request):
            return Response(status_code=401)
        if request.headers.get(_HEADER, "").lower() != "fetch":
            return Response(status_code=400)
        session = request.cookies.get(_COOKIE, "")
        session = session if session in self._csrf else secrets.token_hex(8)
        self._csrf[session] = secrets.token_hex(16)
        answer = Response(headers={_HEADER: self._csrf[session]})
        answer.set_cookie(_COOKIE, session, httponly=True)
        return answer

    def is_let_in(self, request: Request) -> bool:
        """Whether a request bears a token that is good."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        ends = self._ends.get(token) if scheme == "Bearer" else None
        return ends is not None and ends > self._now()

    def refusal_of(self, request: Request) -> Response | None:
        """Why a request that changes something is refused; None where CSRF token and cookie belong together."""
        expected = self._csrf.get(request.cookies.get(_COOKIE, ""))
        if expected is not None and request.headers.get(_HEADER) == expected:
            return None
        return Response("CSRF token validation failed", status_code=403, headers={_HEADER: "Required"})

    def end_tokens(self) -> None:
        """End every access token."""
        self._ends.clear()

    def end_sessions(self) -> None:
        """End every session, and with it its CSRF token."""
        self._csrf.clear()

    def _is_client(self, authorization: str) -> bool:
        scheme, _, coded = authorization.partition(" ")
        try:
            shown = base64.b64decode(coded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        expected = f"{self._settings.client_id}:{self._settings.client_secret}"
        return scheme == "Basic" and secrets.compare_digest(shown.encode(), expected.encode())
