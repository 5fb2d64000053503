"""What the simulated application tells of itself: the dimensions of a cube, and the properties of a member.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/get_member.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from sandbox.systems.oracle_epm.definition import Member
from sandbox.systems.oracle_epm.environment import Call, refuse

if TYPE_CHECKING:
    from starlette.responses import Response


def dimensions(call: Call) -> Response:
    """The dimensions of a cube; those of attributes stand beside them, and no cell has a member of one."""
    cube = call.application.cube(call.part("cube"))
    if cube is None:
        return refuse(404, "The plan type does not exist or you do not have access to it.")
    items = [{"name": name, "dimType": name, "objectType": "DIMENSION"} for name in cube.dimensions]
    items.append({"name": "Region", "dimType": "Attribute Dimension", "objectType": "DIMENSION"})
    return JSONResponse({"items": items, "totalResults": len(items), "hasMore": False})


def hierarchy(call: Call) -> Response:
    """A dimension with all members below it, refreshed or not."""
    cube, name = call.application.cube(call.part("cube")), call.part("dimension")
    if cube is None or name.casefold() not in map(str.casefold, cube.dimensions):
        return refuse(404, "The dimension does not exist or you do not have access to it.")
    members = [each for each in call.application.outline().values() if each.dimension.casefold() == name.casefold()]
    return JSONResponse({"name": name, "path": name, "alias": None, "children": _below("", members, name)})


def _below(parent: str, members: list[Member], path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "alias": each.alias or None,
            "path": f"{path}/{each.name}",
            "children": _below(each.name, members, f"{path}/{each.name}"),
        }
        for each in members
        if each.parent.casefold() == parent.casefold()
    ]


def member(call: Call) -> Response:
    """The properties of a member, to a service administrator."""
    if not call.is_administrators:
        return refuse(403, "You do not have the role that this needs.")
    found = call.application.definition.by_name.get(call.part("member").casefold())
    if found is None or found.dimension.casefold() != call.part("dimension").casefold():
        return refuse(400, "The member does not exist.")
    return JSONResponse(
        {
            "name": found.name,
            "dimName": found.dimension,
            "objectType": "DIMENSION_MEMBER",
            "children": found.is_parent,
            "dataStorage": found.storage or ("DYNAMICCALC" if found.is_dynamic else "STOREDATA"),
            "dataType": found.data_type.upper(),
            "twoPass": False,
        }
    )
