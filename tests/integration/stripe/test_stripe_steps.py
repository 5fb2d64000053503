"""What a listing says that subscriptions have been, by the account's own list of events: as the same events said it when posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from tests.support.stripe_account import CONNECTION, LiveStripe
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.facts.listing import Listing, Step, Window
from tieout.facts.statement import Statement
from tieout.systems.stripe.contents import read_contents
from tieout.systems.stripe.listing import open_listing
from tieout.systems.stripe.retained import retained_of

MORE = [{"unit_amount": 1_000, "quantity": 3}]


def listing_of(live: LiveStripe, completion: Literal["both", "read"] = "both") -> Listing:
    """A listing of the account, whose events are kept or not."""
    connection = replace(live.connection(), completion=completion)
    return open_listing(connection, live.credentials(), live.http, live.clock)


def steps(live: LiveStripe, listing: Listing, days: int = 1) -> list[Step]:
    """Every step of the last days; no record is listed twice because of them."""
    window, cursor = Window(live.clock.now() - timedelta(days=days), live.clock.now() + timedelta(seconds=1)), ""
    found: list[Step] = []
    records: list[RecordKey] = []
    while True:
        page = listing.page("subscription", window, cursor)
        records += [each.key for each in page.records]
        found += page.steps
        cursor = page.following
        if not cursor:
            assert len(records) == len(set(records))
            return found


def posted(live: LiveStripe) -> set[Step]:
    """What was posted, as the record step reads it."""
    found = set()
    for each in live.telling.deliveries:
        said = retained_of(each.body)
        assert said is not None
        [content] = read_contents(Payload({}, said), replace(live.connection(), completion="both"))
        assert isinstance(content.reading, Statement)
        found.add(Step(content.key, content.reading.source_version, said))
    return found


def test_every_change_of_a_subscription_is_a_step_under_the_name_its_event_gives_it(live: LiveStripe) -> None:
    """Long after it was made, twice within a second, and however many pages they fill; what else changes is none."""
    live.settings.page_rows = 2
    subscription = live.subscribe()
    live.clock.advance(40 * 86_400)
    live.telling.deliveries.clear()
    live.control("POST", f"subscriptions/{subscription}/change", items=MORE)
    live.control("POST", f"subscriptions/{subscription}/pause")
    live.clock.advance(5)
    live.control("POST", f"subscriptions/{subscription}/cancel")
    told = posted(live)
    live.bill()
    found = steps(live, listing_of(live))
    assert set(found) == told
    assert len(found) == len(told) == 3
    assert {each.key for each in found} == {RecordKey(CONNECTION, "subscription", subscription)}


def test_an_event_that_does_not_say_what_recurs_tells_only_when_something_happened(live: LiveStripe) -> None:
    """It names a coupon by its id alone, or was made at another version of the API."""
    subscription = live.subscribe()
    live.clock.advance(5)
    live.control("POST", f"subscriptions/{subscription}/take-off", coupon={"percent_off": 10})
    live.clock.advance(5)
    live.settings.api_version = "2024-06-20"
    live.control("POST", f"subscriptions/{subscription}/pause")
    later, coupon, whole = steps(live, listing_of(live))
    assert (bool(whole.said), coupon.said, later.said) == (True, b"", b"")
    assert whole.version < coupon.version < later.version


def test_of_a_connection_that_keeps_no_events_all_tell_only_that_something_happened(live: LiveStripe) -> None:
    """What is kept of them could be read by nobody."""
    live.subscribe()
    assert [each.said for each in steps(live, listing_of(live, "read"))] == [b""]


@pytest.mark.parametrize(("days", "are_listed"), [(28, True), (30, False)])
def test_what_no_event_tells_of_any_more_is_no_step(live: LiveStripe, days: int, *, are_listed: bool) -> None:
    """Events are listed for thirty days: a window before that has what was made in it alone."""
    live.subscribe()
    live.clock.advance((days - 1) * 86_400)
    assert bool(steps(live, listing_of(live), days)) is are_listed


def test_what_happened_behind_the_window_is_no_step_of_it(live: LiveStripe) -> None:
    """It may still be on its way; an event is its own stamp, and not somewhat later."""
    subscription = live.subscribe()
    live.clock.advance(60)
    until = live.clock.now()
    live.control("POST", f"subscriptions/{subscription}/pause")
    listing = listing_of(live)
    first = listing.page("subscription", Window(until - timedelta(days=1), until), "")
    assert len(listing.page("subscription", Window(until - timedelta(days=1), until), first.following).steps) == 1
