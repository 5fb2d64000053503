"""Builds the simulated environment: token address, Web API and control routes at one address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from sandbox.systems.dynamics_sales.api import Api
from sandbox.systems.dynamics_sales.control import Control
from sandbox.systems.dynamics_sales.selling import Selling
from sandbox.systems.dynamics_sales.settings import EnvironmentSettings
from sandbox.systems.dynamics_sales.tables import Tables
from sandbox.systems.dynamics_sales.telling import Telling
from sandbox.systems.entra import TOKEN_PATH, Tokens
from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes


def create_app(
    settings: EnvironmentSettings | None = None,
    *,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The application; its base URL is the connection's `api_base_url` and the credentials' `login_url`.

    Its `state` has the `tables` and the `selling` of the environment.

    Args:
        settings: the environment's; they can also be changed later by `POST /_control/settings`.
        plan: what goes wrong.
        now: the environment's clock: it stamps rows, counts calls and ends tokens.
    """
    chosen, faults = settings or EnvironmentSettings(), plan or FaultPlan()
    tables, tokens, telling = Tables(now), Tokens(chosen, now), Telling(chosen, now)
    selling = Selling(tables)
    routes = [
        *Control(chosen, tables, selling, telling).routes(),
        *control_routes(faults),
        *Api(chosen, tables, tokens, faults, now).routes(),
        Route(TOKEN_PATH, tokens.answer, methods=["POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Misbehaving, plan=faults)])
    app.state.tables, app.state.selling = tables, selling
    return app
