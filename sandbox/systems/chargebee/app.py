"""Builds the simulated site: API and control routes at one address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware

from sandbox.systems.chargebee.api import Api
from sandbox.systems.chargebee.billing import Billing
from sandbox.systems.chargebee.cash import Cash
from sandbox.systems.chargebee.control import Control
from sandbox.systems.chargebee.settings import SiteSettings
from sandbox.systems.chargebee.site import Site
from sandbox.systems.chargebee.subscribing import Subscribing
from sandbox.systems.chargebee.telling import Telling
from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes


def create_app(
    settings: SiteSettings | None = None,
    *,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The application; its base URL is the connection's `api_base_url`.

    Its `state` has the `site`, the `billing`, the `cash`, the `subscribing` and the `telling` of the site.

    Args:
        settings: the site's; they can also be changed later by `POST /_control/settings`.
        plan: what goes wrong.
        now: the site's clock: it stamps resources unless a time machine does, and counts calls.
    """
    chosen, faults = settings or SiteSettings(), plan or FaultPlan()

    def stamped() -> datetime:
        return datetime.fromisoformat(chosen.time_machine) if chosen.time_machine else now()

    site, telling = Site(chosen, stamped), Telling(chosen)
    billing, cash = Billing(site), Cash(site)
    subscribing = Subscribing(site, billing)
    routes = [
        *Control(site, billing, cash, subscribing, telling).routes(),
        *control_routes(faults),
        *Api(site, now).routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Misbehaving, plan=faults)])
    app.state.site, app.state.telling = site, telling
    app.state.billing, app.state.cash, app.state.subscribing = billing, cash, subscribing
    return app
