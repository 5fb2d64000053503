"""The control routes of what the environment sends: subscriptions, and the notifications that wait, were sent or were lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from sandbox.systems.business_central.notifying import Notifying, Orders
from sandbox.systems.business_central.subscriptions import Subscriptions
from sandbox.systems.controlling import Act, Body, control_routes

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


class NotifyingControl:
    """Serves the control routes of what one environment sends."""

    def __init__(self, subscriptions: Subscriptions, notifying: Notifying) -> None:
        self._subscriptions = subscriptions
        self._notifying = notifying

    def routes(self) -> list[Route]:
        """Every route."""
        acts: list[tuple[str, str, Act]] = [
            ("GET", "subscriptions", self._list),
            ("POST", "subscriptions/delete", self._delete),
            ("POST", "deliver", self._deliver),
            ("POST", "drop", self._drop),
            ("GET", "deliveries", self._show),
            ("DELETE", "deliveries", self._clear),
        ]
        return control_routes(acts)

    async def _list(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        """The subscriptions that live, and every handshake there was."""
        living = [each.plain() for each in self._subscriptions.living()]
        return {"living": living, "handshakes": self._subscriptions.handshakes}

    async def _delete(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Delete those of `ids`, or all, as Business Central does after an answer that it does not take."""
        ids = body.get("ids", [each.subscription_id for each in self._subscriptions.living()])
        return {"deleted": self._subscriptions.remove(set(ids))}

    async def _deliver(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Send what is due now, as the orders in the body say."""
        attempts = await run_in_threadpool(self._notifying.deliver, Orders(**body))
        return {"attempts": [each.plain() for each in attempts]}

    async def _drop(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Never send what waits: the notifications of the `records` named by id, or all of them."""
        return {"dropped": self._notifying.drop(body.get("records"))}

    async def _show(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return self._notifying.plain()

    async def _clear(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        self._notifying.clear()
        return self._notifying.plain()
