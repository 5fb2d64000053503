"""A cycle goes on where it was, within what the landscape lets be read, and leaves a target alone that wants to be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.readback import pipeline
from tests.support.faults import once_at
from tests.support.planning_desk import TARGET
from tests.support.readback_desk import EVERY_SECONDS, ReadbackDesk
from tieout.errors import AccessDeniedError, ConflictError, ThrottledError, TieoutError, UnavailableError
from tieout.landscape import Readback
from tieout.ledger.cycles import Cycle
from tieout.ledger.readbacks import CycleUnderWayError
from tieout.maintenance import Maintenance

PLACES = [f"{number * 0x0123456789ABCDEF % 16**16:016x}{number:016x}" for number in range(40)]


def filled() -> ReadbackDesk:
    """Forty cells."""
    desk = ReadbackDesk()
    desk.fill(PLACES)
    return desk


@pytest.fixture(name="desk")
def _desk(monkeypatch: pytest.MonkeyPatch) -> ReadbackDesk:
    """Forty cells, of which a page has four."""
    monkeypatch.setattr(pipeline, "_AT_ONCE", 4)
    monkeypatch.setattr(pipeline, "_PLACES_AT_ONCE", 7)
    return filled()


def read(desk: ReadbackDesk) -> list[str]:
    """The cells asked for, in order."""
    return [each for page in desk.asked for each in page]


def test_a_run_reads_no_more_than_it_may_and_the_next_goes_on(desk: ReadbackDesk) -> None:
    """Every cell once, in the order of their ids."""
    desk.budget = 10
    assert [desk.run().read for _ in range(5)] == [10, 10, 10, 10, 0]
    assert [len(page) for page in desk.asked[:4]] == [4, 4, 2, 4]
    assert read(desk) == sorted(f"{place}:M" for place in PLACES)
    assert desk.cycle().is_over
    desk.budget = 1
    desk.ledger.begin(Cycle.begun(TARGET, desk.clock.now(), "controller"))
    assert desk.run().read == 1


def test_how_far_it_is_is_told_by_the_ids(desk: ReadbackDesk) -> None:
    """They are hashes, so that a tenth of them is a tenth of the cells, more or less."""
    desk.budget = 10
    desk.run()
    behind = desk.cycle().behind
    assert desk.cycle().complete_percent == 100 * int(behind, 16) // 16**32
    assert (Cycle.begun(TARGET, desk.clock.now()).complete_percent, desk.to_the_end().complete_percent) == (0, 100)


def test_a_cycle_says_how_much_differs_on_all_its_pages_and_when_it_last_went_on(desk: ReadbackDesk) -> None:
    """Too much and too little added up alike."""
    for number, value in ((0, "101"), (1, "98"), (20, "104")):
        desk.alter(sorted(PLACES)[number], value)
    began = desk.clock.now()
    desk.seconds_a_page = 3
    cycle = desk.to_the_end()
    assert (cycle.different, cycle.off_minor) == (3, {"EUR": 7_00})
    assert (cycle.started_at, cycle.advanced_at) == (began, began + timedelta(seconds=3 * len(desk.asked)))


def test_no_page_is_begun_when_the_time_is_up(desk: ReadbackDesk) -> None:
    """Others have their turn."""
    desk.seconds_a_page, desk.working_seconds = 25, 100
    assert desk.run().read == 16
    assert not desk.cycle().is_over


def test_a_place_with_more_cells_than_may_be_read_is_read_whole(desk: ReadbackDesk) -> None:
    """Or the cycle would never pass it."""
    for measure in "ABCDEFG":
        desk.change(PLACES[0], 1, measure=measure)
    desk.flush()
    assert desk.to_the_end().equal == 47
    assert sorted(desk.asked[0]) == sorted(f"{PLACES[0]}:{measure}" for measure in "ABCDEFGM")


def test_an_empty_target_is_read_at_once() -> None:
    """There is nothing to ask for."""
    desk = ReadbackDesk()
    assert (desk.run().finished, desk.asked, desk.cycle().is_over) == (1, [], True)


def test_a_cycle_begins_when_it_is_due(desk: ReadbackDesk) -> None:
    """Counted from the beginning of the one before; never while that is under way."""
    desk.declared = Readback(every_hours=2, sample_percent=0)
    desk.to_the_end()
    first = desk.cycle().started_at
    assert desk.cycle().asked_by == ""
    while desk.clock.now() < first + timedelta(hours=2):
        desk.run()
        assert desk.cycle().started_at == first
    desk.run()
    assert desk.cycle().started_at == first + timedelta(hours=2)


def test_nothing_is_read_by_itself_where_that_is_not_declared(desk: ReadbackDesk) -> None:
    """Until somebody asks, and then once."""
    desk.declared = Readback(every_hours=0, sample_percent=0)
    desk.run()
    assert (desk.ledger.cycle(TARGET), desk.asked) == (None, [])
    assert desk.another_cycle().asked_by == "controller"
    desk.clock.advance(10 * 86_400)
    desk.run()
    assert len(read(desk)) == 40


def test_a_cycle_under_way_is_not_begun_again(desk: ReadbackDesk) -> None:
    """Whoever asks is told since when."""
    desk.budget = 4
    desk.run()
    with pytest.raises(CycleUnderWayError, match="2026-03-02"):
        desk.ledger.begin(Cycle.begun(TARGET, desk.clock.now()))


def test_of_two_that_begin_at_once_one_is_told(desk: ReadbackDesk) -> None:
    """The other's cycle stands."""
    desk.table.io = once_at(
        "before ledger.write", lambda: desk.ledger.begin(Cycle.begun(TARGET, desk.clock.now(), "b"))
    )
    with pytest.raises(CycleUnderWayError, match="anaplan was begun at this moment"):
        desk.ledger.begin(Cycle.begun(TARGET, desk.clock.now(), "a"))
    assert desk.cycle().asked_by == "b"


