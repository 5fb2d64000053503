"""Files that wait for something: once they have for as long as they may, somebody is told of those that still do."""

from __future__ import annotations

import pytest

from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.intake_desk import IntakeDesk
from tests.support.legacy_feeds import JOURNALS, TO_DATE, balance
from tieout.file_runs import Drop, FileState

MARKED = {**JOURNALS, "marker": ".done"}
FILE = "GL_BR01_202603_1.csv"
BALANCES = {**TO_DATE, "balanced": "nothing"}


def balances(desk: IntakeDesk, month: int, batch: int) -> Drop:
    """The balances to date of a month, dropped."""
    rows = [balance("6000", f"{month}.00", period=(2026, month))]
    content = write_file(BALANCES, rows, Dropped(batch, period=(2026, month)))
    return desk.drop(f"YTD_BR01_2026{month:02d}_{batch}.txt", content)


def waiting(desk: IntakeDesk, drop: Drop) -> Drop:
    """A drop that was checked and waits."""
    assert desk.to_the_end(drop).state is FileState.WAITING
    return drop


@pytest.mark.parametrize("name", [FILE, f"{FILE}.done"])
def test_a_file_without_its_marker_and_a_marker_without_its_file_wait(name: str) -> None:
    """Until the other is there: whoever moves files broke off between the two."""
    desk = IntakeDesk(MARKED)
    content = write_file(JOURNALS, [], Dropped(1))
    drop = waiting(desk, desk.drop(name, content))
    assert desk.still_waits(drop)
    other = FILE if name != FILE else f"{FILE}.done"
    desk.to_the_end(desk.drop(other, content))
    assert not desk.still_waits(drop)


def test_balances_wait_for_those_before() -> None:
    """Until these are accepted."""
    desk = IntakeDesk(BALANCES)
    drop = waiting(desk, balances(desk, 2, 1))
    assert desk.still_waits(drop)
    desk.to_the_end(balances(desk, 1, 1))
    assert not desk.still_waits(drop)


def test_a_file_whose_period_another_stands_for_waits_for_nothing() -> None:
    """Of two that waited the newer was taken."""
    desk = IntakeDesk(BALANCES)
    older, newer = (waiting(desk, balances(desk, 2, batch)) for batch in (1, 2))
    assert desk.still_waits(older)
    desk.to_the_end(balances(desk, 1, 1))
    assert not desk.still_waits(older)
    assert not desk.still_waits(newer)


def test_what_was_overwritten_or_taken_back_waits_for_nothing() -> None:
    """What stands there by now has an event of its own, and a drop of its own that waits."""
    desk = IntakeDesk(MARKED)
    first = waiting(desk, desk.drop(FILE, b"one"))
    second = waiting(desk, desk.drop(FILE, b"another"))
    assert [desk.still_waits(each) for each in (first, second)] == [False, True]
    del desk.incoming.objects[second.bucket, second.key]
    assert not desk.still_waits(second)


def test_what_lies_below_no_connection_waits_for_nothing() -> None:
    """It is told of as what no feed has."""
    desk = IntakeDesk(MARKED)
    assert not desk.still_waits(desk.incoming.put("incoming/nobody/a.csv", b"one"))
