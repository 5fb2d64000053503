"""Our receive step behind a server, so that simulated systems post to it as they would to the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.support.clock import ManualClock
from tests.support.receiving import Door
from tieout.arriving.notice import Notice

if TYPE_CHECKING:
    from starlette.requests import Request


class ServedDoor:
    """A door that a test gives a connection of its own.

    Attributes:
        door: what is behind the server now.
        refuse: statuses that are answered instead, one request each.
        asked: the headers of every request.
    """

    door: Door

    def __init__(self) -> None:
        self.refuse: list[int] = []
        self.asked: list[dict[str, str]] = []
        self.app = Starlette(routes=[Route("/webhooks/{name}", self._take, methods=["POST"])])

    def renew(self, clock: ManualClock, **door: Any) -> None:  # noqa: ANN401 what a door is made of
        """A connection to which nothing was posted yet, by a system's clock."""
        self.door, self.refuse, self.asked = Door(**door), [], []
        self.door.clock.advance((clock.now() - self.door.clock.now()).total_seconds())

    def told(self) -> list[tuple[str, str]]:
        """What all notices on the bus say, in order."""
        return [(each.kind, each.key.record_id) for each in self.notices()]

    def notices(self) -> list[Notice]:
        """All of them."""
        return [notice for envelope in self.door.published() for notice in envelope.notices]

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.asked.append(dict(request.headers))
        if self.refuse:
            return Response(status_code=self.refuse.pop(0))
        answer = self.door.post(body, dict(request.headers), query=request.url.query)
        return Response(answer.body, answer.status, headers=answer.headers, media_type=answer.content_type)