def test_a_run_goes_on_with_the_cycle_that_another_has_begun_meanwhile(desk: ReadbackDesk) -> None:
    """It was due for both of them."""
    desk.table.io = once_at(
        "before ledger.write", lambda: desk.ledger.begin(Cycle.begun(TARGET, desk.clock.now(), "b"))
    )
    assert desk.run().read == 40
    assert (desk.cycle().asked_by, desk.cycle().is_over) == ("b", True)


def test_of_two_runs_at_once_one_ends_quietly(desk: ReadbackDesk) -> None:
    """A run that another has overtaken does nothing more."""

    def another() -> None:
        desk.run()

    desk.planning.after_landing = another
    report = desk.run()
    assert (report.failing, desk.cycle().is_over, desk.cycle().equal) == ("", True, 40)


@given(strikes=st.lists(st.sampled_from([None, "planning", "before ledger.write", "after ledger.write"]), max_size=10))
def test_every_difference_is_found_whatever_fails_on_the_way(strikes: list[str | None]) -> None:
    """A page whose progress was not kept is done again."""
    desk = ReadbackDesk(Readback(sample_percent=0, every_hours=744))
    desk.budget = 7
    desk.fill(PLACES)
    desk.alter(PLACES[3], "7")
    desk.alter(PLACES[30], None)
    for strike in strikes:
        if strike == "planning":
            desk.planning.refusal = lambda _: UnavailableError("locked")
        elif strike is not None:
            desk.table.io = once_at(strike, lambda: (_ for _ in ()).throw(UnavailableError("struck")))
        try:
            desk.run()
        except UnavailableError:
            desk.clock.advance(EVERY_SECONDS)
        desk.planning.refusal = lambda _: None
        desk.table.io = lambda _: None
    desk.run()
    if not desk.cycle().is_over:
        desk.to_the_end()
    assert set(desk.standing()) == {f"{PLACES[3]}:M", f"{PLACES[30]}:M"}
    assert (desk.cycle().equal, desk.cycle().different) == (38, 2)


def test_a_target_that_deliver_leaves_alone_is_left_alone(desk: ReadbackDesk) -> None:
    """It is locked, denied or busy; and the cycle is late all the same."""
    desk.declared = Readback(within_hours=1, sample_percent=0)
    desk.cells.pause(TARGET, desk.clock.now() + timedelta(hours=1, minutes=6), "UnavailableError", desk.clock.now())
    reports = [desk.run() for _ in range(15)]
    assert [each.is_late for each in reports] == [False] * 13 + [True, False]
    assert [each.read for each in reports] == [0] * 14 + [40]


def test_a_cycle_in_time_is_not_late_nor_is_one_that_is_over(desk: ReadbackDesk) -> None:
    """However long ago it was."""
    desk.declared = Readback(every_hours=0, within_hours=1, sample_percent=0)
    desk.another_cycle()
    desk.clock.advance(7_200)
    assert not desk.run().is_late


