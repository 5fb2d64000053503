"""The environment's tables: an in-memory SQL database with a table for each entity set, in which every row belongs to a company."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Mapping
from decimal import Decimal

from sandbox.systems.business_central.schema import COMPANY, ENTITY_SETS, VERSION
from sandbox.systems.business_central.values import Stored

Row = dict[str, Stored]

_AFFINITIES = {"integer": "INTEGER", "boolean": "INTEGER", "decimal": "TEXT COLLATE DECIMAL"}


class Tables:
    """Keeps rows by company and id; whoever reads and writes holds `lock` for as long as it must see one state."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        # Requests are answered in the server's thread, notifications made in another: each under the lock.
        self._sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._sql.close)
        self._sql.row_factory = sqlite3.Row
        self._sql.create_collation("DECIMAL", _compare)
        for each in ENTITY_SETS.values():
            columns = ", ".join(
                f'"{name}" {_AFFINITIES.get(kind, "TEXT")}'
                for name, kind in (*each.properties.items(), *each.hidden.items())
            )
            self._sql.execute(f'CREATE TABLE "{each.name}" ("{COMPANY}" TEXT, "{VERSION}" INTEGER, {columns})')
            self._sql.execute(f'CREATE INDEX "{each.name} by id" ON "{each.name}" ("{COMPANY}", id)')
        for name, column in (
            ("dimensionSetLines", "parentId"),
            ("generalLedgerEntries", "documentNumber"),
            ("generalLedgerEntries", "lastModifiedDateTime"),
        ):
            self._sql.execute(f'CREATE INDEX "{name} by {column}" ON "{name}" ("{COMPANY}", "{column}")')

    def select(self, statement: str, values: tuple[Stored, ...] = ()) -> list[Row]:
        """The rows of a statement in SQL."""
        with self.lock:
            return [dict(each) for each in self._sql.execute(statement, values).fetchall()]

    def rows(self, name: str, company: str, **where: Stored) -> list[Row]:
        """The rows of a company with these values, in the order of the entity set."""
        matching = "".join(f' AND "{column}" IS ?' for column in where)
        order = f'"{ENTITY_SETS[name].key}", id'
        statement = f'SELECT * FROM "{name}" WHERE "{COMPANY}" = ?{matching} ORDER BY {order}'  # noqa: S608 our own names
        return self.select(statement, (company, *where.values()))

    def row(self, name: str, company: str, **where: Stored) -> Row:
        """The first of those rows.

        Raises:
            KeyError: if there is none.
        """
        found = self.rows(name, company, **where)
        if not found:
            raise KeyError(f"{name} {', '.join(str(each) for each in where.values())}")
        return found[0]

    def insert(self, name: str, row: Mapping[str, Stored]) -> None:
        """Add a row."""
        columns, marks = ", ".join(f'"{column}"' for column in row), ", ".join("?" * len(row))
        self.select(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', tuple(row.values()))  # noqa: S608 our own names

    def update(self, name: str, company: str, record_id: str, values: Mapping[str, Stored]) -> None:
        """Set columns of a row."""
        settings = ", ".join(f'"{column}" = ?' for column in values)
        statement = f'UPDATE "{name}" SET {settings} WHERE "{COMPANY}" = ? AND id = ?'  # noqa: S608 our own names
        self.select(statement, (*values.values(), company, record_id))

    def delete(self, name: str, company: str, **where: Stored) -> None:
        """Remove the rows with these values."""
        matching = "".join(f' AND "{column}" IS ?' for column in where)
        self.select(f'DELETE FROM "{name}" WHERE "{COMPANY}" = ?{matching}', (company, *where.values()))  # noqa: S608 our own names


def _compare(left: str, right: str) -> int:
    """The order of two amounts by what they are worth, not by their digits."""
    first, second = Decimal(left), Decimal(right)
    return (first > second) - (first < second)
