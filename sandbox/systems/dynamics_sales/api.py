"""The environment's Web API: rows of its entity sets, for callers with a token and within the service protection limits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.dynamics_sales.settings import EnvironmentSettings
from sandbox.systems.dynamics_sales.showing import shown
from sandbox.systems.dynamics_sales.tables import IDS, Tables
from sandbox.systems.dynamics_sales.tracking import TOKEN, Tracking, TrackingError
from sandbox.systems.entra import Tokens
from sandbox.systems.faults import FaultPlan
from sandbox.systems.odata import Select, select
from sandbox.systems.recent_calls import RecentCalls

if TYPE_CHECKING:
    from starlette.requests import Request

_LONGEST_ADDRESS_BYTES = 32_768
_SKIP = "$skiptoken"
_MOST_COUNTED = 5_000
_PREFERENCE = "odata.maxpagesize="


class Api:
    """Answers for one environment."""

    def __init__(
        self,
        settings: EnvironmentSettings,
        tables: Tables,
        tokens: Tokens,
        plan: FaultPlan,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._tables = tables
        self._tokens = tokens
        self._plan = plan
        self._now = now
        self._tracking = Tracking(settings, tables, now)
        self._calls = RecentCalls(now)

    def routes(self) -> list[Route]:
        """The routes of the API, of any of its versions."""
        return [Route("/api/data/{version}/{entity_set}", self._answer, methods=["GET"])]

    async def _answer(self, request: Request) -> Response:
        if self._plan.take(frozenset({"expire_tokens"}), request.method, request.url.path):
            self._tokens.end_all()
        if not self._tokens.holds(request.headers.get("authorization", "")):
            return Response(status_code=401, headers={"www-authenticate": "Bearer"})
        pause = self._pause_seconds()
        if pause:
            said = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
            return _refused(429, "0x80072322", said, {"retry-after": str(pause)})
        if len(str(request.url)) > _LONGEST_ADDRESS_BYTES:
            return Response(status_code=414)
        entity_set = request.path_params["entity_set"]
        if entity_set not in IDS:
            return _refused(404, "0x8006088a", f"Resource not found for the segment '{entity_set}'.")
        return self._rows(request, entity_set)

    def _rows(self, request: Request, entity_set: str) -> Response:
        parameters = dict(request.query_params)
        is_tracked = "odata.track-changes" in request.headers.get("prefer", "")
        try:
            if is_tracked or TOKEN in parameters:
                return JSONResponse(self._tracked(request, entity_set, parameters))
            return JSONResponse(self._selected(request, entity_set, parameters))
        except TrackingError as error:
            return _refused(400, error.code, str(error))
        except (ValueError, sqlite3.Error) as error:
            return _refused(400, "0x80060888", str(error))

    def _selected(self, request: Request, entity_set: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        asked = select(_plain(parameters), self._tables.columns(entity_set))
        # Its pages say that `$top` is not to be used with `$count`, and not what comes of it.
        if asked.top is not None and "$count" in parameters:
            raise ValueError("$top and $count are not asked for together")
        found = self._found(entity_set, asked)
        start = int(parameters.get(_SKIP, "0"))
        end = min(start + self._page_rows(request), len(found) if asked.top is None else asked.top)
        body: dict[str, Any] = {"@odata.context": f"{_base(request)}$metadata#{entity_set}"}
        if parameters.get("$count") == "true":
            body["@odata.count"] = min(len(found), _MOST_COUNTED)
        body["value"] = [
            shown(dict(row), asked.columns, parameters, request.headers.get("prefer", ""), self._tables)
            for row in found[start:end]
        ]
        if end < len(found) and asked.top is None:
            body["@odata.nextLink"] = _link(request, entity_set, parameters, {_SKIP: str(end)})
        return body

    def _tracked(self, request: Request, entity_set: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        page = self._tracking.page(entity_set, parameters, self._page_rows(request), _base(request))
        body: dict[str, Any] = {"@odata.context": f"{_base(request)}$metadata#{entity_set}", "value": page.rows}
        name = "@odata.deltaLink" if page.is_last else "@odata.nextLink"
        return body | {name: _link(request, entity_set, parameters, page.place)}

    def _found(self, entity_set: str, asked: Select) -> Sequence[sqlite3.Row]:
        statement = f"SELECT * FROM {entity_set} WHERE {asked.where} ORDER BY {asked.order}"  # noqa: S608 columns were checked
        return self._tables.sql.execute(statement, asked.values).fetchall()

    def _page_rows(self, request: Request) -> int:
        """As many as are preferred, and never more than a page has."""
        preferred = request.headers.get("prefer", "").partition(_PREFERENCE)[2].partition(",")[0]
        return min(int(preferred or self._settings.page_rows), self._settings.page_rows)

    def _pause_seconds(self) -> int:
        """How long the app has to wait, because it has made too many calls; 0: it need not."""
        window = timedelta(seconds=self._settings.window_seconds)
        if self._calls.within(window) >= self._settings.calls_in_window:
            return max(1, round(self._calls.until_room(window).total_seconds()))
        self._calls.note()
        return 0


def _plain(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if name != "$expand"}


def _link(request: Request, entity_set: str, parameters: Mapping[str, str], place: Mapping[str, str]) -> str:
    kept = {name: value for name, value in parameters.items() if name not in {_SKIP, TOKEN}} | dict(place)
    said = "&".join(f"{name}={quote(value, safe='')}" for name, value in kept.items())
    return f"{_base(request)}{entity_set}?{said}"


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/api/data/{request.path_params['version']}/"


def _refused(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status, headers=headers)
