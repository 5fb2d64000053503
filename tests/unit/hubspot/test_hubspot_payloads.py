"""HubSpot's events as notices: which record each is about, and what a bad event costs (only itself)."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.delivery import Delivery, MalformedItem, Split
from tieout.errors import MalformedError
from tieout.notice import Notice
from tieout.sources.hubspot.options import Options
from tieout.sources.hubspot.payloads import split

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
OCCURRED = 1_772_600_000_123


def event(subscription: str = "deal.propertyChange", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
    """One event about deal 9001; a field given as `...` is left out."""
    plain = {
        "eventId": 11,
        "subscriptionId": 501,
        "portalId": 20000001,
        "appId": 30000001,
        "occurredAt": OCCURRED,
        "subscriptionType": subscription,
        "attemptNumber": 0,
        "objectId": 9001,
        "changeSource": "CRM_UI",
    }
    if subscription.endswith("propertyChange"):
        plain |= {"propertyName": "amount", "propertyValue": "2000"}
    return {name: value for name, value in (plain | fields).items() if value is not ...}


def split_text(body: str | bytes, options: Options | None = None) -> Split:
    """What a body is split into."""
    raw = body if isinstance(body, bytes) else body.encode()
    delivery = Delivery(delivery_id="d-1", method="POST", query="", headers={}, body=raw, received_at=NOW)
    return split(delivery, "hubspot-emea", options or Options())


def split_events(*events: object, options: Options | None = None) -> Split:
    """What an array of events is split into."""
    return split_text(json.dumps(list(events)), options)


def only(subject: Split) -> Notice:
    """The one notice of a body that makes one."""
    assert subject.malformed == ()
    assert len(subject.notices) == 1
    return subject.notices[0]


def records(subject: Split) -> list[tuple[str, str]]:
    """(entity, id) of every notice, in order."""
    return [(each.key.entity, each.key.record_id) for each in subject.notices]


def reasons(subject: Split) -> list[str]:
    """Why items were refused, in order."""
    return [each.reason for each in subject.malformed]


def test_a_property_change_is_a_notice_about_the_deal() -> None:
    """The notice names the deal, what HubSpot called it and when, and nothing of the value."""
    notice = only(split_events(event()))
    assert str(notice.key) == "hubspot-emea#opportunity#9001"
    assert notice.kind == "deal.propertyChange"
    assert notice.occurred_at == datetime(2026, 3, 4, 4, 53, 20, 123000, tzinfo=UTC)
    assert not notice.deleted
    assert "2000" not in repr(notice.plain() | {"notice_id": ""})


@pytest.mark.parametrize("verb", ["creation", "propertyChange", "deletion", "restore"])
def test_both_dialects_name_the_same_deal(verb: str) -> None:
    """`deal.*` and `object.*` with type 0-3 are the same record; only a deletion says it is gone."""
    old, generic = split_events(event(f"deal.{verb}"), event(f"object.{verb}", objectTypeId="0-3")).notices
    assert old.key == generic.key
    assert old.deleted is generic.deleted is (verb == "deletion")


@pytest.mark.parametrize(
    ("subscription", "type_id", "entity"),
    [
        ("company.creation", ..., "company"),
        ("contact.privacyDeletion", ..., "contact"),
        ("ticket.creation", ..., "ticket"),
        ("line_item.creation", ..., "line_item"),
        ("object.creation", "0-1", "contact"),
        ("object.creation", "0-2", "company"),
        ("object.creation", "0-5", "object:0-5"),
        ("object.creation", "2-143967026", "object:2-143967026"),
    ],
)
def test_other_record_types_keep_hubspots_word(subscription: str, type_id: object, entity: str) -> None:
    """What no flow wants is still named, so that it can be counted as ignored."""
    assert only(split_events(event(subscription, objectTypeId=type_id))).key.entity == entity


def test_the_type_is_read_from_either_field() -> None:
    """HubSpot's documentation writes `eventType` where live deliveries write `subscriptionType`."""
    assert only(split_events(event(subscriptionType=..., eventType="deal.creation"))).kind == "deal.creation"


def test_an_unknown_kind_of_event_about_a_deal_is_still_a_hint() -> None:
    """A subscription type of tomorrow says that the deal changed."""
    assert records(split_events(event("deal.archivalChange"))) == [("opportunity", "9001")]


