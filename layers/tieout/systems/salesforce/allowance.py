"""How much of an organisation's calls of a day is used, as its own answers say, and when to leave the rest to others.

All integrations and users of an organisation share one allowance, counted over 24 sliding hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from tieout.ports import Clock

# Nobody but the next answer can tell that calls are free again: after so long one read is let through to ask.
_BELIEVED_FOR = timedelta(minutes=10)


class Usage(NamedTuple):
    """Calls used and allowed, as `Sforce-Limit-Info` states them."""

    used: int
    allowed: int


class Allowance:
    """What the last answer said of the allowance, and whether our share of it is used up.

    Args:
        percent: the share of the allowance, whoever uses it, up to which we read.
    """

    def __init__(self, percent: int, clock: Clock) -> None:
        self._percent = percent
        self._clock = clock
        self._usage: Usage | None = None
        self._noted_at: datetime | None = None

    def note(self, usage: Usage | None) -> None:
        """Take over what an answer says; None, for an answer that says nothing, changes nothing."""
        if usage is not None:
            self._usage, self._noted_at = usage, self._clock.now()

    def is_reached(self) -> bool:
        """Whether the last answer said so, and was given in the last ten minutes."""
        if self._usage is None or self._noted_at is None or self._clock.now() - self._noted_at >= _BELIEVED_FOR:
            return False
        return self._usage.used * 100 >= self._usage.allowed * self._percent
