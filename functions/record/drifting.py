"""Keeps in what answers and deliveries were other than expected, each drift once in a while: it stops nothing and fails nobody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class _Known:
    """What one function knows of the drifts of a connection.

    Attributes:
        waiting: those that are to be written.
        written: those that were, each with when it was written last.
        unsure: those that were written for the first time, be it this function or another that wrote them first.
    """

    waiting: dict[Seen, Noted] = field(default_factory=dict)
    written: dict[Seen, datetime] = field(default_factory=dict)
    unsure: set[Seen] = field(default_factory=set)

    def take(self, watch: Watch) -> None:
        """Have wait what a watch has noted."""
        for seen, noted in watch.take().items():
            if seen in self.waiting:
                self.waiting[seen] = self.waiting[seen].and_then(noted)
            elif seen in self.written or len(self.waiting.keys() | self.written.keys()) < _MOST_KINDS:
                self.waiting[seen] = noted


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
        self._known: defaultdict[str, _Known] = defaultdict(_Known)

    def keep(self, read: Collection[str]) -> Counter[str]:
        """Keep what was noticed in reading these connections, and in what was delivered; of each how many drifts nobody knew of.

        What the ledger does not take now is kept with what comes next.
        """
        news: Counter[str] = Counter()
        delivered = self.deliveries.watches()
        for connection in sorted({*read, *delivered, *self._known}):
            known = self._known[connection]
            if connection in delivered:
                known.take(delivered[connection])
            with suppress(Exception):  # whatever it is: the records are recorded, and the next batch tries again
                if connection in read:
                    self._take_read(connection, known)
            with suppress(Exception):  # as above
                self._write(connection, known)
            with suppress(Exception):  # as above
                news += Counter({connection: self._found(connection, known)})
        return news

    def _take_read(self, connection: str, known: _Known) -> None:
        reader = self._reader_of(connection)
        if isinstance(reader, Watching):
            known.take(reader.watch)

    def _write(self, connection: str, known: _Known) -> None:
        """Write what it is time for; a function that dies meanwhile has written some of it, and told nobody."""
        now, written = self._clock.now(), known.written
        due = {
            seen: noted
            for seen, noted in known.waiting.items()
            if seen not in written or now - written[seen] >= _AGAIN_AFTER
        }
        self._ledger.note(connection, due, now, self._name)
        for seen in due:
            del known.waiting[seen]
        known.unsure |= due.keys() - written.keys()
        written |= dict.fromkeys(due, now)

    def _found(self, connection: str, known: _Known) -> int:
        """How many drifts that were written nobody knew of, each counted once."""
        found = self._ledger.found_by(connection, known.unsure, self._name)
        known.unsure.clear()
        return found
