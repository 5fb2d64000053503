"""How a listing goes through the files of query jobs: piece by piece, and on where a job came to nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.zuora_answers import CONNECTION, answering
from tests.support.zuora_jobs import FILE, SPAN, Jobs, row
from tieout.errors import StillRunningError, UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed
from tieout.money import Money
from tieout.systems.zuora import listing as module
from tieout.systems.zuora.listing import ENTITIES
from tieout.systems.zuora.places import Place, place_in


def ids(found: Sequence[Listed]) -> list[str]:
    """The ids of listed records."""
    return [each.key.record_id for each in found]


def test_a_window_is_asked_for_in_one_query_of_each_kind() -> None:
    """With what was deleted, and in utc."""
    jobs = Jobs([])
    assert jobs.walk(jobs.zuora.listing()) == []
    assert jobs.queries == [
        f"SELECT id AS id, status, currency, amount AS amount, {day} AS day, "  # noqa: S608 what is expected
        "to_iso8601(at_timezone(updateddate, 'UTC')) AS updated, deleted "
        f"FROM {table} WHERE updateddate >= TIMESTAMP '2026-03-01 00:00:00.000 UTC' "
        "AND updateddate < TIMESTAMP '2026-03-02 00:00:00.500 UTC' ORDER BY id"
        for table, day in (("payment", "effectivedate"), ("refund", "refunddate"))
    ]


def test_a_subscription_is_listed_by_its_last_version() -> None:
    """Under its number, with what recurs of it in a year by Zuora's sum."""
    line = json.dumps(row(1, id="A-S1", amount=100, status="Active")).encode()
    zuora = answering(
        {"data": {"id": "j"}},
        {"data": {"queryStatus": "completed", "dataFile": FILE}},
        httpx.Response(206, content=line),
    )
    listing = zuora.listing()
    [listed] = listing.page("subscription", SPAN, listing.page("subscription", SPAN, "").following).records
    assert (listed.key.record_id, listed.amount) == ("A-S1", Money(120_000, "EUR"))
    query = json.loads(zuora.asked[0].content)["query"]
    assert query.startswith("SELECT name AS id, status, currency, cmrr AS amount, subscriptionstartdate AS day, ")
    assert "FROM subscription WHERE islatestversion = TRUE AND deleted = FALSE AND updateddate >= " in query


