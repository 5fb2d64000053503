"""HubSpot's events as notices: which record each is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.hubspot_events import event, only, reasons, records, split_events, split_text
from tieout.arriving.delivery import Split
from tieout.systems.hubspot.options import Options


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
        ("company.creation", ..., "account"),
        ("product.creation", ..., "product"),
        ("contact.privacyDeletion", ..., "contact"),
        ("ticket.creation", ..., "ticket"),
        ("line_item.creation", ..., "line_item"),
        ("object.creation", "0-1", "contact"),
        ("object.creation", "0-2", "account"),
        ("object.creation", "0-7", "product"),
        ("object.creation", "0-5", "object:0-5"),
        ("object.creation", "2-143967026", "object:2-143967026"),
    ],
)
def test_other_record_types_have_their_own_word(subscription: str, type_id: object, entity: str) -> None:
    """A company is an account, as sellers call it; what no flow wants is still named, so that it can be counted as ignored."""
    assert only(split_events(event(subscription, objectTypeId=type_id))).key.entity == entity


def test_the_type_is_read_from_either_field() -> None:
    """HubSpot's documentation writes `eventType` where live deliveries write `subscriptionType`."""
    for absent in (..., None, ""):
        assert only(split_events(event(subscriptionType=absent, eventType="deal.creation"))).kind == "deal.creation"


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
        ("object.associationChange", {"objectTypeId": "0-2", "associationType": 7}, [("account", "1")]),
        ("company.associationChange", {"associationType": "COMPANY_TO_CONTACT"}, [("account", "1")]),
        *(
            ("company.associationChange", {"associationType": each}, [("account", "1"), ("account", "2")])
            for each in ("CHILD_TO_PARENT_COMPANY", "PARENT_TO_CHILD_COMPANY", "COMPANY_TO_COMPANY")
        ),
    ],
)
def test_an_association_change_is_about_the_side_that_is_the_deal(
    subscription: str, fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Whichever side subscribed, the deal's customer may have changed; of two companies, who stands above whom."""
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


@pytest.mark.parametrize("value", ["", None, ..., "<p>" + "x" * 65_536, "1752559200000", 2000, True])
def test_any_property_value_is_a_hint(value: object) -> None:
    """Cleared, absent, long and mistyped values change nothing: the deal is read before anything is posted."""
    assert records(split_events(event(propertyValue=value))) == [("opportunity", "9001")]


@pytest.mark.parametrize("object_id", [9001, "9001", "0009001"])
def test_an_id_is_the_same_as_number_and_as_text(object_id: object) -> None:
    """HubSpot's ids are numbers today; one record never gets two keys."""
    assert only(split_events(event(objectId=object_id))).key.record_id == "9001"


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
