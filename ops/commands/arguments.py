"""What several commands are told in the same way."""

from __future__ import annotations

from typing import Annotated

import typer

from ops import display
from ops.place import Place

Stage = Annotated[
    str | None,
    typer.Option("--stage", help="The deployed stage. Default: $TIEOUT_STAGE, else the sandbox running here."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Target = Annotated[str | None, typer.Option("--target", help="A planning system. Default: every one.")]
Confirmed = Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown.")]
Connection = Annotated[str, typer.Argument(help="The connection's name, as `tieout status` and the landscape have it.")]


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
