"""What several commands are told in the same way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops import display
from ops.place import Place, find_place
from ops.recalling import place_at
from tieout.errors import MalformedError
from tieout.moments import parse_moment


def _moment(text: str) -> datetime:
    """A moment as somebody types it.

    Raises:
        typer.BadParameter: it is none, or has no zone: whose noon is meant, nobody can guess.
    """
    try:
        return parse_moment(text)
    except MalformedError as error:
        raise typer.BadParameter(f"{text!r} is no moment with a zone, such as 2026-10-31T18:00Z") from error


Stage = Annotated[
    str | None,
    typer.Option("--stage", help="The deployed stage. Default: $TIEOUT_STAGE, else the sandbox running here."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
At = Annotated[
    datetime | None,
    typer.Option(
        "--at",
        parser=_moment,
        metavar="MOMENT",
        help="What the ledger was at this moment, such as 2026-10-31T18:00Z, by its journal. Default: what it is.",
    ),
]
Target = Annotated[str | None, typer.Option("--target", help="A planning system. Default: every one.")]
Confirmed = Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown.")]
Connection = Annotated[str, typer.Argument(help="The connection's name, as `tieout status` and the landscape have it.")]


def moment_asked_for(at: datetime | None) -> datetime:
    """The moment a command is asked about; now, where it is asked about none."""
    return at or datetime.now(UTC)


def place_asked_for(stage: str | None, at: datetime | None) -> Place:
    """The stage, with its ledger as it was where a command is asked about a moment."""
    place = find_place(stage)
    return place if at is None else place_at(place, at, datetime.now(UTC))


def targets_of(place: Place, target: str | None) -> list[str]:
    """The target asked for, or all.

    Raises:
        typer.BadParameter: there is none of that name.
    """
    known = [each.name for each in place.targets]
    if target is not None and target not in known:
        raise typer.BadParameter(f"there is no target {target}; the stage has {', '.join(known)}")
    return [target] if target else known


def say_that_nothing_is_done(*, yes: bool, as_json: bool) -> None:
    """Say beside what a command shows that it only shows it."""
    if not yes and not as_json:
        display.note("Nothing is done yet: --yes does it.")
