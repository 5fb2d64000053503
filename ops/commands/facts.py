"""`tieout facts` and `tieout held`: what records are, what waits, and sending their notices through the line again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

import typer

from ops import display, histories, history_views, ledger_views, resending
from ops.commands.arguments import AsJson, At, Connection, Stage, place_asked_for
from ops.logged import changes, reads
from ops.place import Place, find_place
from tieout.arriving.notice import RecordKey
from tieout.errors import PermanentError
from tieout.ledger.planned import FactCatalogue, RecordedFact

app = typer.Typer(no_args_is_help=True, help="What records are, as the ledger has them.")
held_app = typer.Typer(no_args_is_help=True, help="Facts that wait for a mapping entry.")

Entity = Annotated[
    str,
    typer.Argument(help="What kind of record, in the ledger's words (opportunity, invoice, ...). Default: every kind."),
]
Outdated = Annotated[
    bool, typer.Option("--outdated", help="Only facts planned with a mapping entry that says something else by now.")
]


Words = Annotated[
    list[str],
    typer.Argument(
        metavar="RECORD",
        help="As every table names it, such as hubspot-emea#opportunity#9001; its three parts will do as well.",
    ),
]


_SHOWN_OF_A_FACT = {
    "contributions": ("cell", "target", "where", "amount", "rate"),
    "late": ("period", "kind", "booked_to", "target", "cube", "measure", "where", "amount", "currency"),
}


class UnknownRecordError(PermanentError):
    """The ledger has no fact of such a record."""


@app.command("show")
@reads
def facts_show(words: Words, stage: Stage = None, at: At = None, *, as_json: AsJson = False) -> None:
    """The stored fact of one record: what was stated, what it contributes, what of it came too late, the notice it came in."""
    record = _record(words)
    found = ledger_views.fact(place_asked_for(stage, at).table, record)
    if found is None:
        raise _unknown(record)
    display.record(found, as_json=as_json, columns=_SHOWN_OF_A_FACT)


@app.command("history")
@reads
def facts_history(words: Words, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Every version of the fact of one record: which notice brought it, how that ended, and what it moved in which cells.

    A record that was planned anew, as after a mapping entry was replaced, has another version by the same notice. By the journal,
    which lacks the last two minutes.
    """
    record = _record(words)
    place = find_place(stage)
    found = histories.versions(place, record)
    if not found:
        raise _unknown(record)
    if found[0].replaces:
        display.note(
            f"There were earlier versions, up to revision {found[0].replaces}, of which the journal does not tell."
        )
    shown = history_views.history_shown(found, history_views.cells_of(place.table, found))
    display.record(shown, as_json=as_json, columns=history_views.SHOWN_OF_A_HISTORY)


@app.command("list")
@reads
def facts_list(
    connection: Connection,
    entity: Entity = "",
    limit: Annotated[int, typer.Option(help="The most facts to list.", min=1)] = 200,
    stage: Stage = None,
    at: At = None,
    *,
    outdated: Outdated = False,
    as_json: AsJson = False,
) -> None:
    """The facts of a connection: what each record is, how its last notice ended, and what a held one waits for."""
    place = place_asked_for(stage, at)
    found = list(islice(_chosen(place, connection, entity, outdated=outdated), limit + 1))
    display.rows(
        [ledger_views.fact_row(fact) for fact in found[:limit]],
        title=f"Facts of {connection}",
        as_json=as_json,
        nothing="There are no such facts.",
    )
    if len(found) > limit:
        display.note(f"There are more than {limit}: see --limit.")


@app.command("resend")
@changes()
def facts_resend(
    connection: Connection,
    entity: Entity = "",
    record: Annotated[str, typer.Option(help="Only the fact of this record, by the source's id; needs the kind.")] = "",
    stage: Stage = None,
    *,
    outdated: Outdated = False,
    as_json: AsJson = False,
) -> None:
    """Send the notices behind facts through the line again: each record is read from the source and planned anew.

    Safe at any time and as often as you like: what is the same by then changes nothing, and every notice keeps its one
    outcome. Without --record or --outdated, every record of the connection is read from the source again.
    """
    place = find_place(stage)
    facts = (
        _one(place, RecordKey(connection, entity, record), outdated=outdated)
        if record
        else _chosen(place, connection, entity, outdated=outdated)
    )
    sent = resending.send_again(place, (fact.lineage for fact in display.progress(facts, "facts sent again")))
    display.record({"connection": connection, "sent_again": sent}, as_json=as_json)


@held_app.command("list")
@reads
def held_list(stage: Stage = None, at: At = None, *, as_json: AsJson = False) -> None:
    """The facts that wait, and the mapping entry each waits for."""
    found = ledger_views.held(place_asked_for(stage, at).table)
    shown = ledger_views.SHOWN_OF_A_HELD_FACT
    display.rows(found, title="Held facts", as_json=as_json, nothing="Nothing is held.", columns=shown)


def _record(words: list[str]) -> RecordKey:
    """The record of an argument; neither a connection nor a kind has `#` in its name, a source's id may."""
    parts = "#".join(words).split("#", 2)
    if len(parts) < len(RecordKey._fields) or not all(parts):
        raise typer.BadParameter(f"{' '.join(words)!r} names no record; one is such as hubspot-emea#opportunity#9001")
    return RecordKey(*parts)


def _one(place: Place, record: RecordKey, *, outdated: bool) -> Iterator[RecordedFact]:
    if not record.entity:
        raise typer.BadParameter(
            "--record needs the kind of record too: tieout facts resend CONNECTION ENTITY --record ID"
        )
    catalogue = FactCatalogue(place.table, place.ownership)
    fact = catalogue.fact(record)
    if fact is None:
        raise _unknown(record)
    return catalogue.outdated([fact]) if outdated else iter([fact])


def _chosen(place: Place, connection: str, entity: str, *, outdated: bool) -> Iterator[RecordedFact]:
    known = place.connection(connection).entities
    if entity and entity not in known:
        raise typer.BadParameter(f"no flow records {entity} of {connection}; they record {', '.join(known)}")
    facts = resending.facts_of(place, connection, entity)
    if not outdated:
        return facts
    return FactCatalogue(place.table, place.ownership).outdated(display.progress(facts, "facts looked at"))


def _unknown(record: RecordKey) -> UnknownRecordError:
    return UnknownRecordError(f"the ledger knows no {record.entity} {record.record_id} of {record.connection}")
