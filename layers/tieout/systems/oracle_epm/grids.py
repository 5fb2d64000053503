"""Turns cells of one cube into the grids that hold exactly them, and grids into the bodies of requests. Pure.

A grid is a rectangle, and what stands in it is written: so no grid has a place for a cell that was not given. Measures are its
columns, since the cells of an intersection mostly change together; what all rows share is its point of view.
https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/import_dataslices.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tieout import strict_json
from tieout.systems.oracle_epm.coordinates import PlacedCell

MISSING = "#missing"  # clears a cell; what reading back shows for an empty one, in any case of letters
# Never `aggregateEssbaseData: true`, which adds to what is there: repeated, it would be counted twice.
_MODE: Mapping[str, Any] = {
    "aggregateEssbaseData": False,
    "cellNotesOption": "Skip",
    "dateFormat": "YYYY-MM-DD",
    "strictDateValidation": True,
    "customParams": {"IncludeRejectedCells": True, "IncludeRejectedCellsWithDetails": True},
}

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a grid: the members of its dimensions, and a cell for each column."""

    headers: tuple[str, ...]
    cells: tuple[PlacedCell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A full rectangle of cells.

    Attributes:
        pov: (dimension, member) pairs that all its cells share.
        row_dimensions: the dimensions of the headers, in order.
        columns: measures.
    """

    pov: tuple[Pair, ...]
    row_dimensions: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def cells(self) -> tuple[PlacedCell, ...]:
        """Its cells, row by row."""
        return tuple(cell for row in self.rows for cell in row.cells)


def grids_of(cells: Iterable[PlacedCell]) -> list[Grid]:
    """The fewest grids with one set of columns each that hold exactly these cells of one cube."""
    intersections: dict[tuple[Pair, ...], dict[str, PlacedCell]] = {}
    for cell in cells:
        intersections.setdefault(cell.place, {})[cell.measure] = cell
    alike: dict[tuple[tuple[str, ...], frozenset[str]], list[dict[str, PlacedCell]]] = {}
    for place, measures in intersections.items():
        dimensions = tuple(dimension for dimension, _ in place)
        alike.setdefault((dimensions, frozenset(measures)), []).append(measures)
    return [_grid_of(rows) for rows in alike.values()]


def parts_of(cells: Sequence[PlacedCell]) -> list[Sequence[PlacedCell]]:
    """Cells of a grid that was refused, in parts: a column each where there are several, else its halves.

    By columns first, because a row with one bad cell, and a grid with measures of several types, are refused as a whole.
    """
    columns: dict[str, list[PlacedCell]] = {}
    for cell in cells:
        columns.setdefault(cell.measure, []).append(cell)
    if len(columns) > 1:
        return list(columns.values())
    middle = (len(cells) + 1) // 2
    return [part for part in (cells[:middle], cells[middle:]) if part]


def import_body(grid: Grid) -> bytes:
    """The body of `importdataslice` that sets the grid's cells."""
    rows = ",".join(_row_text(row) for row in grid.rows)
    head = strict_json.dump({"pov": [member for _, member in grid.pov], "columns": [grid.columns]})
    return f'{strict_json.dump(_MODE)[:-1]},"dataGrid":{head[:-1]},"rows":[{rows}]}}}}'.encode()


def export_body(grid: Grid, measure_dimension: str) -> bytes:
    """The body of `exportdataslice` that reads the grid's cells; every row is a segment of its own, so that none is crossed."""
    definition = {
        "suppressMissingBlocks": False,
        "pov": _axis([dimension for dimension, _ in grid.pov], [member for _, member in grid.pov]),
        "columns": [{"dimensions": [measure_dimension], "members": [grid.columns]}],
        "rows": [_axis(grid.row_dimensions, row.headers) for row in grid.rows],
    }
    return strict_json.dump({"exportPlanningData": False, "gridDefinition": definition}).encode()


def _grid_of(intersections: Sequence[Mapping[str, PlacedCell]]) -> Grid:
    columns = tuple(intersections[0])
    rows = [tuple(measures[column] for column in columns) for measures in intersections]
    places = [dict(cells[0].place) for cells in rows]
    shared = [dimension for dimension in places[0] if len({place[dimension] for place in places}) == 1]
    if len(shared) == len(places[0]):  # one intersection: a row needs a header
        shared = shared[:-1]
    varying = tuple(dimension for dimension in places[0] if dimension not in shared)
    return Grid(
        pov=tuple((dimension, places[0][dimension]) for dimension in shared),
        row_dimensions=varying,
        columns=columns,
        rows=tuple(
            Row(tuple(place[dimension] for dimension in varying), cells)
            for place, cells in zip(places, rows, strict=True)
        ),
    )


def _row_text(row: Row) -> str:
    return f'{{"headers":{strict_json.dump(row.headers)},"data":[{",".join(_value_text(cell.value) for cell in row.cells)}]}}'


def _value_text(value: Decimal | None) -> str:
    """A JSON number in the decimal's own digits, which no encoder of Python's writes: a text could be read in a locale."""
    return f'"{MISSING}"' if value is None else f"{value:f}"


def _axis(dimensions: Sequence[str], members: Sequence[str]) -> dict[str, Any]:
    return {"dimensions": dimensions, "members": [[member] for member in members]}
