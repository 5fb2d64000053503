"""Loads that a task of the target's own sets: begun, found again by a later run, and marked only on what was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from functions.deliver import tasks
from functions.sweep.pipeline import TASKS_STALE_AFTER
from functions.sweep.settings import SweepSettings
from tests.support.planning_desk import TARGET, Desk
from tests.support.tasked_planning import TaskedPlanning, loaded
from tieout.delivering import CellValue, TaskWriter
from tieout.errors import LostAnswerError, StillRunningError, TieoutError, UnavailableError
from tieout.ledger.receipts import ReceiptLedger, receipt_rows
from tieout.maintenance import Maintenance


@pytest.fixture(name="planning")
def _planning(desk: Desk) -> TaskedPlanning:
    assert isinstance(desk.planning, TaskedPlanning)
    return desk.planning


@pytest.fixture(name="desk")
def _desk() -> Desk:
    desk, planning = loaded()
    assert isinstance(planning, TaskWriter)
    return desk


def times(number: int, error: TieoutError) -> Callable[[], TieoutError | None]:
    """That error for the next so many questions, then none."""
    errors = iter([error] * number)
    return lambda: next(errors, None)


def later(desk: Desk) -> None:
    """The pause of the target is over."""
    desk.clock.advance(timedelta(minutes=2).total_seconds())


def test_a_load_is_one_task_with_its_reference_on_the_receipt(desk: Desk, planning: TaskedPlanning) -> None:
    """Though it is larger than a write; cells refused are marked so, all others are written."""
    planning.refused_cells = {"p3:M": "no such member"}
    report = desk.flush()
    assert (report.writes, report.written, report.refused) == (1, 5, 1)
    assert planning.log == ["prepare 6", "start import 1", "outcome import 1"]
    assert set(planning.values) == {f"p{n}:M" for n in (0, 1, 2, 4, 5)}
    [receipt] = ReceiptLedger(desk.table).newest(TARGET)
    assert (receipt.reference, desk.ends(), desk.answers()) == ("import 1", ["written"], ["imported"])
    assert {each.cell_id: each.refused for each in receipt_rows(receipt.cells) if each.refused is not None} == {
        "p3:M": "no such member"
    }
    assert desk.lacking() == []
    assert planning.untils == [desk.clock.now() + timedelta(seconds=planning.write_seconds)]


def test_no_task_is_begun_by_what_was_so_before_its_members_were_looked_for(
    desk: Desk, planning: TaskedPlanning
) -> None:
    """It would reach into a maintenance that was far enough away when they were."""
    desk.maintenance = Maintenance(begins="09:15", time_zone="UTC", minutes=30)

    def taking_long(_: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        desk.clock.advance(14 * 60)
        return {}

    desk.make_sure = taking_long
    assert desk.flush().writes == 0
    assert (planning.log, len(desk.lacking())) == ([], 6)


def test_few_cells_are_written_as_ever(desk: Desk, planning: TaskedPlanning) -> None:
    """A task is for loads."""
    planning.least = 7
    assert desk.flush().writes == 3
    assert planning.log == []


def test_a_task_has_as_many_receipts_as_its_cells_need(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receipt is one item of the ledger; all of a task's have its reference."""
    monkeypatch.setattr(tasks, "CELLS_PER_RECEIPT", 4)
    desk.flush()
    assert [each.reference for each in ReceiptLedger(desk.table).newest(TARGET)] == ["import 1", "import 1"]
    assert desk.lacking() == []


def test_a_task_that_still_runs_is_found_by_the_next_run_and_nothing_is_written_beside_it(
    desk: Desk, planning: TaskedPlanning
) -> None:
    """Not even what changed meanwhile; when it has ended, what it has set is marked without being written again."""
    planning.ends = lambda: StillRunningError("it runs", retry_after_seconds=60)
    assert isinstance(desk.flush().stopped_by, StillRunningError)
    desk.change("p0", 1000)
    later(desk)
    desk.flush()
    assert planning.values == {}
    assert len(desk.lacking()) == 6
    planning.ends = lambda: None
    later(desk)
    report = desk.flush()
    assert report.stopped_by is None
    assert planning.log.count("start import 1") == 1
    assert desk.lacking() == []
    assert planning.values["p0:M"] == 11


def test_what_changed_while_a_task_ran_is_written_though_it_changed_back(desk: Desk, planning: TaskedPlanning) -> None:
    """The task has set another total than there is now: a mark on it does not hold."""
    desk.flush()
    for number in range(6):
        desk.change(f"p{number}", 50)
    planning.ends = lambda: StillRunningError("it runs", retry_after_seconds=60)
    desk.flush()
    desk.change("p0", -50)
    planning.ends = lambda: None
    later(desk)
    desk.flush()
    assert planning.values["p0:M"] == 1
    assert desk.lacking() == []


def test_a_task_that_has_set_nothing_leaves_its_cells_to_be_written(desk: Desk, planning: TaskedPlanning) -> None:
    """It was cancelled, or found no file: whether seen at once or by a later run, its receipts say so."""
    planning.ends = times(1, UnavailableError("cancelled", retry_after_seconds=1))
    desk.flush()
    assert (desk.ends(), desk.answers()) == (["not written"], ["UnavailableError"])
    later(desk)
    desk.flush()
    assert desk.lacking() == []


