"""Counts the OData calls of the last minute and refuses those beyond the tenant's allowance."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.systems.sap_s4hana.settings import TenantSettings

_WINDOW = timedelta(minutes=1)


class Limits:
    """The allowance that all users of the tenant share; `calls` counts those of all time that were let through."""

    def __init__(self, settings: TenantSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._recent: deque[datetime] = deque()
        self.calls = 0

    def count(self) -> int:
        """Count one call; 0, or the seconds after which there is room for it."""
        moment = self._now()
        while self._recent and moment - self._recent[0] >= _WINDOW:
            self._recent.popleft()
        if len(self._recent) >= self._settings.calls_a_minute_max:
            oldest = self._recent[0] if self._recent else moment
            return max(1, -int((moment - oldest - _WINDOW).total_seconds() // 1))
        self._recent.append(moment)
        self.calls += 1
        return 0
