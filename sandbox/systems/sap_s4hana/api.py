"""The tenant's OData V2 services: entity sets and entities, to callers with a token that holds and calls left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.sap_s4hana.answering import maintenance, not_logged_on, refusal, too_long, too_many
from sandbox.systems.sap_s4hana.filters import ODataError
from sandbox.systems.sap_s4hana.limits import Limits
from sandbox.systems.sap_s4hana.metadata import list_of, metadata_of
from sandbox.systems.sap_s4hana.resources import Resource, parse_path
from sandbox.systems.sap_s4hana.selecting import Found, Selecting
from sandbox.systems.sap_s4hana.services import EntitySet, sets_of
from sandbox.systems.sap_s4hana.sessions import Sessions
from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.showing import Showing
from sandbox.systems.sap_s4hana.store import Row
from sandbox.systems.sap_s4hana.tokens import Tokens
from sandbox.systems.sap_s4hana.writing import Writing

if TYPE_CHECKING:
    from starlette.requests import Request

ODATA_PATH = "/sap/opu/odata/sap"
_FAULTS = frozenset({"expire_tokens", "expire_sessions", "maintenance", "too_many_requests", "empty_answer"})
_VERSION = {"dataserviceversion": "2.0"}


class Api:
    """Answers the routes of the services.

    Of the faults of `sandbox/systems/faults.py` it knows five of its own: `expire_tokens`, `expire_sessions`, `maintenance`,
    `too_many_requests` (`seconds` says when to come again) and `empty_answer` (200 without rows, for lack of an authorization).
    """

    def __init__(
        self,
        settings: TenantSettings,
        selecting: Selecting,
        writing: Writing,
        access: tuple[Tokens, Limits, Sessions],
        plan: FaultPlan,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._selecting = selecting
        self._writing = writing
        self._tokens, self._limits, self._sessions = access
        self._plan = plan
        self._now = now

    def routes(self) -> list[Route]:
        """One route for everything below the services' path."""
        paths = (f"{ODATA_PATH}/{{service}}", f"{ODATA_PATH}/{{service}}/{{path:path}}")
        return [Route(path, self._answer, methods=["GET", "POST", "PATCH", "MERGE"]) for path in paths]

    async def _answer(self, request: Request) -> Response:
        fault = self._plan.take(_FAULTS, request.method, request.url.path)
        refused = self._refusal_of(request, fault)
        if refused is not None:
            return refused
        try:
            if request.method in {"GET", "HEAD"}:
                answer = self._read(request, is_empty=fault is not None and fault.kind == "empty_answer")
                self._sessions.fetch(request, answer)
                return answer
            refused = self._sessions.refusal_of(request)
            return refused or self._write(request, await request.body())
        except ODataError as error:
            return refusal(400, error.code, str(error), self._now())
        except KeyError as error:
            return refusal(404, "/IWBEP/CM_MGW_RT/020", f"Resource not found for segment {error}", self._now())

    def _refusal_of(self, request: Request, fault: Fault | None) -> Response | None:
        raw_path, query = request.scope.get("raw_path") or b"", request.scope["query_string"]
        if len(raw_path) + len(query) + 1 > self._settings.address_bytes_max:
            return too_long()
        outage = self._outage(fault)
        if outage is not None:
            return outage
        if not self._tokens.holds(request.headers.get("authorization", "")):
            return not_logged_on()
        seconds = self._limits.count()
        return too_many(seconds) if seconds else self._closed(_service(request))

    def _closed(self, service: str) -> Response | None:
        """Why a service answers nobody, or not this caller; None where it does."""
        if not sets_of(service):
            message = f"No service found for namespace '', name '{service}', version '0001'"
            return refusal(404, "/IWFND/MED/170", message, self._now())
        if service in self._settings.forbidden_services:
            message = f"No authorization to access Service '{service}'"
            return refusal(403, "/IWFND/MED/149", message, self._now())
        return None

    def _outage(self, fault: Fault | None) -> Response | None:
        """Do what is planted for a call, and give the answer where nothing else is left of it."""
        kind = fault.kind if fault else ""
        if kind == "expire_tokens":
            self._tokens.end_all()
        if kind == "expire_sessions":
            self._sessions.end_all()
        if fault and kind == "too_many_requests":
            return too_many(int(fault.seconds) or 1)
        return maintenance() if kind == "maintenance" else None

    def _read(self, request: Request, *, is_empty: bool) -> Response:
        service, path = _service(request), request.path_params.get("path", "")
        if path == "$metadata":
            return Response(metadata_of(service), media_type="application/xml", headers=_VERSION)
        wants_json = "application/json" in request.headers.get("accept", "")
        if not wants_json and request.query_params.get("$format") != "json" and not path.endswith("/$count"):
            return refusal(406, "/IWFND/CM_MGW/406", "Atom is not simulated: ask for application/json", self._now())
        if not path:
            return JSONResponse(list_of(service), headers=_VERSION)
        resource = parse_path(service, path)
        if resource.key is None:
            return self._list(request, resource, {}, is_empty=is_empty)
        row = self._selecting.one(resource.entity_set, resource.key)
        if row is None or is_empty:
            raise KeyError(f"{resource.entity_set.name}Type")
        return self._linked(request, resource, row) if resource.link else self._one(request, resource.entity_set, row)

    def _linked(self, request: Request, resource: Resource, row: Row) -> Response:
        target, within, many = self._selecting.linked(resource.entity_set, row, resource.link)
        if many:
            onward = Resource(entity_set=target, counted=resource.counted)
            return self._list(request, onward, within, is_empty=False)
        found = self._selecting.one(target, within)
        if found is None:
            raise KeyError(f"{target.name}Type")
        return self._one(request, target, found)

    def _one(self, request: Request, entity_set: EntitySet, row: Row, *, status: int = 200) -> Response:
        showing = self._showing(request)
        showing.check(entity_set)
        etag = showing.etag(entity_set, row)
        headers = _VERSION | ({"etag": etag} if etag else {})
        return JSONResponse({"d": showing.entity(entity_set, row)}, status_code=status, headers=headers)

    def _showing(self, request: Request) -> Showing:
        base_url = f"{str(request.base_url).rstrip('/')}{ODATA_PATH}"
        return Showing(self._settings, self._selecting, base_url, dict(request.query_params))

    def _list(self, request: Request, resource: Resource, within: dict[str, Any], *, is_empty: bool) -> Response:
        options, showing = dict(request.query_params), self._showing(request)
        showing.check(resource.entity_set)
        found = self._selecting.select(resource.entity_set, options, within)
        if is_empty:
            found = Found(rows=[], total=0, following=None)
        if resource.counted:
            return PlainTextResponse(str(found.total), headers=_VERSION)
        body: dict[str, Any] = {"results": showing.entities(resource.entity_set, found.rows)}
        if options.get("$inlinecount") == "allpages":
            body["__count"] = str(found.total)
        if found.following is not None:
            body["__next"] = _next_address(request, options, found.following)
        return JSONResponse({"d": body}, headers=_VERSION)

    def _write(self, request: Request, raw: bytes) -> Response:
        resource = parse_path(_service(request), request.path_params.get("path", ""))
        if resource.key is None and request.method == "POST":
            row = self._writing.create(resource.entity_set, raw)
            return self._one(request, resource.entity_set, row, status=201)
        if resource.key is None or request.method == "POST":
            raise ODataError("Method not allowed for this resource", "/IWBEP/CM_MGW_RT/097")
        row = self._selecting.one(resource.entity_set, resource.key) or {}
        if not row:
            raise KeyError(f"{resource.entity_set.name}Type")
        wanted = request.headers.get("if-match")
        if wanted is None:
            return refusal(428, "/IWBEP/CM_MGW_RT/154", "The request requires an If-Match header", self._now())
        if wanted not in {"*", self._showing(request).etag(resource.entity_set, row)}:
            return refusal(412, "/IWBEP/CM_MGW_RT/155", "Precondition failed", self._now())
        self._writing.change(resource.entity_set, row, raw)
        return Response(status_code=204, headers=_VERSION)


def _service(request: Request) -> str:
    """The service's name without the version that may stand behind it."""
    name: str = request.path_params["service"]
    return name.partition(";")[0]


def _next_address(request: Request, options: Mapping[str, str], place: int) -> str:
    """The same query from another place on."""
    whole = {**options, "$skiptoken": str(place)}
    return f"{request.url.replace(query='')}?{urlencode(whole)}"
