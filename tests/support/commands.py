"""The commands of `tieout`, found where they are declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from typer.main import get_command

from ops.cli import app
from ops.commands.period_first import OTHERWISE, PeriodFirst
from ops.logged import Effect, effect_of_command


def leaves() -> Iterator[tuple[str, ...]]:
    """Every command that does something, by the words that name it."""
    return _leaves(_tieout(), ())


def resolved(said: str) -> tuple[list[str], Any]:
    """The words of a command line that name commands, and the command they lead to."""
    command, path = _tieout(), list[str]()
    for word in said.split():
        if word not in commands_of(command):
            if isinstance(command, PeriodFirst):  # a period stands for the command that is about one
                command = commands_of(command)[OTHERWISE]
                path.append(OTHERWISE)
            break
        command = commands_of(command)[word]
        path.append(word)
    return path, command


def effect_of(command: tuple[str, ...]) -> Effect | None:
    """Whether a command says of itself that it changes something."""
    return effect_of_command(resolved(" ".join(command))[1].callback)


def commands_of(command: object) -> Mapping[str, Any]:
    """The commands of a group by name; none of a command that does something."""
    return getattr(command, "commands", {})


@cache
def _tieout() -> object:
    return get_command(app)


def _leaves(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not commands_of(command):
        yield path
    for name, each in commands_of(command).items():
        yield from _leaves(each, (*path, name))
