"""`tieout cells`: planning cells, where they come from, and writing refused ones again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops import display, ledger_views
from ops.commands.arguments import AsJson, At, Stage, Target, place_asked_for, targets_of
from ops.logged import changes, reads
from ops.place import Place, find_place
from ops.readback_views import SHOWN_OF_A_DIFFERENCE, difference_row
from ops.reading_back import compare
from tieout.ledger.cells import CellLedger
from tieout.ledger.readbacks import ReadbackLedger

app = typer.Typer(no_args_is_help=True, help="Planning cells, and where they come from.")


_SHOWN_OF_A_CONTRIBUTION = ("record", "amount", "rate", "kind", "source_version", "received_at")  # the rest: --json


@app.command("list")
@reads
def cells_list(
    target: Target = None,
    state: Annotated[
        str, typer.Option(help="Only cells that are `dirty` (not yet in planning), `refused` or `undone`.")
    ] = "",
    stage: Stage = None,
    at: At = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The planning cells with the ledger's total and what planning was last given."""
    if state not in {"", "dirty", "refused", "undone"}:
        raise typer.BadParameter("a state is `dirty`, `refused` or `undone`")
    place = place_asked_for(stage, at)
    found = [row for name in targets_of(place, target) for row in ledger_views.cells(place.table, name, state=state)]
    found.sort(key=lambda row: (row["cube"], row["measure"], str(row["members"]), row["target"]))
    title = "Planning cells"
    if not as_json:
        found = [row | {"members": ledger_views.members_text(row["members"])} for row in found]
        if all(row["undone_to"] is None for row in found):
            found = [{name: value for name, value in row.items() if name != "undone_to"} for row in found]
        if all(row["in_planning"] == row["total"] for row in found):
            title = "Planning cells, all as planning was last given them"
            found = [{name: value for name, value in row.items() if name != "in_planning"} for row in found]
    display.rows(found, title=title, as_json=as_json, nothing="There are no such cells.")


@app.command("why")
@reads
def cells_why(
    cell: str,
    measure: Annotated[str, typer.Argument(help="One measure of it; all where it is left out.")] = "",
    target: Target = None,
    stage: Stage = None,
    at: At = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Where a cell's value comes from: every contribution with its record and notice, and what the last write did to it.

    CELL is what `tieout cells list` shows under that name, whole or as many of its first digits as tell it from others: the
    place in the cube, which has a value for each measure. The last write is that of the place: where it wrote other measures
    alone, none is shown.
    """
    place = place_asked_for(stage, at)
    found = [row for name, whole in _named(place, target, cell) for row in ledger_views.why(place.table, name, whole)]
    wanted = [row for row in found if measure in {"", row["measure"]}]
    if not wanted:
        raise typer.BadParameter(f"there is no cell {cell} {measure}".rstrip() + "; `tieout cells list` names them")
    if as_json:
        display.record({"cells": wanted}, as_json=True)
        return
    for row in wanted:
        display.record(row, as_json=False, columns={"contributions": _SHOWN_OF_A_CONTRIBUTION})


@app.command("check")
@changes(only_with="write_again")
def cells_check(
    target: Target = None,
    stage: Stage = None,
    *,
    write_again: Annotated[
        bool, typer.Option("--write-again", help="Have the cells that differ set to the ledger's value once more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read planning back, and name the cells that hold something else than they were last given; then exit code 1.

    Somebody typed over a cell, restored a model, or removed a member. Cells that are to be written or were refused are not
    compared. It costs the target a call for every page of a view, and you need leave to read its secret. The same is done by
    the clock, and kept: see `tieout readback`.
    """
    place = find_place(stage)
    summary, rows = [], []
    for name in targets_of(place, target):
        *_, done = display.progress(compare(place, name), "thousand cells compared")
        summary.append(
            {"target": name, "equal": done.equal, "different": len(done.different), "under_way": done.under_way}
        )
        rows += [difference_row(each) for each in done.different]
        if write_again:
            ReadbackLedger(place.table, place.retention.receipts).repair(done.different, place.who, datetime.now(UTC))
    shown = {"different": SHOWN_OF_A_DIFFERENCE}
    display.record({"compared": summary, "different": rows}, as_json=as_json, columns=shown)
    if rows:
        raise typer.Exit(1)


@app.command("retry")
@changes()
def cells_retry(target: Target = None, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Write refused cells once more, after their cause is mended in planning (a missing member, a calculated line item)."""
    place = find_place(stage)
    ledger = CellLedger(place.table)
    found = [
        {"target": name, "retried": ledger.retry_refused(name, datetime.now(UTC))} for name in targets_of(place, target)
    ]
    display.rows(found, title="To be written again within a minute", as_json=as_json, nothing="There are no targets.")


def _named(place: Place, target: str | None, cell: str) -> list[tuple[str, str]]:
    """The target and the whole id of the cell whose id begins so; none where there is no such cell.

    Raises:
        typer.BadParameter: there are several.
    """
    named = ledger_views.intersections_named
    found = [(name, whole) for name in targets_of(place, target) for whole in named(place.table, name, cell)]
    if len({whole for _, whole in found}) > 1:
        raise typer.BadParameter(f"several cells begin with {cell}: {', '.join(whole for _, whole in found)}")
    return found
