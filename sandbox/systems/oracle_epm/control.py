"""The control routes of the simulated environment, for tests, the demo and outside tools: see and alter cells, plant trouble."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.systems.controlling import Body, control_routes
from sandbox.systems.faults import control_routes as fault_routes
from sandbox.systems.oracle_epm.environment import Environment

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


class EnvironmentControl:
    """Everything under `/_control/`; no login is asked for."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def routes(self) -> list[Route]:
        """The control routes, those for faults included."""
        acts = [
            ("GET", "cells", self.cells),
            ("POST", "cells", self.alter),
            ("GET", "writes", self.writes),
            ("GET", "files", self.files),
            ("GET", "jobs", self.jobs),
            ("POST", "members", self.members),
            ("POST", "read_only", self.read_only),
            ("POST", "maintenance", self.maintenance),
            ("POST", "expire_tokens", self.expire_tokens),
            ("POST", "reset", self.reset),
        ]
        return [*control_routes(acts), *fault_routes(self._environment.faults)]

    async def cells(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON values
        """Every cell that is not empty."""
        return {"cells": cells_of(self._environment)}

    async def alter(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON values
        """Sets a cell by hand, as somebody in planning does: `{"cube", "members": [...], "value": "12.50" or null}`."""
        application = self._environment.application
        cube = application.cube(body["cube"])
        members = application.members_of(cube, body["members"]) if cube else None
        if cube is None or members is None:
            raise KeyError("such cell")
        key = (cube.name, tuple(each.name for each in members))
        application.cells.pop(key, None)
        if body["value"] is not None:
            application.cells[key] = Decimal(body["value"])
        return {}

    async def writes(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON values
        """Every import that reached the application, in order, and how many tokens were given, by grant."""
        return {"writes": self._environment.writes, "logins": self._environment.desk.issued}

    async def files(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON values
        """The names of the files in the environment."""
        return {"files": list(self._environment.files)}

    async def jobs(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON values
        """Every job, in order, with how it ended."""
        jobs = self._environment.jobs.values()
        return {
            "jobs": [
                {"job_id": each.job_id, "type": each.kind, **each.parameters, "status": each.status} for each in jobs
            ]
        }

    async def members(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON values
        """Adds the members that a dimension does not have yet: `{"dimension", "members": [...]}`."""
        return {"added": self._environment.application.add_members(body["dimension"], body["members"])}

    async def read_only(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON values
        """Closes the cells that have all of some members: `{"members": [...], "reason": "..."}`; without members opens all."""
        closed = self._environment.application.read_only
        if body["members"]:
            closed.append((frozenset(body["members"]), str(body.get("reason", "Cell is read only"))))
        else:
            closed.clear()
        return {}

    async def maintenance(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON values
        """Lets the maintenance begin, for so many seconds of the environment's clock: `{"seconds": n}`."""
        self._environment.be_maintained(body["seconds"])
        return {}

    async def expire_tokens(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON values
        """Ends every access token."""
        self._environment.desk.revoke_all()
        return {}

    async def reset(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON values
        """Forgets cells, writes, files, jobs, added members, closed intersections, faults and the maintenance."""
        self._environment.reset()
        return {}


def cells_of(environment: Environment) -> list[dict[str, Any]]:
    """The application's cells as cube, members by dimension, and the value's exact text."""
    application, found = environment.application, []
    for (name, place), value in application.cells.items():
        cube = application.cube(name)
        assert cube is not None
        members = dict(zip(cube.dimensions, place, strict=True))
        found.append({"cube": name, "members": members, "value": format(value, "f")})
    return sorted(found, key=lambda each: (each["cube"], sorted(each["members"].items())))
