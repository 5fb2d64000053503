"""Puts a simulated Salesforce organisation together as one web application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from sandbox.buses import PutEvents
from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes
from sandbox.systems.salesforce.api import Api
from sandbox.systems.salesforce.callouts import Callouts
from sandbox.systems.salesforce.change_events import ChangeEvents
from sandbox.systems.salesforce.control import Control
from sandbox.systems.salesforce.limits import Limits
from sandbox.systems.salesforce.organization import Organization
from sandbox.systems.salesforce.outbound_messages import OutboundMessages
from sandbox.systems.salesforce.posting import HttpPost, Post
from sandbox.systems.salesforce.relay import Relay
from sandbox.systems.salesforce.schema import Schema
from sandbox.systems.salesforce.selecting import Selecting
from sandbox.systems.salesforce.settings import OrganizationSettings
from sandbox.systems.salesforce.store import Store
from sandbox.systems.salesforce.telling import Telling
from sandbox.systems.salesforce.telling_control import TellingControl
from sandbox.systems.salesforce.tokens import TOKEN_PATH, Tokens


def create_app(
    settings: OrganizationSettings | None = None,
    *,
    put_events: PutEvents | None = None,
    post: Post | None = None,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    seed: int = 1,
) -> Starlette:
    """A new organisation without accounts; its base URL is the connection's `api_base_url` and its login address.

    For tests in one process `app.state.organization` is what happens in it, and `app.state.telling` what it sends.

    Args:
        settings: the organisation's; they can also be changed later by `POST /_control/settings`.
        put_events: puts entries on the event bus; None: change events wait in the outbox that `/_control/change_events` shows.
        post: posts outbound messages and callouts; None: over HTTP.
        plan: the faults it is to have.
        now: its clock: it stamps changes and times assertions and retries.
        seed: of chance: the order of shuffled deliveries, and ids of events.
    """
    chosen, faults = settings or OrganizationSettings(), plan or FaultPlan()
    schema = Schema(chosen)
    store, tokens, limits = Store(schema), Tokens(chosen, now), Limits(chosen, now)
    posting = post or HttpPost()
    telling = Telling(
        chosen,
        OutboundMessages(chosen, schema, store, now=now, post=posting, seed=seed),
        Callouts(chosen, now=now, post=posting, seed=seed),
        Relay(chosen, ChangeEvents(chosen, schema, faults, seed), now=now, put_events=put_events),
        now,
    )
    organization = Organization(chosen, store, now=now, publish=telling.add)
    routes = [
        Route(TOKEN_PATH, tokens.answer, methods=["POST"]),
        *Api(chosen, Selecting(chosen, schema, store), tokens, limits, faults).routes(),
        *Control(organization, tokens, limits).routes(),
        *TellingControl(organization, telling).routes(),
        *control_routes(faults),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Misbehaving, plan=faults)])
    app.state.organization, app.state.telling = organization, telling
    return app
