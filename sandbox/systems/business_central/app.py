"""Puts a simulated Business Central environment together as one web application: token address, API and control routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from sandbox.systems.business_central.api import Api
from sandbox.systems.business_central.clock import Clock
from sandbox.systems.business_central.control import Control
from sandbox.systems.business_central.environment import Environment
from sandbox.systems.business_central.limits import Limits, Usage
from sandbox.systems.business_central.notifying import Notifying
from sandbox.systems.business_central.notifying_control import NotifyingControl
from sandbox.systems.business_central.posting import HttpPost, Post
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.business_central.subscriptions import Subscriptions
from sandbox.systems.business_central.tables import Tables
from sandbox.systems.business_central.tokens import TOKEN_PATH, Tokens
from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes


def create_app(
    settings: EnvironmentSettings | None = None,
    *,
    post: Post | None = None,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    seed: int = 1,
) -> Starlette:
    """A new environment without documents; its base URL is the connection's `api_base_url` and its login address.

    For tests in one process `app.state.environment` is what happens in it, `app.state.subscriptions` and `app.state.notifying`
    what it sends.

    Args:
        settings: the environment's; they can also be changed later by `POST /_control/settings`.
        post: calls the addresses that are notified; None: over HTTP.
        plan: the faults it is to have.
        now: its clock, which `POST /_control/clock` turns forward: it stamps changes, ends tokens and subscriptions.
        seed: of chance: which notifications are lost, and the order of shuffled ones.
    """
    chosen, faults = settings or EnvironmentSettings(), plan or FaultPlan()
    clock, tables, posting = Clock(now), Tables(), post or HttpPost()
    tokens, usage = Tokens(chosen, clock.now), Usage(chosen, clock.now)
    subscriptions = Subscriptions(
        chosen,
        now=clock.now,
        post=posting,
        knows_company=lambda company: bool(tables.select("SELECT 1 FROM companies WHERE id = ?", (company,))),
    )
    notifying = Notifying(chosen, subscriptions, now=clock.now, post=posting, seed=seed)
    environment = Environment(chosen, tables, now=clock.now, publish=notifying.add)
    routes = [
        Route(TOKEN_PATH, tokens.answer, methods=["POST"]),
        *Control(environment, tokens, usage, clock).routes(),
        *NotifyingControl(subscriptions, notifying).routes(),
        *control_routes(faults),
        *Api(chosen, tables, tokens, subscriptions, faults).routes(),
    ]
    middleware = [
        Middleware(Limits, settings=chosen, usage=usage),
        Middleware(Misbehaving, plan=faults),
    ]
    app = Starlette(routes=routes, middleware=middleware)
    app.state.environment = environment
    app.state.subscriptions, app.state.notifying = subscriptions, notifying
    return app
