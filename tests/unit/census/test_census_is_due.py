"""When a poll and a census begin, and that no change falls between two of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.census.due import Listable, period_dimensions, sources_of
from infra.landscape import read_landscape
from sandbox.places import ROOT
from tests.support.census_desk import CRM, DEAL, LATENESS, CensusDesk
from tieout.arrivals import Census, Poll
from tieout.census import Phase, Purpose, Run
from tieout.errors import UnavailableError
from tieout.facts.listing import Window
from tieout.systems.salesforce import listing


def test_a_poll_begins_as_often_as_is_declared() -> None:
    """The first one looks as far back as the time between two."""
    desk = CensusDesk(Census(every_hours=0), Poll(every_minutes=15))
    began = desk.clock.now()
    assert [desk.minute().begun for _ in range(31)] == [1, *[0] * 14, 1, *[0] * 14, 1]
    windows = [window for window, _ in desk.source.asked]
    assert [(window.since, window.until) for window in windows] == [
        (began + timedelta(minutes=15 * number - 15) - LATENESS, began + timedelta(minutes=15 * number))
        for number in range(3)
    ]


def test_a_census_begins_as_often_as_is_declared_and_leaves_the_newest_out() -> None:
    """What changed in the last minutes may still be on its way through the line."""
    desk = CensusDesk(Census(every_hours=1, settle_minutes=20))
    began = desk.clock.now()
    assert sum(desk.minute().begun for _ in range(121)) == 3
    spans = [window for window, _ in desk.source.asked]
    settled = began - timedelta(minutes=20)
    assert [(span.since, span.until) for span in spans] == [
        (settled - timedelta(days=1) - LATENESS, settled),
        (settled - LATENESS, settled + timedelta(hours=1)),
        (settled + timedelta(hours=1) - LATENESS, settled + timedelta(hours=2)),
    ]


def test_an_entity_that_is_not_declared_is_not_compared() -> None:
    """The connection says which are."""
    desk = CensusDesk(Census(every_hours=1, entities=("contract",)))
    assert desk.minute().begun == 0


def test_a_run_under_way_is_not_begun_again() -> None:
    """However long it takes; the next one begins where it ended to look."""
    desk = CensusDesk(Census(every_hours=1, pages_per_minute=1))
    for number in range(1, 10):
        desk.change(str(number))
    desk.busy = {"opportunity"}
    assert sum(desk.minute().begun for _ in range(180)) == 1
    span = desk.run(Purpose.CENSUS).span
    desk.busy = set()
    desk.to_the_end()
    while desk.run(Purpose.CENSUS).span == span:
        desk.minute()
    assert desk.run(Purpose.CENSUS).span.since == span.until - LATENESS


@given(
    changes=st.lists(st.tuples(st.integers(1, 6).map(str), st.integers(0, 3000), st.integers(0, 119)), max_size=20),
    every=st.integers(1, 7),
)
def test_polls_bring_every_change_a_source_lists_late(changes: list[tuple[str, int, int]], every: int) -> None:
    """A change that can be seen only some time after its stamp is caught by the reach back, whatever the rhythm."""
    desk = CensusDesk(Census(every_hours=0), Poll(every_minutes=every))
    desk.minute()
    hidden = dict(desk.source.records)
    page = desk.source.page

    def late(entity, window, cursor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 as the listing
        everything = desk.source.records
        now = desk.clock.now()
        desk.source.records = {
            each: record for each, record in everything.items() if record.changed_at + delay[each] <= now
        }
        try:
            return page(entity, window, cursor)
        finally:
            desk.source.records = everything

    delay: dict[str, timedelta] = {}
    desk.source.page = late  # type: ignore[method-assign]  # what is changed is seen late
    for record_id, pause, seconds in changes:
        desk.clock.advance(pause % 60)
        for _ in range(pause // 600):
            desk.minute()
            desk.read()
        desk.change(record_id, amount=pause + 1)
        delay[record_id] = timedelta(seconds=seconds)
    for _ in range(2 * every + 4):
        desk.minute()
        desk.read()
    known = desk.ledger.known(desk.source.listed(each).key for each in desk.source.records)
    assert {key.record_id: each.source_version for key, each in known.items()} == {
        record_id: record.version for record_id, record in desk.source.records.items()
    }
    assert not hidden


def test_a_census_that_is_done_is_followed_only_when_its_time_has_come() -> None:
    """Nothing is asked of the source in between."""
    desk = CensusDesk(Census(every_hours=2))
    desk.to_the_end()
    asked = len(desk.source.asked)
    assert desk.run(Purpose.CENSUS).phase is Phase.DONE
    for _ in range(100):
        desk.minute()
    assert len(desk.source.asked) == asked


@pytest.mark.parametrize("purpose", [Purpose.CENSUS, Purpose.POLL])
def test_what_a_stopped_run_had_not_come_to_is_listed_by_the_next(purpose: Purpose) -> None:
    """Somebody stops it, and what nobody ever told of is found a day later all the same."""
    declared = Census(every_hours=24 * (purpose is Purpose.CENSUS))
    desk = CensusDesk(declared, Poll(every_minutes=1440) if purpose is Purpose.POLL else None)
    desk.to_the_end()
    desk.read()
    desk.change("1")
    desk.clock.advance(24 * 3600)
    desk.source.fails = [UnavailableError("down")]
    desk.minute()
    desk.ledger.advance(desk.run(purpose)._replace(phase=Phase.STOPPED))
    desk.clock.advance(24 * 3600)
    desk.to_the_end()
    assert desk.read() == ["1"]


@pytest.mark.parametrize("is_stopped", [False, True])
def test_what_lies_before_a_census_that_somebody_asked_for_is_still_compared(*, is_stopped: bool) -> None:
    """It looked at the last hours alone; the next one begins where the one before it had ended to look."""
    desk = CensusDesk(Census(every_hours=24))
    desk.to_the_end()
    looked_to = desk.run(Purpose.CENSUS).span.until
    desk.change("1")
    desk.clock.advance(20 * 3600)
    now = desk.clock.now()
    span = Window(now - timedelta(hours=2), now)
    desk.ledger.begin(Run.begun(connection=CRM, entity=DEAL, purpose=Purpose.CENSUS, span=span, now=now))
    if is_stopped:
        desk.ledger.advance(desk.run(Purpose.CENSUS)._replace(phase=Phase.STOPPED))
    else:
        desk.to_the_end()
    assert desk.read() == []
    desk.clock.advance(24 * 3600)
    desk.to_the_end()
    assert desk.read() == ["1"]
    assert desk.run(Purpose.CENSUS).span.since == looked_to - LATENESS


def test_a_census_of_a_past_that_somebody_asked_for_is_not_listed_on_to_today() -> None:
    """Behind it everything is compared already: the next one begins where the one before it had ended to look."""
    desk = CensusDesk(Census(every_hours=24))
    desk.to_the_end()
    looked_to = desk.run(Purpose.CENSUS).span.until
    span = Window(looked_to - timedelta(days=300), looked_to - timedelta(days=290))
    desk.ledger.begin(Run.begun(connection=CRM, entity=DEAL, purpose=Purpose.CENSUS, span=span, now=desk.clock.now()))
    desk.to_the_end()
    desk.clock.advance(24 * 3600)
    desk.to_the_end()
    assert desk.run(Purpose.CENSUS).span.since == looked_to - LATENESS


def test_what_a_source_lists_and_a_flow_carries_can_be_compared() -> None:
    """Not the rest of it, nor what is taken from the payload, nor a system that cannot list, however it is read."""
    shipped = read_landscape(ROOT, "sandbox")
    [crm] = [each for each in shipped.connections if each.system == "salesforce"]
    told = replace(crm, name="told", completion="payload")
    mute = replace(crm, name="mute", system="generic")
    flows = tuple(replace(each, entities=("opportunity",)) for each in shipped.flows[:1])
    both = replace(crm, name="both", completion="both")
    landscape = replace(shipped, connections=(told, crm, both, mute), flows=flows)
    assert "contract" in listing.ENTITIES
    assert sources_of(landscape) == tuple(
        Listable(connection=each, entities=("opportunity",), lateness=timedelta(minutes=10)) for each in (crm, both)
    )


def test_the_dimensions_of_time_are_those_of_the_period() -> None:
    """By what they are filled with, not by what planning calls them."""
    assert period_dimensions(read_landscape(ROOT, "sandbox")) == {"Time"}
