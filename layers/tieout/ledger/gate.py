"""The gate every commit passes: which books are open, and the check that none was closed or opened since.

Closing books takes hold when no commit can pass any more that was planned while they were open. So there is a count that goes up
whenever books are closed or opened, and each transaction that moves cells checks it. One item that all commits check would make
them wait for each other, therefore it stands in many alike: a function goes by one of them, and closing counts up all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tieout import strict_json
from tieout.closing import Books, BooksState
from tieout.ledger import keys
from tieout.ledger.table import Absent, Check, Equals, Item, Key, Table, pages
from tieout.moments import parse_moment

SHARDS = 256
"""How many items count alike: two functions that go by the same one may conflict, and then try again."""


class Change(NamedTuple):
    """How books came to be as they are.

    Attributes:
        by: who closed or opened them.
        is_done: whether every commit goes by it; else closing them broke off half way, and is to be done once more.
    """

    state: BooksState
    at: datetime
    by: str
    reason: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class BooksNow:
    """Which books are open, as of a moment, and the check that they still are.

    Attributes:
        states: of those that are not open.
    """

    check: Check
    states: Mapping[Books, BooksState] = field(default_factory=dict)

    def state_of(self, books: Books) -> BooksState:
        """Whether they may change."""
        return self.states.get(books, BooksState.OPEN)


class Gate:
    """One of the many counts, and what stood in the ledger when it was last seen to change."""

    def __init__(self, table: Table, shard: int) -> None:
        self.key: Key = keys.gate_key(shard % SHARDS)
        self._table = table
        self._seen: tuple[int | None, Mapping[Books, BooksState]] | None = None

    def now(self, item: Item | None) -> BooksNow:
        """What the books are, given the item at `key` as it was just read: the books are read again only where it changed."""
        count = None if item is None else int(item["count"])
        if self._seen is None or self._seen[0] != count:
            found = {books: change.state for books, change in changes(self._table).items()}
            self._seen = (count, {books: state for books, state in found.items() if state is not BooksState.OPEN})
        condition = Absent("count") if count is None else Equals("count", count)
        return BooksNow(Check(self.key, condition), self._seen[1])


def changes(table: Table) -> dict[Books, Change]:
    """All books that were ever closed, with how they came to be as they are."""
    found: dict[Books, Change] = {}
    for page in pages(lambda after: table.query(keys.BOOKS, after=after)):
        for (_, name), item in page.items:
            version, legal_entity = name.split("#", 1)
            found |= {Books(legal_entity, period, version): each for period, each in changes_in(item).items()}
    return found


def changes_in(item: Item) -> dict[str, Change]:
    """Period to how its books came to be as they are, of one legal entity and plan version."""
    rows = strict_json.parse(str(item["periods"]).encode())
    return {
        period: Change(BooksState(state), parse_moment(at), by, reason, bool(is_done))
        for period, (state, at, by, reason, is_done) in rows.items()
    }
