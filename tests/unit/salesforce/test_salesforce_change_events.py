"""Change events that Event Relay puts on a bus: which records they tell of, and what of them is left out or asked anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.salesforce_messages import (
    ORGANIZATION,
    OTHER_ORGANIZATION,
    bus_delivery,
    change_header,
    changed_event,
    opportunity_id,
)
from tieout.arriving.delivery import Delivery, Split
from tieout.errors import MalformedError
from tieout.systems.salesforce.change_events import split_event
from tieout.systems.salesforce.options import Options

OPTIONS = Options(organization_id=ORGANIZATION, own_clients=["TieoutOrders"])
PLAIN = [
    "CREATE",
    "UPDATE",
    "UNDELETE",
    "SNAPSHOT",
    "GAP_CREATE",
    "GAP_UPDATE",
    "GAP_DELETE",
    "GAP_UNDELETE",
    "MADE_UP",
]


def split_of(options: Options = OPTIONS, /, **changed: object) -> Split:
    """What an event with this header makes."""
    return split_event(changed_event(change_header(**changed)), "salesforce-emea", options)


def reason_of(delivery: Delivery) -> str:
    """Why nothing can be made of an event."""
    with pytest.raises(MalformedError) as caught:
        split_event(delivery, "c", OPTIONS)
    return caught.value.reason


def test_a_change_is_a_notice_about_its_record() -> None:
    """Named by what the vendor says an event is unique by."""
    [notice] = split_of().notices
    assert notice.key == ("salesforce-emea", "opportunity", opportunity_id(1))
    assert notice.notice_id == (f"{ORGANIZATION}/0002f1c4-5a0d-7b31-9c3e-6f0a1b2c3d4e/1/UPDATE/{opportunity_id(1)}")
    assert notice.kind == "Opportunity/UPDATE"
    assert notice.occurred_at == datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize("change_type", PLAIN)
def test_whatever_changed_the_record_is_read(change_type: str) -> None:
    """A gap too, even one that stands for a deletion: what it hides, only the record knows."""
    [notice] = split_of(changeType=change_type).notices
    assert (notice.key.record_id, notice.deleted) == (opportunity_id(1), False)


def test_a_deletion_says_so() -> None:
    """The record is still read, where it can be."""
    assert [each.deleted for each in split_of(changeType="DELETE").notices] == [True]


@pytest.mark.parametrize(
    ("api_name", "entity"),
    [("OpportunityLineItem", "line_item"), ("Contract", "contract"), ("Account", "account"), ("Case", "object:Case")],
)
def test_an_event_about_another_object_is_a_notice_about_that(api_name: str, entity: str) -> None:
    """Products of an opportunity among them."""
    assert [each.key.entity for each in split_of(entityName=api_name).notices] == [entity]


def test_an_event_about_several_records_is_a_notice_about_each_once() -> None:
    """Salesforce merges the same change of several records, and may name one twice."""
    ids = [opportunity_id(1), opportunity_id(2), opportunity_id(1)[:15]]
    assert [each.key.record_id for each in split_of(recordIds=ids).notices] == [opportunity_id(1), opportunity_id(2)]
    assert len({each.notice_id for each in split_of(recordIds=ids).notices}) == 2


def test_an_id_that_names_no_record_costs_no_neighbour() -> None:
    """It is a malformed item by its place among the ids."""
    ids = [opportunity_id(1), None, "0063k", 6, opportunity_id(2), "*x"]
    split = split_of(recordIds=ids)
    assert [each.key.record_id for each in split.notices] == [opportunity_id(1), opportunity_id(2)]
    assert split.malformed == (
        (1, "record_id_missing"),
        (2, "record_id_malformed"),
        (3, "record_id_malformed"),
        (5, "record_id_malformed"),
    )


@pytest.mark.parametrize("wildcard", ["006*", "*", "0063k000*"])
def test_a_wildcard_asks_for_every_record(wildcard: str) -> None:
    """It stands for records nobody names any more; those that are named beside it are told of too."""
    [every, one] = split_of(recordIds=[wildcard, opportunity_id(1), wildcard]).notices
    assert (every.key.record_id, every.key.entity, one.key.record_id) == ("*", "opportunity", opportunity_id(1))


@pytest.mark.parametrize("ids", [None, [], ["000000000000000AAA"], ["006*"]])
def test_an_overflow_asks_for_every_record(ids: object) -> None:
    """After too many changes in a transaction none is named, whatever stands in the place of ids."""
    [notice] = split_of(changeType="GAP_OVERFLOW", recordIds=ids).notices
    assert (notice.key.record_id, notice.kind, notice.deleted) == ("*", "Opportunity/GAP_OVERFLOW", False)


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [
        ("com/salesforce/api/rest/62.0;client=TieoutOrders", True),
        ("com/salesforce/api/rest/62.0;client=TieoutOrders/", True),
        ("com/salesforce/api/rest/62.0;client=TieoutOrders2", False),
        ("com/salesforce/api/rest/62.0;client=tieoutorders", False),
        ("com/salesforce/api/rest/62.0;client=XTieoutOrders", False),
        ("com/salesforce/api/rest/62.0;client=TieoutOrders//", False),
        ("com/salesforce/api/rest/62.0;client=", False),
        ("TieoutOrders", False),
        ("com/client=TieoutOrders", False),
        ("", False),
        (None, False),
        (7, False),
    ],
)
def test_our_own_changes_tell_us_nothing(origin: object, is_own: bool) -> None:  # noqa: FBT001
    """By exactly the name our client gives itself."""
    assert split_of(changeOrigin=origin).notices == (() if is_own else split_of().notices)


@pytest.mark.parametrize("change_type", ["GAP_UPDATE", "GAP_OVERFLOW"])
def test_no_gap_is_taken_for_our_own(change_type: str) -> None:
    """It stands for what is not told."""
    assert split_of(changeType=change_type, changeOrigin="com/x;client=TieoutOrders/").notices


@pytest.mark.parametrize("client", ["", "/"])
def test_without_a_client_of_ours_no_change_is_our_own(client: str) -> None:
    """Nobody is nobody's echo."""
    assert split_of(Options(organization_id=ORGANIZATION), changeOrigin=f"com/x;client={client}").notices


