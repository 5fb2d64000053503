"""Counts the calls of the last while, for the limits of simulated systems: a window that rolls on, and not one of the clock's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta


class RecentCalls:
    """When calls were made, by a clock; those that are older than the window asked for are forgotten."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._made: deque[datetime] = deque()

    def note(self) -> None:
        """One more was made."""
        self._made.append(self._now())

    def within(self, window: timedelta) -> int:
        """How many were made since so long ago."""
        now = self._now()
        while self._made and now - self._made[0] >= window:
            self._made.popleft()
        return len(self._made)

    def until_room(self, window: timedelta) -> timedelta:
        """How long it takes until the oldest of them is none any more; the whole window where there is none."""
        now = self._now()
        return (self._made[0] if self._made else now) + window - now
