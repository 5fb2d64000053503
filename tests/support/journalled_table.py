"""A table in memory whose stream is kept, and what it was at a moment by its journal alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from functions.journal.pipeline import keep
from tests.support.clock import ManualClock
from tests.support.memory_changing import MemoryChangingObjects
from tests.support.memory_table import MemoryTable
from tests.support.table_stream import change_record
from tieout.ledger.journal import unpacked
from tieout.ledger.recalled import RecalledTable, Replay
from tieout.ledger.table import Item, Key, Page, Write


class JournalledTable(MemoryTable):
    """Tells its stream of what changes, by a clock."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        self.stream: list[dict[str, Any]] = []

    def _store(self, key: Key, item: Item | None, size: int) -> None:
        before = self._items.get(key)
        if before != item:  # what changes nothing is told by no stream
            self.tell(key, before, item)
        super()._store(key, item, size)

    def tell(self, key: Key, before: Item | None, after: Item | None, by: str | None = None) -> None:
        """Take a change into the stream, by whom, if it is not whoever writes."""
        told = change_record(key, before, after, len(self.stream) + 1, self.clock.now())
        self.stream.append(told | ({"userIdentity": {"principalId": by}} if by else {}))

    def expire(self, key: Key) -> None:
        """Have DynamoDB remove an item whose time is over."""
        before = self._items[key]
        super()._store(key, None, 0)
        self.tell(key, before, None, by="dynamodb.amazonaws.com")


def journal_of(batches: Iterable[Sequence[Mapping[str, Any]]]) -> dict[str, bytes]:
    """The objects of the journal after these batches of a stream."""
    objects = MemoryChangingObjects()
    for batch in batches:
        keep(batch, objects)
    return objects.contents()


def recalled(objects: Iterable[bytes], moment: datetime) -> RecalledTable:
    """The table as it was at a moment, by these objects of its journal."""
    replay = Replay(moment)
    for body in objects:
        replay.take(unpacked(body))
    return replay.table()


class RecalledTwin:
    """Implements `tieout.ledger.table.Table`: takes writes as any table does, and reads what its journal says it is by then."""

    def __init__(self, clock: ManualClock) -> None:
        self._written = JournalledTable(clock)

    def write(self, writes: Sequence[Write]) -> None:
        """All of the writes, or none."""
        self._written.write(writes)

    def write_each(self, writes: Sequence[Write]) -> Sequence[Key]:
        """Each write on its own."""
        return self._written.write_each(writes)

    def get(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """The items there are of those keys."""
        return self._recalled().get(keys)

    def query(self, partition: str, **how: Any) -> Page:  # noqa: ANN401 as the port has it
        """Items of a partition."""
        return self._recalled().query(partition, **how)

    def index(self, name: str, value: str, **how: Any) -> Page:  # noqa: ANN401 as the port has it
        """Items by their indexed attribute."""
        return self._recalled().index(name, value, **how)

    def _recalled(self) -> RecalledTable:
        return recalled(journal_of([self._written.stream]).values(), self._written.clock.now())
