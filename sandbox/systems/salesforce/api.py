"""The organisation's REST API: queries and their further pages, to callers with an open session and calls left."""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.faults import FaultPlan
from sandbox.systems.salesforce.answering import maintenance, query_refusal, refusal, too_long
from sandbox.systems.salesforce.limits import Limits
from sandbox.systems.salesforce.selecting import Found, Selecting
from sandbox.systems.salesforce.settings import OrganizationSettings
from sandbox.systems.salesforce.soql import SoqlError
from sandbox.systems.salesforce.tokens import Tokens

if TYPE_CHECKING:
    from starlette.requests import Request

_VERSION = re.compile(r"v([2-9]\d|1\d\d)\.0")
_LONGEST_ADDRESS = 16_384  # bytes; "URI Too Long" beyond
_FAULTS = frozenset({"expire_sessions", "expire_cursors", "server_unavailable", "maintenance"})


class Api:
    """Answers the routes of the REST API.

    Of the faults of `sandbox/systems/faults.py` it knows four of its own: `expire_sessions`, `expire_cursors` (the further pages of
    queries are forgotten), `server_unavailable` and `maintenance`.
    """

    def __init__(
        self, settings: OrganizationSettings, selecting: Selecting, tokens: Tokens, limits: Limits, plan: FaultPlan
    ) -> None:
        self._settings = settings
        self._selecting = selecting
        self._tokens = tokens
        self._limits = limits
        self._plan = plan
        self._cursors: dict[str, Found] = {}
        self._numbers = itertools.count(1)

    def routes(self) -> list[Route]:
        """The routes; some clients end them with a slash."""
        data = "/services/data/{version}"
        acts = {"query": self._query, "queryAll": self._query_all}
        return [
            Route(f"{data}/{name}{end}", self._guarded(act), methods=["GET"])
            for name, act in acts.items()
            for end in ("", "/")
        ] + [Route(f"{data}/{name}/{{cursor}}", self._guarded(self._more), methods=["GET"]) for name in acts]

    def _guarded(self, answering: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint behind the length of addresses, sessions and the allowance, of which its answer tells."""

        async def answer(request: Request) -> Response:
            refused = self._refusal_of(request)
            if refused is not None:
                return refused
            answered = await answering(request)
            answered.headers.update(self._limits.headers())
            return answered

        return answer

    def _refusal_of(self, request: Request) -> Response | None:
        raw_path, query = request.scope.get("raw_path") or b"", request.scope["query_string"]
        if len(raw_path) + len(query) + 1 > _LONGEST_ADDRESS:
            return too_long()
        outage = self._outage(request)
        if outage is not None:
            return outage
        if not self._tokens.holds(request.headers.get("authorization", "")):
            return refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if not self._limits.count():
            refused = refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
            refused.headers.update(self._limits.headers())
            return refused
        if _VERSION.fullmatch(request.path_params["version"]) is None:
            return refusal(404, "NOT_FOUND", "The requested resource does not exist")
        return None

    def _outage(self, request: Request) -> Response | None:
        """Do what is planted for a call, and give the answer where nothing else is left of it."""
        fault = self._plan.take(_FAULTS, request.method, request.url.path)
        kind = fault.kind if fault else ""
        if kind == "expire_sessions":
            self._tokens.end_all()
        if kind == "expire_cursors":
            self._cursors.clear()
        if kind == "server_unavailable":
            return refusal(503, "SERVER_UNAVAILABLE", "We are down for maintenance, or are too busy to answer.")
        return maintenance() if kind == "maintenance" else None

    async def _query(self, request: Request) -> Response:
        return self._select(request, deleted=False)

    async def _query_all(self, request: Request) -> Response:
        return self._select(request, deleted=True)

    def _select(self, request: Request, *, deleted: bool) -> Response:
        soql, version = request.query_params.get("q", ""), request.path_params["version"][1:]
        try:
            found = self._selecting.select(soql, deleted=deleted, version=version)
        except SoqlError as error:
            return query_refusal(soql, error)
        cursor = f"01g{next(self._numbers):012d}AAA"
        if len(found.records) > self._settings.batch_size:
            self._cursors[cursor] = found
        return JSONResponse(self._page(cursor, found, 0, version))

    async def _more(self, request: Request) -> Response:
        cursor, _, start = request.path_params["cursor"].partition("-")
        found = self._cursors.get(cursor)
        if found is None or not start.isdecimal():
            return refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return JSONResponse(self._page(cursor, found, int(start), request.path_params["version"][1:]))

    def _page(self, cursor: str, found: Found, start: int, version: str) -> dict[str, Any]:
        """The rows from a place on, and where the next are; the rows are those of the query's own moment."""
        end = start + self._settings.batch_size
        page: dict[str, Any] = {"totalSize": found.total, "done": end >= len(found.records)}
        if not page["done"]:
            page["nextRecordsUrl"] = f"/services/data/v{version}/query/{cursor}-{end}"
        return page | {"records": found.records[start:end]}
