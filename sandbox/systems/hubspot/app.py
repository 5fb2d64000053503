"""Puts a simulated HubSpot account together as one web application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware

from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes
from sandbox.systems.hubspot.api import CrmApi
from sandbox.systems.hubspot.control import Control
from sandbox.systems.hubspot.limits import Limits
from sandbox.systems.hubspot.master_routes import master_routes
from sandbox.systems.hubspot.portal import Portal
from sandbox.systems.hubspot.settings import Settings
from sandbox.systems.hubspot.webhooks import WebhookSender


def create_app(
    settings: Settings | None = None,
    *,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] | None = None,
    seed: int = 1,
) -> Starlette:
    """A new account without deals; `app.state.portal` and `app.state.sender` are its insides for tests in one process."""
    chosen, faults, clock = settings or Settings(), plan or FaultPlan(), now or _wall_clock
    sender = WebhookSender(chosen, now=clock, seed=seed)
    portal = Portal(chosen, now=clock, publish=sender.add, seed=seed)
    api = CrmApi(portal, Limits(chosen, clock), faults)
    routes = [
        *api.routes(),
        *master_routes(portal, api),
        *Control(portal, sender).routes(),
        *control_routes(faults),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Misbehaving, plan=faults)])
    app.state.portal, app.state.sender = portal, sender
    return app


def _wall_clock() -> datetime:
    return datetime.now(UTC)
