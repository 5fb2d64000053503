"""Builds the simulated environment: token address, OData service and control routes at one address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from sandbox.systems.dynamics_finance.api import Api
from sandbox.systems.dynamics_finance.books import Books
from sandbox.systems.dynamics_finance.control import Control
from sandbox.systems.dynamics_finance.posting import Posting
from sandbox.systems.dynamics_finance.settings import EnvironmentSettings
from sandbox.systems.dynamics_finance.telling import Telling
from sandbox.systems.entra import TOKEN_PATH, Tokens
from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes


def create_app(
    settings: EnvironmentSettings | None = None,
    *,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The application; its base URL is the connection's `api_base_url` and the credentials' `login_url`.

    Its `state` has the `posting` and the `telling` of the environment.

    Args:
        settings: the environment's; they can also be changed later by `POST /_control/settings`.
        plan: what goes wrong.
        now: the environment's clock: it stamps entries, counts calls and ends tokens.
    """
    chosen, faults = settings or EnvironmentSettings(), plan or FaultPlan()
    books, tokens, telling = Books(), Tokens(chosen, now), Telling(chosen, now)
    posting = Posting(books, now)
    routes = [
        *Control(chosen, books, posting, telling).routes(),
        *control_routes(faults),
        *Api(chosen, books, tokens, faults, now).routes(),
        Route(TOKEN_PATH, tokens.answer, methods=["POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Misbehaving, plan=faults)])
    app.state.posting, app.state.telling = posting, telling
    return app
