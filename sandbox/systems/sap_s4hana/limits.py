"""Counts the OData calls of the last minute and refuses those beyond the tenant's allowance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from sandbox.systems.recent_calls import RecentCalls
from sandbox.systems.sap_s4hana.settings import TenantSettings

_WINDOW = timedelta(minutes=1)


class Limits:
    """The allowance that all users of the tenant share; `calls` counts those of all time that were let through."""

    def __init__(self, settings: TenantSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._recent = RecentCalls(now)
        self.calls = 0

    def count(self) -> int:
        """Count one call; 0, or the seconds after which there is room for it."""
        if self._recent.within(_WINDOW) >= self._settings.calls_a_minute_max:
            return max(1, ceil(self._recent.until_room(_WINDOW).total_seconds()))
        self._recent.note()
        self.calls += 1
        return 0
