"""Every command of `tieout` says whether it changes anything: one that nobody declared would forget the operators' log."""

from __future__ import annotations

import pytest

from ops.logged import Effect
from tests.support.commands import effect_of, leaves

CHANGING = {"accept", "approve", "close", "confirm", "put", "redrive", "repair", "resend", "retry", "undo", "release"}


@pytest.mark.parametrize("command", sorted(leaves()), ids=" ".join)
def test_a_command_is_declared_as_reading_or_changing(command: tuple[str, ...]) -> None:
    """By `@reads` or `@changes`, the inner one of the two decorators of a command."""
    assert effect_of(command) is not None


def test_what_changes_something_is_not_declared_as_reading() -> None:
    """By its name; that nothing which reads writes is seen where all commands are run (tests/integration/ops)."""
    named = {command for command in leaves() if command[-1] in CHANGING}
    assert {command[-1] for command in named} == CHANGING
    assert {command for command in named if effect_of(command) is not Effect.CHANGES} == set()
