"""The simulated `exportdataslice`, cells as they are stored and `#Missing` where there is nothing; and the list of cubes.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/export_dataslices.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from sandbox.systems.oracle_epm.definition import Cube
from sandbox.systems.oracle_epm.environment import Call, refuse

if TYPE_CHECKING:
    from starlette.responses import Response

_MISSING = "#Missing"
_Head = tuple[str, ...]


def export_slice(call: Call) -> Response:
    """The grid with a row for each combination of the members of a segment of rows."""
    cube = call.application.cube(call.part("cube"))
    if cube is None:
        return refuse(404, "The plan type does not exist or you do not have access to it.")
    try:
        definition = call.json()["gridDefinition"]
        (pov,) = _heads(call, cube, definition["pov"])
        columns = [head for each in definition["columns"] for head in _heads(call, cube, each)]
        rows = [head for each in definition["rows"] for head in _heads(call, cube, each)]
        data = [[_text(call, cube, (*pov, *row, *column)) for column in columns] for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return refuse(400, str(error))
    hides = definition.get("suppressMissingBlocks") is True or definition.get("suppressMissingRows") is True
    shown = [
        {"headers": list(row), "data": texts}
        for row, texts in zip(rows, data, strict=True)
        if not hides or any(text != _MISSING for text in texts)
    ]
    return JSONResponse(
        {"pov": list(pov), "columns": [list(each) for each in zip(*columns, strict=True)], "rows": shown}
    )


def plan_types(call: Call) -> Response:
    """The application's cubes."""
    items = [
        {
            "planTypeName": cube.name,
            "planType": number,
            "cubeName": cube.name,
            "numDimensions": len(cube.dimensions),
            "cubeType": 0,
        }
        for number, cube in enumerate(call.application.definition.cubes, 1)
    ]
    return JSONResponse({"links": [], "items": items})


def _heads(call: Call, cube: Cube, axis: Mapping[str, Any]) -> Iterator[_Head]:
    """Every combination of an axis' members, named as the application names them."""
    dimensions, members = axis.get("dimensions"), axis["members"]
    if dimensions is not None and (len(dimensions) != len(members) or not set(dimensions) <= set(cube.dimensions)):
        raise ValueError("The dimensions of an axis are not those of its members.")
    for names in product(*members):
        found = [call.application.member(name) for name in names]
        for position, name in enumerate(names):
            member = found[position]
            if member is None or (dimensions is not None and member.dimension != dimensions[position]):
                raise ValueError(
                    f"The member {name} does not exist for the specified cube or you do not have access to it."
                )
        yield tuple(member.name for member in found if member is not None)


def _text(call: Call, cube: Cube, names: _Head) -> str:
    members = call.application.members_of(cube, names)
    if members is None:
        raise ValueError("The grid does not name a member of each dimension.")
    value = call.application.cells.get((cube.name, tuple(each.name for each in members)))
    return _MISSING if value is None else format(value, "f")
