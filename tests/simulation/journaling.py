"""The ledger's stream and the journal function: batches cut by chance, halved after errors, given again, and overlapping.

It has chance and faults of its own, so that what it does changes nothing of what else happens in a seed.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any

from functions.journal.pipeline import keep
from tests.simulation.schedule import CrashedError, Schedule
from tests.simulation.weather import Weather
from tests.support.memory_changing import MemoryChangingObjects
from tests.support.replaced import Replaced
from tests.support.table_stream import change_record
from tieout.errors import LostAnswerError, TransientError, UnavailableError
from tieout.ledger import journal
from tieout.ledger.table import Item, Key

_GZIP = 31  # the format, in zlib's own counting
_FAST_GZIP = SimpleNamespace(
    compress=partial(gzip.compress, compresslevel=0), decompress=partial(zlib.decompress, wbits=_GZIP)
)
_RATES = (0.0, 0.02, 0.1)
_MOST_READ_AGAIN = 150  # which reaches back over some objects
_MOST_TRIES = 200  # of one change alone; the weather is off long before

Batch = Sequence[dict[str, Any]]


class Journaling:
    """Keeps what the table tells; `undeclared` takes the errors nobody may see."""

    def __init__(self, seed: int, schedule: Schedule, weather: Weather, undeclared: list[str]) -> None:
        self._random = random = Random(seed)  # noqa: S311 it must repeat itself
        self._schedule, self._weather, self._undeclared = schedule, weather, undeclared
        self.objects = MemoryChangingObjects(io=self._io)
        self.heard: Callable[[Key, Item | None], None] | None = None  # told of every change, beside the stream
        self.began_with: Mapping[Key, Item] = {}
        self._records: list[dict[str, Any]] = []
        self._read = 0
        self._rate = random.choice(_RATES)
        self._under_way: Batch = ()
        self._is_nested = False

    def begin_with(self, contents: Mapping[Key, Item]) -> None:
        """What the table held when its stream was opened: what was told of earlier changes counts no more."""
        self.began_with = contents
        self._records.clear()

    def tell(self, key: Key, before: Item | None, after: Item | None) -> None:
        """Take a change of the table into the stream; one that changes nothing is none."""
        if before != after:
            number = len(self._records) + 1
            self._records.append(change_record(key, before, after, number, self._schedule.now()))
            if self.heard is not None:
                self.heard(key, after)

    def stream(self) -> Batch:
        """All the stream was told since it was opened."""
        return tuple(self._records)

    def told_until(self) -> datetime:
        """The second of the last change."""
        return datetime.fromtimestamp(self._records[-1]["dynamodb"]["ApproximateCreationDateTime"], UTC)

    def read_on(self) -> None:
        """Keep all that the stream holds; sometimes begin again with changes that were kept long ago."""
        with Replaced(journal, gzip=_FAST_GZIP):
            self._read_on()

    def _read_on(self) -> None:
        while self._read < len(self._records):
            if self._strikes("journal_read_again"):
                self._read -= self._random.randint(0, min(self._read, _MOST_READ_AGAIN))
            batch = self._records[self._read : self._read + self._random.choice((1, 7, 40, 400))]
            self._invoke(batch, tries=0)
            if not self._strikes("journal_answer_lost"):
                self._read += len(batch)

    def _invoke(self, batch: Batch, tries: int) -> None:
        """What Lambda does: after an error the first half, then the second, and one change alone again and again."""
        self._under_way = batch
        try:
            keep(batch, self.objects)
        except (CrashedError, TransientError):
            middle = len(batch) // 2
            if tries > _MOST_TRIES:
                self._undeclared.append("journal: a change was never kept")
                return
            for part in (batch[:middle], batch[middle:]) if middle else (batch,):
                self._invoke(part, tries + 1)
        except Exception as error:  # noqa: BLE001 none may
            self._undeclared.append(f"journal: {error!r}")

    def _io(self, point: str) -> None:
        if self._is_nested:
            return
        if self._strikes("journal_overlapped"):  # an earlier call that Lambda gave up still runs, on another part
            self._is_nested = True
            keep(self._under_way[: self._random.randint(0, len(self._under_way))], self.objects)
            self._is_nested = False
        if self._strikes("journal_failed"):
            raise CrashedError if self._random.random() < 0.5 else self._error_at(point)

    def _error_at(self, point: str) -> TransientError:
        return UnavailableError(point) if point.startswith("before") else LostAnswerError(point)

    def _strikes(self, fault: str) -> bool:
        if not self._weather.is_on or self._random.random() >= self._rate:
            return False
        self._weather.strike(fault)
        return True
