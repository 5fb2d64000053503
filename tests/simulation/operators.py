"""Operators who give a command once more while it fails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from tieout.errors import TransientError

if TYPE_CHECKING:
    from tests.simulation.world import World

_LATER_MS = 20_000


def give_until_done(world: World, name: str, command: Callable[[], None], lifetime_ms: int) -> None:
    """Give a command now, and again some time later until it succeeds."""
    done: list[bool] = []

    def attempt() -> None:
        with suppress(TransientError):
            command()
            done.append(True)

    world.invoke(name, attempt, lifetime_ms, may_rest=False)
    if not done:
        world.schedule.after(_LATER_MS, lambda: give_until_done(world, name, command, lifetime_ms))
