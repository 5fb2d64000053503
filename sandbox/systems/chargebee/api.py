"""The site's API: its resources one by one and in lists, for callers with its key and within its limits.

https://apidocs.chargebee.com/docs/api/error-handling, https://apidocs.chargebee.com/docs/api/list-ops
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.chargebee.filters import WrongParameterError, read_filters, read_order, write_offset
from sandbox.systems.chargebee.site import Site
from sandbox.systems.keeping import Object
from sandbox.systems.recent_calls import RecentCalls

if TYPE_CHECKING:
    from starlette.requests import Request

KINDS = {
    "customers": "customer",
    "item_prices": "item_price",
    "coupons": "coupon",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "credit_notes": "credit_note",
    "transactions": "transaction",
    "events": "event",
}
_MINUTE = timedelta(minutes=1)
_DEFAULT_PAGE, _LARGEST_PAGE = 10, 100


class Shown:
    """Shows resources of one site as its API does."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def one(self, kind: str, resource_id: str, parameters: Mapping[str, str]) -> Object:
        """A resource; `KeyError` where there is none, or none any more."""
        found = self._site.store.find(kind, resource_id)
        if found.get("deleted"):
            raise KeyError(resource_id)
        limit, first = int(parameters.get("line_items_limit", "0")), int(parameters.get("line_items_offset", "0"))
        return self._row(kind, found, limit, first)

    def page(self, kind: str, parameters: Mapping[str, str]) -> Object:
        """A page of a list; `WrongParameterError` for what it cannot be asked for."""
        most = self._limit(parameters)
        rows, place = self._site.store.listed(kind, read_filters(kind, parameters), read_order(kind, parameters), most)
        listed: Object = {"list": [self._row(kind, each) for each in rows]}
        return listed if place is None else listed | {"next_offset": write_offset(place)}

    def _row(self, kind: str, found: Object, most_lines: int = 0, first_line: int = 0) -> Object:
        shown = dict(found)
        lines = shown.get("line_items", [])
        last = first_line + (most_lines or self._site.settings.most_lines)
        if "line_items" in shown:
            shown["line_items"] = lines[first_line:last]
        if last < len(lines):
            shown["line_items_next_offset"] = str(last)
        beside = {"customer": self._site.customer(found["customer_id"])} if kind == "subscription" else {}
        return {kind: shown, **beside}

    def _limit(self, parameters: Mapping[str, str]) -> int:
        limit = parameters.get("limit", str(_DEFAULT_PAGE))
        if not limit.isdigit() or not 1 <= int(limit) <= _LARGEST_PAGE:
            raise WrongParameterError("limit")
        return min(int(limit), self._site.settings.page_rows)


class Api:
    """Answers for one site."""

    def __init__(self, site: Site, now: Callable[[], datetime]) -> None:
        self._settings, self._shown, self._now = site.settings, Shown(site), now
        self._calls = RecentCalls(now)

    def routes(self) -> list[Route]:
        """The routes of the API."""
        return [
            Route("/api/v2/{list}", self._list, methods=["GET"]),
            Route("/api/v2/{list}/{id:path}", self._one, methods=["GET"]),
        ]

    async def _one(self, request: Request) -> Response:
        return self._answer(
            request, lambda kind: self._shown.one(kind, request.path_params["id"], request.query_params)
        )

    async def _list(self, request: Request) -> Response:
        return self._answer(request, lambda kind: self._shown.page(kind, request.query_params))

    def _answer(self, request: Request, found: Callable[[str], Any]) -> Response:
        if request.headers.get("authorization") != self._login():
            return refused(401, "Sorry, authentication failed. Invalid API key.", "api_authentication_failed")
        if self._is_over_the_limit():
            said = "Sorry, the API request limit is reached."
            return refused(429, said, "api_request_limit_exceeded", headers={"retry-after": str(_MINUTE.seconds)})
        kind = KINDS.get(request.path_params["list"])
        if kind is None:
            return refused(404, "Sorry, we couldn't find that resource", "resource_not_found")
        try:
            return JSONResponse(found(kind))
        except KeyError as error:
            return refused(404, f"{error} not found", "resource_not_found")
        except WrongParameterError as error:
            return refused(400, f"{error} : invalid value", "param_wrong_value", param=str(error))

    def _login(self) -> str:
        return f"Basic {base64.b64encode(f'{self._settings.api_key}:'.encode()).decode()}"

    def _is_over_the_limit(self) -> bool:
        self._calls.note()
        return self._calls.within(_MINUTE) > self._settings.calls_per_minute


def refused(
    status: int, message: str, code: str, *, param: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """How the site says that it does not do what it was asked for."""
    error: Object = {"message": message, "type": "invalid_request", "api_error_code": code, "http_status_code": status}
    return JSONResponse(error | ({"param": param} if param else {}), status_code=status, headers=headers)
