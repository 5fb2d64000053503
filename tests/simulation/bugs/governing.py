"""Slips in what an effect says, and in approving it: another thing is done than was shown, or by one person alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.flow import test_decided_proposals as decided
from tests.flow import test_effects_of_landscapes as landscapes
from tests.flow import test_governed_changes as governed
from tests.simulation.bugs.bug import Bug, held_by
from tests.simulation.governing import THEME
from tests.support.governed import GovernedLedger
from tieout.effects import effect, entries, governing, replanning
from tieout.effects import landscapes as comparing
from tieout.ledger import planner


def _told(test: Callable[[GovernedLedger], None]) -> Callable[[], None]:
    """A test over two invoices, of which one waits for a name."""

    def run() -> None:
        ledger = GovernedLedger()
        ledger.say("1", 100_00)
        ledger.say("2", 50_00, of="8")
        test(ledger)

    return held_by(run)


BUGS = (
    Bug(
        "who makes a proposal checks it",
        governing.Governing.approve,
        "if self.is_same_person(by, proposal.proposed_by):",
        "if False:",
        proof=_told(decided.test_the_maker_is_not_the_checker_and_what_is_approved_is_what_was_shown),
    ),
    Bug(
        "an approval of an earlier effect is one of the latest",
        governing.Governing.approve,
        "if digest != effect.digest:",
        "if not digest:",
        proof=_told(decided.test_an_effect_that_moved_is_refused_for_whoever_saw_the_earlier_one),
    ),
    Bug(
        "an effect is approved whatever has moved",
        governing.Governing.approve,
        "if effect.digest != proposal.effect:",
        "if False:",
        proof=_told(decided.test_an_effect_that_moved_is_refused_for_whoever_saw_the_earlier_one),
    ),
    Bug(
        "facts may change while what concerns them is stored",
        governing.Governing._approve,
        "[*marks, *stores, *checks]",
        "[*marks, *stores]",
        proof=_told(decided.test_a_fact_that_is_recorded_at_that_moment_is_met_by_nothing),
    ),
    Bug(
        "books may close while what concerns them is stored",
        governing.Governing._approve,
        "self.proposals.standing(proposal, stored), books.check]",
        "self.proposals.standing(proposal, stored)]",
        proof=_told(decided.test_books_that_are_closed_at_that_moment_are_met_by_nothing),
    ),
    Bug(
        "what is approved replaces whatever stands there",
        governing.Governing._stores,
        "Put(key, item | approval, unchanged)",
        "Put(key, item | approval)",
        proof=_told(partial(decided.test_an_entry_that_somebody_stores_at_that_moment_is_met_by_nothing, text="C_70")),
    ),
    Bug(
        "what is approved to go is taken away whatever stands there",
        governing.Governing._stores,
        "Delete(key, unchanged)",
        "Delete(key)",
        proof=_told(partial(decided.test_an_entry_that_somebody_stores_at_that_moment_is_met_by_nothing, text=None)),
    ),
    Bug(
        "facts of another revision make the same effect",
        effect.Adding.add,
        "{fact.record}|{fact.revision}|",
        "{fact.record}|",
        proof=_told(decided.test_a_fact_that_was_recorded_again_makes_another_effect_of_the_same_cells),
    ),
    Bug(
        "an effect leaves out what waits",
        entries.EntryEffects._concerned,
        "yield from sorted(self.table.get([keys.fact_key(record) for record in some]).items())",
        "yield from ()",
        proof=_told(governed.test_a_name_releases_what_waits_for_it_and_one_that_goes_holds_what_has_it),
    ),
    Bug(
        "an effect takes what a begun commit has on the way for what stands",
        replanning.Replanning._some,
        'if item.get("unfinished")]',
        "if False]",
        proof=_told(decided.test_a_commit_that_was_begun_is_part_of_what_is_shown),
    ),
    Bug(
        "an effect is of the entries that are stored",
        planner.Planner._stored,
        "stored | {entry: text for entry, text in said.items() if text is not None}",
        "stored | self.ledger.mappings(said)",
        proof=_told(governed.test_another_name_moves_amounts_and_leaves_the_sums),
    ),
    Bug(
        "closed books go by the rules that are deployed already",
        comparing.LandscapeEffects.effect,
        "closing=each.closing",
        "closing=self.deployed.closing",
        proof=held_by(landscapes.test_closed_books_go_by_the_rules_that_would_be_deployed),
    ),
    Bug(
        "a landscape moves what is outdated anyway",
        effect._cell,
        "total + moved.base",
        "total",
        proof=held_by(landscapes.test_what_is_outdated_is_taken_as_the_deployed_landscape_would_have_it),
    ),
    Bug(
        "an approval that broke off takes back what was stored since",
        governing.Governing._stores,
        'Absent("member") if stood is None',
        "None if stood is None",
        proof=_told(decided.test_what_somebody_stored_while_an_approval_was_broken_off_is_the_later_word),
    ),
    Bug(
        "whoever approves an entry has stored it",
        governing.Governing._stores,
        "each.text, proposal.proposed_by,",
        "each.text, proposal.decided_by,",
        THEME,
    ),
    Bug(
        "what was planned with a replaced member is not concerned",
        entries._is_concerned,
        "used.get(each) != proposed[each]",
        "used.get(each) is None",
        THEME,
    ),
    Bug(
        "a fact that moves is one that is as it was",
        replanning.Replanning._one,
        "elif any(move.minor for move in moves):",
        "elif False:",
        THEME,
    ),
    Bug(
        "what waits for another entry than before is as it was",
        replanning.Replanning._one,
        "if plan.waits_for != waited_for:",
        "if (plan.waits_for is None) != (waited_for is None):",
        THEME,
    ),
    Bug(
        "what came late is shown beside what comes late then",
        effect.Adding.add,
        "self._add_late(fact.waited, fact, -1)",
        "self._add_late((), fact, -1)",
        THEME,
    ),
    Bug(
        "what leaves a cell is not shown",
        replanning._moves,
        "moved.keys() | base.keys()",
        "{at for at in moved if moved[at] > 0}",
        THEME,
    ),
    Bug(
        "the last fact that comes to a place says which measures it has",
        replanning.Replanning._places,
        "come.setdefault(name, (each.intersection, {}))[1].update(currencies)",
        "come[name] = (each.intersection, currencies)",
        THEME,
    ),
)
