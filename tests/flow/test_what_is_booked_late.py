"""What was booked late, or waits, follows its record: as books close and open, rules and rates change, and commits break off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.books_desk import ENTITY, FLOWS, MODEL, BooksDesk, books
from tests.support.ledger_scenes import record
from tieout.calendars import EntityCalendars
from tieout.closing import BooksState
from tieout.errors import ConflictError
from tieout.fiscal import FiscalCalendar, LegalEntity, YearEnd
from tieout.ledger import keys
from tieout.ledger.censuses import CensusLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Update
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

FEBRUARY, MARCH, APRIL, MAY = ("2026-02", "2026-03", "2026-04", "2026-05")
UNMAPPED = Unmapped(MappingKey("crm", "customer", "4711"))
VERSION = "2026-07-02T08:00:00.000Z"
NEXT = FLOWS["next_open"]


@pytest.fixture
def desk() -> BooksDesk:
    """March is closed, with 100 of record 1."""
    return BooksDesk.with_march_closed()


def test_a_plan_of_open_books_says_too_by_which_flows_rules_it_was_made(desk: BooksDesk) -> None:
    """Should its commit break off and its books close, whoever goes on finds the flow in the ledger."""
    assert desk.plan(2, {("Beta", MAY): 7}, NEXT).guard.flow == NEXT
    assert desk.plan(2, {("Beta", MARCH): 7}, NEXT).guard.flow == NEXT


def test_what_was_booked_is_taken_back_in_the_next_open_period_once_its_own_is_closed(desk: BooksDesk) -> None:
    """A document of which nothing ever stood in March, and that says nothing of March any more."""
    desk.say(2, {("Beta", MARCH): 7}, NEXT)
    desk.close(APRIL)
    desk.say(2, {("Beta", MAY): 9}, NEXT)
    assert desk.late() == {("Beta", MARCH, "booked", APRIL): 7, ("Beta", MARCH, "booked", MAY): -7}
    assert desk.totals() == {("Acme", MARCH): 100, ("Beta", APRIL): 7, ("Beta", MAY): 2}


def test_what_comes_late_is_booked_in_the_next_period_of_the_companys_own_calendar() -> None:
    """Which is no calendar month where its year has weeks."""
    desk = BooksDesk()
    ends = YearEnd(rule="last", weekday="saturday", month=12)
    weeks = FiscalCalendar(name="weeks", kind="4-4-5", year_end=ends)
    calendars = EntityCalendars([weeks], [LegalEntity(name=ENTITY, calendar="weeks")])
    desk.protecting = replace(desk.protecting, model=replace(MODEL, calendars=calendars))
    desk.close("FY2026-P03")
    desk.say(1, {("Acme", "FY2026-P03"): 7}, NEXT)
    assert desk.totals() == {("Acme", "FY2026-P04"): 7}


def test_an_adjustment_stays_in_the_period_it_is_booked_to_when_an_earlier_one_opens(desk: BooksDesk) -> None:
    """It would wander whenever somebody opens books for something else."""
    desk.close(APRIL)
    desk.say(1, {("Acme", MARCH): 130}, NEXT)
    desk.close(APRIL, BooksState.OPEN)
    desk.say(1, {("Acme", MARCH): 150}, NEXT)
    assert desk.late() == {("Acme", MARCH, "booked", MAY): 50}
    assert desk.totals() == {("Acme", MARCH): 100, ("Acme", MAY): 50}


def test_adjustments_in_two_periods_stay_there_when_both_are_open_until_the_record_changes(desk: BooksDesk) -> None:
    """Once more the same moves nothing; what is new of it brings all of it to the earlier one."""
    desk.say(1, {("Acme", MARCH): 130}, NEXT)
    desk.close(APRIL)
    desk.say(1, {("Acme", MARCH): 150}, NEXT)
    desk.close(APRIL, BooksState.OPEN)
    desk.say(1, {("Acme", MARCH): 150}, NEXT)
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): 30, ("Acme", MARCH, "booked", MAY): 20}
    assert desk.totals() == {("Acme", MARCH): 100, ("Acme", APRIL): 30, ("Acme", MAY): 20}
    desk.say(1, {("Acme", MARCH): 160}, NEXT)
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): 60}
    assert desk.totals() == {("Acme", MARCH): 100, ("Acme", APRIL): 60}


def test_adjustments_stay_where_they_are_booked_beside_one_in_a_period_that_is_closed_by_now(desk: BooksDesk) -> None:
    """April closes for good, May for a while: the same said once more moves nothing from June."""
    for said, closing in ((130, APRIL), (150, MAY), (160, "")):
        desk.say(1, {("Acme", MARCH): said}, NEXT)
        if closing:
            desk.close(closing)
    desk.close(MAY, BooksState.OPEN)
    desk.say(1, {("Acme", MARCH): 160}, NEXT)
    assert desk.totals() == {("Acme", MARCH): 100, ("Acme", APRIL): 30, ("Acme", MAY): 20, ("Acme", "2026-06"): 10}


def test_what_stays_booked_is_known_as_booked_ever_after(desk: BooksDesk) -> None:
    """However often the record changes under a rule that has it wait."""
    desk.say(1, {("Acme", MARCH): 130}, NEXT)
    for said in (150, 160):
        desk.say(1, {("Acme", MARCH): said})
        assert desk.totals() == {("Acme", MARCH): 100, ("Acme", APRIL): 30}
        assert desk.late() == {("Acme", MARCH, "booked", APRIL): 30, ("Acme", MARCH, "held", ""): said - 130}


@pytest.mark.parametrize(("opened", "minor", "closed", "booked"), [(FEBRUARY, 7, MARCH, 9), (MARCH, 9, FEBRUARY, 7)])
def test_of_adjustments_for_two_periods_the_one_whose_period_opens_goes_home(
    opened: str, minor: int, closed: str, booked: int
) -> None:
    """The other stays where it is booked."""
    desk = BooksDesk()
    desk.close(FEBRUARY)
    desk.close(MARCH)
    said = {("Acme", FEBRUARY): 7, ("Acme", MARCH): 9}
    desk.say(1, said, NEXT)
    assert desk.totals() == {("Acme", APRIL): 16}
    desk.close(opened, BooksState.OPEN)
    desk.say(1, said)
    assert desk.totals() == {("Acme", opened): minor, ("Acme", APRIL): booked}
    assert desk.late() == {("Acme", closed, "booked", APRIL): booked}


def test_a_record_that_waits_for_a_mapping_leaves_what_it_booked_while_the_books_are_closed(desk: BooksDesk) -> None:
    """That it says nothing now waits; once they are open it goes from everywhere."""
    desk.say(1, {("Acme", MARCH): 130}, NEXT)
    desk.say(1, UNMAPPED, NEXT)
    assert desk.totals() == {("Acme", MARCH): 100, ("Acme", APRIL): 30}
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): 30, ("Acme", MARCH, "held", ""): -130}
    desk.close(MARCH, BooksState.OPEN)
    desk.say(1, UNMAPPED, NEXT)
    assert (desk.totals(), desk.late()) == ({}, {})


def test_amounts_of_the_next_period_that_its_adjustment_takes_to_nothing_are_told_from_it(desk: BooksDesk) -> None:
    """When that closes too, nothing is late that was not before."""
    said = {("Acme", MARCH): 130, ("Acme", APRIL): -30}
    desk.say(1, said, NEXT)
    desk.close(APRIL)
    desk.say(1, said, NEXT)
    assert desk.totals() == {("Acme", MARCH): 100}
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): 30}


def test_a_document_of_which_nothing_stands_there_yet_restates_closed_books(desk: BooksDesk) -> None:
    """And what it is to be after that waits as ever."""
    desk.say(2, {("Beta", MARCH): 7}, FLOWS["restate"])
    desk.approve(2, MARCH)
    desk.say(2, {("Beta", MARCH): 7}, FLOWS["restate"])
    assert (desk.totals(), desk.late()) == ({("Acme", MARCH): 100, ("Beta", MARCH): 7}, {})
    desk.say(2, {("Beta", MARCH): 8}, FLOWS["restate"])
    assert desk.totals() == {("Acme", MARCH): 100, ("Beta", MARCH): 7}
    assert desk.late() == {("Beta", MARCH, "to restate", ""): 1}


def test_what_was_restated_is_in_closed_books_like_everything_else(desk: BooksDesk) -> None:
    """The next change of it is late again."""
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["restate"])
    desk.approve(1, MARCH)
    desk.say(1, {("Acme", MARCH): 130}, FLOWS["restate"])
    desk.say(1, {("Acme", MARCH): 140}, FLOWS["restate"])
    assert (desk.totals(), desk.late()) == ({("Acme", MARCH): 130}, {("Acme", MARCH, "to restate", ""): 10})


def test_what_was_booked_to_a_period_stays_when_that_is_restated(desk: BooksDesk) -> None:
    """Only what the record says of the period itself becomes another."""
    desk.say(1, {("Acme", MARCH): 130, ("Acme", APRIL): 5}, NEXT)
    desk.close(APRIL)
    said = {("Acme", MARCH): 130, ("Acme", APRIL): 8}
    desk.say(1, said, FLOWS["restate"])
    desk.approve(1, APRIL)
    for _ in range(2):
        desk.say(1, said, FLOWS["restate"])
        assert desk.totals() == {("Acme", MARCH): 100, ("Acme", APRIL): 38}
        assert desk.late() == {("Acme", MARCH, "booked", APRIL): 30}


def test_the_same_that_came_late_is_a_duplicate_when_the_period_it_is_booked_to_closes(desk: BooksDesk) -> None:
    """However many places it is late in."""
    desk.version = VERSION
    said = {(f"C{number}", MARCH): 1 + number for number in range(8)}
    desk.say(2, said, NEXT)
    desk.close(APRIL)
    assert desk.say(2, said, NEXT).outcome is Outcome.DUPLICATE


def _rates(desk: BooksDesk) -> frozenset[str]:
    """The rates by which a census finds the first record."""
    return CensusLedger(desk.table).known([record(1)])[record(1)].rates


def test_a_record_in_closed_books_counts_as_converted_by_the_rates_of_now(desk: BooksDesk) -> None:
    """What stands there was converted by others; if it counted with these, it would be read again for ever."""
    desk.version = VERSION
    assert _rates(desk) == {"par"}
    desk.rate = "recalculated"
    assert desk.say(1, {("Acme", MARCH): 100}).outcome is Outcome.APPLIED
    assert desk.say(1, {("Acme", MARCH): 100}).outcome is Outcome.DUPLICATE
    assert (desk.totals(), desk.late()) == ({("Acme", MARCH): 100}, {})
    assert _rates(desk) == {"recalculated"}


def test_a_record_that_says_nothing_any_more_is_converted_by_no_rate(desk: BooksDesk) -> None:
    """Whatever closed books keep of it: by whose rates they do, it would be read again for ever, and come to nothing again."""
    desk.version = VERSION
    assert desk.say(1, {}).outcome is Outcome.HELD
    assert (desk.totals(), _rates(desk)) == ({("Acme", MARCH): 100}, frozenset())
    assert desk.say(1, {}).outcome is Outcome.DUPLICATE
    desk.close(MARCH, BooksState.OPEN)
    desk.say(1, {("Acme", MARCH): 100})
    assert _rates(desk) == {"par"}


def test_a_difference_of_amounts_names_the_rates_of_both(desk: BooksDesk) -> None:
    """An adjustment moves when either of them is calculated again."""
    desk.rate = "recalculated other"
    desk.say(1, {("Acme", MARCH): 130}, NEXT)
    [late] = desk.books.late(books(MARCH))
    assert [amount.rate for row in late.rows for amount in row.amounts] == ["other par recalculated"]
    assert _rates(desk) == {"recalculated", "other"}


def test_what_came_late_before_flows_were_kept_goes_by_the_flow_that_told_of_it_last(desk: BooksDesk) -> None:
    """An item of an earlier version of the code is read like any other."""
    desk.version = VERSION
    desk.say(1, {("Acme", MARCH): 130}, NEXT)
    desk.table.write([Update(keys.fact_key(record(1)), removes=("late_flow",))])
    desk.say(1, {("Acme", MARCH): 150}, FLOWS["hold"])
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): 50}


def test_what_is_late_for_one_period_is_listed_anew_beside_what_stays_for_another(desk: BooksDesk) -> None:
    """Whichever of them changes."""
    desk.close(FEBRUARY)
    for said in ({FEBRUARY: 7, MARCH: 109}, {FEBRUARY: 7, MARCH: 110}, {FEBRUARY: 8, MARCH: 110}):
        desk.say(1, {("Acme", period): minor for period, minor in said.items()})
        assert desk.late() == {
            ("Acme", FEBRUARY, "held", ""): said[FEBRUARY],
            ("Acme", MARCH, "held", ""): said[MARCH] - 100,
        }


def test_a_deletion_from_before_the_closing_is_not_committed() -> None:
    """It would take from closed books what nobody sees it take."""
    desk = BooksDesk()
    desk.say(1, {("Acme", MARCH): 100})
    plan = desk.plan(1, None)
    desk.close(MARCH)
    assert isinstance(desk.commit(plan).get(record(1)), ConflictError)
    assert desk.totals() == {("Acme", MARCH): 100}
