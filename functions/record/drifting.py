"""Keeps in what sources' answers were other than expected, each drift once in a while: it stops nothing and fails nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from tieout.drift import Noted, Seen, Watching
from tieout.facts.reading import SourceReader
from tieout.ledger.drifts import DriftLedger
from tieout.ports import Clock

_AGAIN_AFTER = timedelta(minutes=10)
_MOST_KINDS = (
    50  # of a connection in the life of a function: a source with ever new names is not worth a write for each
)


class Drifting:
    """What the readers of one function have noticed.

    Args:
        reader_of: the reader of a connection.
        ledger: where it is kept.
        clock: says when it is time to write again.
    """

    def __init__(self, reader_of: Callable[[str], SourceReader], ledger: DriftLedger, clock: Clock) -> None:
        self._reader_of, self._ledger, self._clock = reader_of, ledger, clock
        self._waiting: dict[str, dict[Seen, Noted]] = {}
        self._written: dict[str, dict[Seen, datetime]] = {}

    def keep(self, connections: Iterable[str]) -> Counter[str]:
        """Keep what was noticed in reading these connections; of each how many drifts nobody knew of.

        What the ledger does not take now is kept with what comes next.
        """
        news: Counter[str] = Counter()
        for connection in connections:
            try:
                self._take(connection)
                news += Counter({connection: self._write(connection)})
            except Exception:  # noqa: BLE001, S112 whatever it is: the records are recorded, and the next batch tries again
                continue
        return news

    def _take(self, connection: str) -> None:
        reader = self._reader_of(connection)
        if isinstance(reader, Watching):
            waiting, written = self._waiting.setdefault(connection, {}), self._written.setdefault(connection, {})
            for seen, noted in reader.watch.take().items():
                if seen in waiting:
                    waiting[seen] = waiting[seen].and_then(noted)
                elif seen in written or len(waiting.keys() | written.keys()) < _MOST_KINDS:
                    waiting[seen] = noted

    def _write(self, connection: str) -> int:
        now, waiting, written = self._clock.now(), self._waiting.get(connection, {}), self._written.get(connection, {})
        due = {
            seen: noted for seen, noted in waiting.items() if seen not in written or now - written[seen] >= _AGAIN_AFTER
        }
        if not due:
            return 0
        found = self._ledger.note(connection, due, now)
        for seen in due:
            del waiting[seen]
            written[seen] = now
        return found
