"""Builds the simulated account: API and control routes at one address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware

from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes
from sandbox.systems.stripe.account import Account
from sandbox.systems.stripe.api import Api
from sandbox.systems.stripe.billing import Billing
from sandbox.systems.stripe.cash import Cash
from sandbox.systems.stripe.control import Control
from sandbox.systems.stripe.masters import Masters
from sandbox.systems.stripe.settings import AccountSettings
from sandbox.systems.stripe.subscribing import Subscribing
from sandbox.systems.stripe.telling import Telling


def create_app(
    settings: AccountSettings | None = None,
    *,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The application; its base URL is the connection's `api_base_url`.

    Its `state` has the `billing`, the `cash`, the `subscribing`, the `masters` and the `telling` of the account.

    Args:
        settings: the account's; they can also be changed later by `POST /_control/settings`.
        plan: what goes wrong.
        now: the account's clock: it stamps objects unless a test clock does, counts calls and signs.
    """
    chosen, faults = settings or AccountSettings(), plan or FaultPlan()

    def stamped() -> datetime:
        return datetime.fromisoformat(chosen.frozen_time) if chosen.frozen_time else now()

    account, telling = Account(chosen, stamped), Telling(chosen, now)
    billing, cash = Billing(account), Cash(account)
    subscribing, masters = Subscribing(account, billing), Masters(account)
    routes = [
        *Control(account, billing, cash, subscribing, masters, telling).routes(),
        *control_routes(faults),
        *Api(account, now).routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Misbehaving, plan=faults)])
    app.state.billing, app.state.cash, app.state.subscribing, app.state.telling = billing, cash, subscribing, telling
    app.state.masters = masters
    return app
