"""Counts the calls made of the simulated API and refuses them beyond HubSpot's limits."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse

from sandbox.systems.hubspot.settings import Settings
from sandbox.systems.recent_calls import RecentCalls

_INTERVAL, _SEARCH_INTERVAL = timedelta(seconds=10), timedelta(seconds=1)
_NUMBERS = itertools.count(1)


class Limits:
    """The rolling limit of ten seconds, the daily one, and that of searches, with the headers that tell of the first two."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._recent, self._searches = RecentCalls(now), RecentCalls(now)
        self._day = now().date()
        self.today = 0

    def count(self) -> JSONResponse | None:
        """Count one call; the refusal where a limit is reached."""
        return self._count(self._recent, _INTERVAL, self._settings.calls_per_ten_seconds, "TEN_SECONDLY_ROLLING")

    def count_search(self) -> JSONResponse | None:
        """Count one search: it is exempt from the limit of ten seconds, and has one of a second instead."""
        return self._count(self._searches, _SEARCH_INTERVAL, self._settings.searches_per_second, "SECONDLY")

    def _count(self, recent: RecentCalls, interval: timedelta, most: int, policy: str) -> JSONResponse | None:
        today = self._now().date()
        if today != self._day:
            self._day, self.today = today, 0
        if self.today >= self._settings.calls_per_day:
            return self._refusal("DAILY", "You have reached your daily limit.")
        if recent.within(interval) >= most:
            return self._refusal(policy, f"You have reached your {policy.lower()} limit.")
        recent.note()
        self.today += 1
        return None

    def headers(self) -> dict[str, str]:
        """The limits and what is left of them, as every answer carries them."""
        settings = self._settings
        return {
            "X-HubSpot-RateLimit-Daily": str(settings.calls_per_day),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, settings.calls_per_day - self.today)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": str(settings.calls_per_ten_seconds),
            "X-HubSpot-RateLimit-Remaining": str(
                max(0, settings.calls_per_ten_seconds - self._recent.within(_INTERVAL))
            ),
        }

    def _refusal(self, policy: str, message: str) -> JSONResponse:
        body = {"status": "error", "message": message, "errorType": "RATE_LIMIT", "correlationId": correlation_id()}
        headers = {} if policy == "SECONDLY" else self.headers()
        return JSONResponse(body | {"policyName": policy}, status_code=429, headers=headers)


def correlation_id() -> str:
    """An id for one answer, as HubSpot puts one into every error."""
    return f"00000000-0000-4000-8000-{next(_NUMBERS):012d}"


def error_answer(status: int, category: str, message: str, **more: Any) -> JSONResponse:  # noqa: ANN401 JSON values
    """An error in HubSpot's form."""
    body = {"status": "error", "message": message, "correlationId": correlation_id(), "category": category}
    return JSONResponse(body | more, status_code=status)
