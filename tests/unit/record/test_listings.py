"""What becomes of a notice that names no record but asks for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions.record.listing import Listings
from functions.record.pipeline import record
from functions.record.work import Message, Report
from tests.support.recording import CONNECTION, FLOW, Recording, deal, gone
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import PermanentError, UnavailableError, UnreadableRecordError
from tieout.facts.reading import ListedPage, Reading, SourceReader
from tieout.facts.statement import Absence
from tieout.ledger.plan import Outcome

ALL = RecordKey(CONNECTION, "opportunity", "*")
BEHIND = RecordKey(CONNECTION, "opportunity", "*2")
RELATED = RecordKey(CONNECTION, "opportunity", "*7:")
RECEIVED = datetime(2026, 3, 2, 9, tzinfo=UTC)
OCCURRED = datetime(2026, 3, 2, 8, 59, tzinfo=UTC)


def told(key: RecordKey, *, message_id: str = "m", attempt: int = 1) -> Message:
    """A message with one notice, of which the source says when it occurred."""
    notice = Notice(key, "n", "GAP_OVERFLOW", occurred_at=OCCURRED)
    body = Envelope("d", CONNECTION, FLOW, RECEIVED, (notice,)).message()
    return Message(message_id=message_id, receipt_handle="r", body=body, attempt=attempt)


def has_related(recording: Recording, key: RecordKey, *related: RecordKey) -> None:
    """Let a record be none that is posted, and be told of for those it is related to."""
    recording.says[key] = replace(gone(key), absence=Absence.NOT_POSTED, related=related)


def test_each_record_of_a_page_is_a_notice_and_the_next_page_another_message() -> None:
    """What fails of a page's records lists nothing a second time, and no run does more than a page."""
    recording = Recording()
    recording.lists[ALL] = ListedPage((deal(1), deal(2)), BEHIND)
    recording.lists[BEHIND] = ListedPage((deal(3),), None)
    assert not recording.work(ALL).retries
    records, following = recording.queued()
    assert [(each.key, each.position, each.kind) for each in records.notices] == [
        (deal(1), 0, "listed"),
        (deal(2), 1, "listed"),
    ]
    assert [(each.key, each.position) for each in following.notices] == [(BEHIND, 2)]
    assert {(each.connection, each.flow, each.received_at) for each in (records, following)} == {
        (CONNECTION, FLOW, recording.clock.now())
    }
    assert records.delivery_id == following.delivery_id == "d~opportunity*"
    assert recording.outcomes() == {0: Outcome.APPLIED}
    assert recording.reads == 0


def test_what_is_listed_is_put_down_to_what_asked_for_it() -> None:
    """Each record's notice has a name of its own in the listing's delivery, and occurred when the notice did that asked."""
    recording = Recording()
    recording.lists[ALL] = ListedPage((deal(1), deal(2)), BEHIND)
    record(recording.step, [told(ALL)])
    delivery_id = "d~opportunity*"

    def listed(key: RecordKey, position: int) -> Notice:
        return Notice(key, f"d~opportunity*/{key.record_id}", "listed", occurred_at=OCCURRED, position=position)

    assert recording.queued() == [
        Envelope(delivery_id, CONNECTION, FLOW, RECEIVED, (listed(deal(1), 0), listed(deal(2), 1))),
        Envelope(delivery_id, CONNECTION, FLOW, RECEIVED, (listed(BEHIND, 2),)),
    ]


def test_a_listing_is_asked_of_the_source_of_its_connection() -> None:
    """A flow may have several sources, and another one would list other records."""
    recording = Recording()
    recording.lists[ALL] = ListedPage((deal(1),), None)
    sources: dict[str, SourceReader] = {CONNECTION: recording}
    listings = Listings(sources.__getitem__, recording.queue, recording.step.outcomes)
    recording.step = replace(recording.step, listings=listings)
    assert recording.work(ALL) == Report(outcomes=Counter({Outcome.APPLIED: 1}), listed=1)


def test_every_notice_that_is_sent_because_of_a_listing_is_counted() -> None:
    """Over all listings of a batch: a page's records, what asks for the page that follows, and what records ask for."""
    recording = Recording()
    end = RecordKey(CONNECTION, "opportunity", "*3")
    recording.lists = {
        ALL: ListedPage((deal(1), deal(2)), BEHIND),
        BEHIND: ListedPage((deal(3),), None),
        end: ListedPage((), None),
    }
    assert recording.work(ALL, BEHIND, end) == Report(outcomes=Counter({Outcome.APPLIED: 3}), listed=4)
    assert sum(len(each.notices) for each in recording.queued()) == 4
    has_related(recording, deal(7), RELATED)
    has_related(recording, deal(8), ALL, BEHIND)
    report = recording.work(ALL, deal(7), deal(8), delivery_id="another")
    assert report.listed == 6
    assert sum(len(each.notices) for each in recording.queued()) == 6


