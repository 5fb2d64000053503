"""The ledger's table in memory: the semantics of DynamoDB that the port promises, and its limits."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from itertools import batched, islice

from tests.support.faults import FaultPoint, no_fault
from tests.support.memory_index import SparseIndex
from tests.support.memory_rules import changed, checked_item, holds, is_possible, refuse_bad_writes, size_of
from tieout.ledger.table import (
    Check,
    ConditionFailedError,
    Cursor,
    Delete,
    Item,
    Key,
    Page,
    Put,
    RefusedRequestError,
    Usage,
    Write,
)

_GET_KEYS = 100
_PAGE_BYTES = 1024 * 1024


class MemoryTable:
    """Implements `tieout.ledger.table.Table` over dictionaries.

    Args:
        io: passed before and after every call to DynamoDB that the real table would make.
        index_lag: how many changed items the indexes are behind; `settle` brings them up to date.
        observe: told what every call cost.
    """

    def __init__(
        self,
        *,
        io: FaultPoint = no_fault,
        index_lag: int = 0,
        observe: Callable[[Usage], None] | None = None,
        name: str = "ledger",
    ) -> None:
        self.io = io
        self.index_lag = index_lag
        self._observe = observe
        self._name = name
        self._items: dict[Key, Item] = {}
        self._sizes: dict[Key, int] = {}
        self._order: dict[str, list[str]] = {}  # partition key to its sort keys, sorted
        self._indexes = {
            "cells_by_state": SparseIndex("cell_state", "dirty_since", "cube"),
            "catalogue": SparseIndex("catalogue"),
        }
        self._lagging: deque[tuple[Key, Item | None]] = deque()

    def get(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """The items there are of those keys."""
        found: dict[Key, Item] = {}
        for chunk in batched(dict.fromkeys(filter(is_possible, keys)), _GET_KEYS, strict=False):
            self.io(f"before {self._name}.get")
            found |= {key: dict(self._items[key]) for key in chunk if key in self._items}
            if self._observe is not None:
                units = sum(-(-self._sizes.get(key, 1) // 4096) for key in chunk)
                self._observe(Usage("BatchGetItem", len(chunk), units))
            self.io(f"after {self._name}.get")
        return found

    def write(self, writes: Sequence[Write]) -> None:
        """All of the writes, or none."""
        self._call("write", writes)

    def write_each(self, writes: Sequence[Write]) -> Sequence[Key]:
        """Each write on its own; the keys of those whose condition did not hold."""
        failed: list[Key] = []
        for write in writes:
            try:
                self._call("write_each", [write])
            except ConditionFailedError as error:
                failed.extend(error.keys)
        return failed

    def query(
        self,
        partition: str,
        *,
        prefix: str = "",
        limit: int = 1000,
        after: Cursor | None = None,
        newest_first: bool = False,
    ) -> Page:
        """Items of a partition whose sort key starts with `prefix`, in the order of sort keys."""
        self.io(f"before {self._name}.query")
        order = self._order.get(partition, [])
        start = bisect_left(order, prefix)
        sort_keys: Iterable[str] = (key for key in order[start:] if key.startswith(prefix))
        if newest_first:
            sort_keys = reversed(list(sort_keys))
        if after is not None:
            sort_keys = [key for key in sort_keys if (key < str(after) if newest_first else key > str(after))]
        page = self._page([(partition, key) for key in sort_keys], self._items, limit, lambda key: key[1])
        self._count_query(page, 1)
        self.io(f"after {self._name}.query")
        return page

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
        """Items whose indexed attribute has `value`, as of `index_lag` changes ago."""
        self.io(f"before {self._name}.index")
        entries = self._indexes[name].entries(value)
        found = sorted(key for key in entries if key[0].startswith(prefix) and key[0] > behind)
        keys = [key for key in found if after is None or key > after]  # type: ignore[operator]  # our own cursor
        page = self._page(keys, entries, limit, lambda key: key)
        self._count_query(page, 2)
        self.io(f"after {self._name}.index")
        return page

    def settle(self) -> None:
        """Bring the indexes up to date."""
        while self._lagging:
            self._index_one()

    def begin_as(self, other: MemoryTable) -> None:
        """Hold what another table holds, with indexes that are as far behind."""
        self._items, self._sizes = dict(other._items), dict(other._sizes)
        self._order = {partition: list(sort_keys) for partition, sort_keys in other._order.items()}
        self._indexes, self._lagging = deepcopy(other._indexes), deque(other._lagging)

    def contents(self) -> dict[Key, Item]:
        """Everything there is, without a fault point: for oracles."""
        return dict(self._items)

    def _call(self, operation: str, writes: Sequence[Write]) -> None:
        self.io(f"before {self._name}.{operation}")
        try:
            self._apply(writes)
        finally:  # the answer that a condition failed can be lost too
            self.io(f"after {self._name}.{operation}")

    def _apply(self, writes: Sequence[Write]) -> None:
        refuse_bad_writes(writes)
        before = [self._items.get(write.key) for write in writes]
        failed = [write.key for write, item in zip(writes, before, strict=True) if not holds(write.condition, item)]
        if failed:
            raise ConditionFailedError(failed)
        after = [_after(write, item) for write, item in zip(writes, before, strict=True)]
        sizes = [0 if item is None else size_of(write.key, item) for write, item in zip(writes, after, strict=True)]
        if self._observe is not None:
            self._observe(self._usage_of_write(writes, before, after, sizes))
        for write, item, size in zip(writes, after, sizes, strict=True):
            if not isinstance(write, Check):
                self._store(write.key, item, size)

    def _store(self, key: Key, item: Item | None, size: int) -> None:
        order = self._order.setdefault(key[0], [])
        if item is None:
            if self._items.pop(key, None) is None:
                return
            del self._sizes[key]
            order.pop(bisect_left(order, key[1]))
        else:
            if key not in self._items:
                insort(order, key[1])
            self._items[key] = item
            self._sizes[key] = size
        self._lagging.append((key, item))
        while len(self._lagging) > self.index_lag:
            self._index_one()

    def _index_one(self) -> None:
        key, item = self._lagging.popleft()
        for index in self._indexes.values():
            index.put(key, item)

    def _page(
        self, keys: Sequence[Key], items: Mapping[Key, Item], limit: int, cursor: Callable[[Key], Cursor]
    ) -> Page:
        """Ends where DynamoDB ends a page: at the limit (though nothing may follow) or after a megabyte."""
        if limit < 1:
            raise RefusedRequestError("a limit below one")
        found: list[tuple[Key, Item]] = []
        room = _PAGE_BYTES
        for key in islice(keys, limit):
            room -= self._sizes.get(key, 0)
            found.append((key, dict(items[key])))
            if room <= 0:
                break
        ended = len(found) < limit and len(found) == len(keys)
        return Page(tuple(found), None if ended or not found else cursor(found[-1][0]))

    def _count_query(self, page: Page, share: int) -> None:
        """Tell what it cost; one of an index costs half."""
        if self._observe is not None:
            units = max(1, -(-sum(self._sizes.get(key, 0) for key, _ in page.items) // 4096))
            self._observe(Usage("Query", len(page.items), units / share))

    def _usage_of_write(
        self, writes: Sequence[Write], before: Sequence[Item | None], after: Sequence[Item | None], sizes: Sequence[int]
    ) -> Usage:
        operation = _operation(writes)
        factor = 2 if operation == "TransactWriteItems" else 1
        units = 0
        for write, old, new, size in zip(writes, before, after, sizes, strict=True):
            units += factor * max(1, -(-max(size, self._sizes.get(write.key, 0)) // 1024))
            if not isinstance(write, Check):
                units += sum(index.units(old, new) for index in self._indexes.values())
        return Usage(operation, len(writes), units)


def _after(write: Write, item: Item | None) -> Item | None:
    """What the item is once the write is made."""
    if isinstance(write, Put):
        return checked_item(write.item)
    if isinstance(write, Delete):
        return None
    if isinstance(write, Check):
        return item
    return changed(write, item)


def _operation(writes: Sequence[Write]) -> str:
    if len(writes) > 1 or isinstance(writes[0], Check):
        return "TransactWriteItems"
    return f"{type(writes[0]).__name__}Item"
