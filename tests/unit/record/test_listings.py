"""What becomes of a notice that names no record but asks for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from functions.record.listing import Listings
from functions.record.work import Message, opened
from tests.support.recording import CONNECTION, FLOW, Recording, deal, gone
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import PermanentError, UnavailableError, UnreadableRecordError
from tieout.facts.reading import ListedPage, Reading
from tieout.facts.statement import Absence
from tieout.ledger.plan import Outcome

ALL = RecordKey(CONNECTION, "opportunity", "*")
BEHIND = RecordKey(CONNECTION, "opportunity", "*2")


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
    recording.work(ALL)
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
    envelope = Envelope("d", CONNECTION, FLOW, recording.clock.now(), (Notice(ALL, "n", "GAP_OVERFLOW"),))
    [task] = opened(Message(message_id="m", receipt_handle="r", body=envelope.message(), attempt=1), lambda _: b"")
    with pytest.raises(UnreadableRecordError):
        listings.work_off(task)


def test_an_entity_that_the_flow_does_not_record_is_not_listed() -> None:
    """Nobody wants its records."""
    recording = Recording()
    recording.work(RecordKey(CONNECTION, "contact", "*"))
    assert recording.outcomes() == {0: Outcome.IGNORED}
    assert recording.queued() == []


def test_a_record_that_too_many_are_related_to_has_them_listed() -> None:
    """An account with thousands of deals is told of once, and each deal is a notice of its own."""
    recording = Recording()
    account = deal(7)
    listing = RecordKey(CONNECTION, "opportunity", "*7:")
    related = (deal(1), listing)
    recording.says[account] = replace(gone(account), absence=Absence.NOT_POSTED, related=related)
    recording.says[listing] = UnreadableRecordError("it is no record")
    assert not recording.work(account).retries
    [asked] = recording.queued()
    assert [(each.key, each.position) for each in asked.notices] == [(listing, 0)]
    assert recording.reads == 2
    assert recording.outcomes().keys() == {0}


def test_a_record_whose_listing_could_not_be_asked_for_comes_again() -> None:
    """Else nobody would ever read what is related to it."""
    recording = Recording()
    account = deal(7)
    related = (RecordKey(CONNECTION, "opportunity", "*7:"),)
    recording.says[account] = replace(gone(account), absence=Absence.NOT_POSTED, related=related)

    def fail(where: str) -> None:
        if where == "before own.send":
            raise UnavailableError("queue")

    recording.queue.io = fail
    assert list(recording.work(account).retries) == ["m"]
    assert recording.outcomes() == {}
    recording.queue.io = lambda _: None
    assert not recording.work(account).retries
    assert len(recording.queued()) == 1


def test_what_is_to_be_listed_is_listed_though_another_related_record_cannot_be_read() -> None:
    """The record is parked for the one that fails, perhaps for ever: the others must not wait for it."""
    recording = Recording()
    recording.says[deal(1)] = replace(gone(deal(1)), absence=Absence.NOT_POSTED, related=(BEHIND, deal(2)))
    recording.says[deal(2)] = UnreadableRecordError("spoilt")
    assert not recording.work(deal(1)).retries
    [asked] = recording.queued()
    assert [(each.key, each.position) for each in asked.notices] == [(BEHIND, 0)]
    assert recording.outcomes() == {0: Outcome.PARKED}


def test_what_is_to_be_listed_waits_while_a_related_record_may_yet_be_read() -> None:
    """The notice comes again, and asks when it ends, whichever way."""
    recording = Recording()
    recording.says[deal(1)] = replace(gone(deal(1)), absence=Absence.NOT_POSTED, related=(BEHIND, deal(2)))
    recording.says[deal(2)] = UnavailableError("down")
    assert list(recording.work(deal(1)).retries) == ["m"]
    assert recording.queued() == []


def test_a_record_that_fails_comes_again_where_its_listing_could_not_be_asked_for() -> None:
    """It is parked only once the listing is in the queue."""
    recording = Recording()
    recording.says[deal(1)] = replace(gone(deal(1)), absence=Absence.NOT_POSTED, related=(BEHIND, deal(2)))
    recording.says[deal(2)] = UnreadableRecordError("spoilt")

    def strike(where: str) -> None:
        if where == "before own.send":
            raise UnavailableError("queue")

    recording.queue.io = strike
    assert list(recording.work(deal(1)).retries) == ["m"]
    assert recording.outcomes() == {}
