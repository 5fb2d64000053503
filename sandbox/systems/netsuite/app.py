"""Builds the simulated account: token address, API and control routes at one address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.systems.faults import FaultPlan, Misbehaving, control_routes
from sandbox.systems.netsuite.answering import over_limit
from sandbox.systems.netsuite.api import Api
from sandbox.systems.netsuite.books import Books
from sandbox.systems.netsuite.control import Control, master_routes
from sandbox.systems.netsuite.documents import Documents
from sandbox.systems.netsuite.masters import Masters
from sandbox.systems.netsuite.script import Script
from sandbox.systems.netsuite.settings import AccountSettings
from sandbox.systems.netsuite.tokens import TOKEN_PATH, Tokens

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


def create_app(
    settings: AccountSettings | None = None,
    *,
    plan: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ConcurrencyLimit:
    """The application; its base URL is the connection's `api_base_url`.

    Args:
        settings: the account's; they can also be changed later by `POST /_control/settings`.
        plan: which faults are planted.
        now: the account's clock: it stamps changes and ends tokens.
    """
    chosen, plan = settings or AccountSettings(), plan or FaultPlan()
    books, tokens = Books(), Tokens(chosen, now)
    documents = Documents(books, now, lambda: chosen.time_zone)
    masters = Masters(books, now, lambda: chosen.time_zone)
    script = Script(chosen, books, now)
    routes = [
        Route(TOKEN_PATH, tokens.answer, methods=["POST"]),
        *Api(chosen, books, documents, masters, tokens, plan).routes(),
        *Control(chosen, books, documents, script).routes(),
        *master_routes(masters, script),
        *control_routes(plan),
    ]
    return ConcurrencyLimit(Misbehaving(Starlette(routes=routes), plan), chosen, documents, masters)


class ConcurrencyLimit:
    """ASGI middleware that answers API calls above the account's limit as NetSuite does.

    Attributes:
        documents, masters: what the account's users change.
    """

    def __init__(self, app: ASGIApp, settings: AccountSettings, documents: Documents, masters: Masters) -> None:
        self.documents, self.masters = documents, masters
        self._app = app
        self._settings = settings
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on while there is room."""
        if not scope.get("path", "").startswith("/services/rest/") or scope["path"] == TOKEN_PATH:
            await self._app(scope, receive, send)
            return
        if self._running >= self._settings.concurrency_limit:
            await over_limit(self._settings.over_limit_status)(scope, receive, send)
            return
        self._running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1
