"""Reads cells of one cube back by `exportdataslice`, to compare planning with the ledger, or for the receipt of a write.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/export_dataslices.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import batched
from typing import Any

from tieout.errors import MalformedError
from tieout.systems.oracle_epm.answers import GridRefusedError
from tieout.systems.oracle_epm.client import PlanningClient
from tieout.systems.oracle_epm.coordinates import PlacedCell
from tieout.systems.oracle_epm.grids import MISSING, Grid, export_body, grids_of, parts_of
from tieout.systems.oracle_epm.options import Cube

_ROWS_AT_ONCE = 100  # each row is a segment of the request; no limit of those is published

Export = Callable[[bytes], Mapping[str, Any]]


def read_cube(
    client: PlanningClient, cube: Cube, cells: Sequence[PlacedCell], within_seconds: float
) -> dict[str, Decimal | None]:
    """Cell id to what the cube holds, 0 for a cell without a value, None where it has no such cell.

    A grid with a member that the cube does not know is refused as a whole, so such a one is read in parts.

    Raises:
        MalformedError: for an answer that does not fit together: it must not pass for a proof.
    """

    def export(body: bytes) -> Mapping[str, Any]:
        return client.export_slice(cube.plan_type, body, within_seconds)

    values: dict[str, Decimal | None] = {}
    for grid in grids_of(cells):
        for rows in batched(grid.rows, _ROWS_AT_ONCE, strict=False):
            values |= _read(export, cube, replace(grid, rows=rows))
    return values


def read_as_written(
    client: PlanningClient, cube: Cube, cells: Sequence[PlacedCell], seconds_left: Callable[[], float]
) -> dict[str, Decimal | None]:
    """The same for cells that are about to be written, by one call for each data slice that their write consists of.

    Left out is a slice that takes more than one call, because it is long or has a member that the cube does not know, and
    whatever there is no time left for.
    """
    values: dict[str, Decimal | None] = {}
    for grid in grids_of(cells):
        left = seconds_left()
        if len(grid.rows) <= _ROWS_AT_ONCE and left > 0:
            with suppress(GridRefusedError):
                body = export_body(grid, cube.measure_dimension)
                values |= _values(client.export_slice(cube.plan_type, body, left), grid)
    return values


def _read(export: Export, cube: Cube, grid: Grid) -> dict[str, Decimal | None]:
    try:
        return _values(export(export_body(grid, cube.measure_dimension)), grid)
    except GridRefusedError:
        if len(grid.cells) == 1:
            return {grid.cells[0].cell_id: None}
        parts = [part_grid for part in parts_of(grid.cells) for part_grid in grids_of(part)]
        return {cell_id: value for part in parts for cell_id, value in _read(export, cube, part).items()}


def _values(answer: Mapping[str, Any], grid: Grid) -> dict[str, Decimal | None]:
    columns = answer.get("columns")
    if not isinstance(columns, list) or not columns or _folded(columns[-1]) != _folded(grid.columns):
        raise MalformedError("oracle_epm_slice_with_other_columns")
    found = dict(_row(row, len(grid.columns)) for row in _rows(answer))
    values: dict[str, Decimal | None] = {}
    for row in grid.rows:
        data = found.get(_folded(row.headers))
        for position, cell in enumerate(row.cells):
            values[cell.cell_id] = None if data is None else data[position]
    return values


def _rows(answer: Mapping[str, Any]) -> list[Any]:
    rows = answer.get("rows")
    if not isinstance(rows, list):
        raise MalformedError("oracle_epm_slice_without_rows")
    return rows


def _row(row: object, width: int) -> tuple[tuple[str, ...], list[Decimal]]:
    headers, data = (row.get("headers"), row.get("data")) if isinstance(row, dict) else (None, None)
    if not isinstance(data, list) or len(data) != width:
        raise MalformedError("oracle_epm_slice_row_unreadable")
    return _folded(headers), [_number(value) for value in data]


def _folded(names: object) -> tuple[str, ...]:
    """Member names as they are compared: case does not tell them apart."""
    if not isinstance(names, Sequence) or isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise MalformedError("oracle_epm_slice_headers_unreadable")
    return tuple(name.strip().casefold() for name in names)


def _number(value: object) -> Decimal:
    """A cell's number: a text in plain or scientific notation, or a JSON number; an empty cell counts as 0, as in every sum."""
    if value is None or (isinstance(value, str) and value.strip().casefold() in {"", MISSING}):
        return Decimal(0)
    try:
        number = Decimal(value) if isinstance(value, str | int | Decimal) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise MalformedError("oracle_epm_cell_unreadable")
    return number
