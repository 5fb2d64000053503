"""Time and chance that a test turns by hand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

DEFAULT_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class ManualClock:
    """A clock that moves only when it is told to, or when somebody sleeps."""

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment it was turned to."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Turn it forward."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self._now += timedelta(seconds=seconds)


class SeededEntropy:
    """Chance that repeats itself for the same seed."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._random = random.Random(seed)  # noqa: S311 it must repeat itself

    def fraction(self) -> float:
        """The next number from 0 up to, not including, 1."""
        return self._random.random()

    def token(self) -> str:
        """The next 32 hexadecimal digits."""
        return f"{self._random.getrandbits(128):032x}"


class NotedClock(ManualClock):
    """A clock that remembers for how long it was slept by.

    Attributes:
        slept: seconds, in order.
    """

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        super().__init__(start)
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once, and remember."""
        self.slept.append(seconds)
        super().sleep(seconds)


class FixedEntropy(SeededEntropy):
    """Chance that always falls on one side: jitter shows, because 0 gives the shortest pause and 1 the longest."""

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self._fraction = fraction

    def fraction(self) -> float:
        """The number it was made with."""
        return self._fraction
