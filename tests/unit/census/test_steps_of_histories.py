"""What a record has been: a census has told what of it is not here, with what its source says of that, and nothing else."""

from __future__ import annotations

import pytest

from tests.support.census_desk import CRM, DEAL, CensusDesk, ListedSource
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload, read_payload
from tieout.census import Difference, Known, Purpose, difference_of_step
from tieout.facts.listing import ListingPage, Step, Window

KEY = RecordKey(CRM, DEAL, "1")
EARLIER, SAID, LATER = (
    Step(KEY, f"2026-03-02T09:00:0{second}.000Z", b'{"second":%d}' % second) for second in (1, 2, 3)
)
SILENT = Step(KEY, SAID.version)


class RememberingSource(ListedSource):
    """A source that says what its records have been, too."""

    steps: tuple[Step, ...] = ()

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """As ever, with the steps on the last page."""
        page = super().page(entity, window, cursor)
        return page if page.following else page._replace(steps=self.steps)


def known(version: str, *steps: Step, is_gone: bool = False) -> Known:
    """What the ledger holds of the record."""
    return Known(source_version=version, is_gone=is_gone, steps=frozenset(each.version for each in steps))


@pytest.mark.parametrize(
    ("step", "here", "difference"),
    [
        (SAID, None, Difference.STEP_UNKNOWN),
        (SAID, known(SAID.version, SAID), None),
        (SAID, known(LATER.version, SAID, LATER), None),
        (SAID, known(EARLIER.version, is_gone=True), None),
        (SILENT, None, Difference.TO_BE_READ),
        (SILENT, known(EARLIER.version, EARLIER), Difference.TO_BE_READ),
        (SILENT, known(SAID.version, EARLIER), None),
        (SILENT, known(LATER.version, LATER), None),
    ],
)
def test_a_step_differs_by_its_name_where_it_says_what_was(
    step: Step, here: Known | None, difference: Difference | None
) -> None:
    """However new what is here is; where it says nothing, only as long as nothing newer is here."""
    assert difference_of_step(step, here) is difference


def test_what_was_between_is_missed_though_what_followed_is_here() -> None:
    """The middle one of three changes: no list shows that it is missing."""
    here = known(LATER.version, EARLIER, LATER)
    assert difference_of_step(SAID, here) is Difference.STEP_UNKNOWN


def test_only_what_something_should_have_told_of_was_missed() -> None:
    """What is only read to be sure may well be here."""
    assert {each for each in Difference if not each.was_missed} == {Difference.OUTDATED_RATE, Difference.TO_BE_READ}


@pytest.fixture
def desk() -> CensusDesk:
    """A desk whose source has a record that was told of, and remembers what else it was; its ledger holds nothing of that."""
    found = CensusDesk()
    found.source = RememberingSource()
    found.change("1")
    found.tell("1")
    found.clock.advance(1)
    return found


def remember(desk: CensusDesk, *steps: Step) -> None:
    """Let the source remember these steps."""
    assert isinstance(desk.source, RememberingSource)
    desk.source.steps = steps


def test_each_step_is_told_with_what_its_source_says_of_it(desk: CensusDesk) -> None:
    """It is kept where the record step finds it; the record is found once, however many steps of it are not here."""
    remember(desk, EARLIER, LATER)
    desk.begin(Purpose.CENSUS, days=1)
    report = desk.minute()
    [envelope] = desk.told()
    assert [each.key for each in envelope.notices] == [KEY, KEY]
    said = [read_payload(desk.store.get(each.payload)) for each in envelope.notices]
    assert said == [Payload({}, EARLIER.said), Payload({}, LATER.said)]
    assert (report.sent, report.missed) == ({CRM: 2}, {CRM: 1})
    [found] = desk.findings()
    assert (found.difference, found.version_there) == (Difference.STEP_UNKNOWN, LATER.version)
    assert desk.run(Purpose.CENSUS).total.listed == 1


def test_a_step_that_says_nothing_has_its_record_read_and_is_missed_by_nobody(desk: CensusDesk) -> None:
    """It may be here: only a reading can tell."""
    remember(desk, Step(KEY, "9999-12-31T00:00:00.000Z"))
    desk.begin(Purpose.CENSUS, days=1)
    report = desk.minute()
    [notice] = [each for envelope in desk.told() for each in envelope.notices]
    assert (notice.key, notice.payload, report.missed) == (KEY, "", {CRM: 0})


def test_a_poll_tells_of_steps_and_keeps_no_findings(desk: CensusDesk) -> None:
    """As of whatever else it brings."""
    remember(desk, EARLIER)
    desk.begin(Purpose.POLL, days=1)
    report = desk.minute()
    assert (report.sent, report.missed) == ({CRM: 1}, {})


def test_what_is_here_of_a_history_is_not_told_again(desk: CensusDesk) -> None:
    """A step that is older than what was read has come of a reading already."""
    remember(desk, Step(KEY, "2020-01-01T00:00:00.000Z"))
    desk.begin(Purpose.CENSUS, days=1)
    report = desk.minute()
    assert (desk.told(), report.sent, desk.findings()) == ([], {}, [])


def test_steps_are_counted_beside_what_is_listed(desk: CensusDesk) -> None:
    """A deal that nobody has told of, and two steps of another's history."""
    desk.change("2")
    desk.clock.advance(1)
    remember(desk, EARLIER, LATER)
    desk.begin(Purpose.CENSUS, days=1)
    assert desk.minute().sent == {CRM: 3}


def test_a_notice_of_a_step_says_what_found_it_and_which_step_it_is(desk: CensusDesk) -> None:
    """So a person who meets it in a dead-letter queue knows; what it says is kept among what its connection was told."""
    remember(desk, EARLIER)
    desk.begin(Purpose.CENSUS, days=1)
    desk.minute()
    [[notice]] = [envelope.notices for envelope in desk.told()]
    assert (notice.kind, notice.notice_id) == (
        f"census.{Difference.STEP_UNKNOWN}",
        f"census/{Difference.STEP_UNKNOWN}/{EARLIER.version}",
    )
    assert f"/{CRM}/" in notice.payload
