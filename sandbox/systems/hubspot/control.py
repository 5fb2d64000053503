"""The routes by which people and tests work in the simulated account, look at it, and make it send its webhooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.controlling import control_routes, settings_acts
from sandbox.systems.faults import CONTROL_PREFIX
from sandbox.systems.hubspot.answering import plain_deal, plain_line_item
from sandbox.systems.hubspot.deals import Deal
from sandbox.systems.hubspot.portal import Portal
from sandbox.systems.hubspot.webhooks import Orders, WebhookSender

if TYPE_CHECKING:
    from starlette.requests import Request


class Control:
    """Answers the control routes of one portal and its sender."""

    def __init__(self, portal: Portal, sender: WebhookSender) -> None:
        self._portal = portal
        self._sender = sender

    def routes(self) -> list[Route]:
        """Every control route except those for faults."""
        endpoints = {
            "deals": (self._deals, ["GET", "POST"]),
            "deals/merge": (self._merge, ["POST"]),
            "deals/{deal_id}": (self._deal, ["GET", "PATCH", "DELETE"]),
            "deals/{deal_id}/restore": (self._restore, ["POST"]),
            "deals/{deal_id}/companies/{company_id}": (self._link, ["PUT", "DELETE"]),
            "deals/{deal_id}/line_items": (self._add_line, ["POST"]),
            "line_items/{item_id}": (self._line, ["GET", "PATCH", "DELETE"]),
            "deliver": (self._deliver, ["POST"]),
            "deliveries": (self._deliveries, ["GET", "DELETE"]),
            "events": (self._forget, ["DELETE"]),
        }
        return [
            *control_routes(settings_acts(self._portal.settings)),
            *(
                Route(CONTROL_PREFIX + path, _missing_as_404(endpoint), methods=methods)
                for path, (endpoint, methods) in endpoints.items()
            ),
        ]

    async def _deals(self, request: Request) -> Response:
        if request.method == "POST":
            body = await _body(request)
            properties, company = body.get("properties", {}), str(body.get("company") or "")
            deal = self._portal.create_deal(properties, deal_id=str(body.get("id") or ""), company=company)
            return JSONResponse(_state(deal), status_code=201)
        return JSONResponse([_state(deal) for deal in self._portal.deals.values()])

    async def _deal(self, request: Request) -> Response:
        deal_id = request.path_params["deal_id"]
        if request.method == "PATCH":
            self._portal.change_deal(deal_id, (await _body(request))["properties"])
        elif request.method == "DELETE" and request.query_params.get("purge") == "true":
            self._portal.purge_deal(deal_id)
            return Response(status_code=204)
        elif request.method == "DELETE":
            self._portal.archive_deal(deal_id)
        return JSONResponse(_state(self._portal.deals[deal_id]))

    async def _restore(self, request: Request) -> Response:
        return JSONResponse(_state(self._portal.restore_deal(request.path_params["deal_id"])))

    async def _merge(self, request: Request) -> Response:
        body = await _body(request)
        return JSONResponse(
            _state(self._portal.merge_deals(str(body["primary"]), str(body["merged"]))), status_code=201
        )

    async def _link(self, request: Request) -> Response:
        deal_id, company_id = request.path_params["deal_id"], request.path_params["company_id"]
        if request.method == "PUT":
            self._portal.associate(deal_id, company_id, primary=bool((await _body(request)).get("primary", True)))
        else:
            self._portal.dissociate(deal_id, company_id)
        return JSONResponse(_state(self._portal.deals[deal_id]))

    async def _add_line(self, request: Request) -> Response:
        body = await _body(request)
        item = self._portal.add_line_item(
            request.path_params["deal_id"], body["properties"], item_id=str(body.get("id") or "")
        )
        return JSONResponse(plain_line_item(item, list(item.all_properties())), status_code=201)

    async def _line(self, request: Request) -> Response:
        item_id = request.path_params["item_id"]
        if request.method == "PATCH":
            self._portal.change_line_item(item_id, (await _body(request))["properties"])
        elif request.method == "DELETE":
            self._portal.remove_line_item(item_id)
        item = self._portal.line_items[item_id]
        return JSONResponse(plain_line_item(item, list(item.all_properties())) | {"deal": item.deal_id})

    async def _deliver(self, request: Request) -> Response:
        attempts = await run_in_threadpool(self._sender.flush, Orders(**await _body(request)))
        return JSONResponse({"attempts": [each.plain() for each in attempts]})

    async def _deliveries(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._sender.clear()
        return JSONResponse(self._sender.plain())

    async def _forget(self, _request: Request) -> Response:
        return JSONResponse({"forgotten": self._sender.forget()})


def _missing_as_404(endpoint: Any) -> Any:  # noqa: ANN401 Starlette's endpoints
    async def answer(request: Request) -> Response:
        try:
            response: Response = await endpoint(request)
        except KeyError as error:
            return JSONResponse({"error": f"no {error.args[0]}"}, status_code=404)
        return response

    return answer


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    return json.loads(raw) if raw else {}


def _state(deal: Deal) -> dict[str, Any]:
    """A deal with everything there is to know of it."""
    return plain_deal(deal, list(deal.all_properties())) | {
        "mergedInto": deal.merged_into,
        "companies": {company: sorted(types) for company, types in deal.companies.items()},
        "lineItems": list(deal.line_items),
    }
