"""The de-duplication key of HubSpot's events: the same for a retry, another for another event."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.hubspot_events import OCCURRED, event, only, split_events


def test_a_retry_of_an_event_is_the_same_notice() -> None:
    """The attempt counter and the subscription's number are no part of the de-duplication key."""
    assert (
        split_events(event(attemptNumber=0)).notices == split_events(event(attemptNumber=7, subscriptionId=9)).notices
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"portalId": 20000002},
        {"subscriptionType": "deal.restore"},
        {"objectId": 9002},
        {"propertyName": "dealname"},
        {"propertyValue": "2001"},
        {"propertyValue": ""},
        {"propertyValue": None},
        {"occurredAt": OCCURRED + 1},
        {"eventId": 12},
    ],
)
def test_events_that_differ_in_substance_are_different_notices(fields: dict[str, Any]) -> None:
    """HubSpot does not promise unique event ids, so the key is made of all that tells events apart."""
    assert only(split_events(event())).notice_id != only(split_events(event(**fields))).notice_id


@pytest.mark.parametrize(
    "fields", [{"toObjectId": 7002}, {"fromObjectId": 9002}, {"associationType": "COMPANY_TO_DEAL"}]
)
def test_associations_with_different_ends_are_different_notices(fields: dict[str, Any]) -> None:
    """A deal linked to two companies in one save is two events, even where HubSpot repeats the event's id."""
    first = {"fromObjectId": 9001, "toObjectId": 7001, "associationType": "DEAL_TO_COMPANY"}
    one, other = (
        only(split_events(event("deal.associationChange", **each))).notice_id for each in (first, first | fields)
    )
    assert one != other


def test_merges_of_different_deals_are_different_notices() -> None:
    """Two deals merged into one survivor in turn are two events about it."""
    one, other = (
        split_events(
            event("deal.merge", objectId=..., newObjectId=3, primaryObjectId=1, mergedObjectIds=[each])
        ).notices[0]
        for each in (2, 4)
    )
    assert one.key == other.key
    assert one.notice_id != other.notice_id


def test_the_key_is_a_digest() -> None:
    """A de-duplication key never shows a value of the record."""
    notice_id = only(split_events(event(propertyValue="secret deal name"))).notice_id
    assert len(bytes.fromhex(notice_id)) == 32
