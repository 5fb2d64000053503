"""Proposes changes of mapping entries with their effect, and lets somebody else approve exactly that effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tieout.effects.effect import Effect
from tieout.effects.entries import EntryEffects
from tieout.errors import ConflictError, PermanentError
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import BooksNow
from tieout.ledger.mappings import MappingLedger, item_of_entry
from tieout.ledger.proposals import Proposal, ProposalLedger, ProposalState, ProposedEntry
from tieout.ledger.table import (
    MAX_TRANSACTION_WRITES,
    Absent,
    Check,
    ConditionFailedError,
    Delete,
    Equals,
    Put,
    Table,
    Write,
)
from tieout.moments import moment_text
from tieout.planning.mapping import check_entry


class NotDecidableError(PermanentError):
    """A proposal cannot be decided as asked; the message says why, and nothing was changed."""


class EffectMovedError(PermanentError):
    """The ledger has moved since the effect was shown that an approval names: nothing was changed, and it is shown anew.

    Attributes:
        proposal: with the effect as it is now.
    """

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(f"proposal {proposal.proposal_id} would do something else by now; nothing was changed")
        self.proposal = proposal


@dataclass(frozen=True, kw_only=True)
class Governing:
    """What proposing and approving work with.

    Attributes:
        effects: works out what entries would do.
        is_same_person: whether two names are one person's.
    """

    table: Table
    effects: EntryEffects
    is_same_person: Callable[[str, str], bool] = str.__eq__

    @property
    def proposals(self) -> ProposalLedger:
        """What was proposed."""
        return ProposalLedger(self.table)

    def changed(self, entries: Iterable[ProposedEntry]) -> tuple[ProposedEntry, ...]:
        """Of these entries those that say something else than what is stored; of one that goes, that it is stored."""
        wanted = tuple(entries)
        stored = FactLedger(self.table).mappings(each.key for each in wanted)
        return tuple(each for each in wanted if stored.get(each.key) != each.text)

    def propose(self, proposal: Proposal, entries: Sequence[ProposedEntry]) -> tuple[Proposal, Effect]:
        """Keep a proposal, with its effect.

        Raises:
            NotDecidableError: nobody says why, an entry is proposed twice, or nothing would change.
        """
        if not proposal.reason.strip():
            raise NotDecidableError("a proposal needs a reason")
        if len({each.key for each in entries}) != len(entries):
            raise NotDecidableError("an entry is proposed twice")
        changed = self.changed(entries)
        if not changed:
            raise NotDecidableError("the entries say that already")
        effect = self.effects.effect(changed, self._books())
        kept = replace(proposal, effect=effect.digest, count=len(changed))
        self.proposals.propose(kept, changed, effect.text)
        return kept, effect

    def approve(self, proposal: Proposal, digest: str, by: str, now: datetime) -> Proposal:
        """Store the entries of a proposal, if that would do exactly what the effect of that digest says.

        What waited for them, and what was planned with what they said before, is then to be sent through the line again,
        and the proposal to be told executed. One that is approved already is only finished, whoever asks.

        Raises:
            NotDecidableError: it was decided already, one person would make and check it, or the digest is of no effect shown last.
            EffectMovedError: it would do something else by now.
            ConflictError: somebody else is deciding, or recording the same facts, at this moment; nothing was changed.
        """
        if proposal.state is ProposalState.APPROVED:
            return self._store(proposal)
        if proposal.state is ProposalState.STORED:
            return proposal
        if proposal.state is not ProposalState.PROPOSED:
            raise NotDecidableError(f"proposal {proposal.proposal_id} is {proposal.state}")
        if self.is_same_person(by, proposal.proposed_by):
            raise NotDecidableError(f"{by} has proposed it: somebody else has to approve it")
        books = self._books()
        entries = self.proposals.entries(proposal)
        effect = self.effects.effect(entries, books)
        if effect.digest != proposal.effect:
            raise EffectMovedError(self.proposals.show(proposal, effect.digest, effect.text))
        if digest != effect.digest:
            raise NotDecidableError(
                f"what proposal {proposal.proposal_id} shows is {effect.digest}: approve that, or nothing"
            )
        approved = replace(proposal, state=ProposalState.APPROVED, decided_by=by, decided_at=now)
        try:
            return self._approve(proposal, approved, entries, effect, books)
        except ConditionFailedError as error:
            raise ConflictError("the ledger moved at this very moment: approve it once more") from error

    def refuse(self, proposal: Proposal, by: str, note: str, now: datetime) -> Proposal:
        """Let nothing come of a proposal; who made it withdraws it.

        Raises:
            NotDecidableError: it was decided already.
            ConflictError: somebody else is deciding at this moment.
        """
        if proposal.state is not ProposalState.PROPOSED:
            raise NotDecidableError(f"proposal {proposal.proposal_id} is {proposal.state}")
        is_own = self.is_same_person(by, proposal.proposed_by)
        state = ProposalState.WITHDRAWN if is_own else ProposalState.REFUSED
        refused = replace(proposal, state=state, decided_by=by, decided_at=now, note=note)
        self.proposals.decide(proposal, refused)
        return refused

    def _books(self) -> BooksNow:
        return FactLedger(self.table).open([])[1]

    def _approve(
        self,
        proposal: Proposal,
        approved: Proposal,
        entries: Sequence[ProposedEntry],
        effect: Effect,
        books: BooksNow,
    ) -> Proposal:
        """Mark it approved and store its entries, in one transaction with a check of all it is about where that is not too much.

        Else it is marked first, and the entries follow.
        """
        stored = replace(approved, state=ProposalState.STORED)
        marks: list[Write] = [self.proposals.standing(proposal, stored), books.check]
        stores = self._stores(approved, entries, effect.told())
        revisions = effect.revisions or {}
        checks = [Check(keys.fact_key(each), Equals("revision", revision)) for each, revision in revisions.items()]
        if effect.revisions is not None and len(marks) + len(stores) + len(checks) <= MAX_TRANSACTION_WRITES:
            self.table.write([*marks, *stores, *checks])
            return stored
        self.table.write([self.proposals.standing(proposal, approved), books.check])
        return self._store(approved)

    def _store(self, proposal: Proposal) -> Proposal:
        """Store what was approved, entry by entry; what somebody has stored since then is the later word, and stays."""
        effect = self.proposals.effect(proposal)
        for each in self.changed(self.proposals.entries(proposal)):
            with suppress(ConditionFailedError):
                self.table.write(self._stores(proposal, [each], effect))
        done = replace(proposal, state=ProposalState.STORED)
        self.proposals.decide(proposal, done)
        return done

    def _stores(self, proposal: Proposal, entries: Sequence[ProposedEntry], effect: Mapping[str, Any]) -> list[Write]:
        """The writes of entries, each with who proposed and who approved it, if it says what it said when that was shown."""
        assert proposal.decided_at is not None
        approval = {
            "proposal": proposal.proposal_id,
            "approved_by": proposal.decided_by,
            "approved_at": moment_text(proposal.decided_at),
        }
        said = {entry: text for entry, text, _ in effect["entries"]}
        stored = MappingLedger(self.table).stored(each.key for each in entries)
        writes: list[Write] = []
        for each in entries:
            stood = said[str(each.key)]
            unchanged = Absent("member") if stood is None else Equals("member", stood)
            key = keys.mapping_key(each.key)
            if each.text is None:
                writes.append(Delete(key, unchanged))
                continue
            check_entry(each.key, each.text)
            item = item_of_entry(
                each.text, proposal.proposed_by, proposal.decided_at, each.origin, stored.get(each.key)
            )
            writes.append(Put(key, item | approval, unchanged))
        return writes
