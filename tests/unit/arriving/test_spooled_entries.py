"""Entries as the bus takes them and as they wait for it, and the names under which they wait."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from botocore.session import Session
from botocore.validate import validate_parameters
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.spool import BusEntry, decode, encode, overflow_key, spool_key, spooled_from
from tieout.errors import MalformedError

_ENTRY = BusEntry("tieout.crm", "forecast_to_plan", '{"delivery_id":"ß"}')
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_CONNECTIONS = st.from_regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", fullmatch=True)
_FLOWS = st.from_regex(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", fullmatch=True)


def test_the_bus_takes_an_entry_by_the_names_it_waits_under() -> None:
    """What is spooled is what is published, and what AWS's own model of the call allows."""
    sent = _ENTRY.plain("stage-bus")
    allowed = Session().get_service_model("events").shape_for("PutEventsRequest")
    validate_parameters({"Entries": [sent]}, allowed)
    assert sent.pop("EventBusName") == "stage-bus"
    assert json.loads(encode(_ENTRY)) == sent
    assert decode(encode(_ENTRY)) == _ENTRY


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"no entry", "json_invalid"),
        (b"[]", "spooled_entry_not_an_object"),
        (b"null", "spooled_entry_not_an_object"),
        (b"{}", "spooled_entry_incomplete"),
        (b'{"Source":"a","DetailType":"b"}', "spooled_entry_incomplete"),
        (b'{"Source":"a","DetailType":"b","Detail":{"c":1}}', "spooled_entry_incomplete"),
        (b'{"Source":"","DetailType":"b","Detail":"{}"}', "spooled_entry_incomplete"),
    ],
)
def test_an_object_that_is_no_entry_is_told_by_what_it_lacks(raw: bytes, reason: str) -> None:
    """It stays in the spool for a person, who is told the reason."""
    with pytest.raises(MalformedError) as error:
        decode(raw)
    assert error.value.reason == reason


@given(_CONNECTIONS, st.text(min_size=1), _FLOWS)
def test_a_key_of_the_spool_names_its_connection_and_flow(connection: str, delivery_id: str, flow: str) -> None:
    """Whatever a delivery is called, nobody opens an object to learn whose it is."""
    assert spooled_from(spool_key(connection, delivery_id, NOW, flow)) == (connection, flow)


@pytest.mark.parametrize(
    "key",
    [
        "spool/crm/note.txt",
        "spool/crm/d-forecast.json.old",
        "spool/crm/2026/d-forecast.json",
        "spool/d-forecast.json",
        "old/spool/crm/d-forecast.json",
        overflow_key("crm", "d", NOW, "forecast"),
    ],
)
def test_another_key_names_no_one(key: str) -> None:
    """An object that somebody put there belongs to no connection."""
    assert spooled_from(key) is None
