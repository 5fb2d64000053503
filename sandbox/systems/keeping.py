"""Keeps what is in a simulated system as objects, in an in-memory SQL database that numbers them and finds them again."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_SCHEMA = Path(__file__).with_name("objects.sql").read_text(encoding="utf-8")

Object = dict[str, Any]


class Where(NamedTuple):
    """Which objects of a kind are wanted: conditions of SQL over their columns, and the values that they ask for.

    Attributes:
        order: columns and directions; the first of them are the first of a page.
    """

    conditions: Sequence[str]
    values: Sequence[Any]
    order: str


class Keeping:
    """Objects by a key that their system chooses; not for several threads."""

    def __init__(self) -> None:
        # Only the server's thread uses it, and that is not the one that builds it.
        self._sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._sql.close)
        self._sql.executescript(_SCHEMA)

    def keep(self, key: str, kind: str, second: int, number: int, made: Mapping[str, Any]) -> None:
        """Have one more object, which was made in a second, as the one of that number."""
        self._sql.execute("INSERT INTO objects VALUES (?, ?, ?, ?, ?)", [key, kind, second, number, json.dumps(made)])

    def overwrite(self, key: str, changed: Mapping[str, Any]) -> None:
        """Have an object as it is now."""
        self._sql.execute("UPDATE objects SET body = ? WHERE id = ?", [json.dumps(changed), key])

    def delete(self, key: str) -> None:
        """Take an object out for good."""
        self._sql.execute("DELETE FROM objects WHERE id = ?", [key])

    def get(self, key: str) -> Object:
        """An object; `KeyError` where there is none."""
        found = self._sql.execute("SELECT body FROM objects WHERE id = ?", [key]).fetchone()
        if found is None:
            raise KeyError(key)
        stored: Object = json.loads(found[0])
        return stored

    def all(self, kind: str) -> list[Object]:
        """Every object of a kind, in the order in which they were made."""
        found = self._sql.execute("SELECT body FROM objects WHERE object = ? ORDER BY number", [kind])
        return [json.loads(row[0]) for row in found.fetchall()]

    def page(self, kind: str, where: Where, most: int) -> tuple[list[tuple[int, Object]], bool]:
        """The first objects of a kind that are wanted, each with its number, and whether there are more of them."""
        conditions = " AND ".join(["object = ?", *where.conditions])
        statement = f"SELECT number, body FROM objects WHERE {conditions} ORDER BY {where.order} LIMIT ?"  # noqa: S608 our own names
        rows = self._sql.execute(statement, [kind, *where.values, most + 1]).fetchall()
        return [(number, json.loads(body)) for number, body in rows[:most]], len(rows) > most

    def place(self, key: str) -> tuple[int, int]:
        """The second in which an object was made, and its number; `KeyError` where there is none."""
        found = self._sql.execute("SELECT created, number FROM objects WHERE id = ?", [key]).fetchone()
        if found is None:
            raise KeyError(key)
        second, number = found
        return second, number

    def next_number(self, name: str) -> int:
        """The next number of a row of them: 1, 2, 3."""
        statement = "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last"
        [number] = self._sql.execute(statement, [name]).fetchone()
        return int(number)
