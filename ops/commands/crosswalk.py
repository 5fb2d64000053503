"""`tieout crosswalk`: which records of different systems are the same customer, product, account or cost centre."""

from __future__ import annotations

from typing import Annotated

import typer

from ops import display, master_data
from ops.commands.arguments import AsJson, Stage
from ops.commands.mappings import sent_again, store
from ops.commands.proposals import show
from ops.governed_tables import needs_approval
from ops.logged import changes, reads
from ops.place import find_place
from ops.proposing import propose
from tieout.crosswalk import Suggestion, suggestions
from tieout.facts.master_data import MasterData
from tieout.ledger.mappings import LINK
from tieout.moments import moment_text
from tieout.planning.validity import Term, shown

app = typer.Typer(
    no_args_is_help=True, help="Which records of different systems are the same: suggested, confirmed, taken back."
)

_KINDS = ", ".join(master_data.KINDS)
Kind = Annotated[str, typer.Argument(help=f"One of {_KINDS}.")]
Connection = Annotated[str, typer.Argument(help="The connection whose record it is.")]
Number = Annotated[str, typer.Argument(help="The record's number there, as its documents name it.")]


@app.command("list")
@reads
def crosswalk_list(
    kind: Annotated[str, typer.Argument(help=f"One of {_KINDS}. Default: all.")] = "",
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """What may be the same, with the evidence, and what somebody has confirmed.

    Suggested is what has no name in planning yet and shares an id with a record of the owner that has one: a tax number, a
    domain, or what the landscape declares. A name alone is never enough. Outdated is a link with a record that is called otherwise
    by now, or is gone: confirm it once more, or take it back.
    """
    place = find_place(stage)
    wanted = {kind: _kind(kind)} if kind else master_data.KINDS
    known = {name: master_data.records_of(place, one) for name, one in wanted.items()}
    rows = [_suggested(name, each) for name, some in known.items() for each in suggestions(some, place.ownership)]
    rows += [_linked(each) for name, some in known.items() for each in master_data.links(place, wanted[name], some)]
    display.rows(rows, title="Crosswalk", as_json=as_json, nothing="Nothing is suggested, and nothing is linked.")


@app.command("confirm")
@changes()
def crosswalk_confirm(
    kind: Kind,
    connection: Connection,
    number: Number,
    owners: Annotated[
        str, typer.Option("--with", help="The number of the owner's record, where it may be several.")
    ] = "",
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say that a suggestion is right: the record is called what the owner's is, and what waited for its name is planned.

    Where its mapping table changes only by what somebody else approves, that is proposed instead.
    """
    place = find_place(stage)
    entries = master_data.confirmed(place, _kind(kind), connection, number, owners)
    if needs_approval(place, entries[0].key):
        show(*propose(place, entries, f"linked with {entries[0].origin.removeprefix(LINK)}"), as_json=as_json)
        return
    found = store(place, entries)
    called = ", ".join(str(Term(each.first, each.last, each.member)) for each in entries)
    said = f"{kind} {number} of {connection} is {called}"
    display.rows(
        found, title=f"{said}; {len(found)} sent again", as_json=as_json, nothing=f"{said}. No fact is concerned."
    )


@app.command("take-back")
@changes()
def crosswalk_take_back(
    kind: Kind, connection: Connection, number: Number, stage: Stage = None, *, as_json: AsJson = False
) -> None:
    """Undo a confirmed link: the record is called what it was before, or nothing, and what was planned with it moves back."""
    place = find_place(stage)
    entry = master_data.take_back(place, _kind(kind), connection, number)
    found = sent_again(place, {entry.key: entry.member})
    said = f"{kind} {number} of {connection} is {shown(entry.member) or 'without a name'} again"
    display.rows(
        found, title=f"{said}; {len(found)} sent again", as_json=as_json, nothing=f"{said}. No fact is concerned."
    )


def _kind(name: str) -> type[MasterData]:
    if name not in master_data.KINDS:
        raise typer.BadParameter(f"there is no master data called {name}; there is {_KINDS}")
    return master_data.KINDS[name]


def _suggested(kind: str, each: Suggestion) -> display.Row:
    return {
        "state": "suggested",
        "kind": kind,
        "connection": each.record.record.connection,
        "number": each.record.fact.number,
        "name": each.record.fact.name,
        "with": "/".join(each.owner.record),
        "its_name": each.owner.fact.name,
        "member": each.owner.code,
        "evidence": "; ".join(each.evidence) + (f"; or {each.others} others" if each.others else ""),
        "by": "",
        "at": "",
    }


def _linked(each: master_data.Link) -> display.Row:
    return {
        "state": "linked" if each.holds else "outdated",
        "kind": each.entry.key.table,
        "connection": each.entry.key.connection,
        "number": each.entry.key.key,
        "name": each.record.fact.name if each.record else "",
        "with": each.entry.origin.removeprefix(LINK),
        "its_name": each.linked_with.fact.name if each.linked_with else "",
        "member": shown(each.entry.member),
        "evidence": "; ".join(each.evidence),
        "by": each.entry.stored_by,
        "at": moment_text(each.entry.stored_at),
    }
