"""What never arrived is named, and nothing else; and once the line has read it, nothing is missing any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.census import pipeline
from tests.support.census_desk import CRM, DEAL, CensusDesk, Record
from tieout.arriving.notice import RecordKey
from tieout.census import Difference, Phase, Purpose
from tieout.money import Money

RECORDS = st.integers(1, 9).map(str)
WHAT = st.sampled_from(["changed", "deleted", "purged"])
TOLD = st.booleans()


@given(
    history=st.lists(st.tuples(RECORDS, WHAT, TOLD), max_size=40),
    lists_deleted=st.booleans(),
    page_size=st.integers(1, 5),
)
def test_exactly_what_nobody_told_of_is_named(
    history: list[tuple[str, str, bool]], page_size: int, *, lists_deleted: bool
) -> None:
    """Whatever was dropped, deletions included, and however the source lists what is gone."""
    desk = CensusDesk()
    desk.source.page_size, desk.source.lists_deleted = page_size, lists_deleted
    missed: dict[str, bool] = {}  # by record: whether the source still knows it
    for record_id, what, is_told in history:
        if what == "purged" and record_id in desk.source.records:
            del desk.source.records[record_id]
        elif what != "purged":
            desk.change(record_id, amount=7, is_deleted=what == "deleted")
        missed[record_id] = not is_told
        if is_told:
            desk.tell(record_id)
    known = desk.ledger.known(RecordKey(CRM, DEAL, each) for each in missed)
    expected = set()
    for record_id, is_missed in missed.items():
        there = desk.source.records.get(record_id)
        here = known.get(RecordKey(CRM, DEAL, record_id))
        is_gone_there = there is None or there.is_deleted
        is_gone_here = here is None or here.is_gone
        if is_missed and not (is_gone_there and is_gone_here):
            expected.add(record_id)
    desk.clock.advance(1)
    desk.begin(Purpose.CENSUS)
    desk.to_the_end()
    assert {each.key.record_id for each in desk.findings()} == expected
    assert set(desk.read()) == expected
    desk.begin(Purpose.CENSUS)
    desk.to_the_end()
    assert desk.findings() == []


@pytest.fixture(name="desk")
def _desk() -> CensusDesk:
    return CensusDesk()


def test_each_finding_says_what_it_is_and_what_it_is_worth(desk: CensusDesk) -> None:
    """There by the source's list, here by what planning holds of it, and in which periods."""
    for record_id in "1234":
        desk.change(record_id, amount=int(record_id) * 100)
    for record_id in "134":
        desk.tell(record_id)
    desk.change("1", amount=150)
    desk.change("3", is_deleted=True)
    del desk.source.records["4"]
    desk.clock.advance(1)
    desk.begin(Purpose.CENSUS)
    desk.to_the_end()
    found = {each.key.record_id: each for each in desk.findings()}
    assert {record_id: each.difference for record_id, each in found.items()} == {
        "1": Difference.OLDER_HERE,
        "2": Difference.NEVER_RECEIVED,
        "3": Difference.DELETED_THERE,
        "4": Difference.UNKNOWN_THERE,
    }
    assert {record_id: each.amount for record_id, each in found.items() if each.amount} == {
        "1": Money(150, "EUR"),
        "2": Money(200, "EUR"),
        "3": Money(100, "EUR"),
    }
    assert {record_id: each.planned_minor for record_id, each in found.items()} == {
        "1": {"Amount": 100},
        "2": {},
        "3": {"Amount": 300},
        "4": {"Amount": 400},
    }
    assert {record_id: each.periods for record_id, each in found.items()} == {
        "1": ("2026-03",),
        "2": (),
        "3": ("2026-03",),
        "4": ("2026-03",),
    }
    assert (found["2"].version_here, found["4"].version_there) == ("", "")
    each_once = dict.fromkeys((each.difference for each in found.values()), 1)
    assert desk.run(Purpose.CENSUS).total.differences == each_once
    [gone] = [each for envelope in desk.told() for each in envelope.notices if each.key.record_id == "4"]
    assert gone.notice_id == "census/unknown_there/"


def test_what_its_source_tells_nobody_of_is_read_and_missed_by_nobody(desk: CensusDesk) -> None:
    """As an entry of S/4HANA that was cleared; but that it was never received at all is news, and so is what it is told of."""
    for record_id in "123":
        desk.change(record_id)
    desk.tell("1")
    desk.tell("2")
    desk.change("1")
    desk.change("2")
    desk.source.untold |= {"1", "3"}
    desk.clock.advance(1)
    desk.begin(Purpose.CENSUS)
    report = desk.minute()
    found = {each.key.record_id: each.difference for each in desk.findings()}
    assert found == {"1": Difference.TO_BE_READ, "2": Difference.OLDER_HERE, "3": Difference.NEVER_RECEIVED}
    assert report.missed == {CRM: 2}
    assert set(desk.read()) == {"1", "2", "3"}


