"""Teaches SQLite what of Trino's SQL queries of a tenant's tables are written in.

https://docs.zuora.com/en/zuora-platform/data/data-query/construct-sql-queries-in-data-query
"""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_TIMESTAMP = re.compile(r"\btimestamp\s+'([0-9-]{10})( [0-9:.]+)? ?(UTC|[+-][0-9]{2}:[0-9]{2})'", re.IGNORECASE)
_DATE = re.compile(r"\bdate\s+('[0-9-]{10}')", re.IGNORECASE)
_IS_QUERY = re.compile(r"\s*(select|with)\b", re.IGNORECASE)


def as_sqlite(query: str) -> str:
    """A query as SQLite takes it: moments are texts in UTC, which order as they follow each other.

    Raises:
        ValueError: for what selects nothing.
    """
    if _IS_QUERY.match(query) is None or ";" in query:
        raise ValueError("only SELECT statements are supported")
    return _DATE.sub(r"\1", _TIMESTAMP.sub(_moment, query))


def teach(sql: sqlite3.Connection) -> None:
    """Have a database know the functions that such queries may use."""
    sql.create_function("utc", 1, utc, deterministic=True)
    sql.create_function("at_timezone", 2, _at_timezone, deterministic=True)
    sql.create_function("to_iso8601", 1, _to_iso8601, deterministic=True)


def utc(moment: str | None) -> str | None:
    """A moment with an offset, as the tables have it."""
    return None if moment is None else datetime.fromisoformat(moment).astimezone(UTC).isoformat(timespec="milliseconds")


def _moment(literal: re.Match[str]) -> str:
    day, time, zone = literal.groups()
    offset = "+00:00" if zone.upper() == "UTC" else zone
    return f"'{utc(f'{day}T{(time or " 00:00:00").strip()}{offset}')}'"


def _at_timezone(moment: str | None, zone: str) -> str | None:
    if moment is None:
        return None
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds")


def _to_iso8601(moment: str | None) -> str | None:
    return None if moment is None else moment.replace("+00:00", "Z")
