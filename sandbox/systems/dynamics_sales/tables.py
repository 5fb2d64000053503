"""The tables of the environment: rows, the one counter of row versions, and what was deleted when."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OPPORTUNITIES, PRODUCTS, CURRENCIES = "opportunities", "opportunityproducts", "transactioncurrencies"
MASTERS = {"accounts": "accountid", "products": "productid"}
IDS = {OPPORTUNITIES: "opportunityid", PRODUCTS: "opportunityproductid", CURRENCIES: "transactioncurrencyid", **MASTERS}
TABLES = {OPPORTUNITIES: "opportunity", PRODUCTS: "opportunityproduct", "accounts": "account", "products": "product"}
"""Entity set to the logical name of its table."""

_SCHEMA = Path(__file__).with_name("schema.sql")
_HIDDEN = frozenset({"customer_table"})
_FIRST_VERSION = 9_000_000

Row = dict[str, Any]


class Tables:
    """Rows by entity set; not for several threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._version = _FIRST_VERSION
        # Only the server's thread uses it, and that is not the one that builds it.
        self.sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self.sql.close)
        self.sql.row_factory = sqlite3.Row
        self.sql.create_function("MOMENT", 1, _moment, deterministic=True)
        self.sql.executescript(_SCHEMA.read_text(encoding="utf-8"))

    @property
    def version(self) -> int:
        """The version that was given to a row last."""
        return self._version

    def columns(self, entity_set: str) -> list[str]:
        """The columns the Web API shows."""
        found = [str(row["name"]) for row in self.sql.execute(f"PRAGMA table_info({entity_set})")]
        return [each for each in found if each not in _HIDDEN]

    def row(self, entity_set: str, row_id: str) -> Row:
        """A row; `KeyError` where there is none."""
        statement = f"SELECT * FROM {entity_set} WHERE {IDS[entity_set]} = ?"  # noqa: S608 our own names
        found = self.sql.execute(statement, [row_id]).fetchone()
        if found is None:
            raise KeyError(row_id)
        return dict(found)

    def rows(self, entity_set: str) -> list[Row]:
        """Every row, in the order of their versions where they have any."""
        return [dict(row) for row in self.sql.execute(f"SELECT * FROM {entity_set}")]  # noqa: S608 our own names

    def save(self, entity_set: str, row: Mapping[str, Any]) -> Row:
        """Write a row as a whole, at a version of its own and now."""
        stamped = {**row, "modifiedon": self.stamp(), "versionnumber": self._next()}
        names = ", ".join(stamped)
        values = ", ".join("?" * len(stamped))
        self.sql.execute(f"INSERT OR REPLACE INTO {entity_set} ({names}) VALUES ({values})", [*stamped.values()])  # noqa: S608 our own names
        return self.row(entity_set, row[IDS[entity_set]])

    def delete(self, entity_set: str, row_id: str) -> Row:
        """Take a row out, and note that it was there; as it was."""
        row = self.row(entity_set, row_id)
        self.sql.execute(f"DELETE FROM {entity_set} WHERE {IDS[entity_set]} = ?", [row_id])  # noqa: S608 our own names
        self.sql.execute("INSERT INTO deleted VALUES (?, ?, ?, ?)", [entity_set, row_id, self._next(), self.stamp()])
        return row

    def currency(self, code: str) -> Row:
        """The row of a currency; `KeyError` where there is none of that code."""
        found = self.sql.execute("SELECT * FROM transactioncurrencies WHERE isocurrencycode = ?", [code]).fetchone()
        if found is None:
            raise KeyError(code)
        return dict(found)

    def stamp(self) -> str:
        """Now, in whole seconds."""
        return self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _next(self) -> int:
        self._version += 3  # the counter is the database's, and counts other tables' rows too
        return self._version


def _moment(text: str) -> str:
    """A moment with six decimals, so that texts compare as moments do."""
    return datetime.fromisoformat(text).isoformat(timespec="microseconds")
