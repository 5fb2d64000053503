"""The ledger's table as it was at a moment: made of the journal, and only to be read."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Never

from tieout.errors import PermanentError
from tieout.ledger.journal import text_of_second
from tieout.ledger.journal_lines import item_of
from tieout.ledger.table import INDEXES, Cursor, Item, Key, Page, Write
from tieout.moments import moment_text


class UnchangeablePastError(PermanentError):
    """Somebody wants to write into a table as it was: what is to be changed is the table as it is."""


class IncompleteJournalError(PermanentError):
    """The journal lacks changes: its oldest objects are gone, or a part of the stream was never kept."""


@dataclass(slots=True)
class _Known:
    """What is known of an item.

    Attributes:
        last: the greatest sequence of its changes.
        image: what it was after that one.
        trace: everything it was before or after a change, each struck by its like: what follows on one change is what the next
            one begins with, so that of all changes, in any order, only what it is in the end is left.
    """

    last: int
    image: dict[str, Any] | None
    trace: int


class Replay:
    """Changes become the items they left behind at a moment, in whatever order they are told, each once.

    Changes are told to the second, so those of the moment's whole second are among them. Of each item no more is kept than
    what it was after its last change.
    """

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._until = text_of_second(moment.replace(microsecond=0))
        self._known: dict[Key, _Known] = {}

    def take(self, lines: Iterable[bytes]) -> None:
        """Take some lines of the journal; those of later changes change nothing."""
        for line in lines:
            said = json.loads(line)
            if said["at"] <= self._until:
                self._take((said["keys"]["pk"], said["keys"]["sk"]), int(said["sequence"]), said)

    def _take(self, key: Key, sequence: int, said: Mapping[str, Any]) -> None:
        known = self._known.setdefault(key, _Known(-1, None, 0))
        known.trace ^= _trace(said["old"]) ^ _trace(said["new"])
        if sequence > known.last:
            known.last, known.image = sequence, said["new"]

    def table(self) -> RecalledTable:
        """The table as it was.

        Raises:
            IncompleteJournalError: changes of some item were not told.
        """
        lacking = [key for key, known in self._known.items() if known.trace != _trace(known.image)]
        if lacking:
            raise IncompleteJournalError(
                f"the journal lacks changes of {len(lacking)} items, {' / '.join(min(lacking))} among them: it does not reach"
                " back to the ledger's beginning, or a part of the stream was never kept (runbook unkept-changes)"
            )
        found = {key: item for key, known in self._known.items() if (item := item_of(known.image)) is not None}
        return RecalledTable(found, self._moment)


def _trace(image: Mapping[str, Any] | None) -> int:
    """The same for equal items, whose attributes are told in one order."""
    return 0 if image is None else hash(tuple(image.items()))


class RecalledTable:
    """Implements `tieout.ledger.table.Table` over the items there were at a moment; its pages end at their limit alone."""

    def __init__(self, items: Mapping[Key, Item], moment: datetime) -> None:
        self._items, self._moment = items, moment
        self._partitions: dict[str, list[Key]] = {}
        self._indexes: dict[tuple[str, str], list[Key]] = {}
        for key in sorted(items):
            self._partitions.setdefault(key[0], []).append(key)
            for name, index in INDEXES.items():
                if index.attribute in items[key]:
                    self._indexes.setdefault((name, items[key][index.attribute]), []).append(key)

    def with_later(self, items: Mapping[Key, Item]) -> RecalledTable:
        """The same, and beside it items that were only written later."""
        return RecalledTable({**self._items, **items}, self._moment)

    def get(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """The items there were of those keys."""
        return {key: dict(self._items[key]) for key in keys if key in self._items}

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
        keys = self._partitions.get(partition, [])
        page, cursor = _page(keys, _beginning(keys, 1, prefix), limit, after, newest_first=newest_first)
        return Page(tuple((key, dict(self._items[key])) for key in page), cursor)

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
        """Items whose indexed attribute had `value`, in order of their partition keys, and of each what the index carries."""
        keys = self._indexes.get((name, value), [])
        start, end = _beginning(keys, 0, prefix)
        if behind:
            start = bisect_right(keys, behind, key=itemgetter(0))
        page, cursor = _page(keys, (start, end), limit, after)
        return Page(tuple((key, INDEXES[name].entry(self._items[key])) for key in page), cursor)

    def write(self, writes: Sequence[Write]) -> Never:
        """Raise `UnchangeablePastError`, whatever is to be written."""
        raise UnchangeablePastError(
            f"{len(writes)} writes to the ledger as it was at {moment_text(self._moment)}: that can only be read"
        )

    def write_each(self, writes: Sequence[Write]) -> Never:
        """Raise `UnchangeablePastError`, whatever is to be written."""
        self.write(writes)


def _beginning(keys: Sequence[Key], part: int, prefix: str) -> tuple[int, int]:
    """Where those of some keys in order begin and end whose partition key (0), or sort key of one partition (1), starts so."""

    def begins(key: Key) -> str:
        return key[part][: len(prefix)]

    return bisect_left(keys, prefix, key=begins), bisect_right(keys, prefix, key=begins)


def _page(
    keys: Sequence[Key], span: tuple[int, int], limit: int, after: Cursor | None, *, newest_first: bool = False
) -> tuple[Sequence[Key], Cursor | None]:
    """The keys of a page, and its last one where more follow."""
    start, end = span
    if after is not None and newest_first:
        end = bisect_left(keys, after)  # type: ignore[call-overload]  # our own cursor
    elif after is not None:
        start = bisect_right(keys, after)  # type: ignore[call-overload]  # our own cursor
    page = keys[max(start, end - limit) : end][::-1] if newest_first else keys[start : min(end, start + limit)]
    return page, page[-1] if end - start > limit else None
