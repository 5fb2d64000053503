"""`tieout log`: who had what done, when and why, and whether anybody has changed that since."""

from __future__ import annotations

from typing import Annotated

import typer

from ops import display, log_views
from ops.commands.arguments import AsJson, Stage
from ops.logged import reads
from ops.place import find_place

app = typer.Typer(no_args_is_help=True, help="Who had what done, when and why.")


@app.command("list")
@reads
def log_list(
    limit: Annotated[int, typer.Option(help="The most commands to list.", min=1)] = 50,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The commands that changed something, newest first: who, when, what came of it, why, who allowed it, and the effect's hash.

    One without an end died, or is at work: what it has changed its own records say.
    """
    log = find_place(stage).operator_log
    rows = log_views.commands(log.newest_first(), limit)
    display.rows(
        rows, title="Commands", as_json=as_json, nothing="Nothing was changed by a command.", columns=log_views.SHOWN
    )


@app.command("show")
@reads
def log_show(
    number: Annotated[int, typer.Argument(help="The entry's number.", min=1)],
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """One entry as it is kept, with its hash and that of the entry before it."""
    entry = find_place(stage).operator_log.entry(number)
    display.record(log_views.entry_shown(entry), as_json=as_json)


@app.command("verify")
@reads
def log_verify(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Read the whole log and name the first entry that was altered, removed or put elsewhere; then exit code 1.

    The end is held by the head in the ledger's table. Whoever can change the bucket and the table both can cut off the end
    unseen, where no object lock keeps it: keep the number and the hash that this prints elsewhere, and compare them later.
    """
    found = find_place(stage).operator_log.verify()
    display.record(log_views.verified_shown(found), as_json=as_json)
    if not found.holds:
        raise typer.Exit(1)
