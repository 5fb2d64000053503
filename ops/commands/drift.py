"""`tieout drift`: in what sources' answers and deliveries are other than their systems declare, by connection and field."""

from __future__ import annotations

from typing import Annotated

import typer

from ops import display
from ops.commands.arguments import AsJson, Stage
from ops.logged import reads
from ops.place import find_place
from tieout.ledger.drifts import DriftLedger, KnownDrift
from tieout.moments import moment_text

app = typer.Typer(no_args_is_help=True, help="Fields of sources' answers and deliveries that are not what they were.")

_SHOWN = ("connection", "field", "drift", "times", "last_at")


@app.command("list")
@reads
def drift_list(
    connection: Annotated[str, typer.Argument(help="The connection. Default: all of them.")] = "",
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Each field that drifted, in which way, and how often; of one connection also the shapes it was seen in, first and last.

    A shape is the names of a row and their JSON types: no value of it is kept. A drift goes from here thirty days after it
    was last seen.
    """
    place = find_place(stage)
    ledger = DriftLedger(place.table)
    names = [connection] if connection else list(place.connections)
    rows = [_row(each) for name in names for each in ledger.of(name)]
    display.rows(rows, title="Drift", as_json=as_json, nothing="Nothing has drifted.", columns=_SHOWN)
    if connection and not as_json:
        for row in rows:
            display.record({name: value for name, value in row.items() if name not in _SHOWN[2:]}, as_json=False)


def _row(known: KnownDrift) -> display.Row:
    return {
        "connection": known.connection,
        "field": f"{known.seen.answer}/{known.seen.field}",
        "drift": str(known.seen.drift),
        "times": known.times,
        "first_at": moment_text(known.first_at),
        "first_shape": known.first_shape,
        "last_at": moment_text(known.last_at),
        "last_shape": known.last_shape,
    }
