"""The event bus in memory: rules by detail type, a catch-all, entries refused one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from tests.simulation.schedule import Schedule
from tests.simulation.weather import Weather
from tests.support.memory_queue import MemoryQueue
from tieout.arriving.envelope import SCHEMA_VERSION
from tieout.arriving.spool import BusEntry

_TRANSIT_MILLISECONDS = (5, 40, 400, 3_000)
_ENTRIES_OF_ONE_RELEASE = 7
_VERSION = f',"schema_version":{SCHEMA_VERSION}'  # among the last of sorted names


class MemoryBus:
    """Takes entries and puts each on the queue of its rule, at least once and a moment later.

    Args:
        queues: detail type to queue; an entry of any other type goes to `unrouted`.
    """

    def __init__(
        self, random: Random, schedule: Schedule, weather: Weather, queues: Mapping[str, MemoryQueue], unrouted: str
    ) -> None:
        self._random, self._schedule, self._weather = random, schedule, weather
        self._queues, self._unrouted = queues, unrouted
        self.taken = 0

    def put(self, entries: Sequence[BusEntry]) -> Sequence[str]:
        """For each entry why it is refused, empty where it is taken."""
        self._weather.io("before bus.put")
        codes = ["ThrottlingException" if self._weather.chance("partial_put_events") else "" for _ in entries]
        for entry, code in zip(entries, codes, strict=True):
            if not code:
                self._take(entry)
        self._weather.io("after bus.put")
        return codes

    def _take(self, entry: BusEntry) -> None:
        self.taken += 1
        if '"pointer":' in entry.detail:
            self._weather.strike("overflowed")
        queue = self._queues.get(entry.detail_type, self._queues[self._unrouted])
        event = (
            f'{{"version":"0","id":"{self.taken}","detail-type":"{entry.detail_type}","source":"{entry.source}",'
            f'"detail":{self._as_some_release_wrote_it(entry.detail)}}}'
        )
        self._schedule.after(self._random.choice(_TRANSIT_MILLISECONDS), _sending(queue, event))
        if self._weather.chance("bus_delivered_twice"):
            self._schedule.after(self._random.choice(_TRANSIT_MILLISECONDS), _sending(queue, event))

    def _as_some_release_wrote_it(self, detail: str) -> str:
        """Now and then without its version, as before there were any: a queue outlives a deploy."""
        return detail if self.taken % _ENTRIES_OF_ONE_RELEASE else detail.replace(_VERSION, "")


def _sending(queue: MemoryQueue, event: str) -> Callable[[], None]:
    return lambda: queue.send(event)
