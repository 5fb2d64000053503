"""`tieout notices`: what came of what a source told."""

from __future__ import annotations

from typing import Annotated

import typer

from ops import display, histories, history_views
from ops.commands.arguments import AsJson, Stage
from ops.logged import reads
from ops.place import find_place
from tieout.ledger.searching import Wanted

app = typer.Typer(no_args_is_help=True, help="What came of what a source told.")


@app.command("effects")
@reads
def notices_effects(
    delivery: Annotated[str, typer.Argument(help="The id of the delivery, as `tieout facts show` has it.")],
    position: Annotated[
        int | None, typer.Argument(help="Where the notice stands in it, from 0. Default: all of its notices.", min=0)
    ] = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Everything that came of a notice: how it ended, versions of facts, what these moved in cells, and the writes of that.

    Of a write it is told what planning held before, and what has undone it since. A notice that went through the line again counts
    with all that it brought: a record planned anew after a mapping entry was replaced is another version by the same notice.
    By the journal, which lacks the last two minutes.
    """
    place = find_place(stage)
    search, tracing = histories.traced(place, Wanted(delivery, position))
    found = tracing.versions()
    writes = [write for version in found for write in tracing.writes(version)]
    cells = history_views.cells_of(place.table, found)
    shown = history_views.effects_shown(delivery, search.ends(), found, writes, cells)
    display.record(shown, as_json=as_json, columns=history_views.SHOWN_OF_EFFECTS)
