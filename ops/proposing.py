"""Proposes changes of mapping entries, approves them, and sends what they concern through the line again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from ops import display
from ops.logged import note_approval
from ops.mapping_tables import Entry, said_by
from ops.place import Place
from ops.reconciling import goes_by
from ops.resending import planned_with, send_again
from tieout.arriving.notice import RecordKey
from tieout.effects.entries import EntryEffects
from tieout.effects.governing import Governing
from tieout.landscape import Landscape
from tieout.ledger.items import Lineage
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.proposals import Proposal, ProposalLedger, ProposedEntry
from tieout.people import is_same_person
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.system_clock import SystemEntropy

_LEAST_DIGITS = 8  # of the digest of an effect


def deployed_landscape(place: Place) -> Landscape:
    """The landscape that is deployed."""
    return Landscape.of_json(goes_by(place)["landscape"].encode())


def governing(place: Place) -> Governing:
    """What proposes and approves in a stage, as its functions plan."""
    landscape = deployed_landscape(place)
    effects = EntryEffects(
        table=place.table,
        model=PlanningModel.of(landscape),
        closing=landscape.closing,
        entities=sorted(landscape.flows_by_entity()),
        watch=lambda facts: display.progress(facts, "facts looked through"),
    )
    return Governing(table=place.table, effects=effects, is_same_person=is_same_person)


def propose(place: Place, entries: Sequence[Entry], reason: str) -> tuple[Proposal, dict[str, Any]]:
    """Propose that entries say something else; the proposal, and what it would do.

    Raises:
        UnusableEntriesError: naming the entries the line could not use, or that would say two members of one period.
        NotDecidableError: it would change nothing, or nobody says why.
    """
    _, texts = said_by(place, entries)
    origins = {each.key: each.origin for each in entries}
    return _proposed(place, [ProposedEntry(key, texts[key], origin) for key, origin in origins.items()], reason)


def retire(place: Place, key: MappingKey, origin: str, reason: str) -> tuple[Proposal, dict[str, Any]]:
    """Propose that an entry goes; the proposal, and what it would do."""
    return _proposed(place, [ProposedEntry(key, None, origin)], reason)


def approve(place: Place, proposal: Proposal, digest: str) -> tuple[Proposal, int]:
    """Approve what was shown, and send what it concerns through the line again; how much that was.

    Interrupted anywhere, it is finished by doing it once more.

    Raises:
        EffectMovedError: it would do something else by now.
        NotDecidableError: it cannot be approved, or not by this person.
    """
    is_short = len(digest) >= _LEAST_DIGITS and proposal.effect.startswith(digest)
    stored = governing(place).approve(proposal, proposal.effect if is_short else digest, place.who, datetime.now(UTC))
    note_approval(stored.proposed_by, stored.decided_by)
    ledger = ProposalLedger(place.table)
    entries = [each.key for each in ledger.entries(stored)]
    sent = send_again(place, _concerned(place, entries))
    return ledger.executed(stored), sent


def refuse(place: Place, proposal: Proposal, reason: str) -> Proposal:
    """Let nothing come of a proposal."""
    return governing(place).refuse(proposal, place.who, reason, datetime.now(UTC))


def _proposed(place: Place, entries: Sequence[ProposedEntry], reason: str) -> tuple[Proposal, dict[str, Any]]:
    proposal = Proposal(
        proposal_id=SystemEntropy().token(),
        proposed_by=place.who,
        proposed_at=datetime.now(UTC),
        reason=reason,
        effect="",
        count=0,
    )
    kept, effect = governing(place).propose(proposal, entries)
    return kept, effect.told()


def _concerned(place: Place, entries: Sequence[MappingKey]) -> Iterator[Lineage]:
    """What waited for these entries, and what was planned with something else than they say now, each once."""
    ledger, waited = MappingLedger(place.table), set[RecordKey]()
    for entry in entries:
        for fact in ledger.waiting(entry):
            waited.add(fact.record)
            yield fact.lineage
    for planned in display.progress(planned_with(place, entries), "facts sent again"):
        if planned.record not in waited:
            yield planned.lineage
