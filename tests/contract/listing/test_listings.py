"""What holds of the listing of every system: each record once, at the version its reader states, and deleted ones not missed."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.listed.scene import MASTERS, Scene, stamp_of
from tests.support.one_server import OneServer
from tieout.arriving.notice import RecordKey
from tieout.errors import ThrottledError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.facts.family import HistoricFact
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.facts.statement import Statement

_PAGE_RECORDS = 200
_SECOND = timedelta(seconds=1)


def test_every_record_comes_once_over_windows_that_follow_each_other(scene: Scene, entity: str) -> None:
    """Wherever they part, on a stamp or between two, and however many records one moment has; and no page is too long."""
    start = scene.clock.now()
    ids = [_created(scene, entity, seconds=0 if 50 <= each < 300 else 1) for each in range(410)]
    bounds = [start, start + timedelta(seconds=50), start + timedelta(seconds=100, microseconds=1), scene.clock.now()]
    listed = [each.key.record_id for window in _windows(*bounds) for each in _listed(scene, entity, window)]
    assert Counter(listed) == Counter(ids)


def test_a_listing_says_about_how_long_it_will_be(scene: Scene, entity: str) -> None:
    """Of the window's live records at least, or that it cannot say; for what is estimated before it begins."""
    start = scene.clock.now()
    ids = [_created(scene, entity) for _ in range(7)]
    scene.delete(entity, ids[0])
    scene.clock.advance(1)
    window = Window(start + timedelta(seconds=2), scene.clock.now())
    found = _listed(scene, entity, window)
    count = scene.listing.count(entity, window)
    assert count is None or len([each for each in found if not each.deleted]) <= count <= len(found)
    with pytest.raises(UnreadableRecordError):
        scene.listing.count("no such entity", window)


def test_a_window_has_what_changed_in_it_and_nothing_else(scene: Scene, entity: str) -> None:
    """From its first moment on and before its last, by the stamp that is the record's version, or goes with it."""
    start = scene.clock.now()
    ids = [_created(scene, entity) for _ in range(6)]
    all_of_it = {each.version for each in _listed(scene, entity, Window(start, scene.clock.now()))}
    assert len(all_of_it) == len(ids)
    stamps = sorted(stamp_of(scene, each) for each in all_of_it)
    found = _listed(scene, entity, Window(stamps[2], stamps[4]))
    assert {stamp_of(scene, each.version) for each in found} == set(stamps[2:4])
    assert _listed(scene, entity, Window(stamps[2], stamps[2])) == []


def test_what_does_not_change_comes_once_while_others_do(scene: Scene, entity: str) -> None:
    """Records that are added, changed and deleted between two pages neither hide nor repeat their neighbours."""
    start = scene.clock.now()
    ids = [_created(scene, entity, seconds=each % 3) for each in range(410)]
    window, changing = Window(start, scene.clock.now()), ids[::7]
    quiet = set(ids) - set(changing)
    listed: list[Listed] = []
    for page in _pages(scene, entity, window):
        listed += page.records
        for each in changing[:20]:
            scene.clock.advance(1)
            scene.change(entity, each)
        for each in changing[20:30]:
            scene.delete(entity, each)
        _created(scene, entity)
        changing = changing[30:]
    counts = Counter(each.key.record_id for each in listed)
    assert {each: counts[each] for each in quiet} == dict.fromkeys(quiet, 1)


def test_versions_amounts_and_days_are_those_of_the_reader(scene: Scene, entity: str) -> None:
    """Else every record would look changed, or none."""
    start = scene.clock.now()
    ids = [_created(scene, entity) for _ in range(12)]
    for each in ids[:6]:
        scene.clock.advance(1)
        scene.change(entity, each)
    scene.clock.advance(1)
    gone = [each for each in ids[4:8] if scene.delete(entity, each)]
    scene.clock.advance(1)
    found = _listed(scene, entity, Window(start, scene.clock.now()))
    assert {each.key.record_id for each in found if each.deleted} <= set(gone)
    assert {each.key.record_id for each in found if not each.deleted} == set(ids) - set(gone)
    for listed, statement in _statements(scene, found):
        assert is_listed_as_read(listed, statement)
        assert listed.deleted == (statement.fact is None)
    if entity not in MASTERS:
        assert all(each.amount is not None and each.day is not None for each in found if not each.deleted)


def test_what_was_deleted_is_listed_so_or_not_known_any_more(scene: Scene, entity: str) -> None:
    """Whichever of both a system can say, nobody goes on planning with it."""
    start = scene.clock.now()
    ids = [_created(scene, entity) for _ in range(6)]
    deleted = [each for each in ids[:2] if scene.delete(entity, each)]
    purged = [each for each in ids[2:4] if scene.purge(entity, each)]
    scene.clock.advance(1)
    found = {each.key.record_id: each for each in _listed(scene, entity, Window(start, scene.clock.now()))}
    known = _known(scene, entity, ids)
    assert {each for each in ids if each in known and not known[each].deleted} == set(ids) - {*deleted, *purged}
    assert all(found[each].deleted for each in (*deleted, *purged) if each in found)
    assert set(purged).isdisjoint(known)


def test_what_is_known_is_known_as_it_would_be_listed(scene: Scene, entity: str) -> None:
    """Of as many records as may be asked for; those that never were are not among them."""
    start = scene.clock.now()
    ids = [_created(scene, entity, seconds=each % 2) for each in range(_PAGE_RECORDS - 2)]
    scene.clock.advance(1)
    found = {each.key.record_id: each for each in _listed(scene, entity, Window(start, scene.clock.now()))}
    nowhere = _never_given(scene, entity)
    assert _known(scene, entity, [*ids, nowhere, "no id of theirs"]) == found
    assert _known(scene, entity, [nowhere]) == {}
    assert scene.listing.still_known([]) == {}


