"""What a bad event costs: only itself."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.hubspot_events import OCCURRED, event, records, split_events, split_text
from tieout.arriving.delivery import MalformedItem
from tieout.errors import MalformedError


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (event(objectId=...), "object_id_missing"),
        (event(objectId=None), "object_id_missing"),
        (event(objectId=0), "object_id_malformed"),
        (event(objectId=-1), "object_id_malformed"),
        (event(objectId=True), "object_id_malformed"),
        (event(objectId=9001.5), "object_id_malformed"),
        (event(objectId="9001x"), "object_id_malformed"),
        (event(objectId="٩"), "object_id_malformed"),
        (event(objectId={"id": 1}), "object_id_malformed"),
        (event(portalId=...), "portal_id_missing"),
        (event(portalId=[]), "portal_id_malformed"),
        (event(subscriptionType=...), "subscription_type_malformed"),
        (event(subscriptionType=7), "subscription_type_malformed"),
        (event(subscriptionType="deal"), "subscription_type_malformed"),
        (event(subscriptionType="deal.creation.extra"), "subscription_type_malformed"),
        (event(subscriptionType="déal.creation"), "subscription_type_malformed"),
        (event("object.creation"), "object_type_id_malformed"),
        (event("object.creation", objectTypeId=3), "object_type_id_malformed"),
        (event("object.creation", objectTypeId="deal"), "object_type_id_malformed"),
        (event(occurredAt=...), "occurred_at_malformed"),
        (event(occurredAt="1772600000123"), "occurred_at_malformed"),
        (event(occurredAt=True), "occurred_at_malformed"),
        (event(occurredAt=2**63 - 1), "moment_out_of_range"),
        (event(propertyName=...), "property_name_malformed"),
        (event(propertyName=["amount"]), "property_name_malformed"),
        (event(propertyValue={"amount": 1}), "event_field_malformed"),
        (event(eventId=[1]), "event_field_malformed"),
        (event("deal.associationChange", fromObjectId=1), "to_object_id_missing"),
        (event("deal.associationChange", fromObjectId="x", toObjectId=1), "from_object_id_malformed"),
        (
            event("object.associationChange", fromObjectId=1, toObjectId=2, fromObjectTypeId=3),
            "object_type_id_malformed",
        ),
        (event("deal.merge", objectId=...), "merged_object_ids_missing"),
        (event("deal.merge", mergedObjectIds="2"), "merged_object_ids_malformed"),
        (event("deal.merge", mergedObjectIds=["x"]), "merged_object_ids_malformed"),
        ([event()], "item_not_an_object"),
        ("deal.creation", "item_not_an_object"),
        (None, "item_not_an_object"),
        (7, "item_not_an_object"),
    ],
)
def test_a_malformed_event_is_set_aside_with_its_reason(item: object, reason: str) -> None:
    """Its neighbours on both sides are notices all the same."""
    subject = split_events(event(objectId=1), item, event(objectId=2))
    assert subject.malformed == (MalformedItem(1, reason),)
    assert records(subject) == [("opportunity", "1"), ("opportunity", "2")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a":NaN}', "json_not_finite"),
        ('{"a":1,"a":2}', "json_duplicate_key"),
        ('{"a":"\\ud800"}', "json_uncarriable_text"),
        ('{"a":"\\u0000"}', "json_uncarriable_text"),
        ('{"a":99999999999999999999999}', "json_integer_beyond_64_bits"),
        ('{"a":1e999999}', "json_number_out_of_range"),
    ],
)
def test_a_flawed_value_spoils_only_its_own_event(text: str, reason: str) -> None:
    """What the bus and the queues cannot carry is stopped here, without its neighbours."""
    subject = split_text(f"[{json.dumps(event(objectId=1))},{text},{json.dumps(event(objectId=2))}]")
    assert subject.malformed == (MalformedItem(1, reason),)
    assert records(subject) == [("opportunity", "1"), ("opportunity", "2")]


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b"[", b"[]x", b"\xff", b"\xef\xbb\xbf[]", b"[" * 100_000, json.dumps(event()).encode()],
)
def test_a_body_that_is_no_array_is_malformed_as_a_whole(body: bytes) -> None:
    """HubSpot always posts an array."""
    with pytest.raises(MalformedError):
        split_text(body)


IDS = st.integers(min_value=1, max_value=6)
GOOD = st.builds(
    lambda number, verb, dialect, moment: event(
        f"{dialect}.{verb}",
        objectId=number,
        occurredAt=OCCURRED + moment,
        objectTypeId="0-3" if dialect == "object" else ...,
    ),
    IDS,
    st.sampled_from(["creation", "propertyChange", "deletion", "restore"]),
    st.sampled_from(["deal", "object"]),
    st.integers(min_value=0, max_value=3),
)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(event())), inner, max_size=4),
    max_leaves=6,
)
BAD = st.one_of(
    JSON_VALUES.filter(lambda value: not isinstance(value, dict)),
    st.builds(
        lambda field: {name: value for name, value in event().items() if name != field},
        st.sampled_from(["objectId", "portalId", "occurredAt", "subscriptionType"]),
    ),
)


@given(good=st.lists(GOOD, max_size=8), data=st.data())
def test_order_repetition_and_bad_neighbours_do_not_change_what_the_good_events_say(
    good: list[dict[str, Any]], data: st.DataObject
) -> None:
    """The notices of a delivery are those of its good events, in any order, however often, whatever stands between them."""
    repeated = [data.draw(st.sampled_from(good)) for _ in range(3)] if good else []
    bad = data.draw(st.lists(BAD, max_size=4))
    mixed = data.draw(st.permutations([*good, *repeated, *bad]))
    subject = split_events(*mixed)
    assert set(subject.notices) == set(split_events(*good).notices)
    assert len(subject.notices) == len(good) + len(repeated)
    assert len(subject.malformed) == len(bad)


@given(
    st.dictionaries(
        st.sampled_from([*event(), "eventType", "objectTypeId", "mergedObjectIds", "fromObjectId", "toObjectId"]),
        JSON_VALUES,
    )
)
def test_no_event_whatever_makes_splitting_crash(fields: dict[str, Any]) -> None:
    """Each event ends as at least one notice or as exactly one malformed item."""
    subject = split_events({**event(), **fields})
    assert bool(subject.notices) != bool(subject.malformed)


@given(st.binary(max_size=200))
def test_no_body_whatever_makes_splitting_crash(body: bytes) -> None:
    """Bytes that are no array are refused in the one declared way."""
    with contextlib.suppress(MalformedError):
        split_text(b"[" + body + b"]")