@pytest.mark.parametrize(
    "fields",
    [
        {"changedFields": ["Name.LastName", "BillingAddress.Street"]},
        {"changedFields": ["0x08F81000", "3-0x1F"], "nulledFields": ["0x1000"], "diffFields": []},
        {"changedFields": None},
        {"changedFields": "0x08"},
        {"changedFields": {"0": [1, 2]}},
        {"commitNumber": "1772442000683617281"},
        {"commitNumber": 9223372036854775807},
        {"commitNumber": None},
        {"commitNumber": [1]},
        {"commitUser": None, "changeOrigin": None},
        {"somethingNew": {"a": [1.5]}},
        {"sequenceNumber": "1"},
        {"commitTimestamp": "1772442000123"},
    ],
)
def test_what_a_notice_does_not_need_may_have_any_form(fields: dict[str, Any]) -> None:
    """The forms differ between the ways an event can be read, and by version."""
    assert split_of(**fields) == split_of()


@pytest.mark.parametrize("stated", [None, "soon", 1e3, True, 10**18, -(10**18)])
def test_a_change_without_a_moment_is_told_of(stated: object) -> None:
    """When it was is for people."""
    header = json.dumps(change_header(commitTimestamp=stated))
    [notice] = split_event(bus_delivery('{"payload":{"ChangeEventHeader":' + header + "}}"), "c", OPTIONS).notices
    assert notice.occurred_at is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"entityName": None}, "object_name_missing"),
        ({"entityName": "Opp#"}, "object_name_malformed"),
        ({"entityName": ["Opportunity"]}, "object_name_malformed"),
        ({"changeType": None}, "change_type_malformed"),
        ({"changeType": "update"}, "change_type_malformed"),
        ({"transactionKey": None}, "transaction_key_malformed"),
        ({"transactionKey": "a/b"}, "transaction_key_malformed"),
        ({"sequenceNumber": None}, "sequence_number_malformed"),
        ({"sequenceNumber": True}, "sequence_number_malformed"),
        ({"sequenceNumber": "1.0"}, "sequence_number_malformed"),
        ({"recordIds": None}, "record_ids_malformed"),
        ({"recordIds": "006*"}, "record_ids_malformed"),
        ({"recordIds": []}, "record_ids_missing"),
    ],
)
def test_a_header_that_names_nothing_is_refused(changed: dict[str, Any], reason: str) -> None:
    """With what is wrong in it."""
    assert reason_of(changed_event(change_header(**changed))) == reason


@pytest.mark.parametrize("header", [None, [], "x", 1])
def test_an_event_without_a_header_is_no_change(header: object) -> None:
    """Whatever else a channel carries."""
    assert reason_of(changed_event(header)) == "change_event_header_missing"


