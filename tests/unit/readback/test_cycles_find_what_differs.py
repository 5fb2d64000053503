"""A cycle reads all that the ledger says planning holds, finds what differs, and calls nothing else different."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from functions.readback import pipeline
from tests.support.planning_desk import TARGET
from tests.support.readback_desk import ReadbackDesk
from tieout.errors import MalformedError
from tieout.ledger.undoing import UndoLedger

PLACES = [f"{number:032x}" for number in range(10)]


def filled() -> ReadbackDesk:
    """Ten cells that planning holds."""
    desk = ReadbackDesk()
    desk.fill(PLACES)
    return desk


@pytest.fixture(name="desk")
def _desk() -> ReadbackDesk:
    return filled()


def test_planning_that_holds_what_it_was_given_differs_nowhere(desk: ReadbackDesk) -> None:
    """Every cell was asked for once, and nobody is told of anything."""
    cycle = desk.to_the_end()
    assert (cycle.equal, cycle.under_way, cycle.different, cycle.off_minor) == (10, 0, 0, {})
    assert sorted(each for page in desk.asked for each in page) == [f"{place}:M" for place in PLACES]
    assert (desk.told, desk.standing()) == ([], {})


@pytest.mark.parametrize(
    ("value", "held", "off"),
    [("100.01", "100.01", 1), ("99.99", "99.99", -1), ("101", "101", 1_00), (None, None, -100_00), ("0", "0", -100_00)],
)
def test_a_cell_that_was_altered_rounded_or_dropped_is_found(
    desk: ReadbackDesk, value: str | None, held: str | None, off: int
) -> None:
    """With what the ledger says, what planning holds, and who wrote last."""
    desk.alter(PLACES[7], value)
    cycle = desk.to_the_end()
    assert desk.standing() == {f"{PLACES[7]}:M": (100_00, held)}
    assert (cycle.equal, cycle.different, cycle.off_minor) == (9, 1, {"EUR": abs(off)})
    [told] = desk.told
    assert (told.intersection_id, told.measure, told.currency, told.off_minor) == (PLACES[7], "M", "EUR", off)
    [receipt] = desk.receipts.newest(TARGET)
    assert told.last_receipt == receipt.name
    assert told.written_at


def test_a_part_of_the_minor_unit_is_no_difference(desk: ReadbackDesk) -> None:
    """Planning systems calculate with doubles."""
    desk.alter(PLACES[0], "100.0000000001")
    assert desk.to_the_end().equal == 10


def test_a_number_beyond_all_money_differs_and_is_in_no_sum(desk: ReadbackDesk) -> None:
    """It cannot be added up, and does not pass for equal."""
    desk.alter(PLACES[0], "1e30")
    assert (desk.to_the_end().off_minor, len(desk.standing())) == ({"EUR": 0}, 1)


def test_what_is_to_be_written_or_was_refused_is_not_compared(desk: ReadbackDesk) -> None:
    """It is known to differ, and counted."""
    desk.planning.refused_cells = {f"{PLACES[1]}:M": "a calculated member"}
    desk.change(PLACES[1], 5)
    desk.flush()
    desk.change(PLACES[2], 5)
    desk.alter(PLACES[1], "7")
    desk.alter(PLACES[2], "7")
    cycle = desk.to_the_end()
    assert (cycle.equal, cycle.under_way, cycle.different) == (8, 2, 0)


def test_a_run_counts_what_all_its_pages_came_to(desk: ReadbackDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not compared was looked at as well; and the cycle counts each page once."""
    monkeypatch.setattr(pipeline, "_AT_ONCE", 4)
    desk.planning.refused_cells = {f"{PLACES[number]}:M": "a calculated member" for number in (0, 4)}
    for number in (0, 4):
        desk.change(PLACES[number], 5)
    desk.flush()
    for number in (1, 5):
        desk.alter(PLACES[number], "7")
    report = desk.run()
    assert (report.read, report.left) == (10, desk.budget - 10)
    assert (report.equal, report.under_way, report.different) == (6, 2, 2)
    assert (desk.cycle().equal, desk.cycle().under_way, desk.cycle().different) == (6, 2, 2)


def test_an_undone_cell_counts_with_what_planning_is_to_hold(desk: ReadbackDesk) -> None:
    """Whatever the total says."""
    desk.change(PLACES[3], 50_00)
    desk.flush()
    undoing = UndoLedger(desk.table)
    newest = next(iter(desk.receipts.written_between(TARGET, desk.clock.now(), desk.clock.now() + timedelta(hours=1))))
    undoing.undo(undoing.effect(newest), "controller", "u-1", desk.clock.now())
    desk.flush()
    assert desk.planning.values[f"{PLACES[3]}:M"] == Decimal(100)
    assert desk.to_the_end().different == 0
    desk.alter(PLACES[3], "150")
    desk.another_cycle()
    assert desk.standing() == {f"{PLACES[3]}:M": (100_00, "150")}


