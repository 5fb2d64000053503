"""The control routes of what the organisation sends: deliveries on command, their outcome, and the event relay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from sandbox.systems.controlling import Act, Body, control_routes
from sandbox.systems.salesforce.ids import expand
from sandbox.systems.salesforce.organization import Organization
from sandbox.systems.salesforce.posting import Orders
from sandbox.systems.salesforce.telling import Telling
from tieout.arriving.spool import BusEntry

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_RELAY_STATES = ("RUN", "PAUSE", "STOP")


class TellingControl:
    """Serves the control routes of what one organisation sends."""

    def __init__(self, organization: Organization, telling: Telling) -> None:
        self._organization = organization
        self._telling = telling

    def routes(self) -> list[Route]:
        """Every route."""
        acts: list[tuple[str, str, Act]] = [
            ("POST", "deliver", self._deliver),
            ("GET", "deliveries", self._show),
            ("DELETE", "deliveries", self._clear),
            ("DELETE", "events", self._forget),
            ("GET", "change_events", self._list_events),
            ("POST", "change_events", self._tell),
            ("POST", "change_events/drain", self._drain),
            ("POST", "change_events/replay", self._replay),
            ("POST", "relay", self._set_relay),
        ]
        return control_routes(acts)

    async def _deliver(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        orders = Orders(**{**body, "ways": tuple(body.get("ways", ()))})
        attempts = await run_in_threadpool(self._telling.deliver, orders)
        return {"attempts": [each.plain() for each in attempts]}

    async def _show(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return self._telling.plain()

    async def _clear(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        self._telling.clear()
        return {}

    async def _forget(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"forgotten": await run_in_threadpool(self._telling.forget)}

    async def _list_events(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"entries": [_plain(each) for each in self._telling.relay.list_events()]}

    async def _drain(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"entries": [_plain(each) for each in await run_in_threadpool(self._telling.drain)]}

    async def _tell(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Tell of no change: `change_type` (such as `GAP_UPDATE` or `GAP_OVERFLOW`) of an `object`, with `ids` or none.

        An id that ends with `*` stands as it is.
        """
        ids = [each if each.endswith("*") else expand(each) for each in body.get("ids", [])]
        transaction = self._organization.empty_transaction()
        entry = self._telling.relay.tell(body["object"], body["change_type"], ids, transaction)
        self._telling.wake()
        return _plain(entry)

    async def _replay(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        replayed = self._telling.relay.replay(int(body["last"]))
        self._telling.wake()
        return {"replayed": replayed}

    async def _set_relay(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Let the relay `RUN`, `PAUSE` or `STOP`."""
        if body["state"] not in _RELAY_STATES:
            raise ValueError(f"no state {body['state']}")
        self._telling.settings.change({"relay_state": body["state"]})
        self._telling.wake()
        return {"waiting": self._telling.relay.waiting, "lost": self._telling.relay.lost}


def _plain(entry: BusEntry) -> Body:
    """An entry in the names of `PutEvents`."""
    return {"Source": entry.source, "DetailType": entry.detail_type, "Detail": entry.detail}
