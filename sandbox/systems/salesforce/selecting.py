"""Answers the caller's queries: rows of the organisation's tables as records in the form that REST writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.systems.salesforce.schema import Schema
from sandbox.systems.salesforce.settings import OrganizationSettings
from sandbox.systems.salesforce.soql import parse
from sandbox.systems.salesforce.statement import Statement
from sandbox.systems.salesforce.store import Store
from sandbox.systems.salesforce.values import Stored, rest_value


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found; a query that counts has only the total."""

    records: list[dict[str, Any]]
    total: int


class Selecting:
    """Answers a caller who sees what the settings let him see."""

    def __init__(self, settings: OrganizationSettings, schema: Schema, store: Store) -> None:
        self._settings = settings
        self._schema = schema
        self._store = store

    def select(self, soql: str, *, deleted: bool, version: str) -> Found:
        """What a query finds, with what is in the recycle bin where `deleted` is asked for too.

        Raises:
            SoqlError: for what is no query, or names what there is not for the caller.
        """
        with self._store.lock:
            self._store.prepare_all()
            hidden = self._settings.hidden_records
            statement = Statement(parse(soql), self._schema, hidden=hidden, deleted=deleted)
            rows = self._store.select(*statement.sql())
        if not statement.columns:
            return Found([], int(rows[0][0]))
        return Found([_record(statement, tuple(row), version) for row in rows], len(rows))


def _record(statement: Statement, row: tuple[Stored, ...], version: str) -> dict[str, Any]:
    """One row as nested records: the columns under their paths, null where a path leads nowhere."""
    ids = dict(zip(statement.tables, row, strict=False))
    record = _head(statement, (), ids, version)
    for column, value in zip(statement.columns, row[len(ids) :], strict=True):
        place: dict[str, Any] | None = record
        for depth in range(1, len(column.path) + 1):
            path = column.path[:depth]
            assert place is not None
            place = place.setdefault(path[-1], _head(statement, path, ids, version) if ids[path] else None)
            if place is None:
                break
        if place is not None:
            place[column.field.name] = rest_value(column.field, value)
    return record


def _head(
    statement: Statement, path: tuple[str, ...], ids: dict[tuple[str, ...], Stored], version: str
) -> dict[str, Any]:
    name = statement.tables[path].object_type.name
    return {"attributes": {"type": name, "url": f"/services/data/v{version}/sobjects/{name}/{ids[path]}"}}