def test_a_file_that_is_gone_midway_is_replaced_by_one_of_what_is_behind() -> None:
    """By the id of the last record that was listed."""
    jobs = Jobs([row(number) for number in (1, 2, 3)])
    jobs.gone = frozenset((2,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST_RECORDS", 2)
        found = jobs.walk(jobs.zuora.listing())
    assert ids(found) == [f"payment-{number:032x}" for number in (1, 2, 3)]
    assert f"UTC' AND id > '{2:032x}' ORDER BY id" in jobs.queries[1]


@pytest.mark.parametrize(
    ("entity", "table", "status", "worth"),
    [
        ("billing_document", "invoice", "Posted", 1_250),
        ("billing_document", "invoice", "Canceled", 0),
        ("billing_document", "creditmemo", "Posted", -1_250),
        ("billing_document", "debitmemo", "Posted", 1_250),
        ("payment", "refund", "Processed", -1_250),
    ],
)
def test_what_is_taken_back_is_worth_less_than_nothing(entity: str, table: str, status: str, worth: int) -> None:
    """So that a census adds up what a source is worth."""
    jobs = Jobs([row(1, status=status)])
    jobs.table = table
    [listed] = jobs.walk(jobs.zuora.listing(), entity)
    assert listed.amount == Money(worth, "EUR")


def test_a_tenant_without_settlement_has_no_memos_to_list() -> None:
    """A query of a table that is not there would fail for ever."""
    queries: list[str] = []
    for options in ({}, {"settlement": False}):
        jobs = Jobs([])
        jobs.zuora._options = options
        jobs.walk(jobs.zuora.listing(), "billing_document")
        queries.append(" ".join(re.findall("FROM ([a-z]+)", " ".join(jobs.queries))))
    assert queries == ["invoice creditmemo debitmemo", "invoice"]


def test_what_a_row_says_is_listed_as_it_would_be_read() -> None:
    """At the version of its statement; what cannot be read of its worth costs nothing else."""
    rows = [
        row(1),
        row(2, amount=None, day="soon"),
        row(3, deleted=True),
        row(4, updated="2026-03-01T02:00:00.5-08:00", currency=None),
    ]
    first, second, third, fourth = _walked(rows)
    assert (first.key.connection, first.version, first.amount) == (
        CONNECTION,
        "2026-03-01T10:00:00.000Z",
        Money(1_250, "EUR"),
    )
    assert (second.amount, second.day, second.deleted, third.deleted) == (None, None, False, True)
    assert (fourth.version, fourth.amount) == ("2026-03-01T10:00:00.500Z", None)


def _walked(rows: Sequence[dict[str, Any]]) -> list[Listed]:
    jobs = Jobs(rows)
    return jobs.walk(jobs.zuora.listing())


@given(
    numbers=st.lists(st.integers(1, 10**6), unique=True, max_size=60),
    piece=st.integers(220, 2_000),
    most=st.integers(1, 20),
    ends=st.lists(st.sampled_from(["failed", "cancelled", "unknown", "in_progress", "completed"]), max_size=3),
    gone=st.frozensets(st.integers(1, 12), max_size=3),
)
def test_every_record_comes_once_whatever_becomes_of_jobs_and_files(
    numbers: list[int], piece: int, most: int, ends: list[str], gone: frozenset[int]
) -> None:
    """For any size of a page and of a piece: what was listed is not listed again by the job that takes another's place."""
    rows = [row(number) for number in sorted(numbers)]
    jobs = Jobs(rows, *ends)
    jobs.gone = gone if len(ends) + len(gone) <= 3 else frozenset()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_PIECE", piece)
        patch.setattr(module, "_MOST_RECORDS", most)
        assert ids(jobs.walk(jobs.zuora.listing())) == [f"payment-{each['id']}" for each in rows]


def test_a_job_that_runs_is_waited_for_and_then_asked_for_again() -> None:
    """A page waits some seconds, in which most have ended; another one is never begun beside it."""
    jobs = Jobs([row(1)], "in_progress" * 3)
    listing = jobs.zuora.listing()
    begun = listing.page("payment", SPAN, "").following
    before = jobs.zuora.clock.now()
    assert len(listing.page("payment", SPAN, begun).records) == 1
    assert (jobs.zuora.clock.now() - before).total_seconds() == 7
    jobs = Jobs([row(1)], "in_progress" * 4)
    listing = jobs.zuora.listing()
    begun = listing.page("payment", SPAN, "").following
    with pytest.raises(StillRunningError):
        listing.page("payment", SPAN, begun)
    assert len(listing.page("payment", SPAN, begun).records) == 1
    assert len(jobs.queries) == 1


def test_jobs_that_all_come_to_nothing_are_told_of_and_tried_again_ever_more_seldom() -> None:
    """A query of what a tenant does not have always fails; after a bad day a listing goes on by itself."""
    jobs = Jobs([row(1)], *["failed"] * 6)
    listing, clock = jobs.zuora.listing(), jobs.zuora.clock
    cursor = ""
    for _ in range(4):
        cursor = listing.page("payment", SPAN, cursor).following
    for minutes in (5, 30, 120):
        with pytest.raises(UnavailableError, match="queries") as caught:
            listing.page("payment", SPAN, cursor)
        assert caught.value.retry_after_seconds == minutes * 60
        clock.advance(minutes * 60 - 1)
        with pytest.raises(UnavailableError):
            listing.page("payment", SPAN, cursor)
        clock.advance(1)
        cursor = listing.page("payment", SPAN, cursor).following
    assert len(listing.page("payment", SPAN, cursor).records) == 1
    assert len(jobs.queries) == 7


def test_the_longest_rest_is_some_hours() -> None:
    """However many queries came to nothing."""
    zuora = answering(*[{"data": {"queryStatus": "failed"}}] * 2)
    begun = int(zuora.clock.now().timestamp())
    for lost in (6, 600):
        with pytest.raises(UnavailableError) as caught:
            zuora.listing().page("payment", SPAN, Place("payment", job="j", lost=lost, begun=begun).cursor())
        assert caught.value.retry_after_seconds == 6 * 3600


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"{",
        b'{"id":"1"}',
        json.dumps(row(1, updated="today")).encode(),
        json.dumps(row(1, updated=None)).encode(),
    ],
)
def test_a_row_that_does_not_say_what_it_is_fails_its_listing(line: bytes) -> None:
    """Left out, it would never be missed."""
    file = {"data": {"queryStatus": "completed", "dataFile": FILE}}
    listing = answering(file, httpx.Response(206, content=line)).listing()
    with pytest.raises(UnreadableRecordError):
        listing.page("payment", SPAN, Place("payment", job="j").cursor())


