"""Beside the line, every minute: compares what the sources list with the ledger, page by page, and has read what differs.

 due runs begin ─► each run in turn, the most urgent first, a page at a time, as long as the minute and its connection's pages last:
     a page of the source's list ─► what the ledger holds of it ─► the differences ─► as notices onto the bus ─► how far the run is
     where a census has seen all that is listed: a page of what is here ─► what the source still has of it, and by which rates it
     would convert it ─► as above
A page that is done twice changes nothing: what was read because of it is the same by then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from functions.census.due import Listable, due
from functions.census.telling import Telling
from tieout.arriving.notice import RecordKey
from tieout.census import (
    Difference,
    Phase,
    Purpose,
    Run,
    Tally,
    difference_of,
    difference_of_step,
    missing_of,
    outdated_of,
)
from tieout.errors import ConflictError, TieoutError
from tieout.facts.listing import Listed, Listing, Step, Tracker, Window
from tieout.facts.rate_changes import RateChanges
from tieout.ledger.censuses import CensusLedger, StillRunningError
from tieout.ports import Clock

_WORKING_TIME = timedelta(seconds=35)  # of a minute; what hangs at its end is put off: the function has several
_WINDOW = timedelta(days=7)  # what is evidence of its own
_HERE_AT_ONCE = 200
_PAUSE = timedelta(minutes=5)  # before a source that failed is asked again, where it does not say
_ORDER = tuple(Purpose)


@dataclass(frozen=True, kw_only=True)
class CensusStep:
    """Everything the step works with.

    Attributes:
        sources: the connections that can be asked for lists.
        listing_of: the listing of a connection; raises `TieoutError` where it cannot be opened.
        rate_changes_of: likewise what compares its rates; None where its source never changes them after the fact.
        is_busy: whether so much waits in the queue of an entity's flow that what can wait has to.
        period_dimensions: the dimensions of time of the cubes.
        note_failure: is told of what nobody declared.
    """

    sources: Sequence[Listable]
    ledger: CensusLedger
    listing_of: Callable[[str], Listing]
    rate_changes_of: Callable[[str], RateChanges | None]
    telling: Telling
    is_busy: Callable[[str], bool]
    period_dimensions: Collection[str]
    clock: Clock
    note_failure: Callable[[Exception, Run], None]


@dataclass(slots=True)
class CensusReport:
    """What one minute's work came to.

    Attributes:
        pages: connection to how many pages of it were asked for.
        missed: connection to how many records a census found that should have been here.
        sent: connection to how many records are to be read.
        failing: connection to how many of its runs could not go on.
        behind_seconds: connection to how far the run lags that is furthest from its end, where one has failed.
    """

    begun: int = 0
    finished: int = 0
    pages: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    failing: dict[str, int] = field(default_factory=dict)
    stuck_seconds: dict[str, int] = field(default_factory=dict)


def census(step: CensusStep) -> CensusReport:
    """Do a minute's work. Errors of the ledger leave; the next minute goes on where this one ended."""
    report = CensusReport()
    give_up_at = step.clock.now() + _WORKING_TIME
    at_work = {each.connection.name: _begun(step, each, report) for each in step.sources}
    left = {each.connection.name: _pages_left(step, each) for each in step.sources}
    try:
        while any(at_work.values()) and step.clock.now() < give_up_at:
            for connection, runs in at_work.items():
                at_work[connection] = _a_page_of_the_first(step, runs, report, left) if runs else []
    finally:
        for connection, pages in report.pages.items():
            step.ledger.count_pages(connection, step.clock.now(), pages)
    return report


def _begun(step: CensusStep, source: Listable, report: CensusReport) -> list[Run]:
    """The runs of a connection that can go on now, the most urgent first; those that are due have begun."""
    name, now = source.connection.name, step.clock.now()
    for run in due(source, step.ledger.runs(name), now):
        with suppress(StillRunningError):  # somebody else has begun it meanwhile
            step.ledger.begin(run)
            report.begun += 1
    runs = [run for run in step.ledger.runs(name) if not run.phase.is_over]
    stuck = [int((now - run.advanced_at).total_seconds()) for run in runs if run.failing]
    report.stuck_seconds[name] = max(stuck, default=0)
    able = [run for run in runs if run.waits_until is None or run.waits_until <= now]
    return sorted(able, key=lambda run: (_ORDER.index(run.purpose), run.started_at, run.entity))


def _pages_left(step: CensusStep, source: Listable) -> int:
    allowed = source.connection.census
    used = step.ledger.pages_of(source.connection.name, step.clock.now().date())
    return min(allowed.pages_per_minute, max(0, allowed.pages_per_day - used))


def _a_page_of_the_first(
    step: CensusStep, runs: Sequence[Run], report: CensusReport, left: dict[str, int]
) -> list[Run]:
    """The runs that can still go on when the first of them has done a page more."""
    run, *others = runs
    if not left[run.connection]:
        return []
    if run.purpose is not Purpose.POLL and step.is_busy(run.entity):
        return others
    left[run.connection] -= 1
    report.pages[run.connection] = report.pages.get(run.connection, 0) + 1
    try:
        advanced = step.ledger.advance(_with_a_page(step, run, report))
    except ConflictError:  # somebody else is at it, or has stopped it
        return others
    except TieoutError as error:
        _put_off(step, run, error, report)
        return others
    except Exception as error:  # noqa: BLE001 a bug in one system fails its own run, never the others
        step.note_failure(error, run)
        _put_off(step, run, error, report)
        return others
    report.finished += advanced.phase is Phase.DONE
    return others if advanced.phase.is_over else [advanced, *others]