@pytest.mark.parametrize(
    ("error", "runs"),
    [
        (UnavailableError("locked"), 1),
        (AccessDeniedError("denied"), 1),
        (ThrottledError("limit", retry_after_seconds=600), 2),
        (ThrottledError("limit", retry_after_seconds=700), 3),
    ],
)
def test_an_error_of_planning_puts_the_cycle_off(desk: ReadbackDesk, error: TieoutError, runs: int) -> None:
    """For as long as it asks; deliver is not paused by it."""
    desk.planning.refusal = lambda _: error
    assert desk.run().failing == type(error).__name__
    assert desk.cycle().failing == type(error).__name__
    desk.planning.refusal = lambda _: None
    assert [desk.run().read > 0 for _ in range(runs)] == [False] * (runs - 1) + [True]
    assert (desk.cells.pause_of(TARGET), desk.cycle().failing, desk.cycle().waits_until) == (None, "", None)


def test_a_target_that_failed_is_tried_with_few_cells(desk: ReadbackDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes too long must not be tried again and again."""
    monkeypatch.setattr(pipeline, "_PROBED_WITH", 2)
    desk.planning.refusal = lambda _: UnavailableError("too slow")
    desk.run()
    desk.planning.refusal = lambda _: None
    desk.run()
    assert [len(page) for page in desk.asked[:4]] == [4, 2, 4, 4]


def test_a_run_that_fails_puts_nothing_off_that_another_has_taken_on_meanwhile(desk: ReadbackDesk) -> None:
    """What it failed of is told; the cycle is as the other run has kept it."""
    desk.budget = 4
    desk.run()

    def refuse(_: object) -> TieoutError:
        desk.table.io = once_at("before ledger.write", lambda: desk.ledger.advance(desk.cycle()._replace(equal=8)))
        return ThrottledError("limit", retry_after_seconds=600)

    desk.planning.refusal = refuse
    assert desk.run().failing == "ThrottledError"
    assert (desk.cycle().equal, desk.cycle().failing, desk.cycle().waits_until) == (8, "", None)


def test_credentials_that_cannot_be_read_put_it_off_too(desk: ReadbackDesk) -> None:
    """The secret is empty, or its JSON is broken."""
    desk.cannot_open = AccessDeniedError("no such secret")
    assert desk.run().failing == "AccessDeniedError"
    desk.cannot_open = None
    assert desk.to_the_end().equal == 40


def test_a_bug_fails_this_target_alone(desk: ReadbackDesk) -> None:
    """It is noted, and the cycle goes on when it is mended."""
    bug = ZeroDivisionError("of one adapter")
    desk.planning.refusal = lambda _: bug  # type: ignore[assignment,return-value]
    assert desk.run().failing == "ZeroDivisionError"
    assert (desk.failures, desk.cycle().failing) == ([bug], "ZeroDivisionError")
    desk.planning.refusal = lambda _: None
    assert desk.to_the_end().equal == 40


def test_a_failure_without_a_cycle_is_told_and_leaves_none() -> None:
    """Only what was written is sampled, and that failed."""
    desk = ReadbackDesk(Readback(every_hours=0, sample_percent=100))
    desk.run()
    desk.fill(PLACES[:1])
    desk.clock.advance(600)
    desk.planning.refusal = lambda _: UnavailableError("locked")
    assert desk.run().failing == "UnavailableError"
    assert desk.ledger.cycle(TARGET) is None


def test_what_is_told_is_kept_already(desk: ReadbackDesk) -> None:
    """Whoever is told looks for it."""
    desk.alter(PLACES[1], "7")
    found: list[set[str]] = []
    step = desk.step()
    object.__setattr__(step, "tell", lambda _: found.append(set(desk.standing())))
    pipeline.read_back(step)
    assert found == [{f"{PLACES[1]}:M"}]


def test_a_conflict_is_no_failure(desk: ReadbackDesk) -> None:
    """Somebody else has advanced the cycle."""
    desk.run()
    with pytest.raises(ConflictError):
        desk.ledger.advance(Cycle.begun(TARGET, desk.clock.now()))


def test_planning_is_not_read_in_its_maintenance(desk: ReadbackDesk) -> None:
    """Nor so shortly before that a page could reach into it; the cycle goes on behind it."""
    desk.declared = Readback(sample_percent=0)
    desk.working_seconds = 60
    desk.maintenance = Maintenance(begins="09:02", time_zone="UTC", minutes=14)
    reports = [desk.run().read for _ in range(4)]
    assert reports == [0, 0, 0, 40]
