"""The control routes of what the tenant tells: deliveries on command, their outcome, events that get lost, and who may call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from sandbox.systems.controlling import Act, Body, control_routes
from sandbox.systems.sap_s4hana.event_mesh import EventMesh
from sandbox.systems.sap_s4hana.issuer import Issuer
from sandbox.systems.sap_s4hana.limits import Limits
from sandbox.systems.sap_s4hana.posting import Orders
from sandbox.systems.sap_s4hana.queue import plain_event
from sandbox.systems.sap_s4hana.tenant import Tenant
from sandbox.systems.sap_s4hana.tokens import Tokens

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


class TellingControl:
    """Serves the control routes of what one tenant tells and of the tokens around it."""

    def __init__(self, tenant: Tenant, mesh: EventMesh, issuer: Issuer, tokens: Tokens, limits: Limits) -> None:
        self._tenant = tenant
        self._mesh = mesh
        self._issuer = issuer
        self._tokens = tokens
        self._limits = limits

    def routes(self) -> list[Route]:
        """Every route."""
        acts: list[tuple[str, str, Act]] = [
            ("POST", "handshake", self._ask),
            ("POST", "deliver", self._deliver),
            ("GET", "deliveries", self._show),
            ("DELETE", "deliveries", self._clear),
            ("POST", "events", self._tell),
            ("DELETE", "events", self._drop_all),
            ("POST", "events/drop", self._drop),
            ("POST", "tokens/expire", self._expire_tokens),
            ("POST", "keys/rotate", self._rotate_keys),
            ("GET", "usage", self._show_usage),
        ]
        return control_routes(acts)

    async def _ask(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"consent": await run_in_threadpool(self._mesh.ask)}

    async def _deliver(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        orders = Orders(**{**body, "ids": tuple(body.get("ids", ()))})
        attempts = await run_in_threadpool(self._mesh.deliver, orders)
        return {"attempts": [each.plain() for each in attempts]}

    async def _show(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return self._mesh.plain()

    async def _clear(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        await run_in_threadpool(self._mesh.clear)
        return {}

    async def _tell(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Tell of something that did not happen: `event` of an `object`, with `data`."""
        return plain_event(self._tenant.tell(body["object"], body["event"], body["data"]))

    async def _drop_all(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"dropped": self._mesh.queue.drop()}

    async def _drop(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Drop the events with these `ids`."""
        return {"dropped": self._mesh.queue.drop(body["ids"])}

    async def _expire_tokens(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"ended": self._tokens.end_all()}

    async def _rotate_keys(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        await run_in_threadpool(self._issuer.rotate)
        return {}

    async def _show_usage(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"api_calls": self._limits.calls, "tokens_given": self._tokens.given}
