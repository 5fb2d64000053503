"""Puts a simulated tool together as one web application of control routes: it is told what happens, and posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.applications import Starlette

from sandbox.systems.generic.control import Control
from sandbox.systems.generic.sender import ToolSender
from sandbox.systems.generic.settings import ToolSettings


def create_app(
    settings: ToolSettings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC), seed: int = 1
) -> Starlette:
    """A new tool; `app.state.sender` is its inside for tests in one process."""
    sender = ToolSender(settings, now=now, seed=seed)
    app = Starlette(routes=Control(sender).routes())
    app.state.sender = sender
    return app
