"""Whatever a callout holds: it makes notices of records that can be read, or is refused with a reason of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.delivery import Delivery, Split
from tieout.errors import MalformedError
from tieout.systems.zuora.ids import object_of
from tieout.systems.zuora.options import Options, Tells
from tieout.systems.zuora.payloads import OTHER, split

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ID = "8ad0875995aa292e0195b7de80796305"
_NAMES = [each.id for each in Options().tells]
_TEXTS = st.sampled_from([ID, "A-S1", "", "null", " ", "<Invoice.Id>", f"{ID} "])
_VALUES = st.one_of(_TEXTS, st.text(max_size=40), st.none(), st.integers(0, 9), st.lists(st.text()))


def posted(body: bytes, query: str = "", **headers: str) -> Delivery:
    """A callout."""
    return Delivery("request=1", "POST", query, headers, body, NOW)


def came_to(delivery: Delivery, form: Literal["json", "form", "query"] = "json") -> Split | str:
    """What is made of a callout, or the reason why nothing is."""
    try:
        return split(delivery, "c", Options(format=form))
    except MalformedError as error:
        return error.reason


@given(said=st.dictionaries(st.sampled_from([*_NAMES, "EventType", "UpdatedOn", "Note"]), _VALUES))
def test_json_makes_notices_of_records_that_can_be_read_or_none(said: dict[str, Any]) -> None:
    """A field without a value tells nothing, and each of the others makes a notice or is an item that is malformed."""
    named = [name for name in _NAMES if said.get(name) is not None and not _is_nothing(said[name])]
    found = came_to(posted(json.dumps(said).encode()))
    if isinstance(found, str):
        assert found in {"record_missing", "field_not_text", "json_uncarriable_text"}
        assert not (named and found == "record_missing")
        return
    assert len(found.notices) + len(found.malformed) == len(named) > 0
    assert all(object_of(notice.key.entity, notice.key.record_id) for notice in found.notices)


def _is_nothing(value: object) -> bool:
    return isinstance(value, str) and value.strip() in {"", "null"}


@given(body=st.binary(max_size=200), query=st.text(max_size=200), form=st.sampled_from(["json", "form", "query"]))
def test_nothing_that_is_sent_is_an_error_of_ours(
    body: bytes, query: str, form: Literal["json", "form", "query"]
) -> None:
    """Bytes of any kind, in any of the forms."""
    found = came_to(posted(body, query), form)
    assert found.isidentifier() if isinstance(found, str) else found.notices or found.malformed


@given(said=st.dictionaries(st.sampled_from(_NAMES), st.sampled_from([ID, "A-S1", "", "null"]), min_size=1))
def test_a_form_and_an_address_say_what_json_does(said: dict[str, str]) -> None:
    """The same template, in any of the three forms."""
    text = urlencode(said)
    found = came_to(posted(json.dumps(said).encode()))
    assert came_to(posted(text.encode()), "form") == found
    assert came_to(posted(b"", text), "query") == found


@pytest.mark.parametrize(
    ("name", "kind"), [("2c92c0f8", "2c92c0f8"), (" 2c92c0f8 ", "2c92c0f8"), ("", "callout:request=1")]
)
def test_a_notice_is_named_by_its_notification(name: str, kind: str) -> None:
    """And never by the request, of which each try has another."""
    body = json.dumps({"InvoiceId": ID}).encode()
    headers = {"zuora-notification-id": name, "zuora-request-id": "1"}
    [notice] = split(posted(body, **headers), "c", Options()).notices
    assert notice.notice_id == kind


def test_what_no_type_fits_is_told_of_as_something_else() -> None:
    """So that it is counted as ignored, and nobody is alarmed."""
    tells = [Tells(object="invoice", id="Id", types=["Invoice"])]
    options = Options(tells=tells, event_type="Type")
    [notice] = split(posted(json.dumps({"Id": ID, "Type": "Account"}).encode()), "c", options).notices
    assert (notice.key.entity, notice.kind) == (OTHER, "Account")
