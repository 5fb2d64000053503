"""A planning model in memory: it answers the calls of Anaplan's API, refuses cells, and lets writes land late."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from tests.simulation.schedule import Schedule
from tests.simulation.weather import Weather
from tieout.errors import LostAnswerError, MalformedError

Coordinates = tuple[str, str, tuple[tuple[str, str], ...]]  # module, line item, members by dimension

MODULES = {  # with what their line items are called, each of them once more in US dollars
    cube: tuple(f"{name}{currency}" for name in names for currency in ("", " USD"))
    for cube, names in {
        "Pipeline": ("Amount", "Weighted amount"),
        "Bookings": ("Booked", "Recurring a month"),
        "Renewals": ("Renewal", "Weighted renewal"),
        "Recurring revenue": ("Monthly", "Annual"),
        "Actuals": ("Revenue",),
        "Cash": ("Collected",),
        "Operating expenses": ("Expense",),
        "Commitments": ("Committed",),
        "Orders": ("Ordered",),
        "Billings": ("Billed",),
    }.items()
}
PERIODS = {  # the model's names to the ledger's
    **{f"{name} 26": f"2026-{number:02}" for number, name in enumerate(("Mar", "Apr", "May", "Jun", "Jul", "Aug"), 3)},
    "Nov 26": "2026-11",
    "Dec 26": "2026-12",
    **{f"P{number:02} FY26": f"RT2026-P{number:02}" for number in range(2, 10)},
}
_LONGEST_LANDING_MILLISECONDS = 600_000
_STALL_MILLISECONDS = (2_000, 30_000, 110_000)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a simulated planning system lives in, whoever's it is.

    Attributes:
        unknown: members it does not know: it refuses what names them, one by one.
        spoiling: members for which it refuses as a whole what is sent together.
    """

    random: Random
    schedule: Schedule
    weather: Weather
    unknown: frozenset[str] = frozenset()
    spoiling: frozenset[str] = frozenset()


class PlanningSystem:
    """One model.

    Attributes:
        unknown: members the model does not know: their cells are refused one by one.
        spoiling: members whose cells make the model refuse a request as a whole.
    """

    def __init__(self, around: Surroundings) -> None:
        self._random, self._schedule, self._weather = around.random, around.schedule, around.weather
        self.unknown, self.spoiling = around.unknown, around.spoiling
        self.cells: dict[Coordinates, Decimal] = {}
        self.under_way = 0  # writes whose answer was lost and that have not landed yet

    # The calls of `tieout.systems.anaplan.client.AnaplanClient`.

    def module_id(self, name: str) -> str | None:
        """The id of a module."""
        return f"id of {name}" if name in MODULES else None

    def line_items(self, module_id: str) -> Sequence[Mapping[str, Any]]:
        """The line items of a module, all of them fit to be written to."""
        return [{"id": name, "name": name, "format": "NUMBER"} for name in MODULES[module_id.removeprefix("id of ")]]

    def forget_modules(self) -> None:
        """Nothing is remembered."""

    def write_cells(self, module_id: str, body: bytes) -> Mapping[str, Any]:
        """Set cells of a module."""
        self._weather.io("before planning.set")
        rows = json.loads(body, parse_float=Decimal, parse_int=Decimal)
        cells = [(_coordinates(module_id.removeprefix("id of "), row), row["value"]) for row in rows]
        members = [{member for _, member in coordinates[2]} for coordinates, _ in cells]
        if any(each & self.spoiling for each in members):
            self._weather.strike("request_refused")
            raise MalformedError("anaplan_refuses_request_400")
        if self._weather.chance("landing_late"):
            self._land_later(cells)
            raise LostAnswerError("no answer in time")
        if self._weather.chance("stalled"):
            self._schedule.rest(self._random.choice(_STALL_MILLISECONDS))
        refused = [place for place, (coordinates, _) in enumerate(cells) if not self.knows(coordinates[2])]
        self._land([cell for place, cell in enumerate(cells) if place not in refused])
        self._weather.io("after planning.set")
        answer: dict[str, Any] = {"numberOfCellsChanged": len(cells) - len(refused)}
        if refused:
            self._weather.strike("cell_refused")
            answer["failures"] = [{"requestIndex": place, "failureType": "cellIsInvalid"} for place in refused]
        return answer

    def knows(self, members: Iterable[tuple[str, str]]) -> bool:
        """Whether it has all of these members, each with its dimension."""
        return not {member for _, member in members} & self.unknown

    def _land_later(self, cells: list[tuple[Coordinates, Decimal]]) -> None:
        self.under_way += 1

        def land() -> None:
            self.under_way -= 1
            self._land([cell for cell in cells if self.knows(cell[0][2])])

        self._schedule.after(self._random.randrange(_LONGEST_LANDING_MILLISECONDS), land)

    def _land(self, cells: list[tuple[Coordinates, Decimal]]) -> None:
        self.cells.update(cells)


def _coordinates(module: str, row: Mapping[str, Any]) -> Coordinates:
    members = {each["dimensionName"]: each.get("itemCode") or each["itemName"] for each in row["dimensions"]}
    members["Time"] = PERIODS.get(members["Time"], members["Time"])
    return module, row["lineItemName"], tuple(sorted(members.items()))
