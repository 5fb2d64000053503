"""The real time and real chance: the only place that asks the machine for either."""

from __future__ import annotations

import random
import secrets
import time
from datetime import UTC, datetime


class SystemClock:
    """Implements `tieout.ports.Clock`."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SystemEntropy:
    """Implements `tieout.ports.Entropy`, from the operating system: nothing repeats after a snapshot is restored."""

    def __init__(self) -> None:
        self._random = random.SystemRandom()

    def fraction(self) -> float:
        """A number from 0 up to, not including, 1."""
        return self._random.random()

    def token(self) -> str:
        """32 hexadecimal digits."""
        return secrets.token_hex(16)
