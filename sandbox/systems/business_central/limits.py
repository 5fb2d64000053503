"""Refuses calls above what the environment takes of one user: too many within a while, too many at once, waiting for too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.systems.business_central.answering import limited
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.faults import CONTROL_PREFIX
from sandbox.systems.recent_calls import RecentCalls

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_OF_THE_API = "/api/"


class Usage:
    """Counts the calls of the last while."""

    def __init__(self, settings: EnvironmentSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._recent = RecentCalls(now)
        self.refused = 0

    def recent(self) -> int:
        """How many calls of the last while were taken."""
        return self._recent.within(timedelta(seconds=self._settings.window_seconds))

    def count(self) -> bool:
        """Count one call; False where there is no more room for it."""
        if self.recent() >= self._settings.requests_max:
            return False
        self._recent.note()
        return True


class Limits:
    """ASGI middleware in front of the API; the token address and the control routes have no limits."""

    def __init__(self, app: ASGIApp, settings: EnvironmentSettings, usage: Usage) -> None:
        self._app = app
        self._settings = settings
        self._usage = usage
        self._present = 0
        self._places = 0
        self._turns = asyncio.Semaphore(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on when its turn comes."""
        path = scope.get("path", "")
        if _OF_THE_API not in path or path.startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        room = self._settings.concurrent_requests + self._settings.queued_requests
        if self._present >= room or not self._usage.count():
            await self._refuse(429, scope, receive, send)
            return
        self._present += 1
        try:
            await self._in_turn(scope, receive, send)
        finally:
            self._present -= 1

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._places != self._settings.concurrent_requests:  # who has a turn gives it back to whom it was taken from
            self._places = self._settings.concurrent_requests
            self._turns = asyncio.Semaphore(self._places)
        turns = self._turns
        try:
            async with asyncio.timeout(self._settings.queue_seconds):
                await turns.acquire()
        except TimeoutError:
            await self._refuse(503, scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            turns.release()

    async def _refuse(self, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        self._usage.refused += 1
        await limited(status, self._settings.retry_after_seconds)(scope, receive, send)
