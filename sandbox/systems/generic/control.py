"""The control routes of a simulated tool: what happens in it, what it sends, and what it was answered."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from sandbox.places import ROOT
from sandbox.systems.controlling import Body, control_routes, settings_acts
from sandbox.systems.generic.requests import ToolRequest
from sandbox.systems.generic.sender import Attempt, Orders, ToolSender

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


class Control:
    """Serves the control routes of one tool."""

    def __init__(self, sender: ToolSender) -> None:
        self._sender = sender

    def routes(self) -> list[Route]:
        """Every control route."""
        acts = [
            *settings_acts(self._sender.settings),
            ("POST", "events", self._happen),
            ("POST", "deliver", self._deliver),
            ("GET", "deliveries", self._list),
            ("DELETE", "deliveries", self._forget),
            ("POST", "handshake", self._handshake),
            ("GET", "cases", self._list_cases),
            ("POST", "cases/{case}", self._send_case),
        ]
        return control_routes(acts)

    async def _happen(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Let `events` happen: each has a `type`, and may have `data`, `subject`, `id` and `time`."""
        events = self._sender.add(body["events"])
        attempts: list[Attempt] = []
        if self._sender.settings.send == "immediately":
            attempts = await run_in_threadpool(self._sender.deliver, Orders())
        return {"events": [asdict(each) for each in events], "attempts": [each.plain() for each in attempts]}

    async def _deliver(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        attempts = await run_in_threadpool(self._sender.deliver, Orders(**body))
        return {"attempts": [each.plain() for each in attempts]}

    async def _list(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return self._sender.plain()

    async def _forget(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        self._sender.clear()
        return self._sender.plain()

    async def _handshake(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return await run_in_threadpool(self._sender.handshake, str(body.get("rate", "")))

    async def _list_cases(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return sorted(self._cases())

    async def _send_case(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        """Send the request of an event case, well proven whatever its `signing` says."""
        file = self._cases()[request.path_params["case"]] / "request.json"
        plain = json.loads(file.read_text(encoding="utf-8"))
        body = plain["body"] if isinstance(plain["body"], str) else json.dumps(plain["body"], ensure_ascii=False)
        posted = ToolRequest(body=body.encode(), headers=plain["headers"])
        attempts = await run_in_threadpool(self._sender.send, posted, self._sender.new_message_id())
        return {"attempts": [each.plain() for each in attempts]}

    def _cases(self) -> dict[str, Path]:
        """The folders of the tool's event cases, by name."""
        folder = ROOT / "events" / self._sender.settings.name
        return {each.name: each for each in folder.iterdir() if each.is_dir()}
