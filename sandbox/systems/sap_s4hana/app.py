"""Puts a simulated S/4HANA tenant and its Event Mesh together as one web application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes
from sandbox.systems.sap_s4hana.api import Api
from sandbox.systems.sap_s4hana.control import Control
from sandbox.systems.sap_s4hana.event_mesh import EventMesh
from sandbox.systems.sap_s4hana.issuer import Address, Issuer, Noting
from sandbox.systems.sap_s4hana.limits import Limits
from sandbox.systems.sap_s4hana.posting import HttpSend, Send
from sandbox.systems.sap_s4hana.queue import Queue
from sandbox.systems.sap_s4hana.selecting import Selecting
from sandbox.systems.sap_s4hana.sessions import Sessions
from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.store import Store
from sandbox.systems.sap_s4hana.telling_control import TellingControl
from sandbox.systems.sap_s4hana.tenant import Tenant
from sandbox.systems.sap_s4hana.tokens import TOKEN_PATH, Tokens
from sandbox.systems.sap_s4hana.writing import Writing


def create_app(
    settings: TenantSettings | None = None,
    *,
    send: Send | None = None,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    seed: int = 1,
) -> Starlette:
    """A new tenant without documents; its base URL is the connection's `api_base_url`, its token address, and its issuer.

    For tests in one process `app.state.tenant` is what happens in it, and `app.state.mesh` what it tells.

    Args:
        settings: the tenant's; they can also be changed later by `POST /_control/settings`.
        send: sends what Event Mesh sends; None: over HTTP.
        plan: the faults it is to have.
        now: its clock: it stamps changes and ends tokens.
        seed: of chance: the ids of events, the order of shuffled deliveries.
    """
    chosen, faults = settings or TenantSettings(), plan or FaultPlan()
    store, address = Store(), Address()
    tokens, limits, issuer = Tokens(chosen, now), Limits(chosen, now), Issuer(chosen, address, now)
    mesh = EventMesh(chosen, Queue(chosen, now, seed), issuer, now=now, send=send or HttpSend())
    tenant = Tenant(chosen, store, now=now, publish=mesh.add, seed=seed)
    access = (tokens, limits, Sessions(seed))
    routes = [
        Route(TOKEN_PATH, tokens.answer, methods=["POST"]),
        *issuer.routes(),
        *Api(chosen, Selecting(chosen, store), Writing(tenant), access, faults, now).routes(),
        *Control(tenant).routes(),
        *TellingControl(tenant, mesh, issuer, tokens, limits).routes(),
        *control_routes(faults),
    ]
    middleware = [Middleware(Noting, address=address), Middleware(Misbehaving, plan=faults)]
    app = Starlette(routes=routes, middleware=middleware)
    app.state.tenant, app.state.mesh, app.state.issuer = tenant, mesh, issuer
    return app
