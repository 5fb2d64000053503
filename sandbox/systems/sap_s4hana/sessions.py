"""Guards what changes something against forged requests: a token fetched before, and the session cookie it came with."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

_HEADER, _COOKIE = "x-csrf-token", "SAP_SESSIONID_SBX_100"


class Sessions:
    """The sessions that hold a token, by cookie."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret
        self._tokens: dict[str, str] = {}

    def fetch(self, request: Request, answer: Response) -> None:
        """Give a reader a token, and a session where he has none, if he asks for one."""
        if request.headers.get(_HEADER, "").lower() != "fetch":
            return
        session = request.cookies.get(_COOKIE, "")
        if session not in self._tokens:
            session = self._code()
            answer.set_cookie(_COOKIE, session, path="/", httponly=True)
            self._tokens[session] = self._code()
        answer.headers[_HEADER] = self._tokens[session]

    def refusal_of(self, request: Request) -> Response | None:
        """Why a request that changes something is refused; None where token and cookie belong together."""
        token = self._tokens.get(request.cookies.get(_COOKIE, ""))
        if token is not None and request.headers.get(_HEADER) == token:
            return None
        headers = {_HEADER: "Required"}
        return Response("CSRF token validation failed", status_code=403, media_type="text/plain", headers=headers)

    def end_all(self) -> None:
        """Forget every session."""
        self._tokens.clear()

    def _code(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"
