"""Puts a simulated Salesforce organisation together as one web application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes
from sandbox.systems.salesforce.api import Api
from sandbox.systems.salesforce.control import Control
from sandbox.systems.salesforce.limits import Limits
from sandbox.systems.salesforce.organization import Organization
from sandbox.systems.salesforce.schema import Schema
from sandbox.systems.salesforce.selecting import Selecting
from sandbox.systems.salesforce.settings import OrganizationSettings
from sandbox.systems.salesforce.store import Store
from sandbox.systems.salesforce.tokens import TOKEN_PATH, Tokens


def create_app(
    settings: OrganizationSettings | None = None,
    *,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """A new organisation without accounts; its base URL is the connection's `api_base_url` and its login address.

    `app.state.organization` is what happens in it, for tests in one process.

    Args:
        settings: the organisation's; they can also be changed later by `POST /_control/settings`.
        plan: the faults it is to have.
        now: its clock: it stamps changes and times assertions.
    """
    chosen, faults = settings or OrganizationSettings(), plan or FaultPlan()
    schema = Schema(chosen)
    store, tokens, limits = Store(schema), Tokens(chosen, now), Limits(chosen, now)
    organization = Organization(chosen, store, now=now, publish=lambda _transaction: None)
    routes = [
        Route(TOKEN_PATH, tokens.answer, methods=["POST"]),
        *Api(chosen, Selecting(chosen, schema, store), tokens, limits, faults).routes(),
        *Control(organization, tokens, limits).routes(),
        *control_routes(faults),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Misbehaving, plan=faults)])
    app.state.organization = organization
    return app