def test_a_cancelled_task_that_a_later_run_finds_is_not_written(desk: Desk, planning: TaskedPlanning) -> None:
    """Then its cells are written anew."""
    planning.ends = lambda: StillRunningError("it runs", retry_after_seconds=1)
    desk.flush()
    planning.ends = times(1, UnavailableError("cancelled"))
    later(desk)
    desk.flush()
    *_, found = ReceiptLedger(desk.table).newest(TARGET)
    assert (desk.ends()[0], desk.answers()[0], found.reference) == ("not written", "UnavailableError", "import 1")
    assert desk.lacking() == []
    assert len(planning.values) == 6


def test_a_task_that_ended_nobody_knows_how_is_written_again_at_once(desk: Desk, planning: TaskedPlanning) -> None:
    """It has ended, so nothing of it can land any more."""
    planning.ends = times(2, LostAnswerError("left out rows that it does not name", retry_after_seconds=1))
    desk.flush()
    assert desk.ends() == []
    later(desk)
    desk.flush()
    assert desk.ends()[0] == "abandoned"
    assert desk.lacking() == []
    assert len(planning.values) == 6


def test_a_task_whose_start_was_lost_may_begin_for_twenty_minutes(desk: Desk, planning: TaskedPlanning) -> None:
    """Until then nothing is written beside it; after it, its cells are written again."""
    planning.lost_start = True
    desk.flush()
    planning.given.clear()
    planning.lost_start = False
    desk.clock.advance(tasks.LOST_START.total_seconds() - 60)
    waits = desk.flush().stopped_by
    assert isinstance(waits, StillRunningError)
    assert (str(waits), waits.retry_after_seconds) == ("a task whose start was not answered may still begin", 30)
    desk.clock.advance(60)
    desk.flush()
    *_, lost = ReceiptLedger(desk.table).newest(TARGET)
    abandoned = ("abandoned", "nobody can say what it has set", "import")
    assert (desk.ends()[0], desk.answers()[0], lost.reference) == abandoned
    assert desk.lacking() == []
    assert timedelta(minutes=SweepSettings.stale_receipt_minutes) == tasks.LOST_START


def test_the_sweeper_leaves_a_task_to_whoever_can_ask_the_target(desk: Desk, planning: TaskedPlanning) -> None:
    """For a day; then even a task of a target that is written to in another way by now is given up."""
    planning.ends = lambda: StillRunningError("it runs", retry_after_seconds=60)
    desk.flush()
    desk.slow_writer()  # a write that nobody else will ask about
    desk.clock.advance(TASKS_STALE_AFTER.total_seconds() - 1)
    assert desk.sweep(TARGET).reopened_receipts == 1
    desk.clock.advance(1)
    assert desk.sweep(TARGET).reopened_receipts == 1
    assert desk.ends() == ["abandoned"] * 2


def test_nothing_is_begun_without_the_time_to_see_its_end(desk: Desk, planning: TaskedPlanning) -> None:
    """Nor is anybody asked what became of an earlier one."""
    planning.ends = lambda: StillRunningError("it runs", retry_after_seconds=1)
    desk.flush()
    later(desk)
    asked = len(planning.log)
    desk.flush(has_time=lambda seconds: seconds < planning.write_seconds)
    assert len(planning.log) == asked


def test_a_target_that_failed_is_tried_with_a_few_cells_and_not_with_a_load(
    desk: Desk, planning: TaskedPlanning
) -> None:
    """After the pause of an error, as for any write."""
    planning.ends = lambda: UnavailableError("cancelled", retry_after_seconds=1)
    desk.flush()
    later(desk)
    planning.refusal = lambda _: UnavailableError("down")
    desk.flush()
    assert (planning.log.count("prepare 6"), getattr(desk.cells.pause_of(TARGET), "failures", 0)) == (1, 2)


def test_what_earlier_runs_began_counts_for_the_run_that_sees_its_end(desk: Desk, planning: TaskedPlanning) -> None:
    """Every task of two workers that overlapped; the target takes something, so that the next load is a task again."""
    planning.refused_cells = {"p3:M": "no such member"}
    planning.ends = lambda: StillRunningError("it runs", retry_after_seconds=1)
    prepare = planning.prepare

    def meanwhile(cells: Sequence[CellValue], until: datetime) -> str:
        planning.prepare = prepare  # type: ignore[method-assign]  # only once
        desk.flush()
        return prepare(cells, until)

    planning.prepare = meanwhile  # type: ignore[method-assign]  # a worker that began earlier
    desk.flush()
    for number in range(6):
        desk.change(f"q{number}", 100)
    planning.ends = lambda: None
    later(desk)
    report = desk.flush()
    assert set(planning.log[-5:-3]) == {"outcome import 1", "outcome import 2"}
    assert planning.log[-3:] == ["prepare 6", "start import 3", "outcome import 3"]
    assert (report.writes, report.written, report.refused) == (3, 16, 2)
    assert desk.cells.pause_of(TARGET) is None


def test_a_task_that_does_not_say_how_long_it_runs_is_asked_less_and_less_often(
    desk: Desk, planning: TaskedPlanning
) -> None:
    """As any target that names no time is left alone for longer each time."""
    planning.ends = lambda: StillRunningError("it runs")
    for failures, seconds in enumerate((30, 30, 60, 120), 1):
        desk.flush()
        pause = desk.cells.pause_of(TARGET)
        assert pause is not None
        assert (pause.failures, pause.until) == (failures, desk.clock.now() + timedelta(seconds=seconds))
        desk.clock.advance(seconds)