def test_a_row_longer_than_a_piece_is_none() -> None:
    """A file that is no such file is not read for ever."""
    file = {"data": {"queryStatus": "completed", "dataFile": FILE}}
    listing = answering(file, httpx.Response(206, content=b"x" * (256 * 1024))).listing()
    with pytest.raises(UnreadableRecordError, match="longer"):
        listing.page("payment", SPAN, Place("payment", job="j").cursor())


@pytest.mark.parametrize(
    "cursor",
    [
        "payment",
        "invoice:::0:0:0",
        "payment:::0",
        "payment:::0:0",
        "payment:a b::0:0:0",
        "payment::a/b:0:0:0",
        "payment:::-1:0:0",
        "payment:::0:0:x",
    ],
)
def test_a_cursor_that_no_page_has_named_is_refused(cursor: str) -> None:
    """It would stand in an address, or in a query."""
    with pytest.raises(UnreadableRecordError):
        place_in(cursor, ["payment"])


def test_a_place_is_read_back_as_it_was_written() -> None:
    """Every part of it."""
    place = Place("payment", "0f", "a-b", 1234, 2, 1_772_442_000)
    assert place_in(place.cursor(), ["payment", "refund"]) == place
    assert place_in("", ["payment", "refund"]) == Place("payment")


def test_what_is_still_known_is_asked_for_by_ids() -> None:
    """Ninety-nine of a kind at once; of a subscription its last version is what it is."""
    objects = [
        {"id": f"{number:032x}", "amount": 1, "currency": "EUR", "updatedDate": "2026-03-01T02:00:00-08:00"}
        for number in (1, 2)
    ]
    zuora = answering(
        {"data": objects}, {"data": []}, {"data": [{"name": "A-S1", "cMRR": 2, "updatedDate": "2026-03-01T10:00:00Z"}]}
    )
    listing = zuora.listing()
    keys = [each.key for each in _walked([row(number) for number in range(1, 101)])]
    known = listing.still_known(keys)
    assert ids(list(known.values())) == [f"payment-{number:032x}" for number in (1, 2)]
    assert {each.version for each in known.values()} == {"2026-03-01T10:00:00.000Z"}
    [subscription] = listing.still_known([keys[0]._replace(entity="subscription", record_id="A-S1")])
    assert subscription.record_id == "A-S1"
    filters = [each.url.params.get_list("filter[]") for each in zuora.asked]
    assert [len(each[0].split(",")) for each in filters] == [99, 1, 1]
    assert filters[2] == ["name.IN:[A-S1]", "islatestversion.EQ:true"]
    assert listing.still_known([keys[0]._replace(record_id="no-such-id")]) == {}


def test_an_entity_that_zuora_does_not_have_is_refused() -> None:
    """And of none can it say in one call how many there are."""
    listing = answering().listing()
    assert [listing.count(entity, SPAN) for entity in ENTITIES] == [None, None, None]
    for call in (listing.count, lambda entity, span: listing.page(entity, span, "")):
        with pytest.raises(UnreadableRecordError):
            call("opportunity", SPAN)
