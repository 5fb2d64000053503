"""The routes of a simulated account's companies and products: the vendor's, which read them, and those of people, who keep them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.faults import CONTROL_PREFIX
from sandbox.systems.hubspot.answering import plain_record
from sandbox.systems.hubspot.api import CrmApi, is_archived, wanted_properties
from sandbox.systems.hubspot.limits import error_answer
from sandbox.systems.hubspot.masters import KINDS, Masters
from sandbox.systems.hubspot.portal import Portal
from sandbox.systems.hubspot.searching import Search

if TYPE_CHECKING:
    from starlette.requests import Request


def master_routes(portal: Portal, api: CrmApi) -> list[Route]:
    """Every route of both kinds."""
    return [route for kind in KINDS for route in _Routes(kind, portal, api).routes()]


class _Routes:
    """The routes of one kind."""

    def __init__(self, kind: str, portal: Portal, api: CrmApi) -> None:
        self._kind, self._portal, self._api = kind, portal, api
        self._masters: Masters = portal.masters[kind]
        self._searching = Search(portal, self._masters.searchable)

    def routes(self) -> list[Route]:
        objects, control = f"/crm/v3/objects/{self._kind}", f"{CONTROL_PREFIX}{self._kind}"
        guarded = self._api.guarded
        return [
            Route(f"{objects}/batch/read", guarded(self._batch_read), methods=["POST"]),
            Route(f"{objects}/search", guarded(self._search, searches=True), methods=["POST"]),
            Route(objects, guarded(self._list), methods=["GET"]),
            Route(f"{objects}/{{record_id}}", guarded(self._get), methods=["GET"]),
            Route(control, self._keep, methods=["POST"]),
            Route(f"{control}/merge", self._merge, methods=["POST"]),
            Route(f"{control}/{{record_id}}", self._keep, methods=["PATCH", "DELETE"]),
            Route(f"{control}/{{record_id}}/restore", self._restore, methods=["POST"]),
        ]

    async def _batch_read(self, request: Request) -> Response:
        archived = is_archived(request)
        leads_on = self._portal.settings.merge_leads_on

        def shown(record_id: str, wanted: list[str]) -> dict[str, Any] | None:
            found = self._masters.visible(record_id, archived=archived, leads_on=leads_on)
            return plain_record(found, wanted) if found else None

        return await self._api.batch_read(request, shown)

    async def _search(self, request: Request) -> Response:
        return self._searching.answer(await request.body())

    async def _list(self, request: Request) -> Response:
        limit, after = int(request.query_params.get("limit", "10")), int(request.query_params.get("after", "0"))
        archived = is_archived(request)
        ids = sorted((each for each in self._masters.records if int(each) >= after), key=int)
        visible = [self._masters.visible(each, archived=archived, leads_on=False) for each in ids]
        left = [each for each in visible if each is not None]
        wanted = wanted_properties(request)
        plain: dict[str, Any] = {"results": [plain_record(each, wanted) for each in left[:limit]]}
        if len(left) > limit:
            plain["paging"] = {"next": {"after": left[limit].record_id}}
        return JSONResponse(plain)

    async def _get(self, request: Request) -> Response:
        record_id, archived = request.path_params["record_id"], is_archived(request)
        found = self._masters.visible(record_id, archived=archived, leads_on=True)
        if found is None:
            return error_answer(404, "OBJECT_NOT_FOUND", "resource not found")
        return JSONResponse(plain_record(found, wanted_properties(request)))

    async def _keep(self, request: Request) -> Response:
        raw = await request.body()
        body = json.loads(raw) if raw else {}
        stated = {**({"name": body["name"]} if "name" in body else {}), **body.get("properties", {})}
        if request.method == "POST":
            record = self._masters.create(stated, str(body.get("id") or ""))
            return JSONResponse({"id": record.record_id}, status_code=201)
        if request.method == "PATCH":
            self._masters.change(request.path_params["record_id"], stated)
        else:
            self._masters.archive(request.path_params["record_id"])
        return JSONResponse({"id": request.path_params["record_id"]})

    async def _merge(self, request: Request) -> Response:
        body = json.loads(await request.body())
        new = self._masters.merge(str(body["primary"]), str(body["merged"]))
        return JSONResponse({"id": new.record_id}, status_code=201)

    async def _restore(self, request: Request) -> Response:
        return JSONResponse({"id": self._masters.restore(request.path_params["record_id"]).record_id})
