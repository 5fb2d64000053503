"""Cells that stayed dirty, and writes whose answer nobody saw: whose flush a sweep asks for, and what it reports."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions.sweep.pipeline import SweepReport
from tests.support.planning_desk import STALE_AFTER, TARGET, Desk
from tieout.maintenance import Maintenance

OTHER, CLEAN = "budget", "archive"


@pytest.fixture(name="desk")
def _desk() -> Desk:
    return Desk()


def asked(desk: Desk) -> list[str]:
    """The targets a flush was asked for."""
    return [json.loads(each.body)["target"] for each in desk.flush_requests.contents()]


def test_a_flush_is_asked_for_each_target_that_lacks_something(desk: Desk) -> None:
    """The report says for how long it has been lacking; a target that lacks nothing is told of with nought."""
    for target in (TARGET, OTHER):
        desk.change("a", 100, target=target)
    desk.clock.advance(90)
    assert desk.sweep(TARGET, CLEAN, OTHER) == SweepReport(
        flushes=2, oldest_dirty_seconds={TARGET: 90, CLEAN: 0, OTHER: 90}
    )
    assert asked(desk) == [TARGET, OTHER]


def test_a_target_is_left_alone_until_its_pause_is_over(desk: Desk) -> None:
    """Another target does not wait for it, and the lag is told of all the same."""
    for target in (TARGET, OTHER):
        desk.change("a", 100, target=target)
    desk.cells.pause(TARGET, desk.clock.now() + timedelta(seconds=60), "ThrottledError", desk.clock.now())
    desk.clock.advance(59)
    report = desk.sweep(TARGET, OTHER)
    assert (report.flushes, report.oldest_dirty_seconds) == (1, {TARGET: 59, OTHER: 59})
    assert asked(desk) == [OTHER]
    desk.clock.advance(1)
    assert desk.sweep(TARGET).flushes == 1
    assert asked(desk) == [OTHER, TARGET]


def abandoned(desk: Desk, *places: str) -> None:
    """Writers that open a receipt for the cell of a place each, have it written and marked, and then die."""
    for place in places:
        desk.change(place, 100)
        read = desk.cells.dirty(TARGET, 1).found
        receipt = desk.cells.open_receipt(TARGET, f"of-{place}", desk.clock.now(), read[0].cells)
        desk.cells.mark_written(read, read[0].cells, receipt, {}, desk.clock.now())


def test_the_cells_of_abandoned_writes_are_dirty_again(desk: Desk) -> None:
    """Each receipt is counted, and closed with a word that says why it has no answer; the next sweep finds none."""
    abandoned(desk, "a", "b", "c")
    assert desk.lacking() == []
    desk.clock.advance(STALE_AFTER.total_seconds() + 1)
    report = desk.sweep(TARGET)
    assert report == SweepReport(reopened_receipts=3, flushes=1, oldest_dirty_seconds={TARGET: 0})
    assert desk.lacking() == ["a", "b", "c"]
    assert (desk.ends(), desk.answers()) == (["abandoned"] * 3, ["no answer was seen"] * 3)
    assert desk.sweep(TARGET).reopened_receipts == 0


def test_a_write_that_may_still_land_is_not_called_abandoned(desk: Desk) -> None:
    """Its writer may be about to mark it: until it can no longer land, its receipt stays open."""
    abandoned(desk, "a")
    for seconds in (0, STALE_AFTER.total_seconds()):
        desk.clock.advance(seconds)
        assert desk.sweep(TARGET).reopened_receipts == 0
    assert desk.lacking() == desk.answers() == []
    desk.clock.advance(0.001)
    assert desk.sweep(TARGET).reopened_receipts == 1


def test_a_target_is_left_alone_in_its_maintenance_and_its_lag_is_without_it(desk: Desk) -> None:
    """Nobody is called at night for what was declared; once it is over, the lag goes on where it was."""
    desk.maintenance = Maintenance(begins="09:10", time_zone="UTC", minutes=60)
    for target in (TARGET, OTHER):
        desk.change("a", 100, target=target)
    desk.clock.advance(40 * 60)
    report = desk.sweep(TARGET, OTHER)
    assert (report.flushes, report.oldest_dirty_seconds) == (1, {TARGET: 600, OTHER: 2400})
    assert asked(desk) == [OTHER]
    desk.clock.advance(30 * 60)
    report = desk.sweep(TARGET)
    assert (report.flushes, report.oldest_dirty_seconds) == (1, {TARGET: 600})
