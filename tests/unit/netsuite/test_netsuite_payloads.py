"""What a NetSuite script's body is taken to say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.errors import MalformedError
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.payloads import split

NOW = datetime(2026, 3, 31, 22, 41, 7, tzinfo=UTC)


def split_body(body: Any) -> Split:  # noqa: ANN401 JSON or bytes
    """What a body is split into."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    delivery = Delivery(delivery_id="d1", method="POST", query="", headers={}, body=raw, received_at=NOW)
    return split(delivery, "netsuite-group", Options())


def told(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """The body of our own script."""
    body = {
        "eventId": "e-1",
        "eventType": "edit",
        "occurredAt": "2026-03-31T22:41:07.512Z",
        "recordType": "invoice",
        "recordId": "48211",
        "lastModifiedDate": "2026-03-31T22:41:06Z",
        "record": {"id": "48211", "type": "invoice", "fields": {"total": "11880.00"}},
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def wild(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """The record itself, as public scripts post it."""
    return {
        "id": "48211",
        "type": "invoice",
        "isDynamic": False,
        "fields": {"total": "1.00"},
        "sublists": {},
        **changes,
    }


def test_our_own_body_names_the_record_and_the_event() -> None:
    """Key, event id, kind and moment come from the script's own fields."""
    (notice,) = split_body(told()).notices
    assert str(notice.key) == "netsuite-group#invoice#48211"
    assert (notice.notice_id, notice.kind, notice.deleted) == ("e-1", "invoice/edit", False)
    assert notice.occurred_at == datetime(2026, 3, 31, 22, 41, 7, 512000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("record_type", "entity"),
    [
        ("invoice", "invoice"),
        ("INVOICE", "invoice"),
        ("creditMemo", "credit_memo"),
        ("customerpayment", "payment"),
        ("journalentry", "journal_entry"),
        ("intercompanyjournalentry", "journal_entry"),
        ("advintercompanyjournalentry", "journal_entry"),
        ("salesorder", "salesorder"),
        ("vendorBill", "bill"),
        ("vendorcredit", "bill"),
        ("vendorpayment", "vendorpayment"),
        ("customrecord_rate_card", "customrecord_rate_card"),
    ],
)
def test_record_types_become_the_ledgers_words(record_type: str, entity: str) -> None:
    """What is posted by others than a cashier has the ledger's names, a vendor's credit that of bills; the rest keeps its own."""
    (notice,) = split_body(told(recordType=record_type)).notices
    assert notice.key.entity == entity


@pytest.mark.parametrize("stated", ["48211", 48211, 48211.0, "48211.0", "4.8211e+04", "0048211", " 48211 "])
def test_ids_in_every_form_are_the_same_record(stated: object) -> None:
    """An id that went through a careless parser still names its record."""
    (notice,) = split_body(told(recordId=stated)).notices
    assert notice.key.record_id == "48211"


def test_an_id_written_as_a_float_is_read_exactly() -> None:
    """3.609578e+06 without quotes is record 3609578."""
    (notice,) = split_body(b'{"recordType":"salesorder","recordId":3.609578e+06}').notices
    assert notice.key.record_id == "3609578"


def test_the_stringified_record_is_a_notice_of_unknown_kind() -> None:
    """Create, edit and delete look alike there, so nothing is concluded."""
    (notice,) = split_body(wild()).notices
    assert (str(notice.key), notice.kind) == ("netsuite-group#invoice#48211", "invoice/unknown")
    assert not notice.deleted
    assert notice.occurred_at is None


def test_the_same_stringified_record_has_the_same_notice_id() -> None:
    """Without an event id the notice is named by what it says, in whatever order it says it."""
    first, second, other = (
        split_body(body).notices[0].notice_id
        for body in (wild(), dict(reversed(wild().items())), wild(fields={"total": "2.00"}))
    )
    assert first == second != other
    assert "1.00" not in first


def test_a_delete_carries_only_an_id() -> None:
    """A deleted record is named by its type and id alone."""
    body = told(eventType="delete", record={"id": "48211", "type": "invoice", "fields": {"id": "48211"}})
    assert split_body(body).notices[0].deleted
    (notice,) = split_body(
        {"id": "22291065", "type": "itemfulfillment", "isDynamic": False, "fields": {"id": "1"}}
    ).notices
    assert str(notice.key) == "netsuite-group#itemfulfillment#22291065"


def test_an_inline_edit_needs_no_more_than_the_key() -> None:
    """A partial body loses nothing: the record is read anyway."""
    body = told(
        eventType="xedit", recordType=None, recordId=None, record={"id": "48211", "type": "invoice", "fields": {}}
    )
    assert split_body(body).notices[0].kind == "invoice/xedit"


_BAD_IDS: list[object] = [True, [], "1 OR 1=1", "-5", "0", "1.5", "1e99", "\uff11\uff12", "NaN", "9" * 19]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"recordId": "1"}, "record_type_missing"),
        (told(recordType=""), "record_type_malformed"),
        (told(recordType=7), "record_type_malformed"),
        (told(recordType="in voice"), "record_type_malformed"),
        (told(recordType="x" * 65), "record_type_malformed"),
        ({"recordType": "invoice"}, "record_id_missing"),
        (told(recordId=""), "record_id_missing"),
        *[(told(recordId=bad), "record_id_malformed") for bad in _BAD_IDS],
    ],
)
def test_an_object_that_names_no_record_is_malformed(body: dict[str, Any], reason: str) -> None:
    """It makes no notice and says why, without quoting itself."""
    assert split_body(body) == Split((), (MalformedItem(0, reason),))


