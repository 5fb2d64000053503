"""The control routes of the simulated tenant, for tests, the demo and outside tools: see cells, add members, plant trouble."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.anaplan.tenant import Tenant
from sandbox.systems.faults import CONTROL_PREFIX, control_routes

if TYPE_CHECKING:
    from starlette.requests import Request

_STATES = frozenset({"", "archived", "locked", "offline"})


class TenantControl:
    """Everything under `/_control/`; no token is asked for."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """The control routes, those for faults included."""
        return [
            Route(f"{CONTROL_PREFIX}cells", self.cells, methods=["GET"]),
            Route(f"{CONTROL_PREFIX}writes", self.writes, methods=["GET"]),
            Route(f"{CONTROL_PREFIX}members", self.members, methods=["POST"]),
            Route(f"{CONTROL_PREFIX}model", self.model, methods=["GET", "POST"]),
            Route(f"{CONTROL_PREFIX}expire_tokens", self.expire_tokens, methods=["POST"]),
            Route(f"{CONTROL_PREFIX}reset", self.reset, methods=["POST"]),
            *control_routes(self._tenant.faults),
        ]

    async def cells(self, _request: Request) -> Response:
        """Every cell that was ever set and whose members still exist."""
        return JSONResponse({"cells": cells_of(self._tenant)})

    async def writes(self, _request: Request) -> Response:
        """Every cell write that reached the model, in order, and how many logins and refreshes there were."""
        return JSONResponse({"writes": self._tenant.writes, "logins": self._tenant.desk.issued})

    async def members(self, request: Request) -> Response:
        """Adds the members of a list that it does not have yet: `{"list", "items": [{"code", "name"}]}`."""
        wanted = json.loads(await request.body())
        dimension = self._tenant.model.dimension(str(wanted["list"]))
        if dimension is None or not dimension.is_list:
            return JSONResponse({"error": "no such list"}, status_code=404)
        known = {each.code for each in dimension.members}
        added = {
            each["code"]: each.get("name") or each["code"] for each in wanted["items"] if each["code"] not in known
        }
        for code, name in added.items():
            self._tenant.model.add_member(dimension, code=code, name=name)
        return JSONResponse({"added": len(added)})

    async def model(self, request: Request) -> Response:
        """Shows the model's state, or sets it.

        `{"state": "" | "archived" | "locked" | "offline", "busy_seconds": n, "deployed": false}`.
        """
        wanted = json.loads(await request.body()) if request.method == "POST" else {}
        if wanted.get("state", "") not in _STATES:
            return JSONResponse({"error": "no such state"}, status_code=400)
        self._tenant.state = wanted.get("state", self._tenant.state)
        self._tenant.is_deployed = wanted.get("deployed", self._tenant.is_deployed)
        if "busy_seconds" in wanted:
            self._tenant.be_busy(wanted["busy_seconds"])
        lists = {
            each.name: [member.code for member in each.members]
            for each in self._tenant.model.dimensions
            if each.is_list
        }
        return JSONResponse({"state": self._tenant.state, "busy": self._tenant.is_busy(), "lists": lists})

    async def expire_tokens(self, _request: Request) -> Response:
        """Ends every token."""
        self._tenant.desk.revoke_all()
        return JSONResponse({})

    async def reset(self, _request: Request) -> Response:
        """Forgets cells, writes, added members, faults and states."""
        self._tenant.reset()
        return JSONResponse({})


def cells_of(tenant: Tenant) -> list[dict[str, Any]]:
    """The model's cells as module, line item, members (codes; names of periods and versions) and the value's exact text."""
    found = []
    for key, value in tenant.model.cells.items():
        coordinates = tenant.model.coordinates_of(key)
        module, line_item = coordinates.pop("module"), coordinates.pop("line_item")
        found.append({"module": module, "line_item": line_item, "members": coordinates, "value": format(value, "f")})
    return sorted(found, key=lambda each: (each["module"], each["line_item"], sorted(each["members"].items())))
