"""The simulated `importdataslice`: sets the cells of a grid, and counts and lists what it rejects.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/import_dataslices.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from sandbox.systems.oracle_epm.application import Place
from sandbox.systems.oracle_epm.definition import CURRENCY, Cube, Member
from sandbox.systems.oracle_epm.environment import Call, refuse

if TYPE_CHECKING:
    from starlette.responses import Response

_MISSING = "#missing"
_ALTERATIONS = frozenset({"drop_cell", "round_cell", "alter_cell"})


@dataclass
class SentCell:
    """One cell of a grid.

    Attributes:
        names: its members as they were sent: point of view, row, column.
        members: in the order of the cube's dimensions; None where they are no cell of it.
    """

    names: tuple[str, ...]
    row: int
    value: object
    members: list[Member] | None
    read_only: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def is_rejected(self) -> bool:
        """Whether there is a reason against it."""
        return bool(self.read_only or self.other)

    def place(self) -> Place:
        """Where it is stored."""
        assert self.members is not None
        return tuple(each.name for each in self.members)

    def number(self) -> Decimal | None:
        """Its value; None to clear the cell. Raises `ValueError` for what is no number."""
        if isinstance(self.value, str) and self.value.strip().casefold() == _MISSING:
            return None
        try:
            number = Decimal(str(self.value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise ValueError("no number")
        return number


def import_slice(call: Call) -> Response:
    """Set the cells, answer how many were accepted, updated and rejected, and the first rejected ones."""
    cube = call.application.cube(call.part("cube"))
    if cube is None:
        return refuse(404, "The plan type does not exist or you do not have access to it.")
    try:
        body = call.json()
        cells = _cells(call, cube, body)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return refuse(400, str(error))
    if call.environment.faults.take(frozenset({"reject_grid"}), "POST", call.request.url.path):
        return refuse(400, "The grid is not valid.")
    _reject(call, cells)
    accepted = [cell for cell in cells if not cell.is_rejected]
    updated = sum(store(call, cube, cell, adding=body.get("aggregateEssbaseData") is True) for cell in accepted)
    rejected = [cell for cell in cells if cell.is_rejected]
    call.environment.writes.append(_logged(call, cube, body, cells))
    return JSONResponse(_counted(call, body, len(accepted), updated, rejected))


def _cells(call: Call, cube: Cube, body: Mapping[str, Any]) -> list[SentCell]:
    """The cells of the grid; raises for a grid that is none of this cube's."""
    grid = body["dataGrid"]
    pov, columns = _names(grid["pov"]), [_names(each) for each in grid["columns"]]
    for name in pov:
        if call.application.member(name) is None:
            raise ValueError(
                f"The member {name} does not exist for the specified cube or you do not have access to it."
            )
    heads = list(zip(*columns, strict=True))
    cells = []
    for number, row in enumerate(grid["rows"]):
        headers, data = _names(row["headers"]), row["data"]
        if len(data) != len(heads):
            raise ValueError("A row has another number of cells than the grid has columns.")
        for head, value in zip(heads, data, strict=True):
            names = (*pov, *headers, *head)
            if len(names) != len(cube.dimensions):
                raise ValueError("The grid does not name a member of each dimension.")
            cells.append(SentCell(names, number, value, call.application.members_of(cube, names)))
    if not 0 < len(cells) <= call.environment.settings.most_cells:
        raise ValueError("The grid has no cells, or too many.")
    return cells


def _names(plain: object) -> list[str]:
    if not isinstance(plain, list) or not all(isinstance(name, str) for name in plain):
        raise TypeError("Members are a flat list of names.")
    return plain


def _reject(call: Call, cells: Sequence[SentCell]) -> None:
    """Note the reasons against each cell, and against those that bad cells take along."""
    for cell in cells:
        judge(call, cell)
    types = {account.data_type for cell in cells for account in cell.members or () if account.dimension == "Account"}
    bad = [cell for cell in cells if cell.is_rejected]
    settings = call.environment.settings
    for cell in cells:
        if len(types) > 1:
            cell.other.append("The grid mixes accounts of several data types")
        elif bad and not cell.is_rejected and settings.rejects_whole_grids:
            cell.other.append("The grid was rejected")
        elif not cell.is_rejected and settings.rejects_whole_rows and any(each.row == cell.row for each in bad):
            cell.other.append("The row was rejected")


def judge(call: Call, cell: SentCell) -> None:
    """Note the reasons against a cell itself."""
    if cell.members is None:
        unknown = [name for name in cell.names if call.application.member(name) is None]
        cell.other.append(f"Invalid members: {', '.join(unknown) or 'two of one dimension'}")
        return
    cell.read_only, cell.other = call.application.flaw_of(cell.members)
    fault = call.environment.faults.take(frozenset({"reject_cell"}), "POST", coordinates_text(cell.members))
    if fault is not None:
        cell.other.append(str(fault.detail.get("reason", "the cell was refused")))
    try:
        cell.number()
    except ValueError:
        cell.other.append("Invalid data")
    if any(each.data_type != CURRENCY for each in cell.members):
        cell.other.append("Invalid data")


def store(call: Call, cube: Cube, cell: SentCell, *, adding: bool) -> bool:
    """Store an accepted cell; whether it says that another value was there before."""
    assert cell.members is not None
    cells, key = call.application.cells, (cube.name, cell.place())
    before, value = cells.get(key), cell.number()
    if adding and value is not None:
        value += before or Decimal(0)
    # Seen live: a cell named by an alias is accepted, and nothing is stored.
    if any(name.casefold() not in call.application.definition.by_name for name in cell.names):
        return False
    fault = call.environment.faults.take(_ALTERATIONS, "POST", coordinates_text(cell.members))
    stored = value
    if fault is not None:
        stored = _altered(fault.kind, before, value, Decimal(str(fault.detail.get("by", "1"))))
    if stored is None:
        cells.pop(key, None)
    else:
        cells[key] = stored
    return before != value


def _altered(kind: str, before: Decimal | None, value: Decimal | None, by: Decimal) -> Decimal | None:
    if kind == "drop_cell":
        return before
    if value is None:
        return None
    return value + by if kind == "alter_cell" else value.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)


def _counted(
    call: Call, body: Mapping[str, Any], accepted: int, updated: int, rejected: Sequence[SentCell]
) -> dict[str, Any]:
    settings, wanted = call.environment.settings, body.get("customParams") or {}
    listed = rejected[: settings.most_listed]
    details = [
        {"memberNames": list(cell.names), "readOnlyReasons": cell.read_only, "otherReasons": cell.other}
        for cell in listed
    ]
    return {
        "numAcceptedCells": accepted,
        settings.updated_key: updated,
        "numRejectedCells": len(rejected),
        "rejectedCells": [f"[{', '.join(cell.names)}]" for cell in listed]
        if wanted.get("IncludeRejectedCells")
        else [],
        "rejectedCellsWithDetails": details if wanted.get("IncludeRejectedCellsWithDetails") else [],
    }


def _logged(call: Call, cube: Cube, body: Mapping[str, Any], cells: Sequence[SentCell]) -> dict[str, Any]:
    return {
        "at": call.environment.now().isoformat(),
        "cube": cube.name,
        "cells": len(cells),
        "rejected": sum(cell.is_rejected for cell in cells),
        "adding": body.get("aggregateEssbaseData") is True,
    }


def coordinates_text(members: Sequence[Member]) -> str:
    """Coordinates as one text such as `;Account=Amount;Customer=ACME;...;`; planted faults of cells match a part."""
    return ";" + "".join(f"{each.dimension}={each.name};" for each in members)
