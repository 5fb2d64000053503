"""One web server for all tests of a process, in which each test has an application of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class OneServer:
    """Answers from the application of the test that runs: starting a server for each test costs half a second."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the application set last."""
        if self.app is None:
            raise RuntimeError("no test has set its application")
        await self.app(scope, receive, send)
