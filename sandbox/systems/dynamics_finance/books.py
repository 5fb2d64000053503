"""The books of the environment's companies: an in-memory SQL database, seeded with a small group."""

from __future__ import annotations

import json
import sqlite3
import weakref
from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_FIRST_YEAR, _LAST_YEAR = 2025, 2027
NO_DATE = "1900-01-01"
ENTITY_SETS = (
    "GeneralJournalEntries",
    "GeneralJournalAccountEntries",
    "SalesInvoiceHeadersV2",
    "VendorInvoiceJournalHeaders",
    "CustomerTransactions",
)
_TABLES = (
    "company", "main_account", "exchange_rate", "fiscal_period", "posted_entry", "posted_line", "customer_invoice",
    "supplier_invoice", "customer_transaction",
)  # fmt: skip


class Books:
    """The tables of the environment."""

    def __init__(self) -> None:
        # Only the server's thread uses it, and that is not the one that builds it.
        self.sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self.sql.close)
        self.sql.row_factory = sqlite3.Row
        self.sql.create_function("MOMENT", 1, _moment, deterministic=True)
        self.sql.executescript((_HERE / "schema.sql").read_text(encoding="utf-8"))
        for table, rows in json.loads((_HERE / "company.json").read_text(encoding="utf-8")).items():
            for row in rows:
                self.insert(table, row)
        self._seed_periods()

    def insert(self, table: str, row: Sequence[Any]) -> None:
        """Add a row with a value for each column."""
        self.sql.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", list(row))  # noqa: S608 our own names

    def one(self, statement: str, *values: object) -> sqlite3.Row:
        """The first row of a query; `KeyError` where there is none."""
        row = self.sql.execute(statement, values).fetchone()
        if not isinstance(row, sqlite3.Row):
            raise KeyError(" ".join(str(each) for each in values))
        return row

    def columns(self, entity_set: str) -> list[str]:
        """The columns of an entity set."""
        return [str(row["name"]) for row in self.sql.execute(f"PRAGMA table_info({entity_set})")]

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Every table with its rows, for whoever wants to add them up by himself."""
        return {
            table: [dict(row) for row in self.sql.execute(f"SELECT * FROM {table}")]  # noqa: S608 our own names
            for table in _TABLES
        }

    def _seed_periods(self) -> None:
        """Calendar months, and at either end of a year a period of one day that only carries it on."""
        for year in range(_FIRST_YEAR, _LAST_YEAR + 1):
            self.insert("fiscal_period", [str(year), "Opening", "Opening", f"{year}-01-01", f"{year}-01-01"])
            for month in range(1, 13):
                last = monthrange(year, month)[1]
                days = (f"{year}-{month:02d}-01", f"{year}-{month:02d}-{last}")
                self.insert("fiscal_period", [str(year), f"Period {month}", "Operating", *days])
            self.insert("fiscal_period", [str(year), "Closing", "Closing", f"{year}-12-31", f"{year}-12-31"])


def _moment(text: str) -> str:
    """A moment with six decimals, so that texts compare as moments do."""
    return datetime.fromisoformat(text).isoformat(timespec="microseconds")