def test_pages_have_names_of_their_own_however_many_there_are() -> None:
    """A notice's outcome is kept under its delivery's name and its position: two pages must not share them."""
    recording = Recording()
    recording.lists[BEHIND] = ListedPage((deal(3),), None)
    recording.work(BEHIND, delivery_id="d~opportunity*")
    [records] = recording.queued()
    assert records.delivery_id == "d~opportunity*2"
    assert len({each.notice_id for each in records.notices}) == 1


def test_a_listing_that_was_worked_off_is_not_worked_off_again() -> None:
    """Else every message that a queue gives out twice would double what is still to be listed."""
    recording = Recording()
    recording.lists[ALL] = ListedPage((deal(1),), BEHIND)
    recording.work(ALL)
    recording.queued()
    assert recording.work(ALL) == Report(outcomes=Counter({Outcome.DUPLICATE: 1}))
    assert recording.queued() == []
    assert recording.outcomes() == {0: Outcome.APPLIED}


def test_a_listing_that_failed_comes_again_and_its_neighbours_go_on() -> None:
    """The source may be down for the one and there for the other."""
    recording = Recording()
    recording.lists[ALL] = UnavailableError("down")
    report = recording.work(ALL, deal(1))
    assert list(report.retries) == ["m"]
    assert recording.outcomes().keys() == {1}
    recording.lists[ALL] = ListedPage((), None)
    recording.work(ALL, deal(1))
    assert recording.outcomes()[0] == Outcome.APPLIED
    assert recording.queued() == []


def test_every_listing_that_failed_is_counted_by_its_error() -> None:
    """However many of a batch share it."""
    recording = Recording()
    recording.lists = {ALL: UnavailableError("down"), BEHIND: UnavailableError("down")}
    assert recording.work(ALL, BEHIND) == Report(retries={"m": 15}, errors=Counter({"UnavailableError": 2}))


def test_a_listing_that_is_not_all_in_the_queue_comes_again() -> None:
    """The page that follows could not be sent: nobody else would ask for it."""
    recording = Recording()
    recording.lists[ALL] = ListedPage((deal(1),), BEHIND)
    sent: list[str] = []

    def fail_second(where: str) -> None:
        sent.append(where)
        if sent.count("before own.send") == 2:
            raise UnavailableError("queue")

    recording.queue.io = fail_second
    assert list(recording.work(ALL).retries) == ["m"]
    recording.queue.io = lambda _: None
    assert [each.key for envelope in recording.queued() for each in envelope.notices] == [deal(1)]
    assert not recording.work(ALL).retries
    assert [each.key for envelope in recording.queued() for each in envelope.notices] == [deal(1), BEHIND]


@pytest.mark.parametrize("error", [UnreadableRecordError("no"), PermanentError("no"), ZeroDivisionError()])
def test_what_can_never_be_listed_is_parked(error: Exception) -> None:
    """For a person, who redrives it once it is mended."""
    recording = Recording()
    recording.lists[ALL] = error
    assert not recording.work(ALL).retries
    assert recording.outcomes() == {0: Outcome.PARKED}
    assert len(recording.dead_letters.contents()) == 1


