"""`tieout readback`: which cells of planning differ from the ledger, how far reading them back is, and setting them again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops import display
from ops.commands.arguments import (
    AsJson,
    Confirmed,
    Stage,
    Target,
    say_that_nothing_is_done,
    targets_of,
)
from ops.logged import changes, reads
from ops.place import Place, find_place
from ops.readback_views import SHOWN_OF_A_DIFFERENCE, cycle_row, difference_row, sums_off
from tieout.ledger.cycles import Cycle
from tieout.ledger.differences import CellDifference
from tieout.ledger.readbacks import ReadbackLedger

app = typer.Typer(
    no_args_is_help=True, help="Reading planning back: which cells hold something else than they were given."
)

Cell = Annotated[
    str, typer.Option("--cell", help="Only this cell, by the first digits of its id. Default: all of them.")
]
_SHOWN = (
    "target",
    "state",
    "started_at",
    "finished_at",
    "complete_percent",
    "equal",
    "under_way",
    "different",
    "off",
    "standing",
    "failing",
)


@app.command("list")
@reads
def readback_list(target: Target = None, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Each target: how far its last cycle is, how many cells were equal, how many differed, and how many are known to now."""
    place = find_place(stage)
    ledger = ReadbackLedger(place.table)
    rows = [
        cycle_row(name, ledger.cycle(name), sum(1 for _ in ledger.standing(name))) for name in targets_of(place, target)
    ]
    display.rows(rows, title="Read back", as_json=as_json, nothing="There are no targets.", columns=_SHOWN)


@app.command("run")
@changes()
def readback_run(target: Target = None, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Begin a cycle now: all cells of a target are read back in the background, at the pace the landscape allows.

    See how far it is with `tieout readback list`. `tieout cells check` reads them from here instead, at once.
    """
    place = find_place(stage)
    ledger, now = ReadbackLedger(place.table), datetime.now(UTC)
    begun = [
        cycle_row(name, ledger.begin(Cycle.begun(name, now, place.who)), sum(1 for _ in ledger.standing(name)))
        for name in targets_of(place, target)
    ]
    display.rows(begun, title="Begun", as_json=as_json, nothing="There are no targets.", columns=_SHOWN)


@app.command("show")
@reads
def readback_show(target: Target = None, cell: Cell = "", stage: Stage = None, *, as_json: AsJson = False) -> None:
    """The cells that are known to differ: what the ledger says, what planning holds, who wrote last, and what it is off.

    The last write is that of the cell's place. A cell goes from here when it is written again, or when a later cycle ends
    without finding it once more.
    """
    place = find_place(stage)
    found = _standing(place, target, cell)
    display.record(_shown(found), as_json=as_json, columns={"different": SHOWN_OF_A_DIFFERENCE})


@app.command("repair")
@changes(only_with="yes")
def readback_repair(
    target: Target = None, cell: Cell = "", stage: Stage = None, *, yes: Confirmed = False, as_json: AsJson = False
) -> None:
    """Have cells that differ set again to what the ledger says; shows the effect, and does it with --yes.

    They become dirty: deliver writes them, with receipts as ever. Of an undone cell planning is given what it was undone to.
    """
    place = find_place(stage)
    found = _standing(place, target, cell)
    if yes and found:
        ReadbackLedger(place.table, place.retention.receipts).repair(found, place.who, datetime.now(UTC))
        for name in sorted({each.target for each in found}):
            place.ask_for_a_flush(name)
    shown = {"done": yes} | _shown(found)
    display.record(shown, as_json=as_json, columns={"different": SHOWN_OF_A_DIFFERENCE})
    say_that_nothing_is_done(yes=yes, as_json=as_json)


def _standing(place: Place, target: str | None, cell: str) -> list[CellDifference]:
    ledger = ReadbackLedger(place.table)
    found = (each for name in targets_of(place, target) for each in ledger.standing(name))
    return [each for each in found if each.intersection_id.startswith(cell)]


def _shown(found: list[CellDifference]) -> display.Row:
    return {"cells": len(found), "sums": sums_off(found), "different": [difference_row(each) for each in found]}
