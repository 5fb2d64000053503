"""Whatever interrupts a run, it goes on where it was: nothing is listed in vain, and no record is left out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.census.pipeline import CensusReport, census
from tests.support.census_desk import CRM, DEAL, CensusDesk, failing
from tests.support.faults import FaultPoint
from tieout.arrivals import Census, Poll
from tieout.census import Phase, Purpose, Run
from tieout.errors import AccessDeniedError, ConflictError, ThrottledError, TieoutError, UnavailableError
from tieout.facts.listing import ListingPage, Window
from tieout.ledger.censuses import StillRunningError

RECORDS = [str(number) for number in range(1, 11)]


def filled(census: Census | None = None, poll: Poll | None = None) -> CensusDesk:
    """A source with ten records nobody has told of: four pages, beside an empty window or two."""
    desk = CensusDesk(census, poll)
    for record_id in RECORDS:
        desk.change(record_id)
    desk.clock.advance(1)
    return desk


@given(strikes=st.lists(st.sampled_from([None, "source", "bus", "table", "late table"]), max_size=12))
def test_every_record_is_read_whatever_fails_on_the_way(strikes: list[str | None]) -> None:
    """A page whose progress is not kept is done again; one that failed half-way too."""
    desk = filled()
    desk.begin(Purpose.BACKFILL)
    for strike in strikes:
        point = {"table": "before ledger.write", "late table": "after ledger.write", "bus": "before bus.put"}.get(
            strike or ""
        )
        if strike == "source":
            desk.source.fails = [UnavailableError("down")]
        struck = _striking(point, UnavailableError("struck"))
        desk.table.io, desk.bus.io = struck, struck
        try:
            desk.minute()
        except UnavailableError:
            desk.clock.advance(60)
        desk.table.io = desk.bus.io = _striking(None, UnavailableError("never"))
        desk.clock.advance(300)
    if not desk.run(Purpose.BACKFILL).phase.is_over:
        desk.to_the_end()
    assert set(desk.read()) == set(RECORDS)
    assert desk.run(Purpose.BACKFILL).total.listed == len(RECORDS)


def _striking(point: str | None, error: TieoutError) -> FaultPoint:
    left = [1]

    def strike(here: str) -> None:
        if here == point and left:
            left.pop()
            raise error

    return strike


def test_a_page_is_done_again_where_the_bus_refused_what_differs() -> None:
    """How far a run has come is kept only once the line knows what to read."""
    desk = filled()
    desk.begin(Purpose.BACKFILL, days=1)
    desk.bus.refuse = lambda _: "ThrottlingException"
    assert desk.minute().failing == {CRM: 1}
    assert desk.run(Purpose.BACKFILL).window.listed == 0
    desk.bus.refuse = lambda _: ""
    desk.clock.advance(300)
    desk.to_the_end()
    assert set(desk.read()) == set(RECORDS)


def test_a_minute_asks_for_no_more_pages_than_are_allowed() -> None:
    """And the next one goes on behind them."""
    desk = filled(Census(every_hours=0, pages_per_minute=2))
    desk.begin(Purpose.BACKFILL, days=1)
    reports = [desk.minute() for _ in range(3)]
    assert [report.pages for report in reports] == [{CRM: 2}, {CRM: 2}, {}]
    assert desk.run(Purpose.BACKFILL).phase is Phase.DONE
    assert desk.read() == RECORDS


def test_a_day_asks_for_no_more_pages_than_are_allowed() -> None:
    """What is left waits for the next UTC day."""
    desk = filled(Census(every_hours=0, pages_per_day=3))
    desk.begin(Purpose.BACKFILL, days=1)
    assert [desk.minute().pages for _ in range(2)] == [{CRM: 3}, {}]
    desk.clock.advance(24 * 3600)
    assert desk.minute().pages == {CRM: 1}
    assert desk.run(Purpose.BACKFILL).phase is Phase.DONE


@pytest.mark.parametrize("purpose", [Purpose.BACKFILL, Purpose.CENSUS])
def test_what_can_wait_waits_for_the_flow(purpose: Purpose) -> None:
    """Where its queue is busy nothing is added to it; a poll is the only thing that brings its records, and goes on."""
    desk = filled(Census(every_hours=0), Poll(every_minutes=1000))
    desk.begin(purpose)
    desk.busy = {DEAL}
    desk.minute()
    assert desk.run(purpose).pages == 0
    assert desk.run(Purpose.POLL).phase is Phase.DONE
    assert desk.read() == RECORDS
    desk.busy = set()
    desk.to_the_end()
    assert desk.run(purpose).phase is Phase.DONE


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (UnavailableError("down"), 300),
        (ThrottledError("slow down", retry_after_seconds=3600), 3600),
        (ThrottledError("slow down", retry_after_seconds=90), 90),
        (AccessDeniedError("revoked"), 300),
        (ZeroDivisionError("a bug"), 300),
    ],
)
def test_a_source_that_fails_is_left_alone_for_a_while(error: Exception, seconds: int) -> None:
    """Its run keeps its place and says what stood in its way; a bug is told of too."""
    desk = filled()
    desk.begin(Purpose.BACKFILL, days=1)
    desk.source.fails = [None, error]
    began, pause = desk.clock.now(), timedelta(seconds=seconds)
    report = desk.minute()
    run = desk.run(Purpose.BACKFILL)
    assert (report.pages, report.failing) == ({CRM: 2}, {CRM: 1})
    assert (run.failing, run.waits_until) == (type(error).__name__, began + pause)
    assert run.window.listed == desk.source.page_size
    assert desk.failures == ([(error, Purpose.BACKFILL)] if isinstance(error, ZeroDivisionError) else [])
    desk.clock.advance(seconds - 61)
    assert census(desk.step).pages == {}
    desk.clock.advance(1)
    assert census(desk.step).pages == {CRM: 3}
    assert set(desk.read()) == set(RECORDS)
    run = desk.run(Purpose.BACKFILL)
    assert (run.pages, run.advanced_at, run.waits_until, run.failing) == (4, run.started_at + pause, None, "")


def test_a_listing_that_cannot_be_opened_is_left_alone_too() -> None:
    """Its credentials are refused, or not there yet."""
    desk = filled()
    desk.begin(Purpose.BACKFILL)
    desk.is_readable = failing(AccessDeniedError("empty secret"))
    assert desk.minute().failing == {CRM: 1}
    desk.is_readable = lambda: None
    desk.clock.advance(300)
    desk.to_the_end()
    assert set(desk.read()) == set(RECORDS)


def test_how_long_a_source_has_refused_is_told() -> None:
    """From its last page on, as long as it fails."""
    desk = filled()
    desk.begin(Purpose.BACKFILL)
    assert desk.minute().stuck_seconds == {CRM: 0}
    desk.source.fails = [UnavailableError("down")] * 100
    desk.begin(Purpose.CENSUS)
    reports = [desk.minute() for _ in range(70)]
    assert reports[-1].stuck_seconds[CRM] == 69 * 60
    desk.source.fails = []
    desk.clock.advance(300)
    desk.to_the_end()
    assert desk.minute().stuck_seconds == {CRM: 0}


def test_what_is_stopped_goes_no_further() -> None:
    """Even where somebody is at it at that moment."""
    desk = filled(Census(every_hours=0, pages_per_minute=1))
    desk.begin(Purpose.BACKFILL, days=1)
    desk.minute()
    run = desk.run(Purpose.BACKFILL)
    desk.ledger.advance(Run.of_plain(CRM, DEAL, run.purpose, run.plain() | {"phase": "stopped"}, run.revision))
    assert desk.minute().pages == {}
    assert len(desk.read()) == desk.source.page_size


def test_one_run_of_a_purpose_is_under_way_at_a_time() -> None:
    """A second one is refused until the first is over."""
    desk = filled(Census(every_hours=0, pages_per_minute=1))
    desk.begin(Purpose.BACKFILL)
    desk.minute()
    with pytest.raises(StillRunningError):
        desk.begin(Purpose.BACKFILL)
    desk.begin(Purpose.CENSUS)
    desk.to_the_end()
    desk.begin(Purpose.BACKFILL)


def test_whoever_is_too_late_changes_no_run_that_began_meanwhile() -> None:
    """The run he is at was stopped, and another begun in its place: his page counts for neither."""
    desk = filled(Census(every_hours=0, pages_per_minute=1))
    desk.begin(Purpose.BACKFILL, days=1)
    late = desk.run(Purpose.BACKFILL)
    desk.ledger.advance(Run.of_plain(CRM, DEAL, late.purpose, late.plain() | {"phase": "stopped"}, late.revision))
    desk.begin(Purpose.BACKFILL, days=1)
    begun = desk.run(Purpose.BACKFILL)
    with pytest.raises(ConflictError):
        desk.ledger.advance(late)
    assert desk.run(Purpose.BACKFILL) == begun


def test_two_at_one_run_do_its_page_twice_and_count_it_once() -> None:
    """The second one finds that it is too late, and leaves the run alone."""
    desk = filled(Census(every_hours=0, pages_per_minute=1))
    desk.begin(Purpose.BACKFILL, days=1)
    asked = len(desk.source.asked)

    first = desk.source.page

    def page(entity: str, window: Window, cursor: str) -> ListingPage:
        found = first(entity, window, cursor)
        desk.source.page = first  # type: ignore[method-assign]  # only once
        desk.minute()
        return found

    desk.source.page = page  # type: ignore[method-assign]  # see above
    desk.minute()
    assert len(desk.source.asked) == asked + 2
    assert desk.run(Purpose.BACKFILL).window.listed == desk.source.page_size
    desk.to_the_end()
    assert set(desk.read()) == set(RECORDS)
    assert desk.run(Purpose.BACKFILL).total.listed == len(RECORDS)


def test_a_minute_says_what_became_of_every_run() -> None:
    """How many began and came to their ends, how many pages they took, and what they found."""
    desk = filled(Census(every_hours=1, settle_minutes=0), Poll(every_minutes=15))
    desk.begin(Purpose.BACKFILL, days=1)
    report = desk.minute()
    assert (report.begun, report.finished, report.pages) == (2, 3, {CRM: 13})
    assert (report.missed, report.sent, report.failing) == ({CRM: 10}, {CRM: 30}, {})


def test_each_run_that_could_not_go_on_is_counted() -> None:
    """The source that failed one of them is asked for the others all the same."""
    desk = filled()
    desk.begin(Purpose.BACKFILL)
    desk.begin(Purpose.CENSUS)
    desk.source.fails = [UnavailableError("down"), UnavailableError("down")]
    assert desk.minute().failing == {CRM: 2}


def test_a_run_that_somebody_else_has_begun_meanwhile_is_not_begun_again() -> None:
    """Two minutes that overlap find the same run due: the later one leaves it to the other."""
    desk = CensusDesk(Census(every_hours=0), Poll(every_minutes=15))
    others: list[CensusReport] = []

    def meanwhile(point: str) -> None:
        if point == "before ledger.write" and not others:
            others.append(CensusReport())
            others[0] = census(desk.step)

    desk.table.io = meanwhile
    late = census(desk.step)
    assert (others[0].begun, others[0].finished, late.begun, late.finished) == (1, 1, 0, 0)


def test_a_minute_ends_when_its_time_is_up() -> None:
    """What is left waits for the next one, so that a page which takes long cannot outlast the function."""
    desk = filled()
    desk.begin(Purpose.BACKFILL, days=1)
    first = desk.source.page

    def page(entity: str, window: Window, cursor: str) -> ListingPage:
        desk.clock.advance(35)
        return first(entity, window, cursor)

    desk.source.page = page  # type: ignore[method-assign]  # it takes its time
    assert [desk.minute().pages for _ in range(5)] == [{CRM: 1}] * 4 + [{}]


def test_what_is_most_urgent_goes_first_whenever_it_began() -> None:
    """A poll, since nobody tells of what it finds; then a census; what was before comes last."""
    desk = filled(Census(every_hours=0, pages_per_minute=1))
    for purpose in (Purpose.BACKFILL, Purpose.CENSUS, Purpose.POLL):
        desk.begin(purpose, days=1)
        desk.clock.advance(1)
    ended = list[Purpose]()
    for _ in range(200):
        desk.minute()
        ended += [each for each in Purpose if each not in ended and desk.run(each).phase.is_over]
    assert ended == [Purpose.POLL, Purpose.CENSUS, Purpose.BACKFILL]
