"""Tells a simulated system to misbehave, over HTTP, and counts how often it did.

`POST /_control/faults` with one fault plants it; `GET /_control/faults` shows what is planted and what has fired;
`DELETE /_control/faults` removes all. A fault strikes the next `times` requests whose method and path match.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTROL_PREFIX = "/_control/"


@dataclass(kw_only=True)
class Fault:
    """One planned misbehaviour.

    Attributes:
        kind: `answer` (give `status`, `headers` and `body` instead of doing anything), `slow` (wait `seconds`, then do it),
            `lost_answer` (do it, then break the connection before the answer is whole), or a kind that only the system
            itself knows how to do (such as `reject_cell` or `expire_tokens`), which it takes with `FaultPlan.take`.
        times: how many requests it strikes.
        method: which method, empty for all.
        path: a part of the path, empty for all.
    """

    kind: str
    times: int = 1
    method: str = ""
    path: str = ""
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0.0
    detail: dict[str, Any] = field(default_factory=dict)

    def strikes(self, method: str, path: str) -> bool:
        """Whether it applies to a request."""
        return self.times > 0 and self.method in {"", method} and self.path in path


class FaultPlan:
    """The faults planted in one simulated system; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planted: list[Fault] = []
        self.fired: Counter[str] = Counter()

    def plant(self, fault: Fault) -> None:
        """Add a fault behind those already planted."""
        with self._lock:
            self._planted.append(fault)

    def clear(self) -> None:
        """Remove every fault."""
        with self._lock:
            self._planted.clear()

    def take(self, kinds: frozenset[str], method: str, path: str) -> Fault | None:
        """Use up one strike of the first planted fault of these kinds that matches, and count it."""
        with self._lock:
            for fault in self._planted:
                if fault.kind in kinds and fault.strikes(method, path):
                    fault.times -= 1
                    self.fired[fault.kind] += 1
                    return fault
        return None

    def plain(self) -> dict[str, Any]:
        """What is planted and what has fired, as JSON values."""
        with self._lock:
            return {"planted": [asdict(fault) for fault in self._planted if fault.times > 0], "fired": dict(self.fired)}


_GENERAL = frozenset({"answer", "slow", "lost_answer"})
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Misbehaving:
    """ASGI middleware that does the general faults of a plan and serves the control routes for it."""

    def __init__(self, app: ASGIApp, plan: FaultPlan) -> None:
        self._app = app
        self._plan = plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or do what is planted for it instead."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        fault = self._plan.take(_GENERAL, scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind == "answer":
            await _drain(receive)
            await _answer(fault)(scope, receive, send)
        elif fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            with suppress(ClientDisconnect):  # whom it was too slow for
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _breaking(send))


def control_routes(plan: FaultPlan) -> list[Route]:
    """The routes by which outside tools plant, see and remove faults."""

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            plan.plant(Fault(**json.loads(await request.body())))
        elif request.method == "DELETE":
            plan.clear()
        return JSONResponse(plan.plain())

    return [Route(f"{CONTROL_PREFIX}faults", faults, methods=["GET", "POST", "DELETE"])]


def _answer(fault: Fault) -> Response:
    if isinstance(fault.body, str):
        return Response(fault.body, status_code=fault.status, headers=fault.headers)
    return JSONResponse(fault.body, status_code=fault.status, headers=fault.headers)


async def _drain(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


def _breaking(send: Send) -> Send:
    """Announce one byte more than is sent and never end, so that the connection closes before the answer is whole.

    An answer that may have no body is whole with its headers, so it is told as one that has.
    """

    async def forward(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "status": HTTPStatus.OK if message["status"] in _WITHOUT_BODY else message["status"]}
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            headers["content-length"] = str(int(headers.get("content-length", "0")) + 1)
        else:
            message = {**message, "more_body": True}
        await send(message)

    return forward
