"""The ledger's table and the queues, watched: what may never be written is seen as it is written, and races are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.simulation.weather import Weather
from tests.support.memory_queue import MemoryQueue, StoredMessage
from tests.support.memory_table import MemoryTable
from tieout.ledger.table import ConditionFailedError, Cursor, Item, Key, Page, Write

Changed = tuple[Key, Item | None, Item | None]
"""An item before a write and after it."""


class WatchedTable(MemoryTable):
    """A table that remembers every fact that went back to an older version."""

    def __init__(self, weather: Weather, *, index_lag: int) -> None:
        super().__init__(io=weather.io, index_lag=index_lag)
        self._weather = weather
        self.went_back: list[str] = []
        self.missed: Callable[[Key], None] | None = None  # told of every mapping entry that was looked for in vain
        self.begun: Callable[[], None] | None = None  # told whenever a commit in part-facts was begun
        self.applied: Callable[[Sequence[Write], Sequence[Changed]], None] | None = (
            None  # told of every write that was made
        )
        self.left: dict[Key, Item] = {}  # receipts that are open, and intersections that are dirty
        self._changed: list[Changed] = []
        self.told: Callable[[Key, Item | None, Item | None], None] | None = None  # the table's stream

    def get(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """As the table's own."""
        found = super().get(keys)
        if self.missed is not None:
            for key in sorted(keys):
                if key not in found and key[0].startswith("MAP#"):
                    self.missed(key)
        return found

    def begin_as(self, other: MemoryTable) -> None:
        """As the table's own."""
        super().begin_as(other)
        self.left = {key: item for key, item in self._items.items() if _is_left(key, item)}

    def _store(self, key: Key, item: Item | None, size: int) -> None:
        self._changed.append((key, self._items.get(key), item))
        if self.told is not None:
            self.told(key, self._items.get(key), item)
        if key[0].startswith("FACT#"):
            before = self._items.get(key)
            if item is None:
                self.went_back.append(f"{key[0]} was deleted")
            elif before is not None and item["source_version"] < before["source_version"]:
                self.went_back.append(f"{key[0]} from {before['source_version']} to {item['source_version']}")
            elif before is not None and not _goes_on(before, item):
                self.went_back.append(f"{key[0]} went from revision {before['revision']} to {item['revision']}")
        if item is not None and _is_left(key, item):
            self.left[key] = item
        else:
            self.left.pop(key, None)
        super()._store(key, item, size)

    def _apply(self, writes: Sequence[Write]) -> None:
        self._changed = []
        try:
            super()._apply(writes)
        except ConditionFailedError as error:
            for key in error.keys:
                self._weather.strike(_RACES.get(key[0].split("#", 1)[0], "other_race"))
            raise
        if self.applied is not None:
            self.applied(writes, self._changed)
        if any(write.key[0].startswith("FACT#") and "unfinished" in getattr(write, "item", {}) for write in writes):
            self._weather.strike("part_facts")
            if self.begun is not None:
                self.begun()

    def index(
        self,
        name: str,
        value: str,
        *,
        prefix: str = "",
        behind: str = "",
        limit: int = 1000,
        after: Cursor | None = None,
    ) -> Page:
        """As the table's own; a stale answer is counted."""
        page = super().index(name, value, prefix=prefix, behind=behind, limit=limit, after=after)
        if any(self._items.get(key, {}).get(name) != value for key, _ in page.items):
            self._weather.strike("stale_index")
        return page


class WatchedQueue(MemoryQueue):
    """A queue that tells `kept` of every message it keeps."""

    kept: Callable[[str], None]

    def _keep(self, body: str, attributes: Mapping[str, str], delay_seconds: float) -> StoredMessage:
        self.kept(body)
        return super()._keep(body, attributes, delay_seconds)


def _is_left(key: Key, item: Item) -> bool:
    return key[1].startswith("OPEN#") or item.get("cell_state", "").startswith("dirty#")


def _goes_on(before: Item, item: Item) -> bool:
    """Whether a fact is the next revision, or the same one confirmed: then only the mappings it came out with may differ."""
    if item["readings"] <= before["readings"]:
        return False
    is_next = item["revision"] == before["revision"] + 1
    confirmed: dict[str, object] = {"readings": 0, "mappings": ""}
    return bool(is_next or {**item, **confirmed} == {**before, **confirmed})


_RACES = {"FACT": "overlapping_records", "CELL": "overlapping_writers", "MAP": "mapping_race"}
