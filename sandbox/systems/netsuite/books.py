"""The account's books: an in-memory SQL database that answers the SuiteQL a ledger reader asks."""

from __future__ import annotations

import json
import re
import sqlite3
import weakref
from calendar import month_abbr, monthrange
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
# `transaction` is a table and a column in SuiteQL, and a reserved word in SQLite.
_RESERVED = re.compile(r"""('[^']*'|"[^"]*")|\btransaction\b""", re.IGNORECASE)
_FORMATS = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "MI": "%M", "SS": "%S"}
_FORMAT = re.compile('"([^"]*)"|(' + "|".join(_FORMATS) + ")")
_FIRST_YEAR, _LAST_YEAR = 2025, 2027


class Books:
    """The tables of the account, seeded with a small group of companies."""

    def __init__(self) -> None:
        # Only the server's thread uses it, and that is not the one that builds it.
        self._columns: dict[str, tuple[str, ...]] = {}
        self.sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self.sql.close)
        self.sql.row_factory = sqlite3.Row
        self.sql.create_function("TO_CHAR", 2, to_char, deterministic=True)
        self.sql.create_function("TO_TIMESTAMP", 2, to_timestamp, deterministic=True)
        self.sql.executescript((_HERE / "schema.sql").read_text(encoding="utf-8"))
        company = json.loads((_HERE / "company.json").read_text(encoding="utf-8"))
        for table, rows in company.items():
            for row in rows:
                self.insert(table, row)
        self._seed_periods()

    def insert(self, table: str, row: list[Any]) -> None:
        """Add a row with values for its first columns; the others are as the schema has them."""
        self._write("INSERT", table, dict(zip(self._columns_of(table), row, strict=False)))

    def replace(self, table: str, row: Mapping[str, Any]) -> None:
        """Put a row in the place of the one with its key, if there is one; `ValueError` for a column that is none."""
        unknown = row.keys() - set(self._columns_of(table))
        if unknown:
            raise ValueError(f"{table} has no {', '.join(sorted(unknown))}")
        self._write("INSERT OR REPLACE", table, row)

    def _write(self, verb: str, table: str, row: Mapping[str, Any]) -> None:
        names = ", ".join(f'"{each}"' for each in row)
        places = ", ".join("?" * len(row))
        self.sql.execute(f"{verb} INTO {table} ({names}) VALUES ({places})", tuple(row.values()))

    def _columns_of(self, table: str) -> tuple[str, ...]:
        if table not in self._columns:
            rows = self.sql.execute(f'PRAGMA table_info("{table}")')
            self._columns[table] = tuple(row["name"] for row in rows)
        return self._columns[table]

    def select(
        self, suiteql: str, *, limit: int, offset: int, unknown: Iterable[str] = ()
    ) -> tuple[list[dict[str, str]], int]:
        """One page of a query as SuiteQL gives it (lower-case keys, texts, no nulls), and how many rows there are.

        Raises:
            ValueError: if it is no query, or names what does not exist, or one of the tables and columns that are `unknown`.
        """
        if not suiteql.lstrip().upper().startswith("SELECT"):
            raise ValueError("only SELECT")
        for name in unknown:
            if re.search(rf"(\.|FROM |JOIN ){name}\b", suiteql, re.IGNORECASE):
                raise ValueError(f"'{name}' was not found.")
        statement = _RESERVED.sub(lambda match: match[1] or '"transaction"', suiteql)
        try:
            rows = self.sql.execute(statement).fetchall()
        except sqlite3.Error as error:
            raise ValueError(str(error)) from error
        return [_plain(row) for row in rows[offset : offset + limit]], len(rows)

    def one(self, statement: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query in plain SQL, if there is one."""
        row = self.sql.execute(statement, values).fetchone()
        return row if isinstance(row, sqlite3.Row) else None

    def id_of(self, table: str, column: str, value: str) -> str:
        """The internal id of the row with a value in a column, or with that id.

        Raises:
            ValueError: if there is none.
        """
        row = self.one(f"SELECT id FROM {table} WHERE {column} = ? OR id = ?", value, value)  # noqa: S608 our own names
        if row is None:
            raise ValueError(f"no {table} {value}")
        return str(row["id"])

    def add_period(self, name: str, start: str, end: str, *, is_adjust: bool = False) -> str:
        """Add an accounting period and give its id."""
        (count,) = self.sql.execute("SELECT COUNT(*) FROM accountingperiod").fetchone()
        period_id = str(200 + count)
        self.insert("accountingperiod", [period_id, name, start, end, "T" if is_adjust else "F", "F", "F"])
        return period_id

    def set_rate(self, period: str, subsidiary: str, to: str, rates: dict[str, str], book: str = "1") -> None:
        """Set the consolidated rates of a period from one subsidiary to another, replacing what is there."""
        key = (self.id_of("accountingperiod", "periodname", period), subsidiary, to, book)
        self.sql.execute(
            "DELETE FROM consolidatedexchangerate"
            " WHERE postingperiod = ? AND fromsubsidiary = ? AND tosubsidiary = ? AND accountingbook = ?",
            key,
        )
        if not rates:
            return
        currencies = [self.functional_currency(each)["id"] for each in (subsidiary, to)]
        values = [rates.get(kind) for kind in ("current", "average", "historical")]
        self.insert("consolidatedexchangerate", [None, *key[:3], *currencies, book, *values])

    def functional_currency(self, subsidiary: str) -> sqlite3.Row:
        """The currency row of a subsidiary.

        Raises:
            ValueError: if there is no such subsidiary.
        """
        row = self.one("SELECT c.* FROM subsidiary s JOIN currency c ON c.id = s.currency WHERE s.id = ?", subsidiary)
        if row is None:
            raise ValueError(f"no subsidiary {subsidiary}")
        return row

    def _seed_periods(self) -> None:
        for year in range(_FIRST_YEAR, _LAST_YEAR + 1):
            for month in range(1, 13):
                last = monthrange(year, month)[1]
                name = f"{month_abbr[month]} {year}"
                self.add_period(name, f"{year}-{month:02d}-01", f"{year}-{month:02d}-{last}")
                self.set_rate(name, "3", "1", {"current": "1.0842", "average": "1.0790", "historical": "1.1000"})
                self.set_rate(name, "5", "1", {"current": "0.0067", "average": "0.0066", "historical": "0.0070"})
            self.add_period(f"Adj {year}", f"{year}-12-31", f"{year}-12-31", is_adjust=True)


def to_char(value: str | None, form: str) -> str | None:
    """Oracle's TO_CHAR for a date, in the elements a reader uses; text in double quotes stands for itself."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    return moment.strftime(_FORMAT.sub(lambda match: _FORMATS[match[2]] if match[2] else match[1], form))


def to_timestamp(value: str, form: str) -> str:
    """Oracle's TO_TIMESTAMP, as the tables keep moments; `ValueError` where the text has another form."""
    moment = datetime.strptime(value, _FORMAT.sub(lambda match: _FORMATS[match[2]] if match[2] else match[1], form))  # noqa: DTZ007 the account's wall clock
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _plain(row: sqlite3.Row) -> dict[str, str]:
    # Oracle reads an empty text as null.
    return {name.lower(): str(row[name]) for name in row.keys() if row[name] not in {None, ""}}  # noqa: SIM118 sqlite3.Row
