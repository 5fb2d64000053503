"""A source that keeps count of its own changes is polled by what it says: from mark to mark, deletions included."""

from __future__ import annotations

import pytest

from tests.support.census_desk import CRM, DEAL, CensusDesk, ListedSource
from tieout.arrivals import Census, Poll
from tieout.arriving.notice import RecordKey
from tieout.census import Phase, Purpose, Run
from tieout.errors import UnavailableError
from tieout.facts.listing import ChangesPage, Listed


class CountingSource(ListedSource):
    """A source that counts what happens in it, three to a page; a mark is how much had happened.

    Attributes:
        happened: the record that each change was of.
        forgets: it does not know any mark any more.
    """

    def __init__(self) -> None:
        super().__init__()
        self.happened: list[str] = []
        self.forgets = False
        self.tracked: list[tuple[str, str]] = []

    def changes(self, entity: str, mark: str, cursor: str) -> ChangesPage:
        """What has happened since a mark, each record once; or every record."""
        assert entity == DEAL
        self.tracked.append((mark, cursor))
        self._fail()
        since, until, start = cursor.split("-") if cursor else (mark or "0", str(len(self.happened)), "0")
        if self.forgets and not cursor:
            since = "0"
        changed = list(dict.fromkeys(self.happened[int(since) : int(until)]))
        ids = changed[int(start) : int(start) + 3]
        following = f"{since}-{until}-{int(start) + 3}" if int(start) + 3 < len(changed) else ""
        return ChangesPage(tuple(self._now(each) for each in ids), following, "" if following else until)

    def _now(self, record_id: str) -> Listed:
        if record_id in self.records:
            return self.listed(record_id)
        return Listed(key=RecordKey(CRM, DEAL, record_id), version="", deleted=True)


def polled_desk() -> CensusDesk:
    """A connection that is polled every hour; its source has ten records."""
    found = CensusDesk(Census(every_hours=0), Poll(every_minutes=60))
    found.source = CountingSource()
    for number in range(1, 11):
        change(found, str(number))
    return found


@pytest.fixture
def desk() -> CensusDesk:
    """A new one."""
    return polled_desk()


def source_of(desk: CensusDesk) -> CountingSource:
    """The source behind a desk."""
    assert isinstance(desk.source, CountingSource)
    return desk.source


def change(desk: CensusDesk, record_id: str) -> None:
    """Let a record change."""
    desk.change(record_id)
    source_of(desk).happened.append(record_id)


def delete(desk: CensusDesk, record_id: str) -> None:
    """Let a record go without a trace but in the count."""
    del desk.source.records[record_id]
    source_of(desk).happened.append(record_id)


def polled(desk: CensusDesk) -> list[str]:
    """What the next poll had read."""
    desk.clock.advance(3600)
    desk.minute()
    return desk.read()


def test_the_first_poll_lists_all_and_the_next_ones_what_has_changed_since(desk: CensusDesk) -> None:
    """However old a stamp is, and with what was deleted; no window is asked for."""
    assert len(polled(desk)) == 10
    change(desk, "4")
    delete(desk, "7")
    assert polled(desk) == ["4", "7"]
    assert polled(desk) == []
    assert [mark for mark, cursor in source_of(desk).tracked if not cursor] == ["", "10", "12"]
    assert desk.source.asked == []
    assert desk.ledger.known([RecordKey(CRM, DEAL, "7")])[RecordKey(CRM, DEAL, "7")].is_gone


def test_what_happens_during_a_poll_is_found_by_the_next(desk: CensusDesk) -> None:
    """A mark is where the list of changes ended, and not where the last page was asked for."""
    desk.source.fails = [None, UnavailableError("down")]
    polled(desk)
    change(desk, "1")
    change(desk, "11")
    desk.clock.advance(360)
    desk.minute()
    desk.read()
    assert polled(desk) == ["1", "11"]
    assert desk.run(Purpose.POLL).mark == "12"


@pytest.mark.parametrize("page", [0, 1, 3])
def test_a_poll_that_fails_goes_on_where_it_was_and_keeps_its_mark(desk: CensusDesk, page: int) -> None:
    """Nothing of it is listed in vain, and nothing is left out."""
    desk.source.fails = [*[None] * page, UnavailableError("down")]
    read = polled(desk)
    assert (desk.run(Purpose.POLL).failing, desk.run(Purpose.POLL).mark) == ("UnavailableError", "")
    desk.clock.advance(360)
    desk.minute()
    assert {*read, *desk.read()} == {str(number) for number in range(1, 11)}
    run = desk.run(Purpose.POLL)
    assert (run.phase, run.mark, run.total.listed, run.cursor) == (Phase.DONE, "10", 10, "")
    assert len(source_of(desk).tracked) == 5


def test_a_poll_that_is_stopped_begins_again_at_the_mark_of_before(desk: CensusDesk) -> None:
    """What it had not reached is told again."""
    polled(desk)
    change(desk, "2")
    desk.clock.advance(3600)
    desk.source.fails = [UnavailableError("down")]
    desk.minute()
    run = desk.run(Purpose.POLL)
    desk.ledger.advance(Run.of_plain(CRM, DEAL, run.purpose, run.plain() | {"phase": "stopped"}, run.revision))
    assert polled(desk) == ["2"]


def test_a_source_that_has_forgotten_a_mark_lists_all_anew(desk: CensusDesk) -> None:
    """Page by page; what is known at its version is not read again."""
    polled(desk)
    change(desk, "3")
    source_of(desk).forgets = True
    assert polled(desk) == ["3"]
    source_of(desk).forgets = False
    assert desk.run(Purpose.POLL).total.listed == 10
    assert desk.run(Purpose.POLL).mark == "11"


def test_only_polls_go_by_marks(desk: CensusDesk) -> None:
    """A census proves windows, and what is newer than its span is none of its business."""
    desk.begin(Purpose.BACKFILL)
    desk.minute()
    assert desk.source.asked
    assert desk.run(Purpose.BACKFILL).mark == ""
    assert {mark for mark, _ in source_of(desk).tracked} == {""}


def test_a_run_of_before_there_were_marks_has_none() -> None:
    """What is in the table when a stage is deployed is read as ever."""
    desk = CensusDesk()
    desk.begin(Purpose.POLL)
    run = desk.run(Purpose.POLL)
    plain = run.plain()
    del plain["mark"]
    assert Run.of_plain(CRM, DEAL, Purpose.POLL, plain, run.revision) == run
