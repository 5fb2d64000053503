"""Rows as a declaration has them, and the same with one field drifted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import httpx

from tieout.drift import OTHERS, Drift, Expected, Field, Noted, Seen
from tieout.ledger.drifts import DriftLedger
from tieout.ledger.table import Table

_ONE_OF = {"string": "a text", "number": 7, "boolean": True, "object": {}, "array": []}


class Drifted(NamedTuple):
    """A row with one field that is not as declared, and what has to be said of it."""

    row: dict[str, Any]
    seen: Seen


def regular(expected: Expected, *, whole: bool = True) -> dict[str, Any]:
    """A row with every field that is declared, or with those alone that must be there."""
    named = {name: field for name, field in expected.items() if name not in OTHERS}
    return {name: _value(field, whole=whole) for name, field in named.items() if whole or not field.absent}


def drifted(answer: str, expected: Expected) -> Iterator[Drifted]:
    """Every way in which one field of a row can drift that its declaration can tell, nested ones included."""
    for path, field in _fields(expected):
        for drift, value in _drifts(field):
            row = regular(expected)
            holder = _holder(row, path)
            if drift is Drift.ABSENT:
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
            yield Drifted(row, Seen(answer, "/".join(path), drift))
        if field.decimals_of:
            row = regular(expected)
            _holder(row, path).update({path[-1]: "4", field.decimals_of: "EUR"})
            yield Drifted(row, Seen(answer, "/".join(path), Drift.EXPONENT))
    closed = {path: field.inside for path, field in _fields(expected) if field.inside is not None} | {(): expected}
    for path in (path for path, inside in closed.items() if not OTHERS.keys() <= inside.keys()):
        row = regular(expected)
        _holder(row, (*path, "a_new_one"))["a_new_one"] = "a text"
        yield Drifted(row, Seen(answer, "/".join((*path, "a_new_one")), Drift.UNKNOWN))


def _drifts(field: Field) -> Iterator[tuple[Drift, object]]:
    yield Drift.RETYPED, next(value for name, value in _ONE_OF.items() if name not in field.types)
    if not field.null:
        yield Drift.NULL, None
    if not field.absent:
        yield Drift.ABSENT, None
    if field.values:
        yield Drift.NEW_VALUE, "nobody has seen this one" if "string" in field.types else 4711


def _value(field: Field, *, whole: bool) -> object:
    if field.inside is not None:
        return regular(field.inside, whole=whole)
    if field.values:
        return max(field.values).upper() if "string" in field.types else int(max(field.values))
    return _ONE_OF[min(field.types)]


def _fields(expected: Expected, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Field]]:
    for name, field in expected.items():
        if name in OTHERS:
            continue
        yield (*above, name), field
        if field.inside is not None:
            yield from _fields(field.inside, (*above, name))


def _holder(row: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for name in path[:-1]:
        row = row[name]
    return row


def keep_a_drift(table: Table, connection: str, now: datetime) -> None:
    """Let the ledger know of a drift with a long name."""
    seen = Seen("consolidated_rate", "properties/hs_recurring_billing_start_date", Drift.NEW_VALUE)
    DriftLedger(table).note(connection, {seen: Noted(1234567, "{}", "{}")}, now, "test")


class Tampering(httpx.HTTPTransport):
    """Changes the rows that a simulated system answers, on their way.

    Args:
        rows_under: the name of the list of rows in an answer.
        having: only rows with this field.
        change: changes a row.
    """

    def __init__(self, rows_under: str, having: str, change: Callable[[dict[str, Any]], object]) -> None:
        super().__init__()
        self._rows_under, self._having, self._change = rows_under, having, change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, its rows changed where it has any."""
        answer = super().handle_request(request)
        answer.read()
        plain = json.loads(answer.content)
        for row in plain.get(self._rows_under, []):
            if self._having in row:
                self._change(row)
        return httpx.Response(answer.status_code, json=plain)
