"""Keeps a planning system from taking all the time of a run: no request outlasts the moment at which others have their turn."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime
from typing import Any, Protocol

from tieout.errors import UnavailableError
from tieout.ports import Clock


class Timed(Protocol):
    """A request that says under `timeout` for how many seconds it waits for what, as those of httpx do."""

    @property
    def extensions(self) -> MutableMapping[str, Any]:
        """What it says beside method, address, headers and body."""
        ...


class Hurry:
    """Called before every request; it lets none wait beyond `until`.

    Attributes:
        until: when requests are over; they fail from then on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.until: datetime = clock.now()

    def __call__(self, request: Timed) -> None:
        """Shorten a request's times to what is left.

        Raises:
            UnavailableError: nothing is left.
        """
        left = (self.until - self._clock.now()).total_seconds()
        if left <= 0:
            raise UnavailableError("the time of this run is over")
        given = request.extensions.get("timeout", {})
        names = ("connect", "read", "write", "pool")
        request.extensions["timeout"] = {name: min(given.get(name) or left, left) for name in names}
