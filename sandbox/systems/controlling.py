"""The control routes of a simulated system: what every one of them does alike."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.changing import ChangingSettings
from sandbox.systems.faults import CONTROL_PREFIX

if TYPE_CHECKING:
    from starlette.requests import Request

Body = dict[str, Any]
Act = Callable[["Request", Body], Awaitable[Any]]  # takes the request and its body, gives what is answered as JSON


def control_routes(acts: Iterable[tuple[str, str, Act]]) -> list[Route]:
    """A route for each method, path below the control prefix, and what is done there.

    A `KeyError` is answered 404, a `ValueError` or `TypeError` 400, with what was said.
    """
    return [Route(CONTROL_PREFIX + path, _answering(act), methods=[method]) for method, path, act in acts]


def settings_acts(settings: ChangingSettings) -> list[tuple[str, str, Act]]:
    """`settings`, to be seen and changed."""

    async def show(_request: Request, _body: Body) -> Body:
        return settings.plain()

    async def change(_request: Request, body: Body) -> Body:
        settings.change(body)
        return settings.plain()

    return [("GET", "settings", show), ("POST", "settings", change)]


def _answering(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        raw = await request.body()
        try:
            return JSONResponse(await act(request, json.loads(raw) if raw else {}))
        except KeyError as error:
            return JSONResponse({"error": f"no {error}"}, status_code=404)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return answer
