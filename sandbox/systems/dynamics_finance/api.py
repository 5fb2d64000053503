"""The environment's OData service: rows of its entity sets, for callers with a token and within the limits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.dynamics_finance.books import ENTITY_SETS, Books
from sandbox.systems.dynamics_finance.settings import EnvironmentSettings
from sandbox.systems.entra import Tokens
from sandbox.systems.faults import FaultPlan
from sandbox.systems.odata import Select, select
from sandbox.systems.recent_calls import RecentCalls

if TYPE_CHECKING:
    from starlette.requests import Request

_LONGEST_QUERY_BYTES = 2_048  # what IIS takes where nobody has changed it
_SKIP = "$skiptoken"
_AMOUNT = "Amount"  # how the columns end that hold numbers


class Api:
    """Answers for one environment."""

    def __init__(
        self,
        settings: EnvironmentSettings,
        books: Books,
        tokens: Tokens,
        plan: FaultPlan,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._books = books
        self._tokens = tokens
        self._plan = plan
        self._now = now
        self._calls = RecentCalls(now)

    def routes(self) -> list[Route]:
        """The routes of the service."""
        return [Route("/data/{entity_set}", self._answer, methods=["GET"])]

    async def _answer(self, request: Request) -> Response:
        if self._plan.take(frozenset({"expire_tokens"}), request.method, request.url.path):
            self._tokens.end_all()
        if not self._tokens.holds(request.headers.get("authorization", "")):
            return Response(status_code=401, headers={"www-authenticate": "Bearer"})
        pause = self._pause_seconds()
        if pause:
            return _refused(429, "Number of requests exceeded the limit.", {"retry-after": str(pause)})
        if len(request.url.query) > _LONGEST_QUERY_BYTES:
            return Response("<html>Request-URI Too Long</html>", status_code=414, media_type="text/html")
        entity_set = request.path_params["entity_set"]
        if entity_set not in ENTITY_SETS:
            return _refused(404, f"No HTTP resource was found that matches '/data/{entity_set}'.")
        return self._rows(request, entity_set)

    def _rows(self, request: Request, entity_set: str) -> Response:
        parameters = dict(request.query_params)
        try:
            asked = select(parameters, self._books.columns(entity_set))
            found = self._found(entity_set, asked, parameters)
        except (ValueError, sqlite3.Error) as error:
            return _refused(400, f"An error has occurred. {error}")
        start = int(parameters.get(_SKIP, "0"))
        end = min(start + self._settings.page_rows, len(found) if asked.top is None else asked.top)
        body: dict[str, Any] = {"@odata.context": f"{_base(request)}/data/$metadata#{entity_set}"}
        if parameters.get("$count") == "true":
            body["@odata.count"] = len(found)
        body["value"] = [_shown(row, asked.columns) for row in found[start:end]]
        if end < len(found) and asked.top is None:
            body["@odata.nextLink"] = _following(request, entity_set, end)
        return JSONResponse(body)

    def _found(self, entity_set: str, asked: Select, parameters: Mapping[str, str]) -> Sequence[sqlite3.Row]:
        """The rows of a query: of the caller's own company alone, unless it asks across all, and says that it does."""
        where, values = asked.where, [*asked.values]
        if parameters.get("cross-company") != "true":
            where += " AND dataAreaId = ?"
            values.append(self._settings.default_company)
        hidden = self._settings.hidden_companies
        where += f" AND dataAreaId NOT IN ({', '.join('?' * len(hidden))})"
        columns = ", ".join(f'"{each}"' for each in asked.columns)
        statement = f"SELECT {columns} FROM {entity_set} WHERE {where} ORDER BY {asked.order}"  # noqa: S608 columns were checked
        return self._books.sql.execute(statement, [*values, *hidden]).fetchall()

    def _pause_seconds(self) -> int:
        """How long the app has to wait, because it has made too many calls; 0: it need not."""
        window = timedelta(seconds=self._settings.window_seconds)
        if self._calls.within(window) >= self._settings.calls_in_window:
            return max(1, round(self._calls.until_room(window).total_seconds()))
        self._calls.note()
        return 0


def _shown(row: sqlite3.Row, columns: Sequence[str]) -> dict[str, Any]:
    """A row as OData shows it: amounts as numbers, texts that are missing as empty ones."""
    return {each: _value(row[each], is_amount=each.endswith(_AMOUNT)) for each in columns}


def _value(value: object, *, is_amount: bool) -> object:
    if is_amount:
        return float(str(value))
    return "" if value is None else value


def _following(request: Request, entity_set: str, start: int) -> str:
    """The address of the next page; it asks across companies if this one did."""
    kept = {name: value for name, value in request.query_params.items() if name != _SKIP} | {_SKIP: str(start)}
    said = "&".join(f"{name}={quote(value, safe='')}" for name, value in kept.items())
    return f"{_base(request)}/data/{entity_set}?{said}"


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _refused(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": "", "message": message}}, status_code=status, headers=headers)