def test_what_differs_is_read_through_the_line(desk: CensusDesk) -> None:
    """As a notice that names the record, why, and whether the source says that it is gone."""
    desk.change("1")
    desk.change("2")
    desk.tell("2")
    desk.change("2", is_deleted=True)
    desk.clock.advance(1)
    desk.begin(Purpose.CENSUS)
    desk.minute()
    [envelope] = desk.told()
    assert (envelope.connection, envelope.flow) == (CRM, "forecast")
    assert [(each.key.record_id, each.kind, each.deleted) for each in envelope.notices] == [
        ("1", "census.never_received", False),
        ("2", "census.deleted_there", True),
    ]
    assert envelope.delivery_id.startswith("census-")
    told_of = [f"{each.kind.replace('.', '/')}/" for each in envelope.notices]
    versions = [each.notice_id.removeprefix(what) for each, what in zip(envelope.notices, told_of, strict=True)]
    assert versions == [each.version_there for each in desk.findings()]
    assert all(versions)


def test_a_complete_window_is_kept_as_evidence(desk: CensusDesk) -> None:
    """With its counts and sums: what was listed, what it is worth there, and what differed."""
    for record_id in "12345":
        desk.change(record_id, amount=100)
    for record_id in "1234":
        desk.tell(record_id)
    desk.change("4", is_deleted=True)
    desk.clock.advance(1)
    desk.begin(Purpose.CENSUS, days=10)
    desk.to_the_end()
    before, within = desk.ledger.windows(CRM, DEAL)
    run = desk.run(Purpose.CENSUS)
    assert (before.window.since, before.window.until) == (run.span.since, run.span.since + timedelta(days=7))
    assert (within.window.since, within.window.until) == (before.window.until, run.span.until)
    assert (before.tally.listed, before.tally.worth_minor, before.tally.differences) == (0, {}, {})
    assert (within.tally.listed, within.tally.worth_minor) == (5, {"EUR": 400})
    assert within.tally.differences == {Difference.NEVER_RECEIVED: 1, Difference.DELETED_THERE: 1}
    assert (run.phase, run.total.listed) == (Phase.DONE, 5)


def test_what_was_restored_is_found_though_its_stamp_did_not_move(desk: CensusDesk) -> None:
    """A restore need not be a modification: what is there and held as deleted is older here."""
    desk.change("1", is_deleted=True)
    desk.tell("1")
    desk.source.records["1"] = Record(desk.source.records["1"].changed_at, 100)
    desk.clock.advance(1)
    desk.begin(Purpose.CENSUS)
    desk.to_the_end()
    assert [(each.key.record_id, each.difference) for each in desk.findings()] == [("1", Difference.OLDER_HERE)]


def test_everything_here_is_asked_for_however_much_of_it_is_gone(
    desk: CensusDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page on which nothing is left to ask for is not the last."""
    monkeypatch.setattr(pipeline, "_HERE_AT_ONCE", 2)
    for record_id in "123456":
        desk.change(record_id, is_deleted=record_id in "1234")
        desk.tell(record_id)
    desk.source.records.clear()
    desk.clock.advance(1)
    desk.begin(Purpose.CENSUS)
    desk.to_the_end()
    assert [(each.key.record_id, each.difference) for each in desk.findings()] == [
        ("5", Difference.UNKNOWN_THERE),
        ("6", Difference.UNKNOWN_THERE),
    ]


def test_what_changes_behind_the_window_is_no_difference(desk: CensusDesk) -> None:
    """Its webhook may still be on its way."""
    desk.change("1")
    desk.tell("1")
    desk.clock.advance(1)
    desk.begin(Purpose.CENSUS)
    desk.change("1", amount=5)
    desk.to_the_end()
    assert (desk.findings(), desk.told()) == ([], [])


def test_each_window_counts_its_own_records(desk: CensusDesk) -> None:
    """And the run counts each record once, however many windows it has gone through."""
    desk.change("1")
    desk.clock.advance(timedelta(days=8).total_seconds())
    desk.change("2")
    desk.clock.advance(1)
    desk.begin(Purpose.CENSUS, days=10)
    desk.to_the_end()
    assert [each.tally.listed for each in desk.ledger.windows(CRM, DEAL)] == [1, 1]
    assert desk.run(Purpose.CENSUS).total.listed == 2


def test_what_the_bus_could_not_take_at_once_is_told_all_the_same(desk: CensusDesk) -> None:
    """It is offered again where the bus refused it, and kept beside where it is too large for the bus."""
    desk.source.page_size = 5000
    refusals = ["ThrottlingException"]
    desk.bus.refuse = lambda _: refusals.pop() if refusals else ""
    records = [str(number) for number in range(2000)]
    for record_id in records:
        desk.change(record_id)
    desk.clock.advance(1)
    desk.begin(Purpose.BACKFILL, days=1)
    desk.minute()
    [envelope] = desk.told()
    assert {each.key.record_id for each in envelope.notices} == set(records)
