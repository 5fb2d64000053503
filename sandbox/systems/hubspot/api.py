"""The vendor's side of the simulated account: deals, line items, associations v4 and pipelines, behind a bearer token."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.hubspot.answering import DEFAULT_PROPERTIES, plain_deal, plain_line_item
from sandbox.systems.hubspot.deals import PRIMARY, Deal
from sandbox.systems.hubspot.limits import Limits, error_answer
from sandbox.systems.hubspot.line_items import DEAL_TO_LINE_ITEM, iso
from sandbox.systems.hubspot.pipelines import plain_pipelines
from sandbox.systems.hubspot.portal import Portal
from sandbox.systems.hubspot.searching import Search

_RECORDS_PER_CALL, _ASSOCIATIONS_PER_CALL = 100, 1000
_LINE_ITEM_SCOPE, _LINE_ITEM_TO_DEAL = "crm.objects.line_items.read", 20
_SIMULATED_LINKS = {("deals", "companies"), ("deals", "line_items"), ("line_items", "deals")}

Endpoint = Callable[[Request], Awaitable[Response]]


class CrmApi:
    """Answers the vendor's routes from one portal."""

    def __init__(self, portal: Portal, limits: Limits, plan: FaultPlan) -> None:
        self._portal = portal
        self._limits = limits
        self._plan = plan
        self._searching = Search(portal, portal.searchable)

    def routes(self) -> list[Route]:
        """Every route of the vendor's API that is simulated."""
        deals = "/crm/v3/objects/deals"
        return [
            Route(f"{deals}/batch/read", self.guarded(self._batch_read_deals), methods=["POST"]),
            Route("/crm/v3/objects/line_items/batch/read", self.guarded(self._batch_read_items), methods=["POST"]),
            Route(f"{deals}/search", self.guarded(self._search, searches=True), methods=["POST"]),
            Route(f"{deals}/merge", self.guarded(self._merge), methods=["POST"]),
            Route(deals, self.guarded(self._list), methods=["GET"]),
            Route(deals, self.guarded(self._create), methods=["POST"]),
            Route(f"{deals}/{{deal_id}}", self.guarded(self._get), methods=["GET"]),
            Route(f"{deals}/{{deal_id}}", self.guarded(self._change), methods=["PATCH"]),
            Route(f"{deals}/{{deal_id}}", self.guarded(self._archive), methods=["DELETE"]),
            Route("/crm/v4/associations/{start}/{end}/batch/read", self.guarded(self._associations), methods=["POST"]),
            Route("/crm/v3/pipelines/{kind}", self.guarded(self._pipelines), methods=["GET"]),
        ]

    def guarded(self, endpoint: Endpoint, *, searches: bool = False) -> Endpoint:
        """The endpoint behind token and limits, its answer with the limits' headers; searches have a limit of their own."""

        async def answer(request: Request) -> Response:
            expected = f"Bearer {self._portal.settings.access_token}".encode()
            if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
                return error_answer(401, "INVALID_AUTHENTICATION", "Authentication credentials not found or invalid.")
            refusal = self._limits.count_search() if searches else self._limits.count()
            if refusal is not None:
                return refusal
            try:
                response = await endpoint(request)
            except json.JSONDecodeError:
                response = error_answer(400, "VALIDATION_ERROR", "Invalid input JSON")
            except KeyError:
                response = error_answer(404, "OBJECT_NOT_FOUND", "resource not found")
            if not searches:
                response.headers.update(self._limits.headers())
            return response

        return answer

    async def _batch_read_deals(self, request: Request) -> Response:
        archived = is_archived(request)

        def shown(deal_id: str, wanted: list[str]) -> dict[str, Any] | None:
            deal = self._visible(deal_id, archived=archived, batch=True)
            return plain_deal(deal, wanted) if deal else None

        return await self.batch_read(request, shown)

    async def _batch_read_items(self, request: Request) -> Response:
        if _LINE_ITEM_SCOPE not in self._portal.settings.scopes:
            return _lacks_scope()
        archived = is_archived(request)

        def shown(item_id: str, wanted: list[str]) -> dict[str, Any] | None:
            item = self._portal.line_items.get(item_id)
            return plain_line_item(item, wanted) if item and (item.archived_at is not None) is archived else None

        return await self.batch_read(request, shown)

    async def batch_read(self, request: Request, shown: Callable[[str, list[str]], dict[str, Any] | None]) -> Response:
        """Up to 100 records by their ids; `shown` says what is shown of one, with which properties."""
        body = json.loads(await request.body())
        ids = list(dict.fromkeys(str(each["id"]) for each in body["inputs"]))
        if len(ids) > _RECORDS_PER_CALL:
            return error_answer(
                400, "VALIDATION_ERROR", f"The maximum number of inputs supported is {_RECORDS_PER_CALL}"
            )
        fault = self._plan.take(frozenset({"partial_error"}), request.method, request.url.path)
        failing = _failing(fault, ids)
        wanted = body.get("properties") or DEFAULT_PROPERTIES
        found = {each: plain for each in ids if each not in failing and (plain := shown(each, wanted))}
        results = list({str(plain["id"]): plain for plain in found.values()}.values())
        missing = [each for each in ids if each not in found and each not in failing]
        message = "Could not get some objects, they may be deleted or not exist. Check that ids are valid."
        errors = [_error("OBJECT_NOT_FOUND", message, missing)] if missing else []
        errors += [_error(_category(fault), "Internal error", failing)] if failing else []
        return _batch(results, errors, iso(self._portal.now()))

    async def _associations(self, request: Request) -> Response:
        inputs = json.loads(await request.body())["inputs"]
        kinds = request.path_params["start"], request.path_params["end"]
        if kinds not in _SIMULATED_LINKS:
            return error_answer(400, "VALIDATION_ERROR", f"Only {_SIMULATED_LINKS} are simulated")
        if "line_items" in kinds and _LINE_ITEM_SCOPE not in self._portal.settings.scopes:
            return _lacks_scope()
        if len(inputs) > _ASSOCIATIONS_PER_CALL:
            return error_answer(
                400, "VALIDATION_ERROR", f"The maximum number of inputs supported is {_ASSOCIATIONS_PER_CALL}"
            )
        fault = self._plan.take(frozenset({"partial_error"}), request.method, request.url.path)
        failing = _failing(fault, [str(each["id"]) for each in inputs])
        results, errors = [], [_error(_category(fault), "Internal error", failing)] if failing else []
        for each in inputs:
            if str(each["id"]) in failing:
                continue
            linked = self._linked(str(each["id"]), *kinds)
            if linked:
                results.append(self._links(str(each["id"]), linked, int(each.get("after") or 0)))
            else:
                sub_category = {"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}
                message = f"No {kinds[1]} are associated with {kinds[0]} {each['id']}."
                errors.append(_error("OBJECT_NOT_FOUND", message, [str(each["id"])]) | sub_category)
        return _batch(results, errors, iso(self._portal.now()))

    def _linked(self, record_id: str, start: str, end: str) -> dict[str, set[int]]:
        """What a record is associated with, by its own id: a merged deal has no associations any more."""
        if start == "line_items":
            item = self._portal.line_items.get(record_id)
            return {item.deal_id: {_LINE_ITEM_TO_DEAL}} if item is not None and item.archived_at is None else {}
        deal = self._portal.deals.get(record_id)
        if deal is None or deal.archived_at is not None:
            return {}
        return deal.companies if end == "companies" else {each: {DEAL_TO_LINE_ITEM} for each in deal.line_items}

    def _links(self, record_id: str, linked: dict[str, set[int]], start: int) -> dict[str, Any]:
        end = start + self._portal.settings.page_size
        plain: dict[str, Any] = {"from": {"id": record_id}}
        plain["to"] = [
            {
                "toObjectId": int(each),
                "associationTypes": [_association_type(kind) for kind in sorted(types, reverse=True)],
            }
            for each, types in list(linked.items())[start:end]
        ]
        if end < len(linked):
            plain["paging"] = {"next": {"after": str(end), "link": f"?after={end}"}}
        return plain

    async def _get(self, request: Request) -> Response:
        archived = is_archived(request)
        deal = self._visible(request.path_params["deal_id"], archived=archived, batch=False)
        if deal is None:
            return error_answer(404, "OBJECT_NOT_FOUND", "resource not found")
        return JSONResponse(plain_deal(deal, wanted_properties(request)))

    async def _search(self, request: Request) -> Response:
        return self._searching.answer(await request.body())

    async def _list(self, request: Request) -> Response:
        limit = min(100, int(request.query_params.get("limit", "10")))
        after = int(request.query_params.get("after", "0"))
        archived = is_archived(request)
        visible = [deal for each in sorted(self._portal.deals, key=int) if (deal := self._own(each, archived=archived))]
        left = [deal for deal in visible if int(deal.deal_id) >= after]
        plain: dict[str, Any] = {"results": [plain_deal(deal, wanted_properties(request)) for deal in left[:limit]]}
        if len(left) > limit:
            plain["paging"] = {"next": {"after": left[limit].deal_id, "link": f"?after={left[limit].deal_id}"}}
        return JSONResponse(plain)

    async def _create(self, request: Request) -> Response:
        body = json.loads(await request.body())
        companies = [
            str(each["to"]["id"])
            for each in body.get("associations") or ()
            if any(kind["associationTypeId"] == PRIMARY for kind in each["types"])
        ]
        deal = self._portal.create_deal(body["properties"], company=companies[0] if companies else "")
        return JSONResponse(plain_deal(deal, [*DEFAULT_PROPERTIES, *body["properties"]]), status_code=201)

    async def _change(self, request: Request) -> Response:
        properties = json.loads(await request.body())["properties"]
        deal = self._portal.change_deal(request.path_params["deal_id"], properties)
        return JSONResponse(plain_deal(deal, [*DEFAULT_PROPERTIES, *properties]))

    async def _archive(self, request: Request) -> Response:
        self._portal.archive_deal(request.path_params["deal_id"])
        return Response(status_code=204)

    async def _merge(self, request: Request) -> Response:
        body = json.loads(await request.body())
        deal = self._portal.merge_deals(str(body["primaryObjectId"]), str(body["objectIdToMerge"]))
        return JSONResponse(plain_deal(deal, DEFAULT_PROPERTIES))

    async def _pipelines(self, _request: Request) -> Response:
        return JSONResponse({"results": plain_pipelines(iso(datetime(2026, 1, 1, tzinfo=UTC)))})

    def _visible(self, deal_id: str, *, archived: bool, batch: bool) -> Deal | None:
        """The deal a read of this id answers with: after a merge, the survivor."""
        deal = self._portal.deals.get(deal_id)
        if deal is not None and deal.merged_into is not None:
            deal = None if batch and not self._portal.settings.merge_leads_on else self._portal.resolve(deal_id)
        return deal if deal is not None and (deal.archived_at is not None) is archived else None

    def _own(self, deal_id: str, *, archived: bool) -> Deal | None:
        deal = self._portal.deals[deal_id]
        return deal if deal.merged_into is None and (deal.archived_at is not None) is archived else None


def _lacks_scope() -> JSONResponse:
    message = "This app hasn't been granted all required scopes to make this call."
    return error_answer(
        403, "MISSING_SCOPES", message, errors=[{"context": {"requiredGranularScopes": [_LINE_ITEM_SCOPE]}}]
    )


def is_archived(request: Request) -> bool:
    """Whether archived deals are asked for; the vendor's Python client writes `True`."""
    return request.query_params.get("archived", "").lower() == "true"


def wanted_properties(request: Request) -> list[str]:
    """The properties asked for, whether in one comma-separated parameter or in several."""
    return [
        name for text in request.query_params.getlist("properties") for name in text.split(",") if name
    ] or DEFAULT_PROPERTIES


def _batch(results: list[dict[str, Any]], errors: list[dict[str, Any]], moment: str) -> JSONResponse:
    plain: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": moment, "completedAt": moment}
    if errors:
        plain |= {"numErrors": len(errors), "errors": errors}
    return JSONResponse(plain, status_code=207 if errors else 200)


def _error(category: str, message: str, ids: list[str]) -> dict[str, Any]:
    return {
        "status": "error",
        "category": category,
        "message": message,
        "context": {"ids": ids},
        "errors": [],
        "links": {},
    }


def _failing(fault: Fault | None, ids: list[str]) -> list[str]:
    wanted = fault.detail.get("ids", []) if fault is not None else []
    return [each for each in ids if each in wanted]


def _category(fault: Fault | None) -> str:
    return str(fault.detail.get("category", "INTERNAL_ERROR")) if fault is not None else ""


def _association_type(type_id: int) -> dict[str, Any]:
    return {"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": "Primary" if type_id == PRIMARY else None}
