"""Builds the simulated tenant: API and control routes at one address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware

from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes
from sandbox.systems.zuora.api import Api
from sandbox.systems.zuora.billing import Billing
from sandbox.systems.zuora.cash import Cash
from sandbox.systems.zuora.control import Control
from sandbox.systems.zuora.jobs import Jobs
from sandbox.systems.zuora.ordering import Ordering
from sandbox.systems.zuora.settings import TenantSettings
from sandbox.systems.zuora.telling import Telling
from sandbox.systems.zuora.tenant import Tenant


def create_app(
    settings: TenantSettings | None = None,
    *,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """The application; its base URL is the connection's `api_base_url`.

    Its `state` has the `tenant`, its `ordering`, its `billing`, its `cash` and its `telling`.

    Args:
        settings: the tenant's; they can also be changed later by `POST /_control/settings`.
        plan: what goes wrong; beside the general faults `expire_tokens`, `reasons` (a refusal with the `code` of its `detail`), and
            of the next query job `fail_job`, `cancel_job` and `hang_job`.
        now: the tenant's clock: it stamps objects, counts calls and ends tokens.
    """
    chosen, faults = settings or TenantSettings(), plan or FaultPlan()
    tenant = Tenant(chosen, now)
    ordering, billing, cash = Ordering(tenant), Billing(tenant), Cash(tenant)
    telling = Telling(chosen, tenant.store)
    routes = [
        *Control(tenant, ordering, billing, cash, telling).routes(),
        *control_routes(faults),
        *Api(tenant, Jobs(tenant, faults), faults, now).routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Misbehaving, plan=faults)])
    app.state.tenant, app.state.ordering, app.state.billing, app.state.cash = tenant, ordering, billing, cash
    app.state.telling = telling
    return app
