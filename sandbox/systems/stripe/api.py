"""The account's API: its objects one by one and in lists, for callers with its key and within its limits.

https://docs.stripe.com/api/errors, https://docs.stripe.com/api/pagination
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.keeping import Object
from sandbox.systems.recent_calls import RecentCalls
from sandbox.systems.stripe.account import Account
from sandbox.systems.stripe.showing import line_shown, page_of
from sandbox.systems.stripe.store import Bounds

if TYPE_CHECKING:
    from starlette.requests import Request

_LISTS = {
    "events": "event",
    "customers": "customer",
    "products": "product",
    "prices": "price",
    "invoices": "invoice",
    "credit_notes": "credit_note",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "payouts": "payout",
    "subscriptions": "subscription",
    "balance_transactions": "balance_transaction",
}
_WITH_LINES = frozenset({"invoices", "credit_notes"})
_FILTERS = ("customer", "invoice", "status", "charge", "type")
_VERSION = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?")
_CREATED = re.compile(r"created\[(gte|gt|lt|lte)\]")
_DEFAULT_PAGE = 10
_MOST_TYPES = 20
_ALL, _CANCELLED = "all", "canceled"  # a list of subscriptions has those that were cancelled where all are asked for


class Api:
    """Answers for one account."""

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        self._account = account
        self._settings = account.settings
        self._store = account.store
        self._showing = account.showing
        self._now = now
        self._calls = RecentCalls(now)

    def routes(self) -> list[Route]:
        """The routes of the API."""
        return [
            Route("/v1/subscription_items", self._items, methods=["GET"]),
            Route("/v1/{list}", self._list, methods=["GET"]),
            Route("/v1/{list}/{id}", self._one, methods=["GET"]),
            Route("/v1/{list}/{id}/lines", self._lines, methods=["GET"]),
        ]

    async def _one(self, request: Request) -> Response:
        return self._answer(request, self._object)

    async def _list(self, request: Request) -> Response:
        return self._answer(request, self._page)

    async def _items(self, request: Request) -> Response:
        request.path_params["list"] = "subscriptions"
        return self._answer(request, self._page_of_items)

    async def _lines(self, request: Request) -> Response:
        return self._answer(request, self._page_of_lines)

    def _answer(self, request: Request, found: Callable[[Request, str], Any]) -> Response:
        if request.headers.get("authorization") != f"Bearer {self._settings.api_key}":
            return _refused(401, "Invalid API Key provided")
        if self._is_over_the_limit():
            said = "Request rate limit exceeded."
            return _refused(429, said, "rate_limit", {"stripe-rate-limited-reason": "global-rate"})
        if request.path_params["list"] not in _LISTS:
            return _refused(404, f"Unrecognized request URL (GET: {request.url.path}).")
        version = request.headers.get("stripe-version", self._settings.api_version)
        try:
            if _VERSION.fullmatch(version) is None:
                raise ValueError(f"Invalid Stripe API version: {version}")  # noqa: TRY301 answered as any other
            return JSONResponse(found(request, version))
        except KeyError as error:
            return _refused(404, f"No such object: {error}", "resource_missing")
        except ValueError as error:
            return _refused(400, str(error))

    def _object(self, request: Request, version: str) -> Any:  # noqa: ANN401 JSON
        kind, object_id = _LISTS[request.path_params["list"]], request.path_params["id"]
        found = self._store.get(object_id)
        if found["object"] != kind:
            raise KeyError(object_id)
        return self._showing.shown(found, version, _listed(request, "expand"))

    def _page(self, request: Request, version: str) -> Any:  # noqa: ANN401 JSON
        name, parameters = request.path_params["list"], request.query_params
        expand = [each.removeprefix("data.") for each in _listed(request, "expand")]
        wanted = _listed(request, "types")
        if len(wanted) > _MOST_TYPES:
            raise ValueError("You can name at most 20 types.")
        bounds = Bounds(
            created={_operator(each): int(value) for each, value in parameters.items() if _CREATED.fullmatch(each)},
            after=parameters.get("starting_after", ""),
            before=parameters.get("ending_before", ""),
            where={each: parameters[each] for each in _FILTERS if parameters.get(each, _ALL) != _ALL},
            without={"status": _CANCELLED} if name == "subscriptions" and "status" not in parameters else {},
            types=tuple(wanted),
        )
        rows, has_more = self._store.newest(_LISTS[name], bounds, self._limit(parameters))
        shown = [self._showing.shown(each, version, expand) for each in rows]
        return page_of(shown, f"/v1/{name}", has_more=has_more)

    def _page_of_lines(self, request: Request, version: str) -> Any:  # noqa: ANN401 JSON
        name, object_id = request.path_params["list"], request.path_params["id"]
        if name not in _WITH_LINES:
            raise KeyError(object_id)
        rows = [line_shown(each, version) for each in self._store.get(object_id)["lines"]]
        return self._behind(request, rows)

    def _page_of_items(self, request: Request, version: str) -> Any:  # noqa: ANN401 JSON
        found = self._store.get(request.query_params["subscription"])
        expand = [f"items.{each}" for each in _listed(request, "expand")]
        rows = self._showing.shown(found, version, expand, most_items=len(found["items"]))["items"]["data"]
        return self._behind(request, rows)

    def _behind(self, request: Request, rows: list[Object]) -> Object:
        """A page of the parts of an object."""
        after = request.query_params.get("starting_after")
        left = rows[[each["id"] for each in rows].index(after) + 1 :] if after else rows
        return page_of(left[: self._limit(request.query_params)], request.url.path, left)

    def _limit(self, parameters: Mapping[str, str]) -> int:
        limit = int(parameters.get("limit", _DEFAULT_PAGE))
        if not 1 <= limit <= 100:  # noqa: PLR2004 Stripe's own
            raise ValueError("Invalid integer: limit")
        return min(limit, self._settings.page_rows)

    def _is_over_the_limit(self) -> bool:
        self._calls.note()
        return self._calls.within(timedelta(seconds=1)) > self._settings.calls_per_second


def _listed(request: Request, name: str) -> list[str]:
    """The values of a parameter that is a list, which callers number or do not."""
    written = re.compile(rf"{name}\[[0-9]*\]")
    return [value for each, value in request.query_params.multi_items() if written.fullmatch(each)]


def _operator(parameter: str) -> str:
    return parameter.removeprefix("created[").removesuffix("]")


def _refused(status: int, message: str, code: str = "", headers: Mapping[str, str] | None = None) -> JSONResponse:
    error = {"type": "invalid_request_error", "message": message} | ({"code": code} if code else {})
    return JSONResponse({"error": error}, status_code=status, headers=headers)
