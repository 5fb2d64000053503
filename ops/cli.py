"""`tieout`, the operator's command line, for the sandbox and for a deployed stage alike."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ops import display, ledger_views, mapping_tables, queues
from ops.place import Place, find_place
from tieout.errors import MalformedError, TieoutError
from tieout.ledger.cells import CellLedger
from tieout.ledger.mappings import MappingLedger
from tieout.mapping import EVERY_CONNECTION, MappingKey, Table
from tieout.notice import RecordKey
from tieout.periods import moment_text

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
facts_app = typer.Typer(no_args_is_help=True, help="What records are, as the ledger has them.")
cells_app = typer.Typer(no_args_is_help=True, help="Planning cells, and where they come from.")
held_app = typer.Typer(no_args_is_help=True, help="Facts that wait for a mapping entry.")
mappings_app = typer.Typer(no_args_is_help=True, help="What the source's members are called in planning.")
dlq_app = typer.Typer(no_args_is_help=True, help="Dead-letter queues: what failed, and putting it back.")
for name, group in {
    "facts": facts_app,
    "cells": cells_app,
    "held": held_app,
    "mappings": mappings_app,
    "dlq": dlq_app,
}.items():
    app.add_typer(group, name=name)

Stage = Annotated[
    str | None,
    typer.Option("--stage", help="The deployed stage. Default: $TIEOUT_STAGE, else the sandbox running here."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Target = Annotated[str | None, typer.Option("--target", help="A planning system. Default: every one.")]


@app.command()
def status(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """What was received today, what waits in the queues, what is held, and how far planning is behind."""
    place = find_place(stage)
    found = {
        "stage": place.stage,
        "received_today": ledger_views.received(place.table, place.connections, datetime.now(UTC).date()),
        "queues": [_queue_row(place, flow.name, flow.queue_url) for flow in place.flows],
        "dead_letters": [
            {"queue": each.name, "meaning": each.meaning, **queues.depth(place.sqs, each.queue_url)}
            for each in queues.dead_letter_queues(place)
        ],
        "held": len(ledger_views.held(place.table)),
        "planning": [ledger_views.planning_state(place.table, target.name) for target in place.targets],
    }
    display.record(found, as_json=as_json)


@facts_app.command("show")
def facts_show(connection: str, entity: str, record_id: str, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """The stored fact of one record: what was stated, what it contributes, and the notice it came in."""
    found = ledger_views.fact(find_place(stage).table, RecordKey(connection, entity, record_id))
    if found is None:
        raise typer.BadParameter(f"the ledger knows no {entity} {record_id} of {connection}")
    display.record(found, as_json=as_json)


@cells_app.command("list")
def cells_list(
    target: Target = None,
    state: Annotated[str, typer.Option(help="Only cells that are `dirty` (not yet in planning) or `refused`.")] = "",
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The planning cells with the ledger's total and what planning was last given."""
    if state not in {"", "dirty", "refused"}:
        raise typer.BadParameter("a state is `dirty` or `refused`")
    place = find_place(stage)
    found = [row for name in _targets(place, target) for row in ledger_views.cells(place.table, name, state=state)]
    found.sort(key=lambda row: (row["cube"], row["measure"], str(row["members"])))
    display.rows(found, title="Planning cells", as_json=as_json, nothing="There are no such cells.")


