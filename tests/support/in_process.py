"""Calls over HTTP that never leave the process: each host is an application, which answers at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class InProcess(httpx.BaseTransport):
    """Answers each request by the application of its host, one request at a time, whoever asks.

    Args:
        apps: by host.
    """

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._doors = {host: httpx.ASGITransport(app=app) for host, app in apps.items()}
        self._loop, self._lock = asyncio.new_event_loop(), threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, whole."""
        with self._lock:
            return self._loop.run_until_complete(self._answer(request))

    def close(self) -> None:
        """Let nobody ask any more."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._doors[request.url.host].handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())
