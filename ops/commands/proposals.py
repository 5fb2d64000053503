"""`tieout mappings propose` and what follows: changes whose effect is shown first, made by one person and checked by another."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer

from ops import display, proposing
from ops.commands.arguments import AsJson, Stage
from ops.commands.mappings import File, First, Last, Replace, entries_of
from ops.logged import changes, reads
from ops.mapping_tables import Entry
from ops.place import find_place
from ops.proposal_views import COLUMNS, proposal_record, proposal_row
from tieout.effects.governing import EffectMovedError
from tieout.ledger.mappings import PERSON
from tieout.ledger.proposals import Proposal, ProposalLedger, ProposalState
from tieout.planning.mapping import EVERY_CONNECTION, RATE, TABLES, MappingKey

Table = Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}.")]
Key = Annotated[str, typer.Argument(help="The source's value; for a rate `average:EUR>USD@2026-03`.")]
Owner = Annotated[str, typer.Option("--connection", help="The connection whose value it is; rates have none.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever checks it and whoever asks later.")]
Named = Annotated[str, typer.Argument(help="The proposal; its first digits are enough.")]


@changes()
def propose(  # noqa: PLR0913 each is an argument or an option of the command
    reason: Reason,
    table: Table = "",
    key: Key = "",
    member: Annotated[str, typer.Argument(help="What planning is to call it.")] = "",
    connection: Owner = "",
    file: File = None,
    *,
    first: First = "",
    last: Last = "",
    replace: Replace = False,
    stage: Stage = None,
    as_json: AsJson = False,
) -> None:
    """Propose that mapping entries say something else, and show what that would do; nothing of it is done.

    Facts released or held, cells with their values before and after, sums by cube and currency, and periods, closed ones with what
    their policy would do. Somebody else approves exactly that.
    """
    given = Entry(MappingKey(connection, table, key), member, first=first, last=last, alone=replace)
    entries = entries_of(given, file)
    show(*proposing.propose(find_place(stage), entries, reason), as_json=as_json)


@changes()
def retire(
    table: Table, key: Key, reason: Reason, connection: Owner = "", stage: Stage = None, *, as_json: AsJson = False
) -> None:
    """Propose that a mapping entry goes: what was planned with it would wait for one, or be called as its owner calls it."""
    entry = MappingKey(EVERY_CONNECTION if table == RATE else connection, table, key)
    show(*proposing.retire(find_place(stage), entry, PERSON, reason), as_json=as_json)


@reads
def proposals(
    state: Annotated[ProposalState | None, typer.Option(help="Those that stand so alone.")] = None,
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """What was proposed, the latest first: who did, how it stands, and who decided."""
    found = ProposalLedger(find_place(stage).table).proposals()
    rows = [proposal_row(each) for each in found if state in {None, each.state}]
    display.rows(rows, title="Proposals", as_json=as_json, nothing="Nothing was proposed.")


@reads
def show_one(proposal: Named, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """A proposal with the effect that was shown last: what an approval of it names."""
    ledger = ProposalLedger(find_place(stage).table)
    found = ledger.proposal(proposal)
    show(found, ledger.effect(found), as_json=as_json)


@changes()
def approve(
    proposal: Named,
    effect: Annotated[
        str, typer.Option(help="The digits of the effect that you were shown; the first eight are enough.")
    ],
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Have done exactly what was shown: the entries are stored, and the facts they concern go through the line again.

    Where the ledger has moved so that something else would happen by now, nothing is done, and that is shown. Interrupted
    anywhere, it is finished by running it again.
    """
    place = find_place(stage)
    ledger = ProposalLedger(place.table)
    found = ledger.proposal(proposal)
    try:
        done, sent = proposing.approve(place, found, effect)
    except EffectMovedError as error:
        display.note(f"{error}. This is what it would do:")
        show(error.proposal, ledger.effect(error.proposal), as_json=as_json)
        raise typer.Exit(1) from error
    display.record(proposal_row(done) | {"sent_again": sent}, as_json=as_json)


@changes()
def refuse(proposal: Named, reason: Reason, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Let nothing come of a proposal; who made it withdraws it so."""
    place = find_place(stage)
    found = ProposalLedger(place.table).proposal(proposal)
    display.record(proposal_row(proposing.refuse(place, found, reason)), as_json=as_json)


def show(proposal: Proposal, effect: dict[str, Any], *, as_json: bool) -> None:
    """Show a proposal with an effect, and how that is approved."""
    display.record(proposal_record(proposal, effect, whole=as_json), as_json=as_json, columns=COLUMNS)
    if effect["only_names"] and any(Decimal(row["revalued"]) for row in effect["sums"]):
        display.note(
            "Sums move although only names change: facts were planned with other rates than there are by now. "
            "`tieout facts resend <connection> --outdated` first."
        )
    if proposal.state is ProposalState.PROPOSED and not as_json:
        display.note(
            f"Nothing is done yet. Somebody else approves it: tieout mappings approve {proposal.proposal_id[:8]} "
            f"--effect {proposal.effect[:8]}"
        )
