"""Keeps in what answers and deliveries were other than expected, each drift once in a while: it stops nothing and fails nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from tieout.arriving.envelope import Envelope
from tieout.drift import Deliveries, Noted, Seen, Watch, Watching
from tieout.facts.reading import SourceReader
from tieout.landscape import Connection
from tieout.ledger.drifts import DriftLedger
from tieout.ports import Clock
from tieout.systems import capability

_AGAIN_AFTER = timedelta(minutes=10)
_MOST_KINDS = (
    50  # of a connection in the life of a function: a source with ever new names is not worth a write for each
)


class DeliveriesShown:
    """What the deliveries of the connections are compared with, and what was noticed of it.

    Args:
        connections: those there are; the systems of those whose deliveries have outlines declare what these hold.
    """

    def __init__(self, connections: Iterable[Connection]) -> None:
        self._connections = {each.name: each for each in connections}
        self._open: dict[str, tuple[Deliveries, Watch]] = {}

    def show(self, envelopes: Iterable[Envelope]) -> None:
        """Compare the deliveries whose outlines these envelopes carry. Raises nothing."""
        for envelope in envelopes:
            if envelope.outline is not None and envelope.connection in self._connections:
                with suppress(Exception):  # whatever it is: no notice of the delivery has to do with it
                    deliveries, watch = self._opened(envelope.connection)
                    deliveries.show(envelope.outline, watch)

    def watches(self) -> Mapping[str, Watch]:
        """The watch of each connection that was shown."""
        return {name: watch for name, (_, watch) in self._open.items()}

    def _opened(self, name: str) -> tuple[Deliveries, Watch]:
        if name not in self._open:
            connection = self._connections[name]
            deliveries: Deliveries = capability(connection.system, "expected").expect_deliveries(connection)
            self._open[name] = (deliveries, deliveries.watch())
        return self._open[name]


class Drifting:
    """What the readers of one function have noticed, and what its deliveries show.

    Args:
        reader_of: the reader of a connection.
        deliveries: is shown each that arrives.
        ledger: where it is kept.
        clock: says when it is time to write again.
        name: of this function, which no other has: whoever writes a drift first tells of it.
    """

    def __init__(
        self,
        reader_of: Callable[[str], SourceReader],
        deliveries: DeliveriesShown,
        ledger: DriftLedger,
        clock: Clock,
        name: str,
    ) -> None:
        self._reader_of, self._ledger, self._clock, self._name = reader_of, ledger, clock, name
        self.deliveries = deliveries
        self._waiting: dict[str, dict[Seen, Noted]] = {}
        self._written: dict[str, dict[Seen, datetime]] = {}
        self._unsure: dict[str, set[Seen]] = {}  # whether it was this function that wrote it first

    def keep(self, read: Collection[str]) -> Counter[str]:
        """Keep what was noticed in reading these connections, and in what was delivered; of each how many drifts nobody knew of.

        What the ledger does not take now is kept with what comes next.
        """
        news: Counter[str] = Counter()
        delivered = self.deliveries.watches()
        for connection in sorted({*read, *delivered, *self._waiting, *self._unsure}):
            if connection in delivered:
                self._take(connection, delivered[connection])
            with suppress(Exception):  # whatever it is: the records are recorded, and the next batch tries again
                if connection in read:
                    self._take_read(connection)
            with suppress(Exception):  # as above
                self._write(connection)
            with suppress(Exception):  # as above
                news += Counter({connection: self._found(connection)})
        return news

    def _take_read(self, connection: str) -> None:
        reader = self._reader_of(connection)
        if isinstance(reader, Watching):
            self._take(connection, reader.watch)

    def _take(self, connection: str, watch: Watch) -> None:
        waiting, written = self._waiting.setdefault(connection, {}), self._written.setdefault(connection, {})
        for seen, noted in watch.take().items():
            if seen in waiting:
                waiting[seen] = waiting[seen].and_then(noted)
            elif seen in written or len(waiting.keys() | written.keys()) < _MOST_KINDS:
                waiting[seen] = noted

    def _write(self, connection: str) -> None:
        """Write what it is time for; a function that dies meanwhile has written some of it, and told nobody."""
        now, waiting, written = self._clock.now(), self._waiting.get(connection, {}), self._written.get(connection, {})
        due = [seen for seen in waiting if seen not in written or now - written[seen] >= _AGAIN_AFTER]
        if not due:
            return
        taken = {seen: waiting.pop(seen) for seen in due}
        try:
            self._ledger.note(connection, taken, now, self._name)
        except Exception:
            for seen, noted in taken.items():
                waiting[seen] = noted.and_then(waiting[seen]) if seen in waiting else noted
            raise
        self._unsure.setdefault(connection, set()).update(taken.keys() - written.keys())
        written |= dict.fromkeys(taken, now)

    def _found(self, connection: str) -> int:
        """How many drifts that were written nobody knew of, each counted once."""
        unsure = self._unsure.pop(connection, set())
        try:
            return self._ledger.found_by(connection, unsure, self._name) if unsure else 0
        except Exception:
            self._unsure.setdefault(connection, set()).update(unsure)
            raise
