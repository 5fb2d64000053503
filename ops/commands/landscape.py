"""`tieout landscape`: what deploying the landscape of the tree would do to facts and cells."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops import display
from ops.commands.arguments import AsJson, Stage
from ops.declared_landscape import declared_landscape
from ops.logged import reads
from ops.place import find_place
from ops.proposal_views import COLUMNS, effect_record
from ops.proposing import deployed_landscape
from tieout.effects.landscapes import LandscapeEffects

app = typer.Typer(no_args_is_help=True, help="What is declared: connections, targets, flows, the planning model.")


@app.command("effect")
@reads
def landscape_effect(
    overlay: Annotated[
        Path | None,
        typer.Option(help="What is deployed over the stage's own files. Default: none; in the sandbox its addresses."),
    ] = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what deploying the landscape of this folder would do, before `cdk deploy`; nothing is changed.

    Every fact is planned as the deployed landscape has it, and as the one of this folder has it: which would be released or held,
    which cells would move, and what closed periods would do. Facts follow once they are sent again (`tieout facts resend`), or
    their records change.
    """
    place = find_place(stage)
    effects = LandscapeEffects(
        table=place.table,
        deployed=deployed_landscape(place),
        wanted=declared_landscape(place.stage, overlay),
        watch=lambda facts: display.progress(facts, "facts looked through"),
    )
    named = [(name, "new") for name in effects.new()] + [(name, "gone") for name in effects.gone()]
    connections = [{"connection": name, "would_be": becomes} for name, becomes in sorted(named)]
    shown = {"connections": connections} | effect_record(effects.effect().told(), whole=as_json)
    kept = {name: told for name, told in shown.items() if name != "entries" and (told or as_json)}
    display.record(kept, as_json=as_json, columns=COLUMNS)
