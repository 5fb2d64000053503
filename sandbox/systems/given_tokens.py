"""The access tokens that a simulated system has given out, and which of them still hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta


class GivenTokens:
    """What token addresses have in common; `given` counts those of all time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._ends: dict[str, datetime] = {}
        self.given = 0

    def give(self, form: str, seconds: int) -> str:
        """Give out one that holds for some seconds; `form` is what it looks like, its number filled in, such as `token-{}`."""
        self.given += 1
        token = form.format(self.given)
        self._ends[token] = self._now() + timedelta(seconds=seconds)
        return token

    def holds(self, authorization: str) -> bool:
        """Whether an `Authorization` header carries a token that has not ended."""
        scheme, _, token = authorization.partition(" ")
        ends_at = self._ends.get(token) if scheme.lower() == "bearer" else None
        return ends_at is not None and self._now() < ends_at

    def end_all(self) -> int:
        """End every token, as a change of the client's secret does; how many there were."""
        ended = len(self._ends)
        self._ends.clear()
        return ended
