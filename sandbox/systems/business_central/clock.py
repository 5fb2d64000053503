"""The environment's clock: somebody else's, and as much later as it was advanced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta


class Clock:
    """A clock that can be turned forward while it runs."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The moment it shows."""
        return self._now() + self._ahead

    def advance(self, seconds: float) -> None:
        """Turn it forward.

        Raises:
            ValueError: for a step back.
        """
        if seconds < 0:
            raise ValueError("time does not go back")
        self._ahead += timedelta(seconds=seconds)
