"""The site's resources: numbered, stamped with a version that grows with every change, and found by their own filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sandbox.systems.keeping import Keeping, Object, Where

_PREFIXES = {"event": "ev_", "transaction": "txn_", "line_item": "li_", "discount": "dis_", "invoice": "draft_inv_"}


class Filter(NamedTuple):
    """A condition on one attribute.

    Attributes:
        operator: in SQL, with a `?` for each of the values.
    """

    attribute: str
    operator: str
    values: tuple[Any, ...]


class Order(NamedTuple):
    """By what a list is sorted.

    Attributes:
        after: the value and the number of the resource behind which the page lies.
    """

    attribute: str
    descending: bool = False
    after: tuple[int, int] | None = None


class Store(Keeping):
    """Resources by kind and id, which is that of its kind alone; not for several threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._version = 0

    def second(self) -> int:
        """Now, in whole seconds since 1970."""
        return self._millisecond() // 1_000

    def add(self, kind: str, stated: Mapping[str, Any]) -> Object:
        """A new resource of a kind, made now, with an id of its own unless one is stated."""
        number = self.next_number("resources")
        named = {"id": f"{_PREFIXES.get(kind, '16B')}{number:010d}", **stated}
        made = (
            {**named, "object": kind} if kind == "event" else self._stamped({**named, "deleted": False, "object": kind})
        )
        self.keep(_key(kind, made["id"]), kind, self.second(), number, made)
        return made

    def new_id(self, kind: str) -> str:
        """An id for what is a part of a resource."""
        return f"{_PREFIXES[kind]}{self.next_number('resources'):010d}"

    def document_number(self, prefix: str, kind: str) -> str:
        """The next number of a kind of document, which is its id."""
        return f"{prefix}{self.next_number(kind)}"

    def save(self, changed: Object) -> Object:
        """Write a resource as it is now, with the next version; what it states as None it has not any more."""
        stated = self._stamped({name: value for name, value in changed.items() if value is not None})
        self.overwrite(_key(stated["object"], stated["id"]), stated)
        return stated

    def find(self, kind: str, resource_id: str) -> Object:
        """A resource, deleted or not; `KeyError` where there never was one."""
        return self.get(_key(kind, resource_id))

    def listed(
        self, kind: str, filters: Sequence[Filter], order: Order, most: int
    ) -> tuple[Sequence[Object], tuple[int, int] | None]:
        """A page of a list, and the place behind which the next one lies, where there is one."""
        direction, comparison = ("DESC", "<") if order.descending else ("ASC", ">")
        sorted_by = f"coalesce({_column(order.attribute)}, 0)"
        conditions = [f"{_column(each.attribute)} {each.operator}" for each in filters]
        values = [value for each in filters for value in each.values]
        if order.after is not None:
            conditions.append(f"({sorted_by}, number) {comparison} (?, ?)")
            values += order.after
        where = Where(conditions, values, f"{sorted_by} {direction}, number {direction}")
        found, has_more = self.page(kind, where, most)
        if not has_more:
            return [each for _, each in found], None
        number, last = found[-1]
        return [each for _, each in found], (last.get(order.attribute, 0), number)

    def _stamped(self, stated: Object) -> Object:
        self._version = max(self._version + 1, self._millisecond())
        return {**stated, "resource_version": self._version, "updated_at": self.second()}

    def _millisecond(self) -> int:
        return round(self._now().timestamp() * 1_000)


def _key(kind: str, resource_id: str) -> str:
    return f"{kind}/{resource_id}"


def _column(attribute: str) -> str:
    return f"json_extract(body, '$.{attribute}')"
