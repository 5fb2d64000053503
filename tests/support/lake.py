"""The lake as SQL sees it: DuckDB over the objects of rows, with the statements that are deployed and the page's own queries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from infra.lake_statements import ROW_TYPES, SINCE, TABLE_TYPES, merge_of, rows_of
from tieout.lake.tables import PREFIX, TABLES, Kind, Table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "design" / "lake.md"
_QUERY = re.compile(r"^### (?P<title>.+?)\n.*?^```sql\n(?P<query>.*?)^```$", re.MULTILINE | re.DOTALL)
_LONG_AGO = "2000-01-01"


def queries_of_the_page() -> dict[str, str]:
    """The example queries of the lake's page, by the headings they stand under."""
    return {found["title"]: found["query"] for found in _QUERY.finditer(PAGE.read_text(encoding="utf-8"))}


@contextmanager
def lake_of(objects: Mapping[str, bytes], folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which the tables of rows are the objects, and the tables they are merged into are empty."""
    for key, body in objects.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    with duckdb.connect(config={"threads": 1}) as sql:
        for table in TABLES:
            _add_rows(sql, table, folder)
            columns = _columns(table, TABLE_TYPES)
            sql.execute(f"CREATE TABLE {table.name} ({columns}, date VARCHAR)")
        yield sql


def merge(sql: duckdb.DuckDBPyConnection, since: str = _LONG_AGO) -> None:
    """Merge the rows changed since a day into the tables, as the state machine does."""
    for table in TABLES:
        sql.execute(merge_of(table).replace(SINCE, since))


def _add_rows(sql: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> None:
    types = {column.name: _duckdb(ROW_TYPES[column.kind]) for column in table.columns}
    objects = f"{folder}/{PREFIX}{table.name}"
    if not any(Path(objects).glob("*/*")):
        sql.execute(f"CREATE TABLE {rows_of(table)} ({_columns(table, ROW_TYPES)}, date VARCHAR)")
        return
    sql.execute(
        f"CREATE VIEW {rows_of(table)} AS SELECT * FROM read_json('{objects}/*/*.jsonl.gz', format = 'newline_delimited',"  # noqa: S608 our own names
        f" columns = {types}, hive_partitioning = true, hive_types = {{'date': VARCHAR}})"
    )


def _columns(table: Table, types: Mapping[Kind, str]) -> str:
    return ", ".join(f"{column.name} {_duckdb(types[column.kind])}" for column in table.columns)


def _duckdb(athena: str) -> str:
    return {"string": "VARCHAR"}.get(athena, athena.upper())
