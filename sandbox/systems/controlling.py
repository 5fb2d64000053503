"""The control routes of a simulated system: what every one of them does alike."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

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


class Told(Protocol):
    """What is told of a change, as its sender keeps it; its body is not shown."""

    @property
    def id(self) -> Any:  # noqa: ANN401 a number or a text
        """By which it is named."""
        ...

    @property
    def waits(self) -> bool:
        """Whether it is still to be posted."""
        ...

    dropped: bool


class Tells[T: Told](Protocol):
    """What posts them."""

    @property
    def deliveries(self) -> list[T]:
        """All there are, in the order in which they were made."""
        ...

    async def post(self, deliveries: Sequence[T], /) -> None:
        """Post these, whatever they were answered before."""
        ...


def delivery_acts[T: Told](telling: Tells[T]) -> list[tuple[str, str, Act]]:
    """`deliveries`, to be seen; `deliver` and `drop`, of those that are named in `ids` or else of all that wait."""

    async def show(_request: Request, _body: Body) -> list[Body]:
        return [plain_delivery(each) for each in telling.deliveries]

    async def deliver(_request: Request, body: Body) -> list[Body]:
        """In the order named, and as often as they are named."""
        known = {each.id: each for each in telling.deliveries}
        chosen = body.get("ids", [each.id for each in known.values() if each.waits])
        await telling.post([known[each] for each in chosen])
        return [plain_delivery(known[each]) for each in chosen]

    async def drop(_request: Request, body: Body) -> Body:
        """They are never posted."""
        waiting = [each for each in telling.deliveries if each.waits]
        chosen = [each for each in waiting if each.id in body.get("ids", [one.id for one in waiting])]
        for each in chosen:
            each.dropped = True
        return {"dropped": [each.id for each in chosen]}

    return [("GET", "deliveries", show), ("POST", "deliver", deliver), ("POST", "drop", drop)]


def acts_that_tell(
    new: Mapping[str, Callable[..., Body]],
    of_one: Mapping[str, Callable[..., Body]],
    tell: Callable[[], Awaitable[Sequence[Told]]],
) -> list[tuple[str, str, Act]]:
    """What makes something `new`, or does something to `one` whose id is in the path, and then tells of it.

    Each is answered with the id of what it made or changed, those of its lines, and the deliveries that told of it.
    """

    async def answer(made: Body) -> Body:
        told = await tell()
        lines = [each["id"] for each in made.get("lines") or made.get("line_items") or ()]
        return {"id": made["id"], "lines": lines, "deliveries": [plain_delivery(each) for each in told]}

    def making(act: Callable[..., Body]) -> Act:
        async def make(_request: Request, body: Body) -> Body:
            return await answer(act(**body))

        return make

    def doing(act: Callable[..., Body]) -> Act:
        async def do(request: Request, body: Body) -> Body:
            return await answer(act(request.path_params["id"], **body))

        return do

    return [
        *(("POST", path, making(act)) for path, act in new.items()),
        *(("POST", path, doing(act)) for path, act in of_one.items()),
    ]


def plain_delivery(delivery: Any) -> Body:  # noqa: ANN401 any dataclass of what is told
    """A delivery without its body."""
    return {name: value for name, value in asdict(delivery).items() if name != "body"}


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
