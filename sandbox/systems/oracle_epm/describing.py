"""What the simulated application tells of itself: the dimensions of a cube, and the properties of a member.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/get_member.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

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
