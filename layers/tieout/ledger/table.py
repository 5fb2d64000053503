"""The ledger's port to its table: a few conditional writes and consistent reads, as DynamoDB has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, NamedTuple, Protocol

from tieout.errors import ConflictError, PermanentError

Key = tuple[str, str]  # partition key, sort key
Cursor = object  # where a page ended; only the table that made it can read it
Item = Mapping[str, Any]  # str, int, bool, bytes, and nothing else; `pk` and `sk` are not in it

MAX_TRANSACTION_WRITES = 100
CELLS_BY_STATE, CATALOGUE = "cells_by_state", "catalogue"  # the names of the indexes


@dataclass(frozen=True, slots=True)
class Absent:
    """The attribute is not there (nor, then, need the item be)."""

    attribute: str


class Equals(NamedTuple):
    """The attribute is there and equals the value."""

    attribute: str
    value: str | int


Condition = Absent | Equals


class Put(NamedTuple):
    """Replace the whole item."""

    key: Key
    item: Item
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Change some attributes of an item, making the item where there is none.

    Attributes:
        firsts: set only where the attribute is absent.
        adds: added to the number there, or to zero.
    """

    key: Key
    _: KW_ONLY
    sets: Mapping[str, str | int] = field(default_factory=dict)
    firsts: Mapping[str, str | int] = field(default_factory=dict)
    adds: Mapping[str, int] = field(default_factory=dict)
    removes: tuple[str, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the item; no error where there is none."""

    key: Key
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Change nothing, but fail the transaction unless the condition holds."""

    key: Key
    condition: Condition


Write = Put | Update | Delete | Check


class ConditionFailedError(ConflictError):
    """A condition did not hold, so nothing was written.

    Attributes:
        keys: the items whose conditions failed.
    """

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__("a condition failed")
        self.keys = tuple(keys)


class RefusedRequestError(PermanentError):
    """The table refuses the request however often it is sent: an item too large, an empty key, one item named twice.

    Attributes:
        reason: what DynamoDB would say of it, for people.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call to the table cost.

    Attributes:
        operation: as DynamoDB calls it, such as `TransactWriteItems`.
        items: asked for, written or found.
        units: DynamoDB's read or write units, those of the indexes included.
    """

    operation: str
    items: int
    units: float


class Index(NamedTuple):
    """A sparse index: the items that have one attribute, by its value, in order of their partition keys.

    Attributes:
        carries: what of an item stands in the index, beside its keys and that attribute.
    """

    attribute: str
    carries: tuple[str, ...] = ()

    def entry(self, item: Item) -> Item:
        """What the index tells of an item."""
        return {name: item[name] for name in (self.attribute, *self.carries) if name in item}


INDEXES: Mapping[str, Index] = {
    # An intersection that changes while it waits costs the index nothing.
    CELLS_BY_STATE: Index("cell_state", ("dirty_since", "cube")),
    CATALOGUE: Index("catalogue"),
}


class Page(NamedTuple):
    """Some items in key order, and where to go on: None at the end."""

    items: tuple[tuple[Key, Item], ...]
    after: Cursor | None = None


def pages(ask: Callable[[Cursor | None], Page]) -> Iterator[Page]:
    """The pages of a query or an index to the last, each asked for when the one before is worked off."""
    page = ask(None)
    yield page
    while page.after is not None:
        page = ask(page.after)
        yield page


class Table(Protocol):
    """One table with the sparse indexes of `INDEXES`."""

    def get(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """The items there are of those keys, read consistently each; a key no item can have, such as an empty one, has none."""
        ...

    def write(self, writes: Sequence[Write]) -> None:
        """All of up to 100 writes to different items, or none.

        Raises:
            ConditionFailedError: a condition did not hold; nothing was written.
            ConflictError: another transaction is on one of the items; nothing was written.
            ThrottledError, UnavailableError: nothing was written.
            LostAnswerError: it may have been written.
            RefusedRequestError: nothing was written, and nothing will be.
        """
        ...

    def write_each(self, writes: Sequence[Write]) -> Sequence[Key]:
        """Each write on its own, in any order; the keys of those whose condition did not hold.

        Raises as `write` does; then any of the writes may have been made.
        """
        ...

    def query(
        self,
        partition: str,
        *,
        prefix: str = "",
        limit: int = 1000,
        after: Cursor | None = None,
        newest_first: bool = False,
    ) -> Page:
        """Items of a partition whose sort key starts with `prefix`, in the order of sort keys, read consistently."""
        ...

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
        """Items whose attribute `name` has `value`, in order of their partition keys.

        Read from the index: a moment behind the table. May lack attributes.

        Args:
            name: the index.
            value: of its attribute.
            prefix: those alone whose partition key starts with it.
            behind: those alone whose partition key is greater; not together with `prefix`.
            limit: at most so many.
            after: where the page before ended.
        """
        ...
