"""What HubSpot's listing finds and when, over HTTP: merges, the recycling bin, the lag of its search, and its limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.systems.faults import Fault
from tests.support.clock import ManualClock
from tests.support.hubspot_account import BATCH_READ, DEAL, NOW, TOKEN, Account, connection_to, key, stated
from tieout.errors import ThrottledError, UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, Window
from tieout.facts.statement import Absence
from tieout.money import Money
from tieout.systems.hubspot.listing import LATENESS, HubSpotListing, open_listing

HOUR = timedelta(hours=1)
AROUND_NOW = Window(NOW - HOUR, NOW + HOUR)


def listing_of(account: Account, *, now: datetime = NOW) -> HubSpotListing:
    """A listing of the account, at a moment of our clock."""
    return open_listing(connection_to(account.url), {"access_token": TOKEN}, account.http, ManualClock(now))


def answered(respond: Callable[[httpx.Request], httpx.Response], *, now: datetime = NOW) -> HubSpotListing:
    """A listing of a HubSpot that answers as `respond` says."""
    http = httpx.Client(transport=httpx.MockTransport(respond))
    return open_listing(connection_to("https://hubspot.test"), {"access_token": TOKEN}, http, ManualClock(now))


def listed(listing: HubSpotListing, window: Window = AROUND_NOW) -> list[Listed]:
    """All pages of a window."""
    found: list[Listed] = []
    cursor, first = "", True
    while cursor or first:
        page = listing.page("opportunity", window, cursor)
        assert len(page.records) <= 200
        found += page.records
        cursor, first = page.following, False
    return found


def test_a_deal_is_listed_with_its_amount_and_the_day_of_its_close(account: Account) -> None:
    """The day is that of the account's own zone, and a deal without currency has the connection's."""
    deal = account.portal.create_deal(DEAL)
    plain = account.portal.create_deal({"amount": "20"})
    version = stated(account.read(deal.deal_id)[deal.deal_id]).source_version
    first, second = listed(listing_of(account))
    assert first.key == key(deal.deal_id)
    assert (first.version, first.deleted) == (version, False)
    assert first.amount == Money(150_000, "USD")
    assert first.day is not None
    assert first.day.isoformat() == "2026-04-01"  # 22:30 UTC on the evening before is after midnight in Berlin
    assert (second.key, second.amount, second.day) == (key(plain.deal_id), Money(2_000, "EUR"), None)


def test_an_amount_that_cannot_be_read_costs_the_listing_only_itself(account: Account) -> None:
    """The reader says what is wrong with it; here it would cost two hundred others."""
    deal = account.portal.create_deal(DEAL | {"amount": "1e40", "closedate": "soon"})
    [found] = listed(listing_of(account))
    assert (found.key, found.amount, found.day) == (key(deal.deal_id), None, None)


def test_deals_that_were_merged_come_with_the_one_they_live_on_as(account: Account) -> None:
    """As deleted, and at no version: their own would be the survivor's, which moves on with each of its changes."""
    old = [account.portal.create_deal(DEAL).deal_id for _ in range(3)]
    survivor = account.portal.merge_deals(*old[:2])
    last = account.portal.merge_deals(survivor.deal_id, old[2])
    found = {each.key.record_id: each for each in listed(listing_of(account))}
    assert not found.pop(last.deal_id).deleted
    assert {each: (of.version, of.deleted) for each, of in found.items()} == dict.fromkeys(
        [*old, survivor.deal_id], ("", True)
    )
    readings = account.read(*old, survivor.deal_id)
    assert {stated(each).absence for each in readings.values()} == {Absence.MERGED}
    assert listing_of(account).still_known([key(each) for each in old]) == {}
    account.portal.archive_deal(last.deal_id)
    assert listing_of(account).still_known([key(each) for each in old]) == {}


def test_no_page_is_too_long_for_what_was_merged(account: Account) -> None:
    """A page ends before the deal that would not fit into it with all that was merged into it."""
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(300)]
    survivors = [account.portal.merge_deals(*ids[each : each + 2]).deal_id for each in range(0, 300, 2)]
    account.portal.settings.searches_per_second = 100
    found = listed(listing_of(account))
    assert sorted(each.key.record_id for each in found) == sorted(ids + survivors)


def test_more_deals_merged_into_one_than_a_page_has_room_for_are_cut_off(account: Account) -> None:
    """The listing goes on behind it instead of standing still."""
    survivor = account.portal.create_deal(DEAL)
    survivor.merged_ids = tuple(str(each) for each in range(300))
    account.portal.change_deal(survivor.deal_id, {"amount": "1"})
    after = account.portal.create_deal(DEAL)
    found = listed(listing_of(account))
    assert len(found) == 201
    assert {key(survivor.deal_id), key(after.deal_id)} <= {each.key for each in found}


