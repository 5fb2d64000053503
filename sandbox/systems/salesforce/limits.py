"""Counts the API calls of the last 24 hours and refuses those beyond the organisation's allowance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.systems.recent_calls import RecentCalls
from sandbox.systems.salesforce.settings import OrganizationSettings

_WINDOW = timedelta(hours=24)


class Limits:
    """The allowance that all users of the organisation share."""

    def __init__(self, settings: OrganizationSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._recent = RecentCalls(now)

    def used(self) -> int:
        """How many calls of the last 24 hours count, ours and those of others."""
        return self._recent.within(_WINDOW) + self._settings.other_calls

    def count(self) -> bool:
        """Count one call; False where there is none left for it."""
        if self.used() >= self._settings.api_calls_max:
            return False
        self._recent.note()
        return True

    def headers(self) -> dict[str, str]:
        """What every answer says of the allowance."""
        return {"Sforce-Limit-Info": f"api-usage={self.used()}/{self._settings.api_calls_max}"}
