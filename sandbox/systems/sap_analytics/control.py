"""The control routes of the simulated tenant: see facts and jobs, add members, lock data, plant trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.systems.controlling import Act, Body, control_routes, settings_acts
from sandbox.systems.sap_analytics.tenant import Tenant

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


class TenantControl:
    """Everything under `/_control/` but the faults; no token is asked for."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Every route."""
        acts: list[tuple[str, str, Act]] = [
            *settings_acts(self._tenant.settings),
            ("GET", "cells", self.cells),
            ("GET", "writes", self.writes),
            ("GET", "jobs", self.jobs),
            ("POST", "members", self.members),
            ("POST", "locks", self.locks),
            ("GET", "model", self.model),
            ("POST", "model", self.model),
            ("POST", "expire_tokens", self.expire_tokens),
            ("POST", "expire_sessions", self.expire_sessions),
            ("POST", "reset", self.reset),
        ]
        return control_routes(acts)

    async def cells(self, _request: Request, _body: Body) -> Body:
        """Every measure that is booked, with its place and the value's exact text."""
        self._tenant.desk.settle()
        return {"cells": cells_of(self._tenant)}

    async def writes(self, _request: Request, _body: Body) -> Body:
        """Every job that wrote, in order, with its import method, and how many logins there were."""
        self._tenant.desk.settle()
        return {"writes": self._tenant.desk.writes, "logins": self._tenant.sessions.logins}

    async def jobs(self, _request: Request, _body: Body) -> Body:
        """Every job that was not removed."""
        self._tenant.desk.settle()
        return {"jobs": [{"job": job.job_id, "state": job.state} for job in self._tenant.desk.jobs()]}

    async def members(self, _request: Request, body: Body) -> Body:
        """Adds members to a dimension of every model that has it: `{"column", "members": [...]}`."""
        column = str(body["column"])
        having = [each for each in self._tenant.models.values() if column in each.definition.columns]
        if not having:
            raise KeyError(column)
        for model in having:
            model.add_members(column, [str(member) for member in body["members"]])
        return {"models": len(having)}

    async def locks(self, _request: Request, body: Body) -> Body:
        """Locks what has all members of a lock, and nothing else: `{"model": name, "locks": [{"Date": "202601"}]}`."""
        models = {each.definition.name: each for each in self._tenant.models.values()}
        model = models[str(body["model"])]
        model.locks = list(body["locks"])
        return {"locks": len(model.locks)}

    async def model(self, _request: Request, body: Body) -> Body:
        """Shows the lasting state of the tenant and the members by column, or sets the state: `{"state": "" | "offline"}`."""
        state = body.get("state", self._tenant.state)
        if state not in {"", "offline"}:
            raise ValueError("no such state")
        self._tenant.state = state
        members = {
            each.column: sorted(each.members)
            for model in self._tenant.models.values()
            for each in model.definition.dimensions
        }
        return {"state": state, "members": members}

    async def expire_tokens(self, _request: Request, _body: Body) -> Body:
        """Ends every access token."""
        self._tenant.sessions.end_tokens()
        return {}

    async def expire_sessions(self, _request: Request, _body: Body) -> Body:
        """Ends every session with its CSRF token."""
        self._tenant.sessions.end_sessions()
        return {}

    async def reset(self, _request: Request, _body: Body) -> Body:
        """Forgets facts, jobs, locks, added members, faults and the state."""
        self._tenant.reset()
        return {}


def cells_of(tenant: Tenant) -> list[dict[str, Any]]:
    """What is booked as model, measure, members by column, and the value's exact text."""
    return [
        {
            "model": model.definition.name,
            "measure": measure,
            "members": dict(zip(model.definition.columns, key, strict=True)),
            "value": format(value, "f"),
        }
        for model in tenant.models.values()
        for key, booked in sorted(model.facts.items())
        for measure, value in sorted(booked.items())
    ]