def test_archived_deals_count_from_when_they_were_archived(account: Account) -> None:
    """However long before nobody had touched them; their version is what it was, as the reader states it."""
    deals = [account.portal.create_deal(DEAL) for _ in range(3)]
    for deal, archived_at in zip(deals, (NOW - 2 * HOUR, NOW - HOUR, NOW + HOUR), strict=True):
        deal.modified_at = NOW - timedelta(days=30)
        account.portal.archive_deal(deal.deal_id)
        deal.archived_at = archived_at
    [found] = listed(listing_of(account))
    assert (found.key, found.deleted) == (key(deals[1].deal_id), True)
    assert found.version == stated(account.read(deals[1].deal_id)[deals[1].deal_id]).source_version
    known = listing_of(account).still_known([key(each.deal_id) for each in deals])
    assert [(each.deleted, each.version) for each in known.values()] == [(True, found.version)] * 3


@pytest.mark.parametrize(("age", "calls"), [(timedelta(days=91), 1), (timedelta(days=91) - timedelta(seconds=1), 2)])
def test_nothing_archived_is_looked_for_where_nothing_is_kept(age: timedelta, calls: int) -> None:
    """HubSpot keeps archived deals for ninety days, and its list of them costs a call for each hundred."""
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"results": []})

    assert listed(answered(respond), Window(NOW - age - HOUR, NOW - age)) == []
    assert len(asked) == calls


def test_archived_deals_are_gone_through_page_by_page() -> None:
    """A page may have none of the window's, and the listing goes on."""
    gone = {
        "id": "7",
        "properties": {},
        "updatedAt": "2026-01-01T00:00:00.000Z",
        "archivedAt": "2026-03-04T05:00:00.000Z",
    }
    pages: dict[str | None, dict[str, Any]] = {
        None: {
            "results": [gone | {"id": "5", "archivedAt": "2026-02-01T00:00:00.000Z"}],
            "paging": {"next": {"after": "6"}},
        },
        "6": {"results": [gone, gone | {"id": "8", "archivedAt": None}]},
    }

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"results": []})
        assert (request.url.params["archived"], request.url.params["limit"]) == ("true", "100")
        return httpx.Response(200, json=pages[request.url.params.get("after")])

    [found] = listed(answered(respond))
    assert found == Listed(key=key("7"), version="2026-01-01T00:00:00.000Z", deleted=True)


def test_a_change_is_listed_once_the_search_knows_of_it(account: Account) -> None:
    """Until then the search shows the deal as it was; within `LATENESS` it has caught up."""
    deal = account.portal.create_deal(DEAL)
    before = listed(listing_of(account))
    account.portal.settings.search_delay_seconds = LATENESS.total_seconds()
    account.portal.now = lambda: NOW + LATENESS
    account.portal.change_deal(deal.deal_id, {"amount": "7"})
    account.portal.now = lambda: NOW + 2 * LATENESS - timedelta(seconds=1)
    assert listed(listing_of(account)) == before
    later = Window(NOW + LATENESS, NOW + 2 * LATENESS)
    assert listed(listing_of(account), later) == []
    account.portal.now = lambda: NOW + 2 * LATENESS
    assert [each.amount for each in listed(listing_of(account), later)] == [Money(700, "USD")]
    assert listed(listing_of(account)) == []


def test_a_deal_the_search_found_as_it_no_longer_is_comes_in_the_window_it_changed_in() -> None:
    """HubSpot's search has been seen to answer with what changed since under the stamp it looked for."""
    deals = [
        {"id": "1", "properties": {"hs_lastmodifieddate": "2026-03-04T05:00:00.000Z"}},
        {"id": "2", "properties": {"hs_lastmodifieddate": "2026-03-04T07:00:00.000Z"}},
    ]
    listing = answered(lambda request: httpx.Response(200, json={"results": deals if request.method == "POST" else []}))
    assert [each.key.record_id for each in listed(listing)] == ["1"]


