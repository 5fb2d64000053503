"""What a listing says that subscriptions have been, by the site's own list of events: as the same events said it when posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from tests.support.chargebee_site import A_PLAN, CONNECTION, LiveChargebee
from tieout.arriving.notice import RecordKey
from tieout.facts.listing import Listing, Step, Window
from tieout.systems.chargebee.listing import open_listing


def listing_of(live: LiveChargebee, completion: Literal["both", "read"] = "both") -> Listing:
    """A listing of the site, whose events are kept or not."""
    connection = replace(live.connection(), completion=completion)
    return open_listing(connection, live.credentials(), live.http, live.clock)


def steps(live: LiveChargebee, listing: Listing) -> list[Step]:
    """Every step of the last day."""
    window, cursor = Window(live.clock.now() - timedelta(days=1), live.clock.now() + timedelta(seconds=1)), ""
    found: list[Step] = []
    while True:
        page = listing.page("subscription", window, cursor)
        found += page.steps
        cursor = page.following
        if not cursor:
            return found


def test_every_change_of_a_subscription_is_a_step_also_those_that_no_list_shows_any_more(live: LiveChargebee) -> None:
    """Each under the version that a reading gave it at its time; of what else happens nothing is a step."""
    live.settings.page_rows = 2
    subscription = live.subscribe()
    versions = [live.subscribed(subscription).version]
    for quantity in (3, 5):
        live.clock.advance(5)
        live.do(f"subscriptions/{subscription}/change", items=[{**A_PLAN, "quantity": quantity}])
        versions.append(live.subscribed(subscription).version)
    live.bill()
    found = steps(live, listing_of(live))
    assert [each.version for each in found] == versions
    assert {each.key for each in found} == {RecordKey(CONNECTION, "subscription", subscription)}
    assert all(each.said for each in found)


def test_an_event_that_does_not_say_what_recurs_is_no_step(live: LiveChargebee) -> None:
    """It names a coupon, whose worth only a reading asks for; the list of subscriptions has it as it is."""
    live.do("coupons", id="TEN", discount_percentage=10)
    subscription = live.subscribe()
    live.clock.advance(5)
    live.do(f"subscriptions/{subscription}/redeem", coupon_id="TEN")
    assert len(steps(live, listing_of(live))) == 1


def test_where_nothing_is_kept_of_events_none_is_asked_for(live: LiveChargebee) -> None:
    """What they say could be read by nobody."""
    live.subscribe()
    live.addresses.clear()
    assert steps(live, listing_of(live, "read")) == []
    assert not any("events" in each for each in live.addresses)
