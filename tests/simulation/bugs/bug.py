"""A bug to be planted: one slip somebody could make in the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tieout.errors import TieoutError


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


def held_by(test: Callable[[], None]) -> Callable[[], None]:
    """A test that also fails where the line raises what the test does not expect, or does not raise what it does."""

    def proof() -> None:
        try:
            test()
        except (TieoutError, pytest.fail.Exception) as error:
            raise AssertionError(str(error)) from error

    return proof
