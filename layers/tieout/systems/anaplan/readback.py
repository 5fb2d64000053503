"""Reads cells back from a module's default view, to check that planning holds what the ledger says.

A view shows one page at a time, so this costs one call for each different page among the cells, and two to find the members:
it is for checks, not for every write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tieout.delivering import CellValue
from tieout.errors import MalformedError
from tieout.money import decimal_of
from tieout.systems.anaplan.blueprint import plain_name
from tieout.systems.anaplan.client import AnaplanClient

_LINE_ITEMS = "line items"


@dataclass(frozen=True, slots=True)
class _Member:
    item_id: str
    name: str


@dataclass(frozen=True, slots=True)
class _Axis:
    """One dimension of a view."""

    dimension_id: str
    name: str


def read_module(
    client: AnaplanClient, module_id: str, cells: Sequence[CellValue], named: Collection[str]
) -> dict[str, Decimal | None]:
    """Cell id to the value planning holds, for cells of one module; None where one of the members is not in the model.

    A number nobody has set reads as 0, as it does in Anaplan.

    Raises:
        MalformedError: if the view does not show the dimensions of the cells, or a value that is no number.
    """
    view = client.view(module_id)  # a module's default view has the module's id
    pages, rows, columns = (_axes(view, key) for key in ("pages", "rows", "columns"))
    members = _members(client, module_id, cells, pages + rows + columns, named)
    values: dict[str, Decimal | None] = {cell.cell_id: None for cell in cells}
    by_page: defaultdict[tuple[str, ...], list[CellValue]] = defaultdict(list)
    for cell in cells:
        found = [members.get(_place(cell, axis)) for axis in pages + rows + columns]
        if all(found):
            by_page[tuple(member.item_id for member in found[: len(pages)] if member)].append(cell)
    for page, wanted in by_page.items():
        data = client.view_data(module_id, dict(zip((axis.dimension_id for axis in pages), page, strict=True)))
        grid = _grid(data)
        for cell in wanted:
            place = tuple(members[_place(cell, axis)].name for axis in rows + columns)
            values[cell.cell_id] = _number(grid.get(place, ""))
    return values


def _axes(view: Mapping[str, Any], key: str) -> list[_Axis]:
    found = view.get(key)
    return [
        _Axis(str(each.get("id")), plain_name(str(each.get("name"))))
        for each in (found if isinstance(found, list) else [])
        if isinstance(each, dict)
    ]


def _member_of(cell: CellValue, axis: _Axis) -> str:
    if axis.name == _LINE_ITEMS:
        return cell.measure
    for dimension, member in cell.members:
        if plain_name(dimension) == axis.name:
            return member
    raise MalformedError("anaplan_view_has_another_dimension")


def _place(cell: CellValue, axis: _Axis) -> tuple[str, str]:
    return axis.name, _member_of(cell, axis).casefold()


def _members(
    client: AnaplanClient, module_id: str, cells: Sequence[CellValue], axes: Sequence[_Axis], named: Collection[str]
) -> dict[tuple[str, str], _Member]:
    """(dimension, our member) to Anaplan's member, both folded, since Anaplan does not tell upper from lower case."""
    by_name = {plain_name(name) for name in named}
    members: dict[tuple[str, str], _Member] = {}
    for axis in axes:
        wanted = sorted({_member_of(cell, axis) for cell in cells})
        if axis.name == _LINE_ITEMS:
            found, key = client.line_items(module_id), "name"
        elif axis.name in by_name:
            found, key = client.items(axis.dimension_id, names=wanted), "name"
        else:
            found, key = client.items(axis.dimension_id, codes=wanted), "code"
        for each in found:
            member = _Member(str(each.get("id")), str(each.get("name")))
            members[axis.name, str(each.get(key)).casefold()] = member
    return members


def _grid(data: Mapping[str, Any]) -> dict[tuple[str, ...], str]:
    """Row and column coordinates to the cell's text."""
    grid: dict[tuple[str, ...], str] = {}
    try:
        columns = [tuple(map(str, each)) for each in data.get("columnCoordinates", [[]])]
        for row in data.get("rows", []):
            place = tuple(map(str, row.get("rowCoordinates", [])))
            grid.update({place + column: str(text) for column, text in zip(columns, row["cells"], strict=True)})
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise MalformedError("anaplan_view_data_unreadable") from error
    return grid


def _number(text: str) -> Decimal | None:
    return decimal_of(text) if text.strip() else None
