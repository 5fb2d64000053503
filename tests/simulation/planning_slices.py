"""A Planning application of Oracle EPM in memory: it answers the calls about data slices, rejects cells, and writes late."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tests.simulation.planning import Coordinates, Surroundings
from tieout.errors import LostAnswerError, TransientError
from tieout.systems.oracle_epm.answers import GridRefusedError

PREFIXED = (
    *("Customer", "Product line", "Legal entity", "Currency", "Version", "Account", "Cost centre", "Supplier"),
    "Partner",
)
"""The dimensions before whose members their own name stands, so that a grid tells which member is of which."""
_LONGEST_LANDING_MILLISECONDS = 600_000
_STALL_MILLISECONDS = (2_000, 30_000, 110_000)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_LISTED = 3  # of the cells that are rejected; a hundred, where it runs
_Cell = tuple[Coordinates, list[str], Decimal]  # where, by which members, and the value


class SlicedApplication:
    """One application with a plan type for each cube.

    Attributes:
        unknown: members it does not know: their cells are rejected, and with the first of a row the whole row.
        spoiling: members whose cells make it refuse a grid as a whole.
    """

    def __init__(self, around: Surroundings) -> None:
        self._random, self._schedule, self._weather = around.random, around.schedule, around.weather
        self.unknown, self.spoiling = around.unknown, around.spoiling
        self.cells: dict[Coordinates, Decimal] = {}
        self.under_way = 0  # slices whose answer was lost and that are not written yet
        self.shown: list[
            tuple[int, Mapping[Coordinates, Decimal]]
        ] = []  # what it held of which cells when it was asked

    # The calls of `tieout.systems.oracle_epm.client.PlanningClient`.

    def lacks(self, plan_type: str, within_seconds: float) -> bool:
        """It has every plan type."""
        del plan_type, within_seconds
        return False

    def import_slice(self, plan_type: str, body: bytes, within_seconds: float) -> Mapping[str, Any]:
        """Set the cells of a grid."""
        del within_seconds
        asked = json.loads(body, parse_float=Decimal, parse_int=Decimal)
        assert asked["aggregateEssbaseData"] is False, "it would add to what is there"
        cells = list(_cells(plan_type, asked["dataGrid"]))
        self._weather.io("before planning.set")
        if any(_members(cell) & self.spoiling for cell in cells):
            self._weather.strike("request_refused")
            raise GridRefusedError(400, "")
        rejected = [cell for cell in cells if not self.knows(cell[0][2])]
        taken = [(at, value) for at, members, value in cells if (at, members, value) not in rejected]
        if self._weather.chance("landing_late"):
            self._land_later(taken)
            raise LostAnswerError("no answer in time")
        if self._weather.chance("stalled"):
            self._schedule.rest(self._random.choice(_STALL_MILLISECONDS))
        self.cells.update(taken)
        self._weather.io("after planning.set")
        if rejected:
            self._weather.strike("cell_refused")
        told = [
            {"memberNames": members, "otherReasons": ["unknown member"]} for _, members, _ in rejected[:_MOST_LISTED]
        ]
        counts = {"numAcceptedCells": len(taken), "numUpdateCells": len(taken), "numRejectedCells": len(rejected)}
        return {**counts, "rejectedCellsWithDetails": told}

    def knows(self, members: Iterable[tuple[str, str]]) -> bool:
        """Whether cells can have all of these members, each with its dimension."""
        return not {member for _, member in members} & self.unknown

    def export_slice(self, plan_type: str, body: bytes, within_seconds: float) -> Mapping[str, Any]:
        """What it holds of the cells of a grid, the last row first."""
        assert within_seconds > 0
        try:
            self._weather.io("before planning.read")
        except TransientError:
            self._weather.strike("not_read_before")
            raise
        grid = _as_given(json.loads(body)["gridDefinition"])
        cells = list(_cells(plan_type, grid))
        if any(_members(cell) & self.spoiling or not self.knows(cell[0][2]) for cell in cells):
            self._weather.strike("slice_unreadable")
            raise GridRefusedError(400, "")
        held = {at: self.cells.get(at, Decimal()) for at, _, _ in cells}
        self.shown.append((self._schedule.milliseconds, held))
        values = iter(str(held[at]) if at in self.cells else "#missing" for at, _, _ in cells)
        rows = [{**row, "data": [next(values) for _ in row["data"]]} for row in grid["rows"]]
        self._weather.io("after planning.read")
        return {"pov": grid["pov"], "columns": grid["columns"], "rows": rows[::-1]}

    def _land_later(self, cells: list[tuple[Coordinates, Decimal]]) -> None:
        self.under_way += 1

        def land() -> None:
            self.under_way -= 1
            self.cells.update(cells)

        self._schedule.after(self._random.randrange(_LONGEST_LANDING_MILLISECONDS), land)


def _as_given(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """The grid of a question, as one that is given: without values."""
    [measures] = definition["columns"][0]["members"]
    pov = [member for (member,) in definition["pov"]["members"]]
    rows = [
        {"headers": [member for (member,) in row["members"]], "data": [Decimal()] * len(measures)}
        for row in definition["rows"]
    ]
    return {"pov": pov, "columns": [measures], "rows": rows}


def _cells(cube: str, grid: Mapping[str, Any]) -> Iterator[_Cell]:
    """The cells of a grid, under the ledger's own words."""
    [measures] = grid["columns"]
    for row in grid["rows"]:
        members = [*grid["pov"], *row["headers"]]
        at = tuple(sorted(in_our_words(members).items()))
        for measure, value in zip(measures, row["data"], strict=True):
            yield (cube, measure, at), [*members, measure], value


def in_our_words(members: list[str]) -> dict[str, str]:
    """Members of its dimensions, each behind the name of its own where it is prefixed, as the ledger has them."""
    found = {dimension: member for dimension, _, member in (each.partition(":") for each in members) if member}
    [year, period] = sorted((each for each in members if ":" not in each), key=lambda each: not each.startswith("FY"))
    number = f"P{period[1:]}" if period.startswith("P") else f"{_MONTHS.index(period) + 1:02}"
    label = "RT" if period.startswith("P") else ""
    return found | {"Time": f"{label}20{year[2:]}-{number}"}


def _members(cell: _Cell) -> set[str]:
    return {member for _, member in cell[0][2]}