@cells_app.command("why")
def cells_why(cell: str, target: Target = None, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Where a cell's value comes from: every contribution with its record and notice, and the last write to planning."""
    place = find_place(stage)
    found = (ledger_views.why(place.table, name, cell) for name in _targets(place, target))
    row = next((row for row in found if row is not None), None)
    if row is None:
        raise typer.BadParameter(f"there is no cell {cell}; `tieout cells list` names them")
    display.record(row, as_json=as_json)


@cells_app.command("retry")
def cells_retry(target: Target = None, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Write refused cells once more, after their cause is mended in planning (a missing member, a calculated line item)."""
    place = find_place(stage)
    ledger = CellLedger(place.table)
    found = [
        {"target": name, "retried": ledger.retry_refused(name, datetime.now(UTC))} for name in _targets(place, target)
    ]
    display.rows(found, title="To be written again within a minute", as_json=as_json, nothing="There are no targets.")


@held_app.command("list")
def held_list(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """The facts that wait, and the mapping entry each waits for."""
    found = ledger_views.held(find_place(stage).table)
    display.rows(found, title="Held facts", as_json=as_json, nothing="Nothing is held.")


@mappings_app.command("put")
def mappings_put(
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(Table)}.")] = "",
    key: Annotated[str, typer.Argument(help="The source's value; for a rate `EUR>USD@2026-03`.")] = "",
    member: Annotated[str, typer.Argument(help="What planning calls it.")] = "",
    connection: Annotated[str, typer.Option(help="The connection whose value it is; rates have none.")] = "",
    file: Annotated[Path | None, typer.Option(help="A CSV file: connection, table, key, member.", exists=True)] = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Store mapping entries and send the facts that waited for them through the line again."""
    if file is not None:
        entries = mapping_tables.read_file(file)
    else:
        owner = EVERY_CONNECTION if table == Table.RATE else connection
        if not (table and key and member and owner):
            raise typer.BadParameter("give a table, a key, a member and --connection, or a --file")
        entries = [mapping_tables.Entry(MappingKey(owner, table, key), member)]
    stored = mapping_tables.put(find_place(stage), entries)
    found = [{"record": str(fact.record), "waited_for": str(fact.waits_for)} for fact in stored.released]
    said = f"Stored {len(entries)}"
    display.rows(found, title=f"{said}; sent again", as_json=as_json, nothing=f"{said}. No fact waited.")
    if stored.replaced:
        Console(stderr=True).print(
            f"{len(stored.replaced)} replaced another member: facts planned with that one keep it until their record changes."
        )


@mappings_app.command("list")
def mappings_list(
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(Table)}. Default: all.")] = "",
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The mapping entries, by connection and table."""
    place = find_place(stage)
    ledger = MappingLedger(place.table)
    found = [
        {
            "connection": entry.key.connection,
            "table": entry.key.table,
            "key": entry.key.key,
            "member": entry.member,
            "stored_by": entry.stored_by,
            "stored_at": moment_text(entry.stored_at),
        }
        for connection in (*place.connections, EVERY_CONNECTION)
        for each in ([table] if table else Table)
        for entry in ledger.entries(connection, each)
    ]
    display.rows(found, title="Mapping entries", as_json=as_json, nothing="There are no entries.")


@dlq_app.command("list")
def dlq_list(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """The dead-letter queues and how many messages each holds."""
    place = find_place(stage)
    found = [
        {"queue": each.name, "meaning": each.meaning, **queues.depth(place.sqs, each.queue_url)}
        for each in queues.dead_letter_queues(place)
    ]
    display.rows(found, title="Dead-letter queues", as_json=as_json, nothing="There are none.")


@dlq_app.command("show")
def dlq_show(queue: str, limit: int = 20, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Messages of a dead-letter queue: why each is there and which records it names. They stay."""
    place = find_place(stage)
    found = queues.shown(place.sqs, _letters(place, queue).queue_url, limit)
    display.rows(found, title=f"Dead letters of {queue}", as_json=as_json, nothing="The queue is empty.")


@dlq_app.command("redrive")
def dlq_redrive(queue: str, limit: int = 1000, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Put messages of a dead-letter queue back where they came from; none is deleted before the other queue has it."""
    place = find_place(stage)
    moved = queues.redrive(place.sqs, _letters(place, queue), limit)
    display.record({"queue": queue, "moved": moved}, as_json=as_json)


def main() -> None:
    """Run the command line; a declared error is one line on standard error and exit code 1."""
    try:
        app()
    except MalformedError as error:
        _fail(error.reason.replace("_", " "))
    except TieoutError as error:
        _fail(str(error))


def _fail(text: str) -> None:
    Console(stderr=True).print(f"[red]tieout:[/red] {text}", highlight=False)
    sys.exit(1)


def _targets(place: Place, target: str | None) -> list[str]:
    known = [each.name for each in place.targets]
    if target is not None and target not in known:
        raise typer.BadParameter(f"there is no target {target}; there are {', '.join(known)}")
    return [target] if target else known


def _letters(place: Place, queue: str) -> queues.DeadLetters:
    known = {each.name: each for each in queues.dead_letter_queues(place)}
    if queue not in known:
        raise typer.BadParameter(f"there is no dead-letter queue {queue}; there are {', '.join(known)}")
    return known[queue]


def _queue_row(place: Place, name: str, queue_url: str) -> display.Row:
    return {"flow": name, **queues.depth(place.sqs, queue_url)}
