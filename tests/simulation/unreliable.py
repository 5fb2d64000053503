"""Parts around the line that are off, or lose what they are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulation.schedule import Schedule
from tests.simulation.weather import Weather
from tests.support.memory_queue import MemoryFifoQueue, MemoryFlushQueue
from tieout.ports import Clock


@dataclass(frozen=True, slots=True)
class SkewedClock:
    """A clock that is off by a fixed span."""

    true: Clock
    by: timedelta

    def now(self) -> datetime:
        """What this machine takes for the present."""
        return self.true.now() + self.by

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.true.sleep(seconds)


class LossyFlushQueue(MemoryFlushQueue):
    """A flush queue that may lose a request without a word."""

    def __init__(self, queue: MemoryFifoQueue, schedule: Schedule, weather: Weather) -> None:
        super().__init__(queue, schedule)
        self._weather = weather

    def ask(self, target: str) -> None:
        """Ask, unless it is lost."""
        if not self._weather.chance("flush_request_lost"):
            super().ask(target)
