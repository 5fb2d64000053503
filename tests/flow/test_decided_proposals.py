"""Proposals are decided by somebody else, once, and what breaks off is finished; what moves at that very moment changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from tests.support.governed import (
    CHECKER,
    MAKER,
    NOW,
    GovernedLedger,
    cells_of,
    customer,
    entry,
    moved,
)
from tieout.effects.governing import EffectMovedError, NotDecidableError
from tieout.errors import ConflictError, UnavailableError
from tieout.ledger.keys import STATE
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.proposals import NoProposalError, Proposal, ProposalState, ProposedEntry
from tieout.ledger.table import Item, Key


@pytest.fixture(name="ledger")
def _ledger() -> GovernedLedger:
    """Two customers, of which one has a name; an invoice of 100 pounds of one, of 50 of the other."""
    ledger = GovernedLedger()
    ledger.say("1", 100_00)
    ledger.say("2", 50_00, of="8")
    return ledger


@contextmanager
def breaking_off(ledger: GovernedLedger, *, after: int) -> Iterator[None]:
    """The table takes so many writes, and no more."""
    commit, left = ledger.table.write, [after]

    def write(writes: object) -> None:
        if not left[0]:
            raise UnavailableError("broken off")
        left[0] -= 1
        commit(writes)  # type: ignore[arg-type]

    ledger.table.write = write  # type: ignore[method-assign]
    yield
    ledger.table.write = commit  # type: ignore[method-assign]


def test_the_maker_is_not_the_checker_and_what_is_approved_is_what_was_shown(ledger: GovernedLedger) -> None:
    """Neither whoever proposed it, nor anybody who was shown something else, changes anything."""
    proposal = ledger.propose(entry(customer("7"), "C_70"))
    before = ledger.table.contents()
    with pytest.raises(NotDecidableError, match="somebody else"):
        ledger.approve(proposal, by=MAKER)
    assert ledger.table.contents() == before
    for digest in ("", "0" * 32):
        with pytest.raises(NotDecidableError, match=proposal.effect):
            ledger.approve(proposal, digest)
    assert ledger.table.contents() == before


def test_who_approved_stands_beside_the_entry(ledger: GovernedLedger) -> None:
    """With the proposal, which says why."""
    ledger.approve(ledger.propose(entry(customer("7"), "C_70")))
    stored = MappingLedger(ledger.table).entry(customer("7"))
    assert stored is not None
    assert (stored.member, stored.stored_by) == ("C_70", MAKER)
    assert (stored.approved_by, stored.proposal) == (CHECKER, "p1")


def test_an_effect_that_moved_is_refused_for_whoever_saw_the_earlier_one(ledger: GovernedLedger) -> None:
    """Shown anew, it takes the digest of that to approve it."""
    proposal = ledger.propose(entry(customer("7"), "C_70"))
    ledger.say("3", 10_00)
    with pytest.raises(EffectMovedError) as moved_on:
        ledger.approve(proposal)
    with pytest.raises(NotDecidableError):
        ledger.approve(ledger.stands(proposal), proposal.effect)
    assert ledger.approve(moved_on.value.proposal).state is ProposalState.EXECUTED


def test_a_fact_that_was_recorded_again_makes_another_effect_of_the_same_cells(ledger: GovernedLedger) -> None:
    """Whoever approves what was shown does so of the facts as they were then."""
    proposal = ledger.propose(entry(customer("7"), "C_70"))
    ledger.say("1", 100_00)
    with pytest.raises(EffectMovedError) as moved_on:
        ledger.approve(proposal)
    again = ledger.shown(moved_on.value.proposal)
    assert again["facts"]["moved"] == 1


def test_what_nobody_was_shown_is_not_approved(ledger: GovernedLedger) -> None:
    """Even if it is what would happen by now: it is shown first."""
    proposal = ledger.propose(entry(customer("7"), "C_70"))
    ledger.say("3", 10_00)
    books = ledger.settling.ledger.open([])[1]
    now = ledger.governing.effects.effect(ledger.governing.proposals.entries(proposal), books)
    with pytest.raises(EffectMovedError):
        ledger.approve(proposal, now.digest)
    assert ledger.approve(ledger.stands(proposal), now.digest).state is ProposalState.EXECUTED


def test_a_commit_that_was_begun_is_part_of_what_is_shown(ledger: GovernedLedger) -> None:
    """What stands beside the cells by now counts, and not what the fact has on the way."""
    names = [f"N{number}" for number in range(60)]
    for name in names:
        ledger.store(customer(name), f"C_{name}")
    with breaking_off(ledger, after=2), pytest.raises(AssertionError):
        ledger.say("3", 5_00, of=",".join(names))
    before = ledger.cells()
    proposal = ledger.propose(entry(customer("N0"), "C_70"))
    shown = ledger.shown(proposal)
    ledger.approve(proposal)
    assert cells_of(shown) == moved(before, ledger.cells())
    assert len(shown["cells"]) > 4


def test_a_fact_that_is_recorded_at_that_moment_is_met_by_nothing(ledger: GovernedLedger) -> None:
    """It was no part of what was shown: the transaction that would store the entries fails."""
    proposal = ledger.propose(entry(customer("7"), "C_70"))
    commit = ledger.table.write

    def recorded_just_before(writes: object) -> None:
        ledger.table.write = commit  # type: ignore[method-assign]
        ledger.say("1", 300_00)
        commit(writes)  # type: ignore[arg-type]

    ledger.table.write = recorded_just_before  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        ledger.approve(proposal)
    assert ledger.stands(proposal).state is ProposalState.PROPOSED
    assert MappingLedger(ledger.table).entry(customer("7")).member == "C_7"  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["C_70", None], ids=["to be called otherwise", "to go"])
def test_an_entry_that_somebody_stores_at_that_moment_is_met_by_nothing(
    ledger: GovernedLedger, text: str | None
) -> None:
    """Whatever it says by then was not shown, and neither was what would become of that."""
    proposal = ledger.propose(entry(customer("7"), text))
    look, looks = ledger.table.get, [0]

    def stored_once_it_was_looked_at(wanted: Sequence[Key]) -> Mapping[Key, Item]:
        found = look(wanted)
        looks[0] += any(key[0].startswith("CELL#") and key[1] == STATE for key in wanted)
        if looks[0] == 2:
            ledger.table.get = look  # type: ignore[method-assign]
            MappingLedger(ledger.table).put(customer("7"), "C_OTHER", MAKER, NOW)
        return found

    ledger.table.get = stored_once_it_was_looked_at  # type: ignore[method-assign,assignment]
    with pytest.raises(ConflictError):
        ledger.approve(proposal)
    assert MappingLedger(ledger.table).entry(customer("7")).member == "C_OTHER"  # type: ignore[union-attr]


def test_books_that_are_closed_at_that_moment_are_met_by_nothing(ledger: GovernedLedger) -> None:
    """What their policy would do was not shown."""
    proposal = ledger.propose(entry(customer("7"), "C_70"))
    commit = ledger.table.write

    def closed_just_before(writes: object) -> None:
        ledger.table.write = commit  # type: ignore[method-assign]
        ledger.close(3)
        commit(writes)  # type: ignore[arg-type]

    ledger.table.write = closed_just_before  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        ledger.approve(proposal)
    assert ledger.stands(proposal).state is ProposalState.PROPOSED


def test_a_link_that_is_approved_keeps_what_it_stands_over(ledger: GovernedLedger) -> None:
    """So that whoever takes it back has that again."""
    ledger.approve(ledger.propose(ProposedEntry(customer("7"), "C_70", "link:71")))
    stored = MappingLedger(ledger.table).entry(customer("7"))
    assert stored is not None
    assert [each.member for each in stored.before] == ["C_7"]


@pytest.mark.parametrize(("most", "first"), [(4, 4), (3, 2)])
def test_what_a_transaction_holds_is_approved_in_one(
    ledger: GovernedLedger, monkeypatch: pytest.MonkeyPatch, most: int, first: int
) -> None:
    """Two marks, an entry, and the one fact that it is about; where one is too many, the marks go first."""
    monkeypatch.setattr("tieout.effects.governing.MAX_TRANSACTION_WRITES", most)
    proposal = ledger.propose(entry(customer("7"), "C_70"))
    commit, counts = ledger.table.write, list[int]()

    def counted(writes: Sequence[object]) -> None:
        counts.append(len(writes))
        commit(writes)  # type: ignore[arg-type]

    ledger.table.write = counted  # type: ignore[method-assign]
    ledger.approve(proposal)
    assert counts[0] == first


def many(count: int) -> list[ProposedEntry]:
    """More entries than one transaction holds."""
    return [entry(customer(f"N{number}"), f"C_{number}") for number in range(count)]


@pytest.mark.parametrize("breaks_off_after", [1, 2, 60, 122])
def test_an_approval_that_breaks_off_is_finished_by_approving_once_more(
    ledger: GovernedLedger, breaks_off_after: int
) -> None:
    """Whatever it had come to: entries one by one where they are too many, the facts again, and the mark at the end."""
    proposal = ledger.propose(entry(customer("7"), "C_70"), *many(120))
    with breaking_off(ledger, after=breaks_off_after), pytest.raises(UnavailableError):
        ledger.approve(proposal)
    assert ledger.stands(proposal).state in {ProposalState.APPROVED, ProposalState.STORED}
    assert ledger.approve(ledger.stands(proposal), by=MAKER).state is ProposalState.EXECUTED
    assert ledger.governing.changed(ledger.governing.proposals.entries(proposal)) == ()
    assert ledger.shown(proposal)["facts"]["moved"] == 1
    assert len(ledger.cells()) == 2


def test_what_somebody_stored_while_an_approval_was_broken_off_is_the_later_word(ledger: GovernedLedger) -> None:
    """Finishing it takes nothing back."""
    proposal = ledger.propose(*many(120))
    with breaking_off(ledger, after=3), pytest.raises(UnavailableError):
        ledger.approve(proposal)
    ledger.store(customer("N0"), "C_LATER")
    ledger.approve(ledger.stands(proposal))
    stored = {each.key.key: each.member for each in MappingLedger(ledger.table).entries("netsuite-group", "customer")}
    assert (stored["N0"], stored["N1"], stored["N119"]) == ("C_LATER", "C_1", "C_119")


@pytest.mark.parametrize(
    "entries", [(), (entry(customer("7"), "C_7"),), (entry(customer("9"), None),), (entry(customer("7"), "A"),) * 2]
)
def test_what_changes_nothing_or_is_not_one_thing_is_not_proposed(
    ledger: GovernedLedger, entries: tuple[ProposedEntry, ...]
) -> None:
    """Nobody could say what to approve."""
    with pytest.raises(NotDecidableError):
        ledger.propose(*entries)
    assert list(ledger.governing.proposals.proposals()) == []


@pytest.mark.parametrize(("by", "state"), [(MAKER, ProposalState.WITHDRAWN), (CHECKER, ProposalState.REFUSED)])
def test_what_is_refused_or_withdrawn_is_over(ledger: GovernedLedger, by: str, state: ProposalState) -> None:
    """Nothing is stored, and nobody can approve it any more, nor refuse it twice."""
    proposal = ledger.propose(entry(customer("7"), "C_70"))
    before = ledger.without_proposals()
    assert ledger.governing.refuse(proposal, by, "not so", NOW).state is state
    with pytest.raises(NotDecidableError):
        ledger.approve(ledger.stands(proposal))
    with pytest.raises(NotDecidableError):
        ledger.governing.refuse(ledger.stands(proposal), by, "", NOW)
    assert ledger.without_proposals() == before
    assert (ledger.stands(proposal).decided_by, ledger.stands(proposal).note) == (by, "not so")


def test_a_proposal_without_a_reason_is_none(ledger: GovernedLedger) -> None:
    """Whoever asks later has to find one."""
    proposal = Proposal(proposal_id="p", proposed_by=MAKER, proposed_at=NOW, reason=" ", effect="", count=0)
    with pytest.raises(NotDecidableError, match="reason"):
        ledger.governing.propose(proposal, [entry(customer("7"), "C_70")])


def test_proposals_are_found_by_how_their_ids_begin(ledger: GovernedLedger) -> None:
    """Where that is enough to tell them apart."""
    for name in ("a1", "a2", "b1"):
        ledger.propose(entry(customer("7"), f"C_{name}"), name=name)
    assert ledger.governing.proposals.proposal("b").proposal_id == "b1"
    for begins in ("a", "c"):
        with pytest.raises(NoProposalError):
            ledger.governing.proposals.proposal(begins)
    assert [each.proposal_id for each in ledger.governing.proposals.proposals()] == ["b1", "a2", "a1"]
