"""Slips in keeping closed books as they are, and in what becomes of what comes late."""

from __future__ import annotations

from tests.flow import test_closed_books as closed
from tests.flow import test_undos_of_closed_books as undone
from tests.flow import test_what_cancels_out_where_it_is_booked as cancelled
from tests.simulation.bugs.bug import Bug
from tests.support.books_desk import BooksDesk
from tieout import closing as rules
from tieout.ledger import closing, facts, gate, items, late, plan, protecting, undoing, writes


def _desk() -> BooksDesk:
    """March is closed, with 100 of record 1."""
    desk = BooksDesk()
    desk.say(1, {("Acme", closed.MARCH): 100})
    desk.close(closed.MARCH)
    return desk


def _moved() -> None:
    """A document moved to the next period, which is closed by now, and is gone."""
    try:
        cancelled.test_a_document_that_moved_to_the_next_period_with_its_amount_can_still_change(
            None, rules="next_open", is_closed=True, dollars={}
        )
    except KeyError as error:
        raise AssertionError(str(error)) from error


BUGS = (
    Bug(
        "closed books are like open ones",
        rules.Closing.treatment,
        "if state is BooksState.OPEN:",
        "if True:",
        "records",
    ),
    Bug(
        "soft-closed books are open to everybody",
        rules.Closing.treatment,
        "if state is BooksState.OPEN:",
        "if state is not BooksState.CLOSED:",
        proof=lambda: closed.test_soft_closed_books_still_take_what_their_rule_accepts(_desk()),
    ),
    Bug(
        "a commit does not ask whether books were closed since",
        writes.gate_writes,
        "if plan.guard.gate is not None and plan.passes_gate()",
        "if False",
        proof=closed.test_a_plan_from_before_the_closing_is_not_committed,
    ),
    Bug(
        "a large commit asks at its beginning alone whether books were closed",
        facts.FactLedger._commit_some,
        "[mark, *gate_writes(plan), *moves]",
        "[mark, *moves]",
        proof=closed.test_a_closing_between_the_steps_of_a_large_commit_holds,
    ),
    Bug(
        "of a begun commit only what was planned counts as there",
        facts.FactLedger._as_far_as_it_came,
        "if not fact.unfinished:",
        "if True:",
        proof=closed.test_a_closing_between_the_steps_of_a_large_commit_holds,
    ),
    Bug(
        "a function remembers the books for ever",
        gate.Gate.now,
        "if self._seen is None or self._seen[0] != count:",
        "if self._seen is None:",
        "records",
    ),
    Bug(
        "closing books counts nothing up",
        closing.BooksLedger.change,
        "self._count_up()",
        "pass",
        "records",
    ),
    Bug(
        "a count is left out when books are closed",
        closing.BooksLedger._count_up,
        "range(self._shards)",
        "range(1, self._shards)",
        "records",
    ),
    Bug(
        "what waits is not entered",
        writes.late_writes,
        "writes.append(Put(at, listed | came))",
        "pass",
        "records",
    ),
    Bug(
        "what waits stays put down to the notice it came by first",
        writes.late_writes,
        "writes.append(Update(at, sets=came))",
        "pass",
        proof=lambda: closed.test_what_waits_is_put_down_to_what_the_record_said_last(_desk()),
    ),
    Bug(
        "what waits no longer stays entered",
        writes.late_writes,
        "writes.append(Delete(at))",
        "pass",
        "records",
    ),
    Bug(
        "an adjustment is booked anew beside the one that is there",
        late._Protecting._rest,
        "for part in lasting.values() for each in part.late_of(name)",
        "for part in () for each in part.late_of(name)",
        proof=lambda: closed.test_an_adjustment_stays_where_it_was_booked_when_that_closes_too(_desk()),
    ),
    Bug(
        "what a closed cell holds already comes late once more",
        late._Protecting._rest,
        "if self._is_closed(books) and name in self._kept:",
        "if False:",
        "records",
    ),
    Bug(
        "an adjustment forgets where it comes from",
        late._Protecting._put_off,
        "self._shares.setdefault(there, []).append(LateShare(name, books, shares_of_amounts(rest)))",
        "pass",
        proof=lambda: closed.test_a_late_change_is_booked_to_the_next_open_period(_desk()),
    ),
    Bug(
        "what is held is booked as well",
        late._Protecting._put_off,
        "if treatment is Treatment.NEXT_OPEN and self._protection.books_late else None",
        "",
        "records",
    ),
    Bug(
        "a fact that waits for a mapping books what it takes away",
        protecting.Protecting.guard,
        "books_late=is_mapped,",
        "books_late=True,",
        proof=lambda: closed.test_a_fact_that_waits_for_a_mapping_leaves_closed_books_alone(_desk()),
    ),
    Bug(
        "an adjustment is booked to the very next period, open or not",
        protecting.Protecting._following,
        "if treatment(following) is Treatment.ACCEPT:",
        "if True:",
        proof=lambda: closed.test_a_late_change_is_booked_to_the_next_open_period(_desk()),
    ),
    Bug(
        "an approval holds for whatever comes",
        late._Protecting._is_approved,
        "return self._protection.approved[row.books] == digest_of(same)",
        "return True",
        proof=lambda: closed.test_a_restatement_is_what_was_approved_or_nothing(_desk()),
    ),
    Bug(
        "who asks for a restatement approves it",
        closing.LateFact.demand_approvable,
        "if is_same_person(self.asked_by, by):",
        "if False:",
        proof=lambda: closed.test_a_restatement_is_approved_by_somebody_else_with_a_reason_as_it_was_shown(_desk()),
    ),
    Bug(
        "an approval is of what was asked for",
        closing.BooksLedger.approve,
        "condition=still",
        "condition=None",
        proof=lambda: closed.test_a_restatement_is_approved_by_somebody_else_with_a_reason_as_it_was_shown(_desk()),
    ),
    Bug(
        "who tells of what is late decides what becomes of it",
        plan.StoredFact.rules_for,
        "if self.late and not is_new",
        "if False",
        proof=lambda: closed.test_what_came_late_goes_by_the_flow_it_came_by_whichever_tells_of_it_again(_desk()),
    ),
    Bug(
        "the flow that what is late came by is forgotten",
        items.fact_item,
        '"late_flow": plan.guard.flow',
        '"late_flow": lineage.flow',
        proof=lambda: closed.test_what_came_late_goes_by_the_flow_it_came_by_whichever_tells_of_it_again(_desk()),
    ),
    Bug(
        "a fact of which all waits is in no books",
        plan._is_in_the_books,
        " or stored.late)",
        ")",
        proof=lambda: closed.test_a_late_document_of_its_own_waits(_desk()),
    ),
    Bug(
        "an undo restores what is closed",
        undoing._undone,
        "if books is not BooksState.OPEN:",
        "if False:",
        proof=undone.test_an_undo_leaves_closed_books_alone,
    ),
    Bug(
        "an undo goes by the books as they were when it was shown",
        undoing.UndoLedger.undo,
        "if books.state_of(there.books) is not BooksState.OPEN:",
        "if False:",
        proof=undone.test_an_undo_that_was_shown_before_the_closing_leaves_closed_books_alone,
    ),
    Bug(
        "a release moves what is closed",
        undoing.UndoLedger.release,
        "for each, cells in found if books.state_of(each.books) is BooksState.OPEN]",
        "for each, cells in found]",
        proof=undone.test_a_release_leaves_closed_books_alone,
    ),
    Bug(
        "a cell says the currency of what cancels out in it",
        protecting.Protecting.guard,
        "waited=stored.late if stored else ()",
        "waited=()",
        proof=_moved,
    ),
    Bug(
        "where something is booked is known by the cell there alone",
        late._Protecting._find_origins,
        "for place in (row.intersection, *into):",
        "for place in (row.intersection,):",
        proof=_moved,
    ),
    Bug(
        "what says nothing any more is converted by what closed books keep",
        items.fact_item,
        "if (rates := plan.rates()) is not None:",
        "if rates := plan.rates():",
        changes=10,
    ),
)
