"""`tieout files`: what was dropped, what is wrong with it, and how far what is right has come."""

from __future__ import annotations

from typing import Annotated

import typer

from ops import display, dropped_files
from ops.commands.arguments import AsJson, Connection, Stage
from ops.logged import changes, reads
from ops.place import find_place

app = typer.Typer(no_args_is_help=True, help="Files that sources drop: checked whole, then sent chunk by chunk.")

File = Annotated[str, typer.Argument(help="Its run's first digits, or its name: then the newest of that name.")]
Limit = Annotated[int, typer.Option(help="The most to list of each connection, newest first.", min=1)]
_SHOWN = ("connection", "run", "file", "state", "seen_at", "batch", "rerun", "rows", "sent_percent", "flaws", "failing")


@app.command("list")
@reads
def files_list(
    connection: Annotated[str, typer.Argument(help="The connection. Default: all.")] = "",
    limit: Limit = 50,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """What was dropped, newest first: what became of each file, how many rows it has, and how much of it is on its way."""
    place = find_place(stage)
    chosen = [place.connection(connection).name] if connection else place.connections
    rows = [dropped_files.run_row(place, run) for each in chosen for run in dropped_files.newest(place, each)[:limit]]
    display.rows(rows, title="Files", as_json=as_json, nothing="Nothing was dropped yet.", columns=_SHOWN)


@app.command("show")
@reads
def files_show(connection: Connection, file: File, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """One file: counts and totals, how far it is, and where it was refused what is wrong in which line and column."""
    place = find_place(stage)
    run = dropped_files.found(place, connection, file)
    found = dropped_files.run_row(place, run) | {"first_flaws": list(dropped_files.report_of(place, run))}
    display.record(found, as_json=as_json)


@app.command("stop")
@changes()
def files_stop(connection: Connection, file: File, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Send nothing more of a file; what is sent stays, and `tieout files resume` sends the rest."""
    place = find_place(stage)
    stopped = dropped_files.stop(place, dropped_files.found(place, connection, file))
    display.record(dropped_files.run_row(place, stopped), as_json=as_json)


@app.command("resume")
@changes()
def files_resume(connection: Connection, file: File, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Take a file up where it is: the rest is sent, and one that was refused, or failed, is checked once more.

    Harmless at any time: what is sent already is not sent again.
    """
    place = find_place(stage)
    resumed = dropped_files.resume(place, dropped_files.found(place, connection, file))
    display.record(dropped_files.run_row(place, resumed), as_json=as_json)
