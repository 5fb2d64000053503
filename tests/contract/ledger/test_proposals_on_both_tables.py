"""What was proposed and what became of it, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from tests.support.ledger_scenes import NOW
from tests.support.short_pages import ShortPages
from tieout.ledger.proposals import NoProposalError, Proposal, ProposalLedger, ProposalState, ProposedEntry
from tieout.ledger.table import ConditionFailedError, Table
from tieout.planning.mapping import MappingKey

PROPOSED = Proposal(
    proposal_id="a1", proposed_by="ana", proposed_at=NOW, reason="one account more", effect="e1", count=2
)
ENTRIES = (
    ProposedEntry(MappingKey("books", "account", "4000"), "REVENUE", "file accounts.csv"),
    ProposedEntry(MappingKey("*", "rate", "average:EUR>USD@2026-03"), None, ""),
)
LATER = NOW + timedelta(days=1)
DECIDED = replace(
    PROPOSED, state=ProposalState.REFUSED, decided_by="ben", decided_at=LATER, note="the account is closed"
)


def proposed(table: Table, *proposals: Proposal, effect: str = "{}") -> ProposalLedger:
    """The ledger after some proposals of the same entries."""
    ledger = ProposalLedger(table)
    for each in proposals:
        ledger.propose(each, ENTRIES, effect)
    return ledger


def test_a_proposal_is_read_back_to_the_letter(table: Table) -> None:
    """Who, when, why, what, and what would come of it; and what somebody decided."""
    ledger = proposed(table, PROPOSED, effect='{"moved":"1.00"}')
    assert (ledger.proposal("a1"), ledger.entries(PROPOSED)) == (PROPOSED, ENTRIES)
    assert ledger.effect(PROPOSED) == {"moved": "1.00"}
    ledger.decide(PROPOSED, DECIDED)
    assert ledger.proposal("a1") == DECIDED


def test_proposals_are_listed_with_the_latest_first(table: Table) -> None:
    """All of them, however many pages they fill; by the beginning of an id the one that has it."""
    every = [replace(PROPOSED, proposal_id=f"{n:02}", proposed_at=NOW + n * timedelta(days=1)) for n in range(8, 12)]
    proposed(table, *every)
    ledger = ProposalLedger(ShortPages(table))
    assert list(ledger.proposals()) == every[::-1]
    assert ledger.proposal("09") == every[1]
    for begins, count in (("1", 2), ("3", 0)):
        with pytest.raises(NoProposalError, match=f"^{count} proposals .* '{begins}'"):
            ledger.proposal(begins)


def test_an_effect_of_any_size_is_kept_whole(table: Table) -> None:
    """In as many parts as it takes, and as many pages as these take."""
    words = Random(1).randbytes(1_500_000).hex()  # noqa: S311 what can hardly be packed
    ledger = proposed(table, PROPOSED, effect=f'{{"words":"{words}"}}')
    assert ledger.effect(PROPOSED) == {"words": words}


def test_of_two_who_decide_one_is_told_that_it_stands_otherwise(table: Table) -> None:
    """Whether the other one decided, or was shown another effect."""
    ledger = proposed(table, PROPOSED)
    shown = ledger.show(PROPOSED, "e2", '{"moved":"2.00"}')
    assert (ledger.proposal("a1"), shown.effect, ledger.effect(shown)) == (shown, "e2", {"moved": "2.00"})
    for late in (lambda: ledger.decide(PROPOSED, DECIDED), lambda: ledger.show(PROPOSED, "e3", "{}")):
        with pytest.raises(ConditionFailedError):
            late()
    ledger.decide(shown, replace(shown, state=ProposalState.APPROVED, decided_by="ben", decided_at=LATER))
    with pytest.raises(ConditionFailedError):
        ledger.executed(shown)
    assert ledger.executed(ledger.proposal("a1")).state is ledger.proposal("a1").state is ProposalState.EXECUTED
