"""Keeps the calls of one function within our share of what the tenant may make a minute, all integrations together."""

from __future__ import annotations

import threading
from datetime import datetime

from tieout.ports import Clock

_BURST_SECONDS = 6.0  # of calls may be made at once after a pause: a login, a look-up and a few writes


class CallPace:
    """Lets calls through at a pace, and holds those that come sooner; safe to use from several threads.

    There is one writer of a target at any time, so what one process counts is what its target's writes use: nothing is shared
    between functions, and what reads back has a count of its own.

    Args:
        calls_per_minute: the share of the target.
        clock: the time, and the pauses.
    """

    def __init__(self, calls_per_minute: int, clock: Clock) -> None:
        self._clock = clock
        self._per_second = calls_per_minute / 60
        self._most = max(1.0, self._per_second * _BURST_SECONDS)
        self._lock = threading.Lock()
        self._left = self._most
        self._counted_at: datetime | None = None

    def take(self) -> None:
        """Return when the next call may be made."""
        with self._lock:
            self._refill()
            if self._left < 1:
                self._clock.sleep((1 - self._left) / self._per_second)
                self._refill()
            self._left -= 1

    def _refill(self) -> None:
        now = self._clock.now()
        if self._counted_at is not None:  # a clock that was set back gives nothing, and takes nothing away
            passed = max((now - self._counted_at).total_seconds(), 0.0)
            self._left = min(self._most, self._left + passed * self._per_second)
        self._counted_at = now