@pytest.mark.parametrize(
    ("subscription", "fields", "expected"),
    [
        ("deal.associationChange", {"associationType": "DEAL_TO_COMPANY"}, [("opportunity", "1")]),
        ("company.associationChange", {"associationType": "COMPANY_TO_DEAL"}, [("opportunity", "2")]),
        ("deal.associationChange", {"associationType": "COMPANY_TO_DEAL"}, [("opportunity", "2")]),
        ("deal.associationChange", {"associationType": "DEAL_TO_DEAL"}, [("opportunity", "1"), ("opportunity", "2")]),
        ("deal.associationChange", {"associationType": "PRIMARY_DEAL_TO_COMPANY"}, [("opportunity", "1")]),
        ("deal.associationChange", {"associationType": "COMPANY_TO_DEAL_UNLABELED"}, [("opportunity", "2")]),
        ("deal.associationChange", {}, [("opportunity", "1")]),
        ("contact.associationChange", {"associationType": "CONTACT_TO_COMPANY"}, [("contact", "1")]),
        (
            "object.associationChange",
            {"objectTypeId": "0-3", "associationType": "DEAL_TO_COMPANY"},
            [("opportunity", "1")],
        ),
        ("object.associationChange", {"objectTypeId": "0-3"}, [("opportunity", "1")]),
        ("object.associationChange", {"fromObjectTypeId": "0-2", "toObjectTypeId": "0-3"}, [("opportunity", "2")]),
        ("object.associationChange", {"objectTypeId": "0-2", "associationType": 7}, [("company", "1")]),
    ],
)
def test_an_association_change_is_about_the_side_that_is_the_deal(
    subscription: str, fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Whichever side subscribed, the deal's customer may have changed."""
    assert records(split_events(event(subscription, objectId=..., fromObjectId=1, toObjectId=2, **fields))) == expected


def test_a_merge_is_about_every_deal_it_touched() -> None:
    """A merge of A and B makes C: all three are read again, each once."""
    merge = event(
        "deal.merge", objectId=3, newObjectId=3, primaryObjectId=1, mergedObjectIds=[2, 1], numberOfPropertiesMoved=4
    )
    assert records(split_events(merge)) == [("opportunity", "3"), ("opportunity", "1"), ("opportunity", "2")]
    assert len({each.notice_id for each in split_events(merge).notices}) == 3


def test_a_merge_without_a_new_record_is_about_the_old_ones() -> None:
    """Where nothing new is named, the primary lives on."""
    merge = event(
        "object.merge", objectTypeId="0-3", objectId=..., newObjectId=None, primaryObjectId=1, mergedObjectIds=["2"]
    )
    assert records(split_events(merge)) == [("opportunity", "1"), ("opportunity", "2")]


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


@pytest.mark.parametrize("value", ["", None, ..., "<p>" + "x" * 65_536, "1752559200000", 2000, True])
def test_any_property_value_is_a_hint(value: object) -> None:
    """Cleared, absent, long and mistyped values change nothing: the deal is read before anything is posted."""
    assert records(split_events(event(propertyValue=value))) == [("opportunity", "9001")]


@pytest.mark.parametrize("object_id", [9001, "9001", "0009001"])
def test_an_id_is_the_same_as_number_and_as_text(object_id: object) -> None:
    """HubSpot's ids are numbers today; one record never gets two keys."""
    assert only(split_events(event(objectId=object_id))).key.record_id == "9001"


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


def test_an_empty_array_says_nothing() -> None:
    """No event is no notice and no fault."""
    assert split_text("[]") == Split(())


def test_more_than_a_hundred_events_are_taken() -> None:
    """A refused delivery is repeated ten times and then lost, so the number of events is no reason to refuse."""
    assert len(split_events(*(event(objectId=1 + each) for each in range(250))).notices) == 250


def test_events_of_a_foreign_account_are_set_aside() -> None:
    """One app serves many HubSpot accounts, each its own connection; a deal id means nothing in another account."""
    subject = split_events(event(), event(portalId="20000002"), options=Options(portal_id=20000001))
    assert records(subject) == [("opportunity", "9001")]
    assert reasons(subject) == ["portal_id_mismatch"]


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
