"""The past of a stage, by its journal in the archive: how far it reaches, and what is said where it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ops import journal_reading
from ops.journal_reading import UnknownPastError
from ops.place import Place
from ops.recalling import place_at
from tests.support.clock import ManualClock
from tests.support.journalled_table import JournalledTable, journal_of
from tests.support.operated_stage import OperatedStage
from tieout.ledger.recalled import IncompleteJournalError
from tieout.ledger.table import Put

A = ("CELL#a", "STATE")
MIDNIGHT = datetime(2026, 10, 31, tzinfo=UTC)
LATER = MIDNIGHT + timedelta(days=30)


def objects_of(count: int) -> dict[str, bytes]:
    """The journal of one item that changed so often, every ten seconds about midnight."""
    table = JournalledTable(ManualClock(MIDNIGHT - timedelta(seconds=100)))
    for number in range(count):
        table.write([Put(A, {"x": number})])
        table.clock.advance(10)
    return journal_of([table.stream])


@pytest.fixture
def place(stage: OperatedStage) -> Place:
    """A stage whose journal goes over midnight."""
    for key, body in objects_of(150).items():
        stage.place.archive.put(key, body)
    stage.place.archive.put("overflow/date=2026-10-31/000000.jsonl.gz", b"of somebody else")
    return stage.place


@pytest.mark.parametrize("seconds", [-100, -91, -10, 0, 5, 700, 1389, 100_000])
def test_a_place_is_recalled_with_the_ledger_it_had(place: Place, seconds: int) -> None:
    """Objects of days and days after are not waited for; the place itself goes on with its own table."""
    moment = MIDNIGHT + timedelta(seconds=seconds)
    past = place_at(place, moment, LATER)
    assert past.table.get([A]) == {A: {"x": min((seconds + 100) // 10, 149)}}
    assert place.table.get([A]) == {}
    assert past.connections == place.connections


@pytest.mark.parametrize("hours", [-7, 5])
def test_a_moment_in_another_zone_is_that_moment(place: Place, hours: int) -> None:
    """The journal lies by UTC, whoever asks."""
    moment = MIDNIGHT.astimezone(timezone(timedelta(hours=hours)))
    assert place_at(place, moment, LATER).table.get([A]) == {A: {"x": 10}}


def test_no_object_behind_the_moment_is_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much was changed since: only what it was then is asked for, oldest first, and each once."""
    asked: list[str] = []
    get = place.archive.get

    def noted(key: str) -> bytes:
        asked.append(key)
        return get(key)

    monkeypatch.setattr(journal_reading, "_READ_AT_ONCE", 1)
    monkeypatch.setattr(place.archive, "get", noted)
    place_at(place, MIDNIGHT + timedelta(seconds=9), LATER)
    assert asked == [*sorted(objects_of(10)), "journal/date=2026-10-31/000000.jsonl.gz"]


def test_nobody_is_told_of_a_past_before_the_journal(place: Place) -> None:
    """Nobody knows what was then; it is said from when on somebody does."""
    with pytest.raises(UnknownPastError, match=r"begins at 2026-10-30T23:58:20\.000Z: .* back to 2026-10-30T23:58:19"):
        place_at(place, MIDNIGHT - timedelta(seconds=101), LATER)


def test_nobody_is_told_of_a_past_that_is_still_on_its_way(place: Place) -> None:
    """Nor of the future: changes need up to two minutes to the journal, and it is said up to when they are there."""
    place_at(place, MIDNIGHT, MIDNIGHT + timedelta(seconds=120))
    for now in (MIDNIGHT + timedelta(seconds=119), MIDNIGHT - timedelta(days=1)):
        with pytest.raises(UnknownPastError, match="not past for long enough"):
            place_at(place, MIDNIGHT, now)


def test_a_stage_without_a_journal_has_no_past(stage: OperatedStage) -> None:
    """A stage that was deployed just now says so, instead of that there was nothing."""
    with pytest.raises(UnknownPastError, match="is empty"):
        place_at(stage.place, MIDNIGHT, LATER)


def test_a_journal_that_was_cut_off_is_no_past(place: Place) -> None:
    """Where its oldest objects are gone, what was never changed since would be missing, and nobody would know."""
    place.archive.delete(min(objects_of(1)))
    with pytest.raises(IncompleteJournalError, match="does not reach back"):
        place_at(place, MIDNIGHT, LATER)
