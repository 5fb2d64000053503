"""How the environment calls addresses: one request, and what it was answered."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered; without a status, the error that stood in its place."""

    status: int | None
    body: bytes = b""
    error: str = ""


Post = Callable[[str, bytes, Mapping[str, str], float], Answer]  # address, body, headers, seconds to wait at most


class HttpPost:
    """Posts over HTTP, once each time, and follows no redirect."""

    def __init__(self) -> None:
        self._http: httpx.Client | None = None

    def __call__(self, address: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
        """What the address answered."""
        if self._http is None:  # most environments of a test never post, and a client takes a while to make
            self._http = httpx.Client(trust_env=False)
            weakref.finalize(self, self._http.close)
        try:
            answer = self._http.post(address, content=body, headers=dict(headers), timeout=seconds)
        except httpx.HTTPError as error:
            return Answer(None, error=type(error).__name__)
        return Answer(answer.status_code, answer.content)
