"""Closed books stay as they are, whatever comes late: it waits, is booked to the next open period, or restates what was closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.books_desk import FLOWS, BooksDesk, books
from tests.support.faults import no_fault
from tests.support.ledger_scenes import record
from tieout.closing import BooksState
from tieout.errors import ConflictError
from tieout.facts.statement import Absence
from tieout.ledger import keys
from tieout.ledger.closing import NotApprovableError
from tieout.ledger.plan import Outcome
from tieout.ledger.planned import FactCatalogue
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

MARCH, APRIL, MAY = PERIODS = ("2026-03", "2026-04", "2026-05")
UNMAPPED = Unmapped(MappingKey("crm", "customer", "4711"))


@pytest.fixture
def desk() -> BooksDesk:
    """March is closed, with 100 of record 1."""
    return BooksDesk.with_march_closed()


def test_a_late_change_waits_with_its_amount(desk: BooksDesk) -> None:
    """The closed cell stays, the difference is listed, and a later change replaces it."""
    assert desk.say(1, {("Acme", MARCH): 130}).outcome is Outcome.HELD
    assert desk.totals() == {("Acme", MARCH): 100}
    assert desk.late() == {("Acme", MARCH, "held", ""): 30}
    desk.say(1, {("Acme", MARCH): 90})
    assert desk.late() == {("Acme", MARCH, "held", ""): -10}
    assert desk.say(1, {("Acme", MARCH): 100}).outcome is Outcome.APPLIED
    assert desk.late() == {}


def test_a_late_document_of_its_own_waits(desk: BooksDesk) -> None:
    """Nothing of it is planned, and it is in the books all the same: when it is taken back nothing waits any more."""
    desk.say(2, {("Acme", MARCH): 7})
    assert desk.totals() == {("Acme", MARCH): 100}
    assert desk.late() == {("Acme", MARCH, "held", ""): 7}
    assert desk.say(2, None, absence=Absence.NOT_POSTED).outcome is Outcome.APPLIED
    assert (desk.totals(), desk.late()) == ({("Acme", MARCH): 100}, {})


def test_what_moves_out_of_a_closed_period_stands_there_and_where_it_went(desk: BooksDesk) -> None:
    """A deal that is moved to April is planned there, while March waits to be told that it left."""
    desk.say(1, {("Acme", APRIL): 100})
    assert desk.totals() == {("Acme", MARCH): 100, ("Acme", APRIL): 100}
    assert desk.late() == {("Acme", MARCH, "held", ""): -100}


def test_a_late_change_is_booked_to_the_next_open_period(desk: BooksDesk) -> None:
    """As an adjustment that names where it comes from, and beside what the record says of that period itself."""
    desk.close(APRIL, BooksState.SOFT_CLOSED)
    plan = desk.say(1, {("Acme", MARCH): 130, ("Acme", MAY): 5}, FLOWS["next_open"])
    assert plan.outcome is Outcome.APPLIED
    assert desk.totals() == {("Acme", MARCH): 100, ("Acme", MAY): 35}
    assert desk.late() == {("Acme", MARCH, "booked", MAY): 30}
    origins = [item["late"] for item in desk.items("CELL#").values() if "late" in item]
    assert [str(books(MARCH)) in origin for origin in origins] == [True]


def test_an_adjustment_stays_where_it_was_booked_when_that_closes_too(desk: BooksDesk) -> None:
    """What comes later still is booked to the period that is open then."""
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["next_open"])
    desk.close(APRIL)
    desk.say(1, {("Acme", MARCH): 150}, FLOWS["next_open"])
    assert desk.totals() == {("Acme", MARCH): 100, ("Acme", APRIL): 30, ("Acme", MAY): 20}
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): 30, ("Acme", MARCH, "booked", MAY): 20}


def test_what_is_booked_stays_booked_when_the_rule_becomes_another(desk: BooksDesk) -> None:
    """Only what comes later still goes by the rule that holds then."""
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["next_open"])
    desk.say(1, {("Acme", MARCH): 150}, FLOWS["hold"])
    assert desk.totals() == {("Acme", MARCH): 100, ("Acme", APRIL): 30}
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): 30, ("Acme", MARCH, "held", ""): 20}
    desk.say(1, {("Acme", MARCH): 150}, FLOWS["next_open"])
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): 50}


def test_what_came_late_goes_by_the_flow_it_came_by_whichever_tells_of_it_again(desk: BooksDesk) -> None:
    """Until the record changes: else every second notice would book it, and every other one put it off."""
    desk.version = "2026-07-02T08:00:00.000Z"
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["hold"])
    assert desk.say(1, {("Acme", MARCH): 130}, FLOWS["next_open"]).outcome is Outcome.DUPLICATE
    desk.say(1, {("Acme", MARCH): 150}, FLOWS["next_open"])
    desk.say(1, {("Acme", MARCH): 150}, FLOWS["restate"])
    assert desk.late() == {("Acme", MARCH, "held", ""): 50}
    desk.version = "2026-07-03T08:00:00.000Z"
    desk.say(1, {("Acme", MARCH): 150}, FLOWS["next_open"])
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): 50}


def test_a_period_that_is_opened_again_takes_what_waited(desk: BooksDesk) -> None:
    """And what was booked elsewhere comes home, the next time the record goes through the line."""
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["next_open"])
    desk.say(2, {("Acme", MARCH): 7})
    desk.close(MARCH, BooksState.OPEN)
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["next_open"])
    desk.say(2, {("Acme", MARCH): 7})
    assert (desk.totals(), desk.late()) == ({("Acme", MARCH): 137}, {})


def test_what_waits_is_put_down_to_what_the_record_said_last(desk: BooksDesk) -> None:
    """Also where that changed nothing of it: an older version would be superseded when it goes through the line again."""
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["restate"])
    plan = desk.plan(1, {("Acme", MARCH): 130, ("Acme", MAY): 5}, FLOWS["restate"])
    desk.approve(1, MARCH)  # between plan and commit, which must not lose it
    assert desk.commit(plan, FLOWS["restate"]) == {}
    [late] = desk.books.late(books(MARCH))
    fact = FactCatalogue(desk.table).fact(record(1))
    assert fact is not None
    assert late.lineage == fact.lineage
    assert late.approval is not None


def test_a_duplicate_after_a_reopening_is_none(desk: BooksDesk) -> None:
    """The same version says the same, and goes elsewhere now."""
    desk.say(1, {("Acme", MARCH): 130})
    desk.close(MARCH, BooksState.OPEN)
    assert desk.say(1, {("Acme", MARCH): 130}).outcome is Outcome.APPLIED


def test_soft_closed_books_still_take_what_their_rule_accepts(desk: BooksDesk) -> None:
    """Accounting posts while everybody else waits; closed ones take nothing."""
    desk.close(MARCH, BooksState.SOFT_CLOSED)
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["accept"])
    desk.say(2, {("Acme", MARCH): 7})
    assert (desk.totals(), desk.late()) == ({("Acme", MARCH): 130}, {("Acme", MARCH, "held", ""): 7})
    desk.close(MARCH)
    desk.say(1, {("Acme", MARCH): 140}, FLOWS["accept"])
    assert desk.totals() == {("Acme", MARCH): 130}


def test_a_fact_that_waits_for_a_mapping_leaves_closed_books_alone(desk: BooksDesk) -> None:
    """It goes from the open ones, and books nothing anywhere."""
    desk.say(1, {("Acme", MARCH): 100, ("Acme", APRIL): 5}, FLOWS["next_open"])
    desk.say(1, UNMAPPED, FLOWS["next_open"])
    assert desk.totals() == {("Acme", MARCH): 100}
    assert desk.late() == {("Acme", MARCH, "held", ""): -100}
    desk.say(1, {("Acme", MARCH): 100, ("Acme", APRIL): 5}, FLOWS["next_open"])
    assert (desk.totals(), desk.late()) == ({("Acme", MARCH): 100, ("Acme", APRIL): 5}, {})


def test_a_plan_from_before_the_closing_is_not_committed() -> None:
    """Whoever has closed books knows that nothing planned before gets into them."""
    desk = BooksDesk()
    plan = desk.plan(1, {("Acme", MARCH): 100})
    desk.close(MARCH)
    assert isinstance(desk.commit(plan).get(record(1)), ConflictError)
    assert desk.totals() == {}


def test_a_plan_from_before_a_reopening_is_not_committed(desk: BooksDesk) -> None:
    """Nor does anything wait for a period that is open, where nobody would look for it."""
    plan = desk.plan(1, {("Acme", MARCH): 130})
    desk.close(MARCH, BooksState.OPEN)
    assert isinstance(desk.commit(plan).get(record(1)), ConflictError)
    assert desk.late() == {}


def test_a_closing_between_the_steps_of_a_large_commit_holds() -> None:
    """What got in before stays, and the rest waits: together they are what the document says."""
    desk = BooksDesk()
    said = {(f"C{n:03}", MARCH): 10 for n in range(120)}
    plan = desk.plan(1, said)
    writes = 0

    def close_then(point: str) -> None:
        nonlocal writes
        writes += point == "before ledger.write"
        if writes == 3:  # the mark, and the first 48 intersections
            desk.table.io = no_fault
            desk.close(MARCH)

    desk.table.io = close_then
    assert isinstance(desk.commit(plan).get(record(1)), ConflictError)
    desk.say(1, said)
    assert sum(desk.totals().values()) == 480
    assert sum(desk.late().values()) == 720
    assert "unfinished" not in next(iter(desk.items("FACT#").values()))


def test_a_restatement_is_what_was_approved_or_nothing(desk: BooksDesk) -> None:
    """It waits for an approval; where the difference is another by then, it waits for another."""
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["restate"])
    assert desk.late() == {("Acme", MARCH, "to restate", ""): 30}
    desk.approve(1, MARCH)
    desk.say(1, {("Acme", MARCH): 140}, FLOWS["restate"])
    assert (desk.totals(), desk.late()) == ({("Acme", MARCH): 100}, {("Acme", MARCH, "to restate", ""): 40})
    desk.say(1, {("Acme", MARCH): 140}, FLOWS["restate"])
    assert desk.totals() == {("Acme", MARCH): 100}
    desk.approve(1, MARCH)
    assert desk.say(1, {("Acme", MARCH): 140}, FLOWS["restate"]).outcome is Outcome.APPLIED
    assert (desk.totals(), desk.late()) == ({("Acme", MARCH): 140}, {})
    [kept] = desk.books.restated(books(MARCH))
    [(_, place)] = desk.items(keys.late_in(books(MARCH)))
    assert place.endswith(f"#{record(1)}")  # or of two that are committed in one moment one would be lost
    assert kept.approval is not None
    assert [name in kept.approval for name in ("accountant", "controller", "auditors")] == [True] * 3
    assert sum(amount.amount_minor for row in kept.rows for amount in row.amounts) == 40


def test_a_restatement_is_approved_by_somebody_else_with_a_reason_as_it_was_shown(desk: BooksDesk) -> None:
    """And only where the rule asks for one."""
    desk.say(1, {("Acme", MARCH): 130})
    assert refusal(lambda: desk.books.ask(desk.waiting(1, MARCH), "ann", "why", desk.now())) == (
        "nothing of it waits to be restated"
    )
    desk.say(1, {("Acme", MARCH): 131}, FLOWS["restate"])
    late = desk.waiting(1, MARCH)
    assert refusal(lambda: desk.books.ask(late, "ann", " ", desk.now())) == "a restatement needs a reason"
    assert "nobody has asked" in refusal(lambda: desk.books.approve(late, "ben", desk.now()))
    desk.books.ask(late, "ann", "why", desk.now())
    asked = desk.waiting(1, MARCH)
    for herself in ("ann", "Controller/ann", "Controller/Ann"):
        assert refusal(lambda: desk.books.approve(asked, herself, desk.now())) == (  # noqa: B023 called at once
            "who asks for a restatement cannot approve it"
        )
    desk.books.ask(late, "cid", "another reason", desk.now())
    assert refusal(lambda: desk.books.approve(asked, "ben", desk.now())) == "a condition failed"
    desk.say(1, {("Acme", MARCH): 132}, FLOWS["restate"])
    assert refusal(lambda: desk.books.ask(late, "ann", "why", desk.now())) == "a condition failed"
    assert refusal(lambda: desk.books.approve(asked, "ben", desk.now())) == "a condition failed"
    assert desk.waiting(1, MARCH).asked is None


def refusal(asked: Callable[[], None]) -> str:
    """Why something is refused; empty where it is not."""
    try:
        asked()
    except (NotApprovableError, ConflictError) as error:
        return str(error)
    return ""


def test_who_closed_books_when_and_why_is_kept(desk: BooksDesk) -> None:
    """And whether every commit goes by it already."""
    [(closed, change)] = desk.books.changes().items()
    assert closed == books(MARCH)
    assert (change.state, change.by, change.reason, change.is_done) == (
        BooksState.CLOSED,
        "controller",
        "month end",
        True,
    )
