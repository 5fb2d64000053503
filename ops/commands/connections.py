"""`tieout connections`: the sources of the stage, when each last delivered, and what of theirs waits."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from ops import connection_views, display
from ops.commands.arguments import AsJson, Stage
from ops.logged import reads
from ops.place import find_place

app = typer.Typer(no_args_is_help=True, help="Connections: when each last delivered, and what of theirs waits.")

_WAITING = ("held", "spooled", "rejected", "files_waiting")


@app.command("list")
@reads
def connections_list(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Every connection: its system, arrival and completion, its last delivery, its last success, and what waits.

    The last delivery is the newest accepted one that the line has worked on or that waits for the bus, the last success the
    newest of which a notice was applied, duplicate, superseded or ignored. Both are looked for in the last seven UTC days,
    today included, among the 1,000 newest deliveries of the connection. What waits: held facts, deliveries spooled for the bus,
    deliveries rejected in the last 24 hours, as far as they are kept, and files that wait for their marker or for the
    balances before.
    """
    found = connection_views.connections(find_place(stage), datetime.now(UTC))
    if not as_json:
        found = [{name: value for name, value in row.items() if name not in _WAITING} | _waits(row) for row in found]
    display.rows(found, title="Connections", as_json=as_json, nothing="There are no connections.")


def _waits(row: display.Row) -> display.Row:
    return {"waits": ", ".join(f"{row[name]} {name.replace('_', ' ')}" for name in _WAITING if row[name]) or None}