def test_what_cannot_be_listed_is_refused(scene: Scene, entity: str) -> None:
    """Another entity, or a place that no page named."""
    window = Window(scene.clock.now(), scene.clock.now() + _SECOND)
    for asked, cursor in (("no such entity", ""), (entity, "no place of theirs\n")):
        with pytest.raises(UnreadableRecordError):
            scene.listing.page(asked, window, cursor)


@pytest.mark.parametrize("trouble", ["down", "throttled"])
def test_trouble_of_the_source_is_told_as_such(scene: Scene, entity: str, trouble: str) -> None:
    """An outage and a limit are to be waited out, and what was asked can be asked again."""
    fault = getattr(scene, trouble)
    expected: type[TieoutError] = {"down": UnavailableError, "throttled": ThrottledError}[trouble]
    record_id = _created(scene, entity)
    window = Window(scene.clock.now() - timedelta(hours=1), scene.clock.now())
    _listed(scene, entity, window)  # whatever a first call needs, such as a token
    scene.plan.plant(replace(fault))
    with pytest.raises(expected):
        scene.listing.page(entity, window, "")
    assert [each.key.record_id for each in _listed(scene, entity, window)] == [record_id]
    scene.plan.plant(replace(fault))
    with pytest.raises(expected):
        scene.listing.still_known([RecordKey(scene.connection, entity, record_id)])


def test_a_system_says_what_it_lists_and_how_late(system: str) -> None:
    """Whoever lists what is new reaches back by as much."""
    module = importlib.import_module(f"tieout.systems.{system}.listing")
    assert module.ENTITIES
    assert timedelta(0) <= module.LATENESS <= timedelta(days=1)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_happened_each_record_is_where_it_changed_last(
    server: tuple[OneServer, str], system: str, entity: str, data: st.DataObject
) -> None:
    """Records are made, changed and deleted in any order, and the time is cut anywhere: the windows have each live one once."""
    doings = data.draw(st.lists(st.tuples(st.sampled_from("ccuuud"), st.integers(0, 20)), max_size=30))
    cuts = data.draw(st.lists(st.integers(0, 31_000), max_size=4).map(sorted))
    with importlib.import_module(f"tests.support.listed.{system}").open_scene(*server) as scene:
        _created(scene, entity)  # and stays: a source that shows nothing at all may be one that shows us nothing
        start = scene.clock.now()
        live, gone = _done(scene, entity, doings)
        bounds = [start, *(start + timedelta(milliseconds=each) for each in cuts), start + timedelta(seconds=40)]
        listed = [each for window in _windows(*bounds) for each in _listed(scene, entity, window)]
        assert Counter(each.key.record_id for each in listed if not each.deleted) == Counter(live)
        assert {each.key.record_id for each in listed if each.deleted} <= set(gone)
        for each, statement in _statements(scene, listed):
            assert not each.version or is_listed_as_read(each, statement)
        known = _known(scene, entity, [*live, *gone])
        assert {each for each, of in known.items() if not of.deleted} == set(live)


def is_listed_as_read(listed: Listed, statement: Statement) -> bool:
    """Whether a record is listed at the version that its reader states: of one with a history that is of now."""
    if isinstance(statement.fact, HistoricFact):
        return listed.version <= statement.source_version
    return listed.version == statement.source_version


def _done(scene: Scene, entity: str, doings: Sequence[tuple[str, int]]) -> tuple[list[str], list[str]]:
    """Let it all happen, a second each; the records that are live then, and those that are not."""
    live: list[str] = []
    gone: list[str] = []
    for doing, number in doings:
        if doing == "c" or not live:
            live.append(scene.create(entity))
        elif doing == "u":
            scene.change(entity, live[number % len(live)])
        elif scene.delete(entity, live[number % len(live)]):
            gone.append(live.pop(number % len(live)))
        scene.clock.advance(1)
    return live, gone


def _created(scene: Scene, entity: str, *, seconds: float = 1) -> str:
    """A new record, and so long until the next thing happens."""
    record_id = scene.create(entity)
    scene.clock.advance(seconds)
    return record_id


def _windows(*bounds: datetime) -> list[Window]:
    return [Window(since, until) for since, until in pairwise(bounds)]


def _pages(scene: Scene, entity: str, window: Window) -> Iterator[ListingPage]:
    cursor = ""
    for _ in range(100):
        page = scene.listing.page(entity, window, cursor)
        assert len(page.records) == len({each.key for each in page.records}) <= _PAGE_RECORDS
        assert {(each.key.connection, each.key.entity) for each in page.records} <= {(scene.connection, entity)}
        yield page
        cursor = page.following
        if not cursor:
            return
    raise AssertionError("the listing has no end")


def _listed(scene: Scene, entity: str, window: Window) -> list[Listed]:
    return [each for page in _pages(scene, entity, window) for each in page.records]


def _known(scene: Scene, entity: str, ids: Sequence[str]) -> dict[str, Listed]:
    known = scene.listing.still_known([RecordKey(scene.connection, entity, each) for each in ids])
    assert all(key == each.key for key, each in known.items())
    return {key.record_id: each for key, each in known.items()}


def _statements(scene: Scene, listed: Sequence[Listed]) -> Iterator[tuple[Listed, Statement]]:
    readings = scene.reader.read([each.key for each in listed])
    for each in listed:
        reading = readings[each.key]
        assert isinstance(reading, Statement), reading
        yield each, reading


def _never_given(scene: Scene, entity: str) -> str:
    """An id in the system's form that no record has: that of one which is no more."""
    record_id = scene.create(entity)
    return record_id if scene.purge(entity, record_id) else f"{8 if record_id.startswith('9') else 9}{record_id[1:]}"