@pytest.mark.parametrize(
    "body",
    [
        {"results": [{"id": "10"}, {"id": "9"}]},
        {"results": [{"id": "9"}, {"id": "9"}]},
        {"results": [{"id": "7"}]},
        {"results": [], "paging": {"next": {"after": "200"}}},
        {"results": [{"properties": {}}]},
        {"results": {}},
        {"total": 0},
    ],
    ids=["falling", "twice", "behind", "endless", "nameless", "no_list", "nothing"],
)
def test_an_answer_that_would_let_deals_be_passed_over_is_none(body: dict[str, Any]) -> None:
    """The listing goes on behind the last id: in any other order it would leave deals out unseen."""
    with pytest.raises(UnavailableError):
        answered(lambda _request: httpx.Response(200, json=body)).page("opportunity", AROUND_NOW, "7")


@pytest.mark.parametrize("body", [{}, {"total": "3"}, {"total": True}])
def test_a_search_that_does_not_say_how_much_it_found_is_no_count(body: dict[str, Any]) -> None:
    """Nor is it none."""
    with pytest.raises(UnavailableError):
        answered(lambda _request: httpx.Response(200, json=body)).count("opportunity", AROUND_NOW)


def test_what_is_asked_for_is_within_what_hubspot_takes() -> None:
    """One order, three filters with whole milliseconds from the first that is in the window, and never a page by number."""
    asked: list[dict[str, Any]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return httpx.Response(200, json={"results": []})

    since = datetime(2026, 3, 4, 5, 0, 0, 1, tzinfo=UTC)
    answered(respond).page("opportunity", Window(since, since + timedelta(milliseconds=5, microseconds=-1)), "77")
    [body] = asked
    assert body["filterGroups"] == [
        {
            "filters": [
                {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "1772600400001"},
                {"propertyName": "hs_lastmodifieddate", "operator": "LT", "value": "1772600400005"},
                {"propertyName": "hs_object_id", "operator": "GT", "value": "77"},
            ]
        }
    ]
    assert body["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    assert body["limit"] == 200
    assert "after" not in body


def test_searches_have_a_limit_of_their_own(account: Account) -> None:
    """Five a second for the whole account: what is beyond them waits for a second, and other calls go on."""
    listing = listing_of(account)
    for _ in range(5):
        listing.page("opportunity", AROUND_NOW, "")
    with pytest.raises(ThrottledError) as refused:
        listing.page("opportunity", AROUND_NOW, "")
    assert refused.value.retry_after_seconds == 1
    assert listing.page("opportunity", AROUND_NOW, "archived:").records == ()


def test_a_deal_hubspot_could_not_answer_for_is_not_taken_for_gone(account: Account) -> None:
    """Nor are those of an error that names none."""
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(3)]
    account.plan.plant(Fault(kind="partial_error", path=BATCH_READ, detail={"ids": ids[:1]}))
    with pytest.raises(UnavailableError):
        listing_of(account).still_known([key(each) for each in ids])
    unnamed = {"results": [], "errors": [{"category": "INTERNAL_ERROR", "context": {}}]}
    account.plan.plant(Fault(kind="answer", path=BATCH_READ, status=207, body=unnamed))
    with pytest.raises(UnavailableError):
        listing_of(account).still_known([key(each) for each in ids])


def test_two_hundred_deals_are_asked_after_in_two_calls(account: Account) -> None:
    """Only what is not live is looked for among the archived ones, and what has no form of an id nowhere."""
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(200)]
    assert len(listing_of(account).still_known([key(each) for each in ids])) == 200
    assert account.calls() == 2
    assert listing_of(account).still_known([key("12a"), key("9" * 20)]) == {}
    assert account.calls() == 3  # the call before asked how many there were


def test_what_nobody_was_told_of_is_listed(account: Account) -> None:
    """Changes, deletions and merges that no webhook ever told of are what a listing is for."""
    told = account.http.get(f"{account.url}/_control/deliveries").json()["waiting"]
    account.http.post(f"{account.url}/_control/settings", json={"tells": False}).raise_for_status()
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(2)]
    account.portal.archive_deal(ids[1])
    account.http.post(f"{account.url}/_control/settings", json={"tells": True}).raise_for_status()
    assert account.http.get(f"{account.url}/_control/deliveries").json()["waiting"] == told
    assert [(each.key.record_id, each.deleted) for each in listed(listing_of(account))] == [
        (ids[0], False),
        (ids[1], True),
    ]
    account.portal.change_deal(ids[0], {"amount": "1"})
    assert account.http.get(f"{account.url}/_control/deliveries").json()["waiting"] > told


def test_line_items_are_listed_with_nobody(account: Account) -> None:
    """They are nothing by themselves."""
    with pytest.raises(UnreadableRecordError):
        listing_of(account).page("line_item", AROUND_NOW, "")
    assert listing_of(account).still_known([key("1", "line_item")]) == {}
