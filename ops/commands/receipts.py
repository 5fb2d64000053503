"""`tieout receipts`: what was written to planning when, and what it held before; `tieout undo` and `tieout release`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated

import typer

from ops import display, receipt_views, undoing
from ops.commands.arguments import AsJson, Confirmed, Stage, Target, say_that_nothing_is_done, targets_of
from ops.logged import changes, reads
from ops.place import Place, find_place
from tieout.ledger.receipts import DoneReceipt, End
from tieout.ledger.undoing import UndoLedger

app = typer.Typer(
    no_args_is_help=True, help="Receipts of writes to planning: what was given when, and what was there before."
)

Receipt = Annotated[
    str, typer.Argument(help="Its id as `tieout receipts list` shows it, or as many of its first digits.")
]
_SHOWN = (
    "receipt",
    "target",
    "opened_at",
    "end",
    "cells",
    "refused",
    "before_is",
    "answer",
    "reference",
    "undoes",
    "by",
)
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
_WITHOUT_DATE = timedelta(days=7)


@app.command("list")
@reads
def receipts_list(  # noqa: PLR0913 each is an option of the command
    target: Target = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=_MOMENTS,
            help="Begun at this moment or on this day, in UTC, or later. Default: the last seven days.",
        ),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=_MOMENTS, help="Begun before this moment or day, in UTC.")
    ] = None,
    cell: Annotated[str, typer.Option("--cell", help="Only of this cell, by the first digits of its id.")] = "",
    reference: Annotated[
        str, typer.Option("--reference", help="Only of this job or task of the planning system.")
    ] = "",
    limit: Annotated[int, typer.Option(help="The most to list.", min=1)] = 100,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The writes to planning, newest first: how many cells each gave, how many were refused, and what was answered.

    `before_is` says where the values before come from: read from planning just before, or what it was last given.

    One that is open has no answer yet; where none ever comes, its cells are written again within half an hour.
    """
    place = find_place(stage)
    begun = since.replace(tzinfo=UTC) if since else datetime.now(UTC) - _WITHOUT_DATE
    ended = until.replace(tzinfo=UTC) if until else None
    wanted = receipt_views.receipts(
        place.table, targets_of(place, target), since=begun, until=ended, cell=cell, reference=reference
    )
    rows = [receipt_views.receipt_row(each) for each in islice(wanted, limit)]
    display.rows(rows, title="Receipts", as_json=as_json, nothing="There are no such receipts.", columns=_SHOWN)


@app.command("show")
@reads
def receipts_show(receipt: Receipt, target: Target = None, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """One write, cell by cell: what planning held before, read or last given; what it was given, and why it did not take it."""
    place = find_place(stage)
    found = receipt_views.found(place.table, targets_of(place, target), receipt)
    display.record(receipt_views.receipt_shown(place.table, found), as_json=as_json)


@changes(only_with="yes")
def undo(
    receipt: Receipt, target: Target = None, stage: Stage = None, *, yes: Confirmed = False, as_json: AsJson = False
) -> None:
    """Have planning hold again what it held before a write; shows the effect, and does it with --yes.

    The cells stay so, whatever the sources say meanwhile, until `tieout release` of the same receipt. An undo has a receipt of
    its own, which can be undone too. A cell of which nobody knows what planning held, that was refused, or whose period is closed,
    is left as it is.
    """
    place = find_place(stage)
    found = _done(place, target, receipt)
    effect = UndoLedger(place.table).effect(found)
    shown = receipt_views.effect_shown(effect)
    if yes and effect.restored():
        shown = {"done": receipt_views.receipt_row(undoing.undo(place, effect))} | shown
    display.record(shown, as_json=as_json)
    say_that_nothing_is_done(yes=yes, as_json=as_json)
    if effect.restored() and not as_json:
        display.note(
            "Undone cells stay as they are, whatever their sources say, until they are released:"
            f" tieout release {found.receipt_id} --yes"
        )


@changes(only_with="yes")
def release(
    receipt: Receipt, target: Target = None, stage: Stage = None, *, yes: Confirmed = False, as_json: AsJson = False
) -> None:
    """Have planning hold the ledger's totals again in the cells of a receipt that are undone; shows them, and does it with --yes.

    The receipt may be the undo's or that of the write it undid. A cell whose period is closed is left as it is.
    """
    place = find_place(stage)
    found = receipt_views.found(place.table, targets_of(place, target), receipt)
    undone, left = UndoLedger(place.table).undone(found), UndoLedger(place.table).left(found)
    released = undoing.release(place, found) if yes else [each for each in undone if each not in left]
    display.record({"done": yes} | receipt_views.released_shown(released, left), as_json=as_json)
    say_that_nothing_is_done(yes=yes, as_json=as_json)


def _done(place: Place, target: str | None, receipt: str) -> DoneReceipt:
    """The receipt, if it has ended and something may have been written."""
    found = receipt_views.found(place.table, targets_of(place, target), receipt)
    if not isinstance(found, DoneReceipt):
        raise typer.BadParameter("its end is not known yet: within half an hour it is")
    if found.end is End.NOT_WRITTEN:
        raise typer.BadParameter("nothing of it was written, so there is nothing to undo")
    return found