def test_a_source_that_lists_nothing_says_so() -> None:
    """Its reader has no such capability, and guessing would lose records."""

    class Reader:
        """Reads and no more."""

        def read(self, _keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
            """Nothing."""
            return {}

    recording = Recording()
    listings = Listings(lambda _: Reader(), recording.queue, recording.step.outcomes)
    recording.step = replace(recording.step, listings=listings)
    assert recording.work(ALL) == Report(
        outcomes=Counter({Outcome.PARKED: 1}), errors=Counter({"UnreadableRecordError": 1})
    )
    [parked] = recording.dead_letters.contents()
    assert parked.attributes == {
        "error": "UnreadableRecordError",
        "reason": "the source cannot be asked for a listing",
    }


def test_an_entity_that_the_flow_does_not_record_is_not_listed() -> None:
    """Nobody wants its records."""
    recording = Recording()
    recording.work(RecordKey(CONNECTION, "contact", "*"))
    assert recording.outcomes() == {0: Outcome.IGNORED}
    assert recording.queued() == []


def test_a_record_that_too_many_are_related_to_has_them_listed() -> None:
    """An account with thousands of deals is told of once, and each deal is a notice of its own."""
    recording = Recording()
    has_related(recording, deal(7), deal(1), RELATED, BEHIND)
    recording.says[RELATED] = UnreadableRecordError("it is no record")
    report = record(recording.step, [told(deal(7))])
    assert (report.retries, report.errors, report.listed) == ({}, Counter(), 2)
    delivery_id = "d~opportunity7"
    assert recording.queued() == [
        Envelope(delivery_id, CONNECTION, FLOW, RECEIVED, (Notice(key, notice_id, "listed", OCCURRED, position=place),))
        for place, (key, notice_id) in enumerate([(RELATED, "d~opportunity7/*7:"), (BEHIND, "d~opportunity7/*2")])
    ]
    assert recording.reads == 2
    assert recording.outcomes().keys() == {0}


def test_a_record_whose_listing_could_not_be_asked_for_comes_again() -> None:
    """Else nobody would ever read what is related to it."""
    recording = Recording()
    account = deal(7)
    has_related(recording, account, RELATED)

    def fail(where: str) -> None:
        if where == "before own.send":
            raise UnavailableError("queue")

    recording.queue.io = fail
    assert recording.work(account) == Report(retries={"m": 15}, errors=Counter({"UnavailableError": 1}))
    assert recording.outcomes() == {}
    recording.queue.io = lambda _: None
    assert not recording.work(account).retries
    assert len(recording.queued()) == 1


def test_what_is_to_be_listed_is_listed_though_another_related_record_cannot_be_read() -> None:
    """The record is parked for the one that fails, perhaps for ever: the others must not wait for it."""
    recording = Recording()
    has_related(recording, deal(1), BEHIND, deal(2))
    recording.says[deal(2)] = UnreadableRecordError("spoilt")
    assert recording.work(deal(1)) == Report(
        outcomes=Counter({Outcome.PARKED: 1}), errors=Counter({"UnreadableRecordError": 1}), listed=1
    )
    [asked] = recording.queued()
    assert [(each.key, each.position) for each in asked.notices] == [(BEHIND, 0)]
    assert recording.outcomes() == {0: Outcome.PARKED}
    [parked] = recording.dead_letters.contents()
    assert parked.attributes == {"error": "UnreadableRecordError", "reason": "spoilt"}


def test_what_is_to_be_listed_waits_while_a_related_record_may_yet_be_read() -> None:
    """The notice comes again, and asks when it ends, whichever way."""
    recording = Recording()
    has_related(recording, deal(1), BEHIND, deal(2))
    recording.says[deal(2)] = UnavailableError("down")
    assert recording.work(deal(1)) == Report(retries={"m": 15}, errors=Counter({"UnavailableError": 1}))
    assert recording.queued() == []


def test_what_is_to_be_listed_is_listed_once_one_of_the_records_notices_is_given_up() -> None:
    """The one that is parked has asked for it, and those that come again do not wait with it."""
    recording = Recording()
    has_related(recording, deal(1), BEHIND, deal(2))
    recording.says[deal(2)] = UnavailableError("down")
    report = record(recording.step, [told(deal(1), message_id="new"), told(deal(1), message_id="given up", attempt=12)])
    assert report == Report(
        retries={"new": 15},
        outcomes=Counter({Outcome.PARKED: 1}),
        errors=Counter({"UnavailableError": 2}),
        listed=1,
    )
    assert [each.key for envelope in recording.queued() for each in envelope.notices] == [BEHIND]


def test_a_record_that_fails_comes_again_where_its_listing_could_not_be_asked_for() -> None:
    """It is parked only once the listing is in the queue."""
    recording = Recording()
    has_related(recording, deal(1), BEHIND, deal(2))
    recording.says[deal(2)] = UnreadableRecordError("spoilt")

    def strike(where: str) -> None:
        if where == "before own.send":
            raise UnavailableError("queue")

    recording.queue.io = strike
    report = recording.work(deal(1), deal(1))
    assert report == Report(retries={"m": 15}, errors=Counter({"UnreadableRecordError": 2, "UnavailableError": 2}))
    assert recording.outcomes() == {}
    assert recording.dead_letters.contents() == ()
