"""Says of every command whether it changes anything, and has what does stand in the operators' log before it does it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops import display
from ops.place import Place, find_place, found_before
from tieout import strict_json
from tieout.errors import TieoutError
from tieout.operator_log import End, Step, effect_of
from tieout.system_clock import SystemEntropy

type Command = Callable[..., None]

why: ContextVar[str] = ContextVar("why", default="")
"""What `tieout --why` says for the command that runs."""

_REFUSALS = (TieoutError, typer.BadParameter, typer.Abort, ClientError, BotoCoreError)
_HOW = frozenset({"stage", "as_json"})  # where and how, not what


class Effect(StrEnum):
    """Whether a command changes anything."""

    READS = "reads"
    CHANGES = "changes"


@dataclass(slots=True)
class Doing:
    """The command that runs."""

    step: Step
    told: list[object] = field(default_factory=list)


_doing: ContextVar[Doing | None] = ContextVar("doing", default=None)


def reads(command: Command) -> Command:
    """A command that changes nothing."""
    return _declared(command, Effect.READS)


def changes(*, reason: str = "reason", only_with: str = "") -> Callable[[Command], Command]:
    """A command that changes something: it begins once the log says that it does, and the log says what came of it.

    Args:
        reason: which of its options says why, where it has such an option; else `tieout --why` does.
        only_with: the option without which it only shows what it would do.
    """

    def declared(command: Command) -> Command:
        @functools.wraps(command)
        def run(context: typer.Context, **arguments: Any) -> None:  # noqa: ANN401 as the command line has them
            if only_with and not arguments[only_with]:
                return command(**arguments)
            place = find_place(arguments["stage"])
            said = str(arguments.get(reason) or why.get())
            with found_before(place), _logged(place, _words(context), _named(arguments), said):
                return command(**arguments)

        _show_context(run)
        return _declared(run, Effect.CHANGES)

    return declared


def effect_of_command(command: object) -> Effect | None:
    """Whether a command changes anything; None where nobody has said so."""
    return getattr(command, "declared_effect", None)


def note_approval(asked_by: str, approved_by: str) -> None:
    """Say who has asked for what the command does, and who allows it."""
    if doing := _doing.get():
        doing.step = replace(doing.step, asked_by=asked_by, approved_by=approved_by)


def _declared(command: Command, effect: Effect) -> Command:
    command.declared_effect = effect  # type: ignore[attr-defined]
    return command


@contextmanager
def _logged(place: Place, command: str, arguments: Mapping[str, Any], reason: str) -> Iterator[None]:
    """What is done within is between two entries; where the first cannot be written, nothing is done."""
    doing = Doing(
        Step(
            run=SystemEntropy().token(),
            at=datetime.now(UTC),
            who=place.who,
            command=command,
            arguments=arguments,
            reason=strict_json.carriable(reason),
        )
    )
    place.operator_log.append(doing.step)
    end, error = End.FAILED, "broken off"
    try:
        with display.telling(doing.told), _as_current(doing):
            yield
        end, error = End.DONE, ""
    except typer.Exit:  # it has done what was asked, and what it found is not well
        end, error = End.DONE, ""
        raise
    except _REFUSALS as refusal:
        end, error = End.REFUSED, type(refusal).__name__
        raise
    except Exception as failure:
        error = type(failure).__name__
        raise
    finally:
        effect = effect_of(doing.told) if doing.told else ""
        ended = replace(doing.step, at=datetime.now(UTC), end=end, error=error, effect=effect)
        place.operator_log.append(ended)


@contextmanager
def _as_current(doing: Doing) -> Iterator[None]:
    before = _doing.set(doing)
    try:
        yield
    finally:
        _doing.reset(before)


def _show_context(run: Command) -> None:
    """Have the command line give a command its context beside what it declares: only there do the words stand that name it."""
    declared = inspect.signature(run, eval_str=True)
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    run.__signature__ = declared.replace(parameters=[context, *declared.parameters.values()])  # type: ignore[attr-defined]
    run.__annotations__ = {**run.__annotations__, "context": typer.Context}


def _words(context: typer.Context) -> str:
    """The words that name the command, without the program's own."""
    words = list[str]()
    at: Any = context
    while at.parent is not None:
        words.append(str(at.info_name))
        at = at.parent
    return " ".join(reversed(words))


def _named(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, without what was left out."""
    return {
        name: _plain(value)
        for name, value in arguments.items()
        if name not in _HOW and value not in (None, "", False, [])
    }


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, bool | int) else strict_json.carriable(str(value))
