"""The environment's API v2.0: companies and what is in them, and subscriptions, to callers with a token that holds.

https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.business_central.answering import (
    ODataError,
    address_of,
    context_of,
    gateway_timeout,
    limited,
    no_permission,
    no_record,
    no_segment,
    not_authenticated,
)
from sandbox.systems.business_central.options import read_options, read_shape
from sandbox.systems.business_central.querying import Querying, etag_of
from sandbox.systems.business_central.schema import ENTITY_SETS, EntitySet
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.business_central.subscriptions import Subscriptions
from sandbox.systems.business_central.tables import Tables
from sandbox.systems.business_central.tokens import Tokens
from sandbox.systems.faults import FaultPlan

if TYPE_CHECKING:
    from starlette.requests import Request

_FAULTS = frozenset({"expire_tokens", "throttle", "unavailable", "gateway_timeout"})
_SEGMENT = re.compile(r"(\w+)(?:\(([^()]*)\))?")
_GUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PAGE_WISH = re.compile(r"(?:odata\.)?maxpagesize=(\d+)")
_PREFIXES = ("/v2.0/{tenant}/{environment}/api/v2.0", "/v2.0/{environment}/api/v2.0")
_Endpoint = Callable[["Request"], Awaitable[Response]]


class Api:
    """Answers for one environment, at the addresses with and without the tenant.

    Of the faults of `sandbox/systems/faults.py` it knows four of its own: `expire_tokens`, `throttle` (429), `unavailable`
    (503) and `gateway_timeout` (504).
    """

    def __init__(
        self,
        settings: EnvironmentSettings,
        tables: Tables,
        tokens: Tokens,
        subscriptions: Subscriptions,
        plan: FaultPlan,
    ) -> None:
        self._settings = settings
        self._tables = tables
        self._querying = Querying(settings, tables)
        self._tokens = tokens
        self._subscriptions = subscriptions
        self._plan = plan

    def routes(self) -> list[Route]:
        """The routes of the API."""
        everything = ["GET", "POST", "PATCH", "PUT", "DELETE"]
        return [
            Route(f"{prefix}/{path}", self._guarded(endpoint), methods=everything)
            for prefix in _PREFIXES
            for path, endpoint in (
                ("subscriptions{key:path}", self._subscriptions.answer),
                ("{path:path}", self._read),
            )
        ]

    def _guarded(self, answering: _Endpoint) -> _Endpoint:
        async def answer(request: Request) -> Response:
            outage = self._outage(request)
            if outage is not None:
                return outage
            try:
                self._check(request)
                return await answering(request)
            except ODataError as error:
                return error.answer()

        return answer

    def _outage(self, request: Request) -> Response | None:
        """Do what is planted for a call, and give the answer where nothing else is left of it."""
        fault = self._plan.take(_FAULTS, request.method, request.url.path)
        kind = fault.kind if fault else ""
        if kind == "expire_tokens":
            self._tokens.end_all()
        if kind == "throttle":
            return limited(429, self._settings.retry_after_seconds)
        if kind == "unavailable":
            return limited(503, self._settings.retry_after_seconds)
        return gateway_timeout() if kind == "gateway_timeout" else None

    def _check(self, request: Request) -> None:
        if (
            len(request.scope.get("raw_path") or b"") + len(request.scope["query_string"])
            > self._settings.longest_address
        ):
            raise ODataError(414, "BadRequest", "The request URI is too long.")
        if not self._tokens.holds(request.headers.get("authorization", "")):
            raise not_authenticated()
        stated = request.path_params
        if stated.get("tenant", self._settings.tenant_id) != self._settings.tenant_id:
            raise not_authenticated()
        if stated["environment"] != self._settings.environment:
            raise ODataError(404, "Internal_NoEnvironment", f"Environment does not exist: {stated['environment']}.")

    async def _read(self, request: Request) -> Response:
        segments = [_segment(each) for each in request.path_params["path"].strip("/").split("/")]
        if request.method != "GET":
            message = f"'{request.method}' requests for '{segments[-1][0]}' are not allowed."
            raise ODataError(405, "BadRequest_MethodNotAllowed", message)
        (name, key), *deeper = segments
        if name != "companies":
            raise no_segment(name)
        if not deeper:
            return self._companies(request, key)
        company = self._company(key)
        entity_set, found, condition = self._walk(company, deeper)
        self._check_permission(entity_set)
        if found:
            return self._one(request, entity_set, company, found)
        return self._list(request, entity_set, company, condition)

    def _companies(self, request: Request, key: str) -> Response:
        entity_set = ENTITY_SETS["companies"]
        if key:
            return self._one(request, entity_set, self._company(key), key)
        return self._list(request, entity_set, "", {})

    def _company(self, key: str) -> str:
        if not _GUID.fullmatch(key) or not self._tables.select("SELECT id FROM companies WHERE id = ?", (key.lower(),)):
            raise ODataError(404, "Internal_CompanyNotFound", f'The company "{key}" does not exist.')
        return key.lower()

    def _walk(self, company: str, path: list[tuple[str, str]]) -> tuple[EntitySet, str, Mapping[str, str]]:
        """Follow the segments behind a company: the set, the key of the one entity meant, or by what the set is narrowed."""
        (name, key), *deeper = path
        entity_set = ENTITY_SETS.get(name)
        if entity_set is None or not entity_set.is_served or name == "companies":
            raise no_segment(name)
        if not deeper:
            return entity_set, _guid(key), {}
        (relation, inner), navigation = deeper[0], entity_set.navigations.get(deeper[0][0])
        if navigation is None or len(deeper) > 1 or not key:
            raise no_segment(relation)
        found = self._tables.rows(name, company, id=_guid(key))
        if not found:
            raise no_record(entity_set.type_name, key)
        return ENTITY_SETS[navigation.target], _guid(inner), {navigation.theirs: str(found[0][navigation.ours])}

    def _check_permission(self, entity_set: EntitySet) -> None:
        if entity_set.name in self._settings.forbidden:
            raise no_permission(entity_set.type_name)

    def _one(self, request: Request, entity_set: EntitySet, company: str, key: str) -> Response:
        shape = read_shape(dict(request.query_params), entity_set, ENTITY_SETS)
        found = self._tables.rows(entity_set.name, company, id=key.lower())
        if not found or entity_set.name in self._settings.filtered:
            raise no_record(entity_set.type_name, key)
        context = {"@odata.context": f"{context_of(request)}/$entity"}
        answer = JSONResponse(context | self._querying.entity(entity_set, found[0], shape))
        answer.headers["ETag"] = etag_of(found[0])
        return answer

    def _list(self, request: Request, entity_set: EntitySet, company: str, narrowed: Mapping[str, str]) -> Response:
        query = dict(request.query_params)
        for name, value in narrowed.items():
            asked = f"{name} eq {value}"
            query["$filter"] = f"({query['$filter']}) and {asked}" if query.get("$filter") else asked
        wish = _PAGE_WISH.search(request.headers.get("prefer", ""))
        most = max(1, int(wish[1])) if wish else self._settings.page_size
        page = self._querying.page(entity_set, company, read_options(query, entity_set, ENTITY_SETS), most)
        body: dict[str, Any] = {"@odata.context": context_of(request)}
        if page.total is not None:
            body["@odata.count"] = page.total
        body["value"] = page.entities
        if page.token:
            asked_again = {"aid": "FIN", **request.query_params, "$skiptoken": page.token}
            body["@odata.nextLink"] = f"{address_of(request)}?{urlencode(asked_again, safe='$')}"
        return JSONResponse(body)


def _segment(said: str) -> tuple[str, str]:
    match = _SEGMENT.fullmatch(said)
    if match is None:
        raise no_segment(said)
    return match[1], match[2] or ""


def _guid(key: str) -> str:
    if key and not _GUID.fullmatch(key):
        raise ODataError(404, "BadRequest_NotFound", f"')' or ',' expected at position {len(key)} in '({key})'.")
    return key.lower()
