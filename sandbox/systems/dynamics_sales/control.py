"""The control routes of the environment: what its users do, and which deliveries were posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.systems.controlling import Body, control_routes, delivery_acts, plain_delivery, settings_acts
from sandbox.systems.dynamics_sales.selling import Change, Selling
from sandbox.systems.dynamics_sales.settings import EnvironmentSettings
from sandbox.systems.dynamics_sales.tables import CURRENCIES, OPPORTUNITIES, PRODUCTS, Tables
from sandbox.systems.dynamics_sales.telling import Telling

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_OPPORTUNITY = "opportunities/{id}"


class Control:
    """Serves the control routes of one environment."""

    def __init__(self, settings: EnvironmentSettings, tables: Tables, selling: Selling, telling: Telling) -> None:
        self._settings = settings
        self._tables = tables
        self._selling = selling
        self._telling = telling

    def routes(self) -> list[Route]:
        """Every control route but those for faults."""
        acts = [
            *settings_acts(self._settings),
            ("GET", "state", self._show_state),
            ("POST", "opportunities", self._save),
            ("POST", f"{_OPPORTUNITY}/close", self._close),
            ("POST", f"{_OPPORTUNITY}/reopen", self._reopen),
            ("POST", f"{_OPPORTUNITY}/products", self._sell),
            ("DELETE", _OPPORTUNITY, self._delete),
            ("DELETE", "products/{id}", self._take_out),
            ("POST", "masters/{set}", self._keep),
            ("DELETE", "masters/{set}/{id}", self._drop),
            ("POST", "rates", self._set_rate),
            *delivery_acts(self._telling),
        ]
        return control_routes(acts)

    async def _show_state(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {each: self._tables.rows(each) for each in (OPPORTUNITIES, PRODUCTS, CURRENCIES)}

    async def _save(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._selling.save(body))

    async def _close(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._selling.close(request.path_params["id"], **body))

    async def _reopen(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._selling.reopen(request.path_params["id"]))

    async def _sell(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._selling.sell(request.path_params["id"], body))

    async def _delete(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._selling.delete(request.path_params["id"]))

    async def _take_out(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._selling.take_out(request.path_params["id"]))

    async def _keep(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._selling.keep(request.path_params["set"], body))

    async def _drop(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._selling.drop(request.path_params["set"], request.path_params["id"]))

    async def _set_rate(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._selling.set_rate(**body))

    async def _told(self, changes: list[Change]) -> Body:
        told = await self._telling.tell(changes)
        return {"id": changes[0].row_id if changes else "", "deliveries": [plain_delivery(each) for each in told]}