@pytest.mark.parametrize("detail", ["[]", "1", "{}", '{"payload":[]}', '{"payload":{}}', '{"ChangeEventHeader":{}}'])
def test_a_detail_of_another_form_is_no_change(detail: str) -> None:
    """Another relay's form among them, which has no `payload`."""
    assert reason_of(bus_delivery(detail)) == "change_event_header_missing"


def test_a_platform_event_of_the_company_is_none_of_these() -> None:
    """It has no record that could be read, whatever it holds."""
    assert reason_of(changed_event(change_header(), event_type="Deal_Won__e")) == "platform_event"


@pytest.mark.parametrize("detail", ["", "{", '{"a":1,"a":2}', '{"payload":{"ChangeEventHeader":99999999999999999999}}'])
def test_a_header_nothing_behind_us_carries_is_refused(detail: str) -> None:
    """By the one parser."""
    assert reason_of(bus_delivery(detail)).startswith("json_")


@pytest.mark.parametrize("typed", ['"a\\u0007b"', "NaN", "99999999999999999999", '{"a":1,"a":2}', '"\\ud83d"'])
def test_what_a_person_typed_into_a_field_costs_no_change(typed: str) -> None:
    """The header alone is read, and the record is read back from the API."""
    plain = json.dumps({"payload": {"ChangeEventHeader": change_header(), "Description": "typed"}})
    assert split_event(bus_delivery(plain.replace('"typed"', typed)), "salesforce-emea", OPTIONS) == split_of()


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (f"aws.partner/salesforce.com/{OTHER_ORGANIZATION}/0YL3k0000004C9aGAE", "organization_unknown"),
        (f"aws.partner/salesforce.com/{OTHER_ORGANIZATION[:15]}/0YL3k0000004C9aGAE", "organization_unknown"),
        (f"aws.partner/salesforce.com/{ORGANIZATION}", "event_source_unknown"),
        (f"aws.partner/salesforce.com/{ORGANIZATION}/", "event_source_unknown"),
        (f"aws.partner/appflow/salesforce.com/{ORGANIZATION}/0YL", "event_source_unknown"),
        (f"x/aws.partner/salesforce.com/{ORGANIZATION}/0YL", "event_source_unknown"),
        (f"aws.partner/salesforce.com/{ORGANIZATION}/0YL/more", "event_source_unknown"),
        (f"aws.partner/salesforce.com/{ORGANIZATION[:14]}/0YL", "event_source_unknown"),
        (ORGANIZATION, "event_source_unknown"),
        ("", "event_source_unknown"),
    ],
)
def test_another_source_is_not_ours(source: str, reason: str) -> None:
    """The relay's organisation stands in its name, and must be ours in exactly its case."""
    assert reason_of(changed_event(change_header(), source=source)) == reason


def test_the_organisation_may_be_stated_in_15_characters() -> None:
    """On either side."""
    source = f"aws.partner/salesforce.com/{ORGANIZATION[:15]}/0YL3k0000004C9a"
    event = changed_event(change_header(), source=source)
    assert split_event(event, "c", Options(organization_id=ORGANIZATION)).notices
    assert split_event(changed_event(change_header()), "c", Options(organization_id=ORGANIZATION[:15])).notices


def test_an_event_without_headers_is_not_ours() -> None:
    """Nobody says whose it is."""
    assert reason_of(changed_event(change_header())._replace(headers={})) == "event_source_unknown"


def test_a_long_name_of_a_notice_becomes_a_digest() -> None:
    """Names travel in keys, which are bounded; equal events keep equal names."""
    [long] = split_of(changeType="A" * 40, transactionKey="a" * 64, sequenceNumber=10**17, recordIds=["*"]).notices
    assert len(long.notice_id) <= 200
    ids = {
        each.notice_id for number in (1, 2) for each in split_of(transactionKey="a" * 64, sequenceNumber=number).notices
    }
    assert len(ids) == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(change_header(), JSON)))
def test_no_header_raises_anything_else(changed: dict[str, Any]) -> None:
    """A header is a change, or malformed."""
    try:
        split_event(changed_event(change_header(**changed)), "c", OPTIONS)
    except MalformedError:
        return


def test_money_of_an_event_is_never_looked_at() -> None:
    """The record is read instead, so an amount in any form costs nothing."""
    header = json.dumps(change_header())
    for amount in ("null", "1250.50", str(Decimal("1e20")), '"1,250"', "[]"):
        detail = f'{{"payload":{{"Amount":{amount},"ChangeEventHeader":{header}}}}}'
        assert split_event(bus_delivery(detail), "salesforce-emea", OPTIONS) == split_of()