def test_a_bad_item_loses_no_neighbour() -> None:
    """A script that posts several records at once has each judged alone."""
    raw = b'[{"recordType":"invoice","recordId":1},NaN,{"a":1,"a":2},7,{"recordType":"invoice","recordId":2}]'
    found = split_body(raw)
    assert [notice.key.record_id for notice in found.notices] == ["1", "2"]
    assert [item.position for item in found.malformed] == [1, 2, 3]


@pytest.mark.parametrize("raw", [b"", b"null", b"7", b'"x"', b"{", b"\xff", b"recordId=1&recordType=invoice"])
def test_a_body_that_is_no_json_object_is_malformed_as_a_whole(raw: bytes) -> None:
    """Nothing can be said of it at all."""
    with pytest.raises(MalformedError):
        split_body(raw)


@pytest.mark.parametrize("odd", ["yesterday", "2026-03-31T22:41:07", "0001-01-01T00:00:00+14:00", 7, {}])
def test_an_unreadable_moment_loses_no_notice(odd: object) -> None:
    """When it happened is for people; without it the notice still stands."""
    assert split_body(told(occurredAt=odd)).notices[0].occurred_at is None


@pytest.mark.parametrize("odd", [7, "", "DROP TABLE", "x" * 40, None])
def test_an_odd_event_type_loses_no_notice(odd: object) -> None:
    """What happened is for people too."""
    assert split_body(told(eventType=odd)).notices[0].kind == "invoice/unknown"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
_BODY = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("recordType", "recordId", "eventType", "eventId", "occurredAt", "record", "id", "type"), _JSON
    ),
)


@given(_BODY | st.lists(_BODY | _JSON, max_size=5) | _JSON)
def test_every_item_becomes_a_notice_or_is_counted_as_malformed(body: object) -> None:
    """Whatever the JSON, the counts add up and only a body as a whole is refused."""
    try:
        found = split_body(body)
    except MalformedError:
        return
    assert len(found.notices) + len(found.malformed) == (len(body) if isinstance(body, list) else 1)


@given(st.binary())
def test_no_bytes_crash_the_split(raw: bytes) -> None:
    """Bytes that are no JSON are refused as that."""
    try:
        split_body(raw)
    except MalformedError:
        return
