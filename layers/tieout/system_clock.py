"""The machine's own time and chance behind the ports; the only module that asks for either."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, UTC-aware."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SystemEntropy:
    """The operating system's randomness (`random` and `secrets` would cost a cold start more than all they give here)."""

    def fraction(self) -> float:
        """A number from 0 up to, not including, 1."""
        return int.from_bytes(os.urandom(6)) / 2**48

    def token(self) -> str:
        """A new id nobody else has: 32 hexadecimal digits."""
        return os.urandom(16).hex()
