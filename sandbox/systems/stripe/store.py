"""The account's objects: an in-memory SQL database that numbers them, stamps them by the second, and lists the newest first."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

_SCHEMA = Path(__file__).with_name("schema.sql")
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

Object = dict[str, Any]


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


class Store:
    """Objects by id; not for several threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        # Only the server's thread uses it, and that is not the one that builds it.
        self._sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._sql.close)
        self._sql.executescript(_SCHEMA.read_text(encoding="utf-8"))

    def second(self) -> int:
        """Now, in whole seconds since 1970."""
        return int(self._now().timestamp())

    def add(self, kind: str, stated: Mapping[str, Any]) -> Object:
        """A new object of a kind, made now, with an id of its own unless one is stated."""
        number = self._next("objects")
        made = {"id": f"{PREFIXES[kind]}_{number:014d}", "object": kind, "created": self.second(), **stated}
        self._sql.execute(
            "INSERT INTO objects VALUES (?, ?, ?, ?, ?)", [made["id"], kind, made["created"], number, json.dumps(made)]
        )
        return made

    def new_id(self, kind: str) -> str:
        """An id for what is a part of an object."""
        return f"{PREFIXES[kind]}_{self._next('objects'):014d}"

    def document_number(self, name: str) -> str:
        """The next number of a kind of document, as people call it."""
        return f"{name}-{self._next(name):04d}"

    def save(self, changed: Mapping[str, Any]) -> None:
        """Write an object as it is now."""
        self._sql.execute("UPDATE objects SET body = ? WHERE id = ?", [json.dumps(changed), changed["id"]])

    def delete(self, object_id: str) -> None:
        """Take an object out for good."""
        self._sql.execute("DELETE FROM objects WHERE id = ?", [object_id])

    def get(self, object_id: str) -> Object:
        """An object; `KeyError` where there is none."""
        found = self._sql.execute("SELECT body FROM objects WHERE id = ?", [object_id]).fetchone()
        if found is None:
            raise KeyError(object_id)
        stored: Object = json.loads(found[0])
        return stored

    def all(self, kind: str) -> list[Object]:
        """Every object of a kind, in the order in which they were made."""
        found = self._sql.execute("SELECT body FROM objects WHERE object = ? ORDER BY number", [kind])
        return [json.loads(row[0]) for row in found.fetchall()]

    def newest(self, kind: str, bounds: Bounds, most: int) -> tuple[Sequence[Object], bool]:
        """A page of a list, and whether it goes on.

        Raises:
            KeyError: for a place that is none.
        """
        where, values = self._conditions(kind, bounds)
        order = "ASC" if bounds.before else "DESC"
        statement = (
            f"SELECT body FROM objects WHERE {' AND '.join(where)} "  # noqa: S608 our own names
            f"ORDER BY created {order}, number {order} LIMIT ?"
        )
        found = [json.loads(row[0]) for row in self._sql.execute(statement, [*values, most + 1]).fetchall()]
        page = found[:most]
        return (page[::-1] if bounds.before else page), len(found) > most

    def _conditions(self, kind: str, bounds: Bounds) -> tuple[list[str], list[Any]]:
        where: list[str] = ["object = ?"]
        values: list[Any] = [kind]
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
                values += self._place(place)
        return where, values

    def _place(self, object_id: str) -> list[int]:
        found = self._sql.execute("SELECT created, number FROM objects WHERE id = ?", [object_id]).fetchone()
        if found is None:
            raise KeyError(object_id)
        return list(found)

    def _next(self, name: str) -> int:
        statement = "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last"
        [number] = self._sql.execute(statement, [name]).fetchone()
        return int(number)
