"""How many notices one delivery may hold."""

from __future__ import annotations

import json

import pytest

from tests.support.good_bodies import good_body, hubspot_event
from tests.support.receiving import Door
from tieout.arriving.accepting import MAX_NOTICES
from tieout.arriving.rejection import read_rejection

TOO_LARGE = {"hubspot": 200, "netsuite": 413}


@pytest.mark.parametrize(("extra", "accepted"), [(0, True), (1, False)])
def test_the_limit_of_notices_is_exact(door: Door, extra: int, accepted: bool) -> None:  # noqa: FBT001 the expectation
    """One delivery at the limit is worked, one above is kept whole and answered as its sender takes too large a body."""
    body = good_body(door.system, MAX_NOTICES + extra)
    answer = door.post(body)
    assert answer.status == (200 if accepted else TOO_LARGE[door.system])
    assert [len(each.notices) for each in door.published()] == ([MAX_NOTICES] if accepted else [])
    kept = list(door.kept("rejected/somewhere/unusable/").values())
    assert len(kept) == int(not accepted)
    if not accepted:
        assert read_rejection(kept[0]).delivery().body == body
        assert json.loads(answer.body) == {"outcome": "rejected", "reason": "too_many_notices"}
        assert door.last_line()["Malformed"] == 1


def test_one_event_about_too_many_deals_is_too_many_notices() -> None:
    """What counts is what record would have to read, not the number of events that say so."""
    door = Door(system="hubspot")
    merge = hubspot_event(1, subscriptionType="deal.merge", mergedObjectIds=list(range(1, MAX_NOTICES + 2)))
    assert door.post(json.dumps([merge]).encode()).status == 200
    assert not door.bus.entries
    assert door.last_line()["reason"] == "too_many_notices"


def test_malformed_items_count_too() -> None:
    """Else a body of nothing but nonsense would be kept with a reason for every scrap of it."""
    door = Door(system="netsuite")
    assert door.post(json.dumps([7] * (MAX_NOTICES + 1)).encode()).status == 413