def _with_a_page(step: CensusStep, run: Run, report: CensusReport) -> Run:
    """The run after one page more."""
    listing = step.listing_of(run.connection)
    now = step.clock.now()
    after = run._replace(pages=run.pages + 1, advanced_at=now, waits_until=None, failing="")
    if run.phase is Phase.CHECKING:
        return _checked(step, after, listing, report)
    if run.purpose is Purpose.POLL and isinstance(listing, Tracker):
        return _tracked(step, after, listing, report)
    return _listed(step, after, listing, report)


def _tracked(step: CensusStep, run: Run, tracker: Tracker, report: CensusReport) -> Run:
    """A page of what the source itself says has changed since the run before: whatever is newer than the span, too."""
    page = tracker.changes(run.entity, run.mark, run.cursor)
    run = _compared(step, run, page.records, report)
    if page.following:
        return run._replace(cursor=page.following)
    return _window_done(run, run.span)._replace(mark=page.mark)


def _listed(step: CensusStep, run: Run, listing: Listing, report: CensusReport) -> Run:
    window = Window(run.reached, min(run.reached + _WINDOW, run.span.until))
    page = listing.page(run.entity, window, run.cursor)
    run = _compared(step, run, page.records, report)
    run = _stepped(step, run, page.steps, report)
    if page.following:
        return run._replace(cursor=page.following)
    if run.purpose is not Purpose.POLL:
        step.ledger.keep_window(run, window, run.window, step.clock.now())
    return _window_done(run, window)


def _compared(step: CensusStep, run: Run, records: Sequence[Listed], report: CensusReport) -> Run:
    """The run with what it counted of some records, once what differs of them is told."""
    there = {each.key: each for each in records}
    known = step.ledger.known(there)
    compared = {key: difference_of(listed, known.get(key)) for key, listed in there.items()}
    differences = {key: difference for key, difference in compared.items() if difference is not None}
    _follow(step, run, differences, there, report)
    return run._replace(window=run.window.with_page(there.values(), differences.values()))


def _stepped(step: CensusStep, run: Run, steps: Sequence[Step], report: CensusReport) -> Run:
    """The run once what records have been is told as far as the ledger lacks it; a record is found once, whatever it lacks."""
    known = step.ledger.known({each.key for each in steps})
    compared = {each: difference_of_step(each, known.get(each.key)) for each in steps}
    lacking = {each: difference for each, difference in compared.items() if difference is not None}
    if not lacking:
        return run
    differences = step.ledger.not_found_yet(run, {each.key: difference for each, difference in lacking.items()})
    _keep_found(
        step, run, differences, {each.key: Listed(key=each.key, version=each.version) for each in lacking}, report
    )
    step.telling.tell_steps(run, lacking)
    report.sent[run.connection] = report.sent.get(run.connection, 0) + len(lacking)
    return run._replace(window=run.window.with_page((), differences.values()))


def _window_done(run: Run, window: Window) -> Run:
    total = run.total.and_also(run.window)
    phase = Phase.LISTING
    if window.until >= run.span.until:
        phase = Phase.CHECKING if run.purpose is Purpose.CENSUS else Phase.DONE
    return run._replace(reached=window.until, cursor="", window=Tally(), total=total, phase=phase)


def _checked(step: CensusStep, run: Run, listing: Listing, report: CensusReport) -> Run:
    known = step.ledger.known_behind(run.connection, run.entity, run.cursor, _HERE_AT_ONCE)
    if not known:
        return run._replace(phase=Phase.DONE)
    alive = {key: each for key, each in known.items() if not each.is_gone}
    there = listing.still_known(list(alive)) if alive else {}
    outdated = _outdated(step, run.connection, {rate for each in alive.values() for rate in each.rates})
    differences = step.ledger.not_found_yet(run, outdated_of(alive, outdated) | missing_of(alive, there))
    _follow(step, run, differences, there, report)
    total = run.total.with_page((), differences.values())
    return run._replace(cursor=max(key.record_id for key in known), total=total)


def _outdated(step: CensusStep, connection: str, rates: Collection[str]) -> Collection[str]:
    changes = step.rate_changes_of(connection) if rates else None
    return changes.outdated(rates) if changes is not None else ()


def _follow(
    step: CensusStep,
    run: Run,
    differences: Mapping[RecordKey, Difference],
    there: Mapping[RecordKey, Listed],
    report: CensusReport,
) -> None:
    """Keep what a census found, and have what differs read: in this order, since by then it is no difference any more."""
    if not differences:
        return
    _keep_found(step, run, differences, there, report)
    step.telling.tell(run, differences, there)
    report.sent[run.connection] = report.sent.get(run.connection, 0) + len(differences)


def _keep_found(
    step: CensusStep,
    run: Run,
    differences: Mapping[RecordKey, Difference],
    there: Mapping[RecordKey, Listed],
    report: CensusReport,
) -> None:
    """Keep what differs, where a census found it: nobody keeps what others bring."""
    if run.purpose is not Purpose.CENSUS:
        return
    found = step.ledger.found(differences, there, step.clock.now(), step.period_dimensions)
    step.ledger.keep_found(run, found)
    missed = sum(difference.was_missed for difference in differences.values())
    report.missed[run.connection] = report.missed.get(run.connection, 0) + missed


def _put_off(step: CensusStep, run: Run, error: Exception, report: CensusReport) -> None:
    """Let a run go on later, with the class of what stood in its way; nothing of it is lost."""
    report.failing[run.connection] = report.failing.get(run.connection, 0) + 1
    asked = getattr(error, "retry_after_seconds", None)
    pause = _PAUSE if asked is None else timedelta(seconds=asked)
    try:
        step.ledger.advance(run._replace(waits_until=step.clock.now() + pause, failing=type(error).__name__))
    except ConflictError:  # somebody else is at it, or has stopped it
        return
