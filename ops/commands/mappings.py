"""`tieout mappings`: what the source's members are called in planning, and what follows from a new or another name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
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
from tieout.planning.validity import shown, terms_of

_SHOWN = ("connection", "table", "key", "member", "valid_from", "valid_to", "origin", "stored_by", "stored_at")

app = typer.Typer(no_args_is_help=True, help="What the source's members are called in planning.")

First = Annotated[str, typer.Option("--from", help="The first period it is valid in; default: from ever.")]
Last = Annotated[str, typer.Option("--to", help="The last period it is valid in; default: for ever.")]
Replace = Annotated[bool, typer.Option(help="Put it in the place of all that the entry says.")]
File = Annotated[
    Path | None,
    typer.Option(help="A CSV file: connection, table, key, member; valid_from and valid_to if need be.", exists=True),
]


@app.command("put")
@changes()
def mappings_put(  # noqa: PLR0913 each is an option of the command
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}.")] = "",
    key: Annotated[str, typer.Argument(help="The source's value; for a rate `average:EUR>USD@2026-03`.")] = "",
    member: Annotated[str, typer.Argument(help="What planning calls it.")] = "",
    connection: Annotated[str, typer.Option(help="The connection whose value it is; rates have none.")] = "",
    first: First = "",
    last: Last = "",
    file: File = None,
    *,
    stage: Stage = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Store mapping entries, and send the facts they concern through the line again.

    Those are the facts that waited for an entry, and, where an entry had another member, the facts planned with that one:
    their amounts move from the old cells to the new ones.
    """
    given = Entry(MappingKey(connection, table, key), member, first=first, last=last, alone=replace)
    entries = entries_of(given, file)
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
            "member": term.member,
            "valid_from": term.first,
            "valid_to": term.last,
            "origin": entry.origin,
            "stored_by": entry.stored_by,
            "stored_at": moment_text(entry.stored_at),
        }
        for connection in (*place.connections, EVERY_CONNECTION)
        for each in ([table] if table else TABLES)
        for entry in ledger.entries(connection, each)
        for term in terms_of(entry.member)
    ]
    dated = any(row["valid_from"] or row["valid_to"] for row in found)
    columns = [each for each in _SHOWN if dated or not each.startswith("valid_")]
    display.rows(found, title="Mapping entries", as_json=as_json, nothing="There are no entries.", columns=columns)


def entries_of(given: Entry, file: Path | None) -> list[Entry]:
    """The entry that a command was given, or those of its file."""
    if file is not None:
        return [dataclasses.replace(each, alone=given.alone) for each in mapping_tables.read_file(file)]
    connection, table, key = given.key
    owner = EVERY_CONNECTION if table == RATE else connection
    if not (table and key and given.member and owner):
        raise typer.BadParameter("give a table, a key, a member and --connection, or a --file")
    return [dataclasses.replace(given, key=MappingKey(owner, table, key))]


def store(place: Place, entries: Sequence[Entry]) -> list[display.Row]:
    """Store entries, and send the facts they concern through the line again; a row for each of those."""
    stored = mapping_tables.put(place, entries)
    found: list[display.Row] = [
        {"record": str(fact.record), "waited_for": str(fact.waits_for)} for fact in stored.released
    ]
    return found + sent_again(place, stored.replaced)


def sent_again(place: Place, replaced: Mapping[MappingKey, str]) -> list[display.Row]:
    """Send again what was planned with other members of entries than they have now; a row for each, with those.

    What is left to do after an interruption is said before anything is sent.
    """
    if not replaced:
        return []
    owners = {key.connection for key in replaced}
    display.note(
        f"{len(replaced)} replaced another member: what was planned with that one is sent again. To finish this after an "
        "interruption, and to find facts that were being recorded at this very moment, run (safe, as often as you like):"
    )
    for name in place.connections:
        if owners & {name, EVERY_CONNECTION}:
            display.note(f"  tieout facts resend {name} --outdated")
    sent: list[display.Row] = []

    def sending() -> Iterator[Lineage]:
        for fact in display.progress(resending.planned_with(place, replaced), "facts sent again"):
            was = [
                f"{key.table} {key.key} = {shown(fact.used[key] or 'two rates that stood in for it')}"
                for key, member in replaced.items()
                if key in fact.used and fact.used[key] != member
            ]
            sent.append({"record": str(fact.record), "was_planned_with": ", ".join(was)})
            yield fact.lineage

    resending.send_again(place, sending())
    return sent
