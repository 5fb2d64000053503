"""A bug to be planted: one slip somebody could make in the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bug:
    """A slip: in which function, what it says, and what it says with the bug; and the kind of seeds that meet it soonest."""

    name: str
    function: object
    right: str
    wrong: str
    theme: str | None = None
    changes: int = 14
    proof: Callable[[], None] | None = None  # the test that shows it, where seeds meet it too seldom
