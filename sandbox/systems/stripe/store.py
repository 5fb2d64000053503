"""The account's objects: numbered, stamped by the second, and listed with the newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sandbox.systems.keeping import Keeping, Object, Where

PREFIXES = {
    "event": "evt",
    "customer": "cus",
    "product": "prod",
    "price": "price",
    "invoice": "in",
    "credit_note": "cn",
    "charge": "ch",
    "refund": "re",
    "dispute": "dp",
    "payout": "po",
    "subscription": "sub",
    "subscription_item": "si",
    "coupon": "coupon",
    "discount": "di",
    "balance_transaction": "txn",
    "line_item": "il",
    "credit_note_line_item": "cnli",
}
_OPERATORS = {"gte": ">=", "gt": ">", "lt": "<", "lte": "<="}


class Bounds(NamedTuple):
    """Which objects of a list are wanted.

    Attributes:
        created: operator, such as `gte`, to a second.
        after, before: the ids of objects behind or ahead of which the page lies; empty: there is none.
        where: field to the value that it has.
        without: field to the value that it has not.
        types: of events, any of which is wanted; none: all are.
    """

    created: Mapping[str, int]
    after: str = ""
    before: str = ""
    where: Mapping[str, Any] = MappingProxyType({})
    without: Mapping[str, Any] = MappingProxyType({})
    types: Sequence[str] = ()


class Store(Keeping):
    """Objects by id; not for several threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now

    def second(self) -> int:
        """Now, in whole seconds since 1970."""
        return int(self._now().timestamp())

    def add(self, kind: str, stated: Mapping[str, Any]) -> Object:
        """A new object of a kind, made now, with an id of its own unless one is stated."""
        number = self.next_number("objects")
        made = {"id": f"{PREFIXES[kind]}_{number:014d}", "object": kind, "created": self.second(), **stated}
        self.keep(made["id"], kind, made["created"], number, made)
        return made

    def new_id(self, kind: str) -> str:
        """An id for what is a part of an object."""
        return f"{PREFIXES[kind]}_{self.next_number('objects'):014d}"

    def document_number(self, name: str) -> str:
        """The next number of a kind of document, as people call it."""
        return f"{name}-{self.next_number(name):04d}"

    def save(self, changed: Mapping[str, Any]) -> None:
        """Write an object as it is now."""
        self.overwrite(changed["id"], changed)

    def newest(self, kind: str, bounds: Bounds, most: int) -> tuple[Sequence[Object], bool]:
        """A page of a list, and whether it goes on.

        Raises:
            KeyError: for a place that is none.
        """
        direction = "ASC" if bounds.before else "DESC"
        conditions, values = self._conditions(bounds)
        where = Where(conditions, values, f"created {direction}, number {direction}")
        found, has_more = self.page(kind, where, most)
        rows = [each for _, each in found]
        return (rows[::-1] if bounds.before else rows), has_more

    def _conditions(self, bounds: Bounds) -> tuple[list[str], list[Any]]:
        where: list[str] = []
        values: list[Any] = []
        for operator, second in bounds.created.items():
            where.append(f"created {_OPERATORS[operator]} ?")
            values.append(second)
        for name, value in bounds.where.items():
            where.append(f"json_extract(body, '$.{name}') IS ?")
            values.append(value)
        for name, value in bounds.without.items():
            where.append(f"json_extract(body, '$.{name}') IS NOT ?")
            values.append(value)
        if bounds.types:
            where.append(f"json_extract(body, '$.type') IN ({', '.join('?' * len(bounds.types))})")
            values += bounds.types
        for comparison, place in (("<", bounds.after), (">", bounds.before)):
            if place:
                where.append(f"(created, number) {comparison} (?, ?)")
                values += self.place(place)
        return where, values
