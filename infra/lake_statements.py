"""The statements by which Athena makes the lake's tables of rows and merges rows into them: pure.

Every row has a name that is the same whenever it is derived, so merging it again does nothing, whatever was merged before.
The merge is in the words that Athena and DuckDB share, so that tests run the very statement that is deployed.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.lake.tables import Column, Kind, Table

SINCE = "{since}"
"""Stands in a merge for the first day of change that it looks at."""

LAKE = "{lake}"
"""Stands in a table's statement for the bucket of the lake."""

TABLES_PREFIX = "tables/"

ROW_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "string",
    Kind.WHOLE: "bigint",
    Kind.TRUTH: "boolean",
    Kind.AMOUNT: "string",  # a number in JSON could come through a float
}
"""What the columns of rows are, which are JSON."""

TABLE_TYPES: Mapping[Kind, str] = {**ROW_TYPES, Kind.AMOUNT: "decimal(38,4)"}
"""What the columns of tables are: no currency of ISO 4217 has more than four decimals."""


def rows_of(table: Table) -> str:
    """The name of the table whose rows are not merged yet."""
    return f"{table.name}_rows"


def creation_of(table: Table) -> str:
    """Make the table, in Iceberg's format, where there is none."""
    columns = ", ".join(f"`{column.name}` {TABLE_TYPES[column.kind]}" for column in table.columns)
    return (
        f"CREATE TABLE IF NOT EXISTS {table.name} ({columns}, `date` string) PARTITIONED BY (`date`)"
        f" LOCATION 's3://{LAKE}/{TABLES_PREFIX}{table.name}/'"
        " TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd')"
    )


def merge_of(table: Table) -> str:
    """Add the rows changed since a day that are not there yet."""
    names = [*(column.name for column in table.columns), '"date"']
    told = ", ".join([*map(_cast, table.columns), '"date"'])
    return (
        f"MERGE INTO {table.name} AS kept"  # noqa: S608 names we declare
        f""" USING (SELECT {told} FROM {rows_of(table)} WHERE "date" >= '{SINCE}') AS told"""
        f""" ON kept."date" >= '{SINCE}' AND kept."date" = told."date" AND kept.row_id = told.row_id"""
        f" WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({', '.join(f'told.{name}' for name in names)})"
    )


def _cast(column: Column) -> str:
    if TABLE_TYPES[column.kind] == ROW_TYPES[column.kind]:
        return column.name
    return f"CAST({column.name} AS {TABLE_TYPES[column.kind]}) AS {column.name}"
