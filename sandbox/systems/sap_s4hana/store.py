"""The tenant's tables: an in-memory SQL database with a table for each entity set, and one for each list of its customizing."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.systems.sap_s4hana.services import ALPHA, EntitySet, all_sets
from sandbox.systems.sap_s4hana.values import Stored, alpha_order, missing, stored

Row = dict[str, Stored]
_HERE = Path(__file__).parent


class Store:
    """Keeps rows; whoever reads and writes holds `lock` for as long as it must see one state."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._sql.close)
        self._sql.row_factory = sqlite3.Row
        self._sql.create_collation("ALPHA", alpha_order)
        self._sql.executescript((_HERE / "schema.sql").read_text(encoding="utf-8"))
        for entity_set in all_sets().values():
            self._sql.execute(_table(entity_set))
        self.company: dict[str, Any] = json.loads((_HERE / "company.json").read_text(encoding="utf-8"))
        for table in ("company_code", "currency", "gl_account"):
            for row in self.company[table]:
                marks = ", ".join("?" * len(row))
                self.select(f"INSERT INTO {table} VALUES ({marks})", tuple(row))  # noqa: S608 our own names

    def select(self, statement: str, values: tuple[Stored, ...] = ()) -> list[Row]:
        """The rows of a statement in SQL."""
        with self.lock:
            return [dict(row) for row in self._sql.execute(statement, values).fetchall()]

    def tables(self) -> dict[str, list[Row]]:
        """Every table with every row, in the order in which they came."""
        names = self.select("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {str(each["name"]): self.select(f'SELECT * FROM "{each["name"]}"') for each in names}  # noqa: S608 our own names

    def rows(self, table: str, **where: Stored) -> list[Row]:
        """The rows with these values, in the order of their keys."""
        matching = " AND ".join(f'"{name}" IS ?' for name in where) or "1"
        order = ", ".join(f'"{name}"' for name in all_sets()[table].row_key) if table in all_sets() else "1"
        return self.select(f'SELECT * FROM "{table}" WHERE {matching} ORDER BY {order}', tuple(where.values()))  # noqa: S608 our own names

    def row(self, table: str, **where: Stored) -> Row:
        """The first row with these values.

        Raises:
            KeyError: if there is none.
        """
        found = self.rows(table, **where)
        if not found:
            raise KeyError(f"{table} {' '.join(str(each) for each in where.values())}")
        return found[0]

    def insert(self, table: str, values: Mapping[str, object]) -> None:
        """Add an entity; what is not stated is empty, zero, false or null by its kind.

        Raises:
            ValueError: if there is one with its key, or a value does not fit.
        """
        properties = all_sets()[table].properties
        row = {each.name: missing(each) for each in properties.values()} | entered(table, values)
        columns = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        try:
            self.select(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', tuple(row.values()))  # noqa: S608 our own names
        except sqlite3.IntegrityError as error:
            raise ValueError(f"there is a {table} with this key") from error

    def update(self, table: str, where: Mapping[str, Stored], values: Mapping[str, object]) -> None:
        """Set values of all entities with the values of `where`."""
        settings = ", ".join(f'"{name}" = ?' for name in values)
        matching = " AND ".join(f'"{name}" IS ?' for name in where)
        given = (*entered(table, values).values(), *where.values())
        self.select(f'UPDATE "{table}" SET {settings} WHERE {matching}', given)  # noqa: S608 our own names

    def remove(self, table: str, **where: Stored) -> None:
        """Forget the entities with these values."""
        matching = " AND ".join(f'"{name}" IS ?' for name in where)
        self.select(f'DELETE FROM "{table}" WHERE {matching}', tuple(where.values()))  # noqa: S608 our own names


def entered(table: str, values: Mapping[str, object]) -> dict[str, Stored]:
    """Values as they are stored.

    Raises:
        ValueError: for a name that is no property, or a value that does not fit.
    """
    properties = all_sets()[table].properties
    unknown = values.keys() - properties.keys()
    if unknown:
        raise ValueError(f"{table} has no {', '.join(sorted(unknown))}")
    return {name: stored(properties[name], value) for name, value in values.items()}


def _table(entity_set: EntitySet) -> str:
    columns = [
        f'"{each.name}" {"TEXT COLLATE ALPHA" if each.kind in ALPHA else ""}' for each in entity_set.properties.values()
    ]
    key = ", ".join(f'"{name}"' for name in entity_set.row_key)
    return f'CREATE TABLE "{entity_set.name}" ({", ".join(columns)}, PRIMARY KEY ({key}))'