def test_a_cell_that_changes_while_planning_is_read_is_read_again(desk: ReadbackDesk) -> None:
    """It was written between the first look at the ledger and the reading: it is equal, and was never different."""

    def newer() -> None:
        desk.change(PLACES[4], 1)
        desk.flush()

    desk.planning.after_landing = newer
    desk.alter(PLACES[4], "7")
    cycle = desk.to_the_end()
    assert (cycle.equal, cycle.different, desk.told) == (10, 0, [])
    assert desk.asked[-1] == [f"{PLACES[4]}:M"]


def test_one_that_changes_and_changes_back_is_read_again_too(desk: ReadbackDesk) -> None:
    """It looks as it did, but planning was read in between."""

    def there_and_back() -> None:
        for amount in (1, -1):
            desk.change(PLACES[4], amount)
            desk.flush()

    desk.planning.after_landing = there_and_back
    desk.alter(PLACES[4], "7")
    assert desk.to_the_end().different == 0


def test_one_that_changes_each_time_counts_as_under_way(desk: ReadbackDesk) -> None:
    """After three looks: the next cycle looks again."""

    def again() -> None:
        desk.change(PLACES[4], 1)
        desk.flush()
        desk.alter(PLACES[4], "7")
        desk.planning.after_landing = again

    again()
    cycle = desk.to_the_end()
    assert (cycle.equal, cycle.under_way, cycle.different) == (9, 1, 0)
    assert len(desk.asked) == 3


def test_another_measure_that_changes_hides_no_difference(desk: ReadbackDesk) -> None:
    """The place is read again, and the cell beside it still differs."""
    desk.change(PLACES[4], 5_00, measure="N")
    desk.flush()
    desk.alter(PLACES[4], "7")
    desk.planning.after_landing = lambda: desk.change(PLACES[4], 1, measure="N")
    cycle = desk.to_the_end()
    assert (cycle.equal, cycle.under_way, cycle.different) == (10, 0, 1)
    assert list(desk.standing()) == [f"{PLACES[4]}:M"]


def test_a_write_under_way_is_no_difference(desk: ReadbackDesk) -> None:
    """An older write may land over a newer one: its writer, or the sweeper, has the cell written again."""
    desk.change(PLACES[5], 1)
    goes_on = desk.slow_writer()
    desk.change(PLACES[5], 1)
    desk.flush()
    desk.alter(PLACES[5], "100.01")  # what the slow one sent, which has no answer yet
    cycle = desk.to_the_end()
    assert (cycle.equal, cycle.under_way, cycle.different) == (9, 1, 0)
    goes_on()
    desk.flush()
    assert desk.another_cycle().equal == 10


def test_a_difference_goes_when_a_later_cycle_finds_it_no_more(desk: ReadbackDesk) -> None:
    """Somebody put it right in planning; what is found again keeps since when it is known."""
    desk.alter(PLACES[1], "7")
    desk.alter(PLACES[2], "7")
    desk.to_the_end()
    first = {each.cell_id: each.since for each in desk.ledger.standing(TARGET)}
    desk.alter(PLACES[1], "100")
    desk.alter(PLACES[2], "8")
    desk.another_cycle()
    assert desk.standing() == {f"{PLACES[2]}:M": (100_00, "8")}
    [again] = desk.ledger.standing(TARGET)
    assert again.since == first[again.cell_id] < again.found_at


def test_cells_of_another_target_are_not_read(desk: ReadbackDesk) -> None:
    """Each target has cycles of its own, even where one name begins as the other does."""
    desk.change(PLACES[0], 5_00, target=f"{TARGET}-2")
    assert desk.to_the_end().equal == 10


def test_altered_cells_are_found_wherever_they_are_in_a_page() -> None:
    """The first and the last of all, and of the pages; each in the cycle that reads them, and nothing else."""
    desk = ReadbackDesk()
    places = [f"{number:032x}" for number in range(1, 602)]
    desk.fill(places)
    altered = [places[number] for number in (0, 99, 100, 199, 200, 299, 300, 599, 600)]
    for place in altered:
        desk.alter(place, "100.01")
    cycle = desk.to_the_end()
    assert (cycle.equal, cycle.under_way, cycle.different) == (592, 0, 9)
    assert list(desk.standing()) == [f"{place}:M" for place in altered]


def test_a_cell_that_cannot_be_read_is_a_failure_and_no_difference(desk: ReadbackDesk) -> None:
    """An answer that does not fit together must not pass for one."""
    desk.alter(PLACES[1], "7")
    desk.planning.refusal = lambda _: MalformedError("view_unreadable")
    assert desk.run().failing == "MalformedError"
    assert (desk.cycle().failing, desk.standing()) == ("MalformedError", {})
    assert pipeline._PROBED_WITH < pipeline._AT_ONCE
