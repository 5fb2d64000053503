"""The organisation's tables: an in-memory SQL database with a table for each object."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Mapping
from typing import Any

from sandbox.systems.salesforce.schema import Field, ObjectType, Schema
from sandbox.systems.salesforce.values import Stored

DELETED_WITH = "deleted with"  # a column that no field is called: what a record was deleted because of


class Store:
    """Keeps rows by object and id; whoever reads and writes holds `lock` for as long as it must see one state."""

    def __init__(self, schema: Schema) -> None:
        self.lock = threading.RLock()
        self._schema = schema
        self._sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._sql.close)
        self._sql.row_factory = sqlite3.Row
        self._prepared: dict[str, ObjectType] = {}
        self._columns: dict[str, set[str]] = {}

    def select(self, statement: str, values: tuple[Stored, ...] = ()) -> list[sqlite3.Row]:
        """The rows of a query in SQL; every table it names must have been prepared."""
        with self.lock:
            return self._sql.execute(statement, values).fetchall()

    def prepare(self, name: str) -> ObjectType:
        """An object whose table has a column for each field that it has by now."""
        with self.lock:
            object_type = self._schema.object_type(name)
            if self._prepared.get(name) is not object_type:
                self._add_columns(name, object_type)
                self._prepared[name] = object_type
            return object_type

    def prepare_all(self) -> None:
        """Prepare every table, which cannot be done within a transaction that may be undone."""
        for name in self._schema.names():
            self.prepare(name)

    def row(self, name: str, record_id: str) -> dict[str, Stored]:
        """One record, in the recycle bin or not.

        Raises:
            KeyError: if there is none.
        """
        found = self.rows(name, Id=record_id)
        if not found:
            raise KeyError(record_id)
        return found[0]

    def rows(self, name: str, **where: Stored) -> list[dict[str, Stored]]:
        """The records with these values, in the order of their ids."""
        self.prepare(name)
        matching = " AND ".join(f'"{field}" IS ?' for field in where) or "1"
        statement = f'SELECT * FROM "{name}" WHERE {matching} ORDER BY Id'  # noqa: S608 our own names
        return [dict(row) for row in self.select(statement, tuple(where.values()))]

    def insert(self, name: str, row: Mapping[str, Any]) -> None:
        """Add a record.

        Raises:
            ValueError: if there is one with its id.
        """
        self.prepare(name)
        columns = ", ".join(f'"{field}"' for field in row)
        marks = ", ".join("?" * len(row))
        try:
            self.select(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', tuple(row.values()))  # noqa: S608 our own names
        except sqlite3.IntegrityError as error:
            raise ValueError(f"there is a record {row['Id']}") from error

    def update(self, name: str, record_id: str, values: Mapping[str, Stored]) -> None:
        """Set fields of a record."""
        self.prepare(name)
        settings = ", ".join(f'"{field}" = ?' for field in values)
        self.select(f'UPDATE "{name}" SET {settings} WHERE Id = ?', (*values.values(), record_id))  # noqa: S608 our own names

    def remove(self, name: str, record_id: str) -> None:
        """Forget a record."""
        self.select(f'DELETE FROM "{name}" WHERE Id = ?', (record_id,))  # noqa: S608 our own names

    def _add_columns(self, name: str, object_type: ObjectType) -> None:
        known = self._columns.setdefault(name, set())
        missing = [field for field in object_type.fields.values() if field.name not in {"Id", *known}]
        if known:
            for field in missing:
                self._sql.execute(f'ALTER TABLE "{name}" ADD COLUMN {_column(field)}')
        else:
            columns = ", ".join(map(_column, missing))
            self._sql.execute(f'CREATE TABLE "{name}" (Id PRIMARY KEY, "{DELETED_WITH}", {columns})')
        known.update(object_type.fields)


def _column(field: Field) -> str:
    collation = "COLLATE NOCASE" if field.kind == "text" else ""
    return f'"{field.name}" {collation}'
