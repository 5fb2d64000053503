"""`tieout`, the operator's command line, for the sandbox and for a deployed stage alike."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from ops import display, ledger_views, queues, target_views
from ops.commands import (
    breaks,
    cells,
    census,
    close,
    connections,
    crosswalk,
    dead_letters,
    deliveries,
    drift,
    facts,
    files,
    landscape,
    log,
    mappings,
    notices,
    ownership,
    periods,
    proposals,
    readback,
    receipts,
    targets,
)
from ops.commands.arguments import AsJson, Stage
from ops.identity import acting_as
from ops.logged import reads, why
from ops.place import find_place
from tieout.aws.failures import code_of
from tieout.errors import MalformedError, TieoutError

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
for name, group in {
    "connections": connections.app,
    "census": census.app,
    "files": files.app,
    "drift": drift.app,
    "facts": facts.app,
    "notices": notices.app,
    "cells": cells.app,
    "readback": readback.app,
    "breaks": breaks.app,
    "receipts": receipts.app,
    "periods": periods.app,
    "close": close.app,
    "held": facts.held_app,
    "mappings": mappings.app,
    "ownership": ownership.app,
    "crosswalk": crosswalk.app,
    "landscape": landscape.app,
    "targets": targets.app,
    "rejected": deliveries.app,
    "spool": deliveries.spool_app,
    "dlq": dead_letters.app,
    "log": log.app,
}.items():
    app.add_typer(group, name=name)


mappings.app.command("propose")(proposals.propose)
mappings.app.command("retire")(proposals.retire)
mappings.app.command("proposals")(proposals.proposals)
mappings.app.command("show")(proposals.show_one)
mappings.app.command("approve")(proposals.approve)
mappings.app.command("refuse")(proposals.refuse)
app.command("backfill")(census.backfill)
app.command("reconcile")(breaks.reconcile)
app.command("undo")(receipts.undo)
app.command("release")(receipts.release)


@app.callback()
def begun_by(
    context: typer.Context,
    person: Annotated[
        str,
        typer.Option(
            "--as", envvar="TIEOUT_AS", help="One of the sandbox's people. Elsewhere you are who your credentials say."
        ),
    ] = "",
    reason: Annotated[
        str, typer.Option("--why", envvar="TIEOUT_WHY", help="Why, for the log, of a command that does not ask for it.")
    ] = "",
) -> None:
    """`tieout`, the operator's command line, for the sandbox and for a deployed stage alike."""
    context.with_resource(_holding(acting_as, person))
    context.with_resource(_holding(why, reason))


@contextmanager
def _holding(variable: ContextVar[str], value: str) -> Iterator[None]:
    """Let the variable have the value as long as the command runs."""
    before = variable.set(value)
    try:
        yield
    finally:
        variable.reset(before)


@app.command()
@reads
def status(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """What was received today, what waits in the queues, what is held, and how far planning is behind and why."""
    place = find_place(stage)
    found = {
        "stage": place.stage,
        "received_today": ledger_views.received(place.table, place.connections, datetime.now(UTC).date()),
        "queues": [{"flow": flow.name, **queues.depth(place.sqs, flow.queue_url)} for flow in place.flows],
        "dead_letters": dead_letters.letters_rows(place),
        "held": len(ledger_views.held(place.table)),
        "planning": [target_views.planning_state(place.table, target) for target in place.targets],
    }
    display.record(found, as_json=as_json)


def main() -> None:
    """Run the command line; a declared error, or one that AWS answers, is one line on standard error and exit code 1."""
    try:
        app()
    except MalformedError as error:
        _fail(error.reason.replace("_", " "))
    except TieoutError as error:
        _fail(_said(error))
    except ClientError as error:
        _fail(_refused(error))
    except BotoCoreError as error:
        _fail(" ".join(str(error).split()))


def _said(error: TieoutError) -> str:
    cause = error.__cause__
    if isinstance(cause, ClientError) and str(error) == code_of(cause):  # of which it says no more than that
        return _refused(cause)
    return str(error)


def _refused(error: ClientError) -> str:
    code = code_of(error) or "no code"
    who_may = "; who may do what: docs/security.md, and what it takes: docs/runbooks/README.md"
    return f"AWS refused {error.operation_name}: {code}" + (who_may if "AccessDenied" in code else "")


def _fail(text: str) -> None:
    Console(stderr=True, soft_wrap=True).print("[red]tieout:[/red] " + escape(text), highlight=False)
    sys.exit(1)
