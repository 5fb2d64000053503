"""Refuses calls above what the environment takes of one user: too many within a while, too many at once, waiting for too long."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.systems.business_central.answering import limited
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.faults import CONTROL_PREFIX

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_OF_THE_API = "/api/"


class Usage:
    """Counts the calls of the last while."""

    def __init__(self, settings: EnvironmentSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._recent: deque[datetime] = deque()
        self.refused = 0

    def recent(self) -> int:
        """How many calls of the last while were taken."""
        window = timedelta(seconds=self._settings.window_seconds)
        while self._recent and self._now() - self._recent[0] >= window:
            self._recent.popleft()
        return len(self._recent)

    def count(self) -> bool:
        """Count one call; False where there is no more room for it."""
        if self.recent() >= self._settings.requests_max:
            return False
        self._recent.append(self._now())
        return True


class Limits:
    """ASGI middleware in front of the API; the token address and the control routes have no limits."""

    def __init__(self, app: ASGIApp, settings: EnvironmentSettings, usage: Usage) -> None:
        self._app = app
        self._settings = settings
        self._usage = usage
        self._present = 0
        self._turns: asyncio.Semaphore | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on when its turn comes."""
        path = scope.get("path", "")
        if _OF_THE_API not in path or path.startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        status = await self._refusal_of_turn()
        if status:
            self._usage.refused += 1
            await limited(status, self._settings.retry_after_seconds)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._present -= 1
            assert self._turns is not None
            self._turns.release()

    async def _refusal_of_turn(self) -> int:
        """Wait for a turn; the status of the refusal where there will be none, else 0."""
        settings = self._settings
        if self._turns is None:
            self._turns = asyncio.Semaphore(settings.concurrent_requests)
        if self._present >= settings.concurrent_requests + settings.queued_requests or not self._usage.count():
            return 429
        self._present += 1
        try:
            async with asyncio.timeout(settings.queue_seconds):
                await self._turns.acquire()
        except TimeoutError:
            self._present -= 1
            return 503
        return 0
