"""The tenant's API: tokens, objects, query jobs and their files, for callers with a token and within its limits.

https://developer.zuora.com/docs/guides/error-handling/, https://developer.zuora.com/docs/guides/rate-limits/
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.faults import FaultPlan
from sandbox.systems.recent_calls import RecentCalls
from sandbox.systems.zuora.asked import asked_of
from sandbox.systems.zuora.jobs import Jobs
from sandbox.systems.zuora.objects import Objects
from sandbox.systems.zuora.tenant import Tenant
from sandbox.systems.zuora.tokens import Tokens

if TYPE_CHECKING:
    from starlette.requests import Request

_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
_DENIED, _TOO_MANY, _INVALID = 90000011, 50000070, 53100020
_OF_A_TENANT = frozenset({"expire_tokens", "reasons"})
_SECONDS_TO_WAIT = 7


class Api:
    """Answers for one tenant."""

    def __init__(self, tenant: Tenant, jobs: Jobs, plan: FaultPlan, now: Callable[[], datetime]) -> None:
        self._settings, self._jobs, self._plan, self._now = tenant.settings, jobs, plan, now
        self._store = tenant.store
        self.tokens = Tokens(tenant.settings, now)
        self._calls = RecentCalls(now)

    def routes(self) -> list[Route]:
        """The routes of the API."""
        return [
            Route("/oauth/token", self.tokens.answer, methods=["POST"]),
            Route("/object-query/{path}", self._answering(self._page), methods=["GET"]),
            Route("/object-query/{path}/{key}", self._answering(self._one), methods=["GET"]),
            Route("/query/jobs", self._answering(self._submit), methods=["POST"]),
            Route("/query/jobs/{id}", self._answering(self._look), methods=["GET"]),
            Route("/query/jobs/{id}", self._answering(self._cancel), methods=["DELETE"]),
            Route("/data/{id}.json", self._file, methods=["GET"]),
        ]

    def _answering(self, act: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            fault = self._plan.take(_OF_A_TENANT, request.method, request.url.path)
            if fault is not None and fault.kind == "expire_tokens":
                self.tokens.end_all()
            if not self.tokens.holds(request.headers.get("authorization", "")):
                return refused(401, _DENIED, "Authentication error")
            if self._is_over_the_limit():
                waits = {"ratelimit-remaining": "0", "ratelimit-reset": str(_SECONDS_TO_WAIT)}
                return refused(429, _TOO_MANY, "The request exceeded the limit.", waits)
            if fault is not None and fault.kind == "reasons":
                return refused(200, int(fault.detail["code"]), "It was told to say so.")
            try:
                return JSONResponse(await act(request))
            except KeyError as error:
                return JSONResponse({"message": f"Cannot find entity by key: {error}"}, status_code=404)
            except ValueError as error:
                return refused(400, _INVALID, str(error))

        return answer

    async def _page(self, request: Request) -> Any:  # noqa: ANN401 JSON
        return self._objects().page(request.path_params["path"], asked_of(request.query_params.multi_items()))

    async def _one(self, request: Request) -> Any:  # noqa: ANN401 JSON
        asked = asked_of(request.query_params.multi_items())
        return self._objects().one(request.path_params["path"], request.path_params["key"], asked)

    async def _submit(self, request: Request) -> Any:  # noqa: ANN401 JSON
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise ValueError("HTTP 415 Unsupported Media Type")
        return self._jobs.submit(await request.json())

    async def _look(self, request: Request) -> Any:  # noqa: ANN401 JSON
        return self._jobs.look(request.path_params["id"], f"{request.url.scheme}://{request.url.netloc}")

    async def _cancel(self, request: Request) -> Any:  # noqa: ANN401 JSON
        return self._jobs.cancel(request.path_params["id"])

    async def _file(self, request: Request) -> Response:
        """The file of a job, whole or in part; the address proves whoever asks, and takes no other proof beside."""
        if "authorization" in request.headers:
            return Response("<Error><Code>InvalidArgument</Code></Error>", 400, media_type="application/xml")
        try:
            whole = self._jobs.file(request.path_params["id"])
        except KeyError:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
        return part_of(whole, request.headers.get("range", ""))

    def _objects(self) -> Objects:
        return Objects(self._store, self._settings.page_rows)

    def _is_over_the_limit(self) -> bool:
        self._calls.note()
        return self._calls.within(timedelta(seconds=1)) > self._settings.calls_per_second


def part_of(whole: bytes, wanted: str) -> Response:
    """A file, or the part of it that a `Range` header asks for, as a store of objects gives it."""
    found = _RANGE.fullmatch(wanted)
    if found is None:
        return Response(whole)
    first, last = int(found[1]), min(int(found[2] or len(whole)), len(whole) - 1)
    if first >= len(whole):
        return Response(b"", 416, headers={"content-range": f"bytes */{len(whole)}"})
    shown = {"content-range": f"bytes {first}-{last}/{len(whole)}"}
    return Response(whole[first : last + 1], 206, headers=shown)


def refused(status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A refusal as Zuora writes it; many have the status 200."""
    body = {"success": False, "processId": "7F2E4C89A1B3C4D5", "reasons": [{"code": code, "message": message}]}
    return JSONResponse(body, status_code=status, headers=headers)
