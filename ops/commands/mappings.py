"""`tieout mappings`: what the source's members are called in planning, and what follows from a new or another name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ops import display, mapping_tables, resending
from ops.commands.arguments import AsJson, At, Stage, place_asked_for
from ops.logged import changes, reads
from ops.mapping_tables import Entry
from ops.place import Place, find_place
from tieout.ledger.items import Lineage
from tieout.ledger.mappings import MappingLedger
from tieout.moments import moment_text
from tieout.planning.mapping import EVERY_CONNECTION, RATE, TABLES, MappingKey

app = typer.Typer(no_args_is_help=True, help="What the source's members are called in planning.")


@app.command("put")
@changes()
def mappings_put(
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}.")] = "",
    key: Annotated[str, typer.Argument(help="The source's value; for a rate `average:EUR>USD@2026-03`.")] = "",
    member: Annotated[str, typer.Argument(help="What planning calls it.")] = "",
    connection: Annotated[str, typer.Option(help="The connection whose value it is; rates have none.")] = "",
    file: Annotated[Path | None, typer.Option(help="A CSV file: connection, table, key, member.", exists=True)] = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Store mapping entries, and send the facts they concern through the line again.

    Those are the facts that waited for an entry, and, where an entry had another member, the facts planned with that one:
    their amounts move from the old cells to the new ones.
    """
    entries = entries_of(table, key, member, connection, file)
    place = find_place(stage)
    found = store(place, entries)
    said = f"Stored {len(entries)}"
    display.rows(
        found, title=f"{said}; {len(found)} sent again", as_json=as_json, nothing=f"{said}. No fact is concerned."
    )


@app.command("list")
@reads
def mappings_list(
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}. Default: all.")] = "",
    stage: Stage = None,
    at: At = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The mapping entries, by connection and table."""
    if table and table not in TABLES:
        raise typer.BadParameter(f"there is no table {table}; there are {', '.join(TABLES)}")
    place = place_asked_for(stage, at)
    ledger = MappingLedger(place.table)
    found = [
        {
            "connection": entry.key.connection,
            "table": entry.key.table,
            "key": entry.key.key,
            "member": entry.member,
            "origin": entry.origin,
            "stored_by": entry.stored_by,
            "stored_at": moment_text(entry.stored_at),
        }
        for connection in (*place.connections, EVERY_CONNECTION)
        for each in ([table] if table else TABLES)
        for entry in ledger.entries(connection, each)
    ]
    display.rows(found, title="Mapping entries", as_json=as_json, nothing="There are no entries.")


def entries_of(table: str, key: str, member: str, connection: str, file: Path | None) -> list[Entry]:
    """The entry that a command was given, or those of its file."""
    if file is not None:
        return mapping_tables.read_file(file)
    owner = EVERY_CONNECTION if table == RATE else connection
    if not (table and key and member and owner):
        raise typer.BadParameter("give a table, a key, a member and --connection, or a --file")
    return [Entry(MappingKey(owner, table, key), member)]


def store(place: Place, entries: Sequence[Entry]) -> list[display.Row]:
    """Store entries, and send the facts they concern through the line again; a row for each of those."""
    stored = mapping_tables.put(place, entries)
    found: list[display.Row] = [
        {"record": str(fact.record), "waited_for": str(fact.waits_for)} for fact in stored.released
    ]
    return found + sent_again(place, stored.replaced)


def sent_again(place: Place, replaced: Sequence[Entry]) -> list[display.Row]:
    """Send again what was planned with other members of entries than they have now; a row for each, with those.

    What is left to do after an interruption is said before anything is sent.
    """
    if not replaced:
        return []
    members = {entry.key: entry.member for entry in replaced}
    owners = {key.connection for key in members}
    display.note(
        f"{len(replaced)} replaced another member: what was planned with that one is sent again. To finish this after an "
        "interruption, and to find facts that were being recorded at this very moment, run (safe, as often as you like):"
    )
    for name in place.connections:
        if owners & {name, EVERY_CONNECTION}:
            display.note(f"  tieout facts resend {name} --outdated")
    sent: list[display.Row] = []

    def sending() -> Iterator[Lineage]:
        for fact in display.progress(resending.planned_with(place, members), "facts sent again"):
            was = [
                f"{key.table} {key.key} = {fact.used[key] or 'two rates that stood in for it'}"
                for key, member in members.items()
                if key in fact.used and fact.used[key] != member
            ]
            sent.append({"record": str(fact.record), "was_planned_with": ", ".join(was)})
            yield fact.lineage

    resending.send_again(place, sending())
    return sent
