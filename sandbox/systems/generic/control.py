"""The control routes of a simulated tool: what happens in it, what it sends, and what it was answered."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.places import ROOT
from sandbox.systems.faults import CONTROL_PREFIX
from sandbox.systems.generic.requests import ToolRequest
from sandbox.systems.generic.sender import Attempt, Orders, ToolSender

if TYPE_CHECKING:
    from starlette.requests import Request

_Body = dict[str, Any]


class Control:
    """Serves the control routes of one tool."""

    def __init__(self, sender: ToolSender) -> None:
        self._sender = sender

    def routes(self) -> list[Route]:
        """Every control route."""
        routes: list[tuple[str, str, Callable[[Request, _Body], Awaitable[Any]]]] = [
            ("GET", "settings", self._show_settings),
            ("POST", "settings", self._change_settings),
            ("POST", "events", self._happen),
            ("POST", "deliver", self._deliver),
            ("GET", "deliveries", self._list),
            ("DELETE", "deliveries", self._forget),
            ("POST", "handshake", self._handshake),
            ("GET", "cases", self._list_cases),
            ("POST", "cases/{case}", self._send_case),
        ]
        return [Route(CONTROL_PREFIX + path, _answering(act), methods=[method]) for method, path, act in routes]

    async def _show_settings(self, _request: Request, _body: _Body) -> Any:  # noqa: ANN401 JSON
        return self._sender.settings.plain()

    async def _change_settings(self, _request: Request, body: _Body) -> Any:  # noqa: ANN401 JSON
        self._sender.settings.change(body)
        return self._sender.settings.plain()

    async def _happen(self, _request: Request, body: _Body) -> Any:  # noqa: ANN401 JSON
        """Let `events` happen: each has a `type`, and may have `data`, `subject`, `id` and `time`."""
        events = self._sender.add(body["events"])
        attempts: list[Attempt] = []
        if self._sender.settings.send == "immediately":
            attempts = await run_in_threadpool(self._sender.deliver, Orders())
        return {"events": [asdict(each) for each in events], "attempts": _told(attempts)}

    async def _deliver(self, _request: Request, body: _Body) -> Any:  # noqa: ANN401 JSON
        return {"attempts": _told(await run_in_threadpool(self._sender.deliver, Orders(**body)))}

    async def _list(self, _request: Request, _body: _Body) -> Any:  # noqa: ANN401 JSON
        return self._sender.plain()

    async def _forget(self, _request: Request, _body: _Body) -> Any:  # noqa: ANN401 JSON
        self._sender.clear()
        return self._sender.plain()

    async def _handshake(self, _request: Request, body: _Body) -> Any:  # noqa: ANN401 JSON
        return await run_in_threadpool(self._sender.handshake, str(body.get("rate", "")))

    async def _list_cases(self, _request: Request, _body: _Body) -> Any:  # noqa: ANN401 JSON
        folder = ROOT / "events" / self._sender.settings.name
        return sorted(each.name for each in folder.iterdir() if each.is_dir())

    async def _send_case(self, request: Request, _body: _Body) -> Any:  # noqa: ANN401 JSON
        """Send the request of an event case, well proven whatever its `signing` says."""
        case = request.path_params["case"]
        file = ROOT / "events" / self._sender.settings.name / case / "request.json"
        plain = json.loads(file.read_text(encoding="utf-8"))
        body = plain["body"] if isinstance(plain["body"], str) else json.dumps(plain["body"], ensure_ascii=False)
        posted = ToolRequest(body=body.encode(), headers=plain["headers"])
        return {"attempts": _told(await run_in_threadpool(self._sender.send, posted, self._sender.new_message_id()))}


def _told(attempts: list[Attempt]) -> list[dict[str, Any]]:
    return [{**asdict(each), "accepted": each.accepted} for each in attempts]


def _answering(act: Callable[[Request, _Body], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        raw = await request.body()
        try:
            return JSONResponse(await act(request, json.loads(raw) if raw else {}))
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)
        except FileNotFoundError:
            return JSONResponse({"error": "no such case"}, status_code=404)

    return answer
