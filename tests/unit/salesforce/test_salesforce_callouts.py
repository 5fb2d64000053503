"""Callouts of the account's own Apex: every event is judged alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.support import bad_input
from tests.support.salesforce_messages import ORGANIZATION, callout, callout_event, opportunity_id
from tieout.arriving.delivery import Split
from tieout.errors import MalformedError
from tieout.systems.salesforce.callouts import organization_in, split_callout


def split_of(*events: object) -> Split:
    """What a callout with these events makes."""
    return split_callout(callout(events), "salesforce-emea")


def test_an_event_is_a_notice_about_its_record() -> None:
    """Named by the record, what happened and its version, so that a second post of it is known."""
    [notice] = split_of(callout_event(7)).notices
    assert notice.key == ("salesforce-emea", "opportunity", opportunity_id(7))
    assert notice.notice_id == f"{ORGANIZATION}/{opportunity_id(7)}/update/2026-03-02T09:00:00.000Z"
    assert notice.kind == "Opportunity/update"
    assert notice.occurred_at == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "operation", "deleted"),
    [
        ("insert", "insert", False),
        ("UPDATE", "update", False),
        (" Delete ", "delete", True),
        ("undelete", "undelete", False),
        (None, "unknown", False),
        (5, "unknown", False),
        ("x/y", "unknown", False),
    ],
)
def test_an_odd_operation_loses_no_notice(stated: object, operation: str, deleted: bool) -> None:  # noqa: FBT001
    """Only a deletion is more than a word for people."""
    [notice] = split_of(callout_event(operation=stated)).notices
    assert (notice.kind, notice.deleted) == (f"Opportunity/{operation}", deleted)


@pytest.mark.parametrize(
    ("flawed", "reason"),
    [
        ("x", "item_not_an_object"),
        (None, "item_not_an_object"),
        (callout_event(object=None), "object_name_missing"),
        (callout_event(object="a b"), "object_name_malformed"),
        (callout_event(id=None), "record_id_missing"),
        (callout_event(id="006"), "record_id_malformed"),
        (callout_event(systemModstamp=None), "system_modstamp_missing"),
        (callout_event(systemModstamp=1772442000), "system_modstamp_malformed"),
        (callout_event(systemModstamp="2026-03-02T09:00:00"), "system_modstamp_malformed"),
    ],
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_event_that_says_nothing_costs_no_neighbour(flawed: object, reason: str, position: int) -> None:
    """It is a malformed item, wherever it stands."""
    events: list[object] = [callout_event(1), callout_event(3)]
    events.insert(position, flawed)
    split = split_of(*events)
    assert [notice.key.record_id for notice in split.notices] == [opportunity_id(1), opportunity_id(3)]
    assert split.malformed == ((position, reason),)


@pytest.mark.parametrize("value", bad_input.FLAWED_VALUES)
def test_a_flawed_value_costs_no_neighbour(value: bytes) -> None:
    """What nothing behind us carries spoils only the event it stands in."""
    body = callout([callout_event(1), "FLAW", callout_event(3)]).replace(b'"FLAW"', b'{"a":' + value + b"}")
    split = split_callout(body, "c")
    assert len(split.notices) == 2
    [flawed] = split.malformed
    assert (flawed.position, flawed.reason[:5]) == (1, "json_")


@pytest.mark.parametrize(
    "stated", ["2026-03-02T09:00:00.000+0000", "2026-03-02T10:00:00.000+01:00", "2026-03-02T09:00:00Z"]
)
def test_the_same_moment_written_otherwise_is_the_same_event(stated: str) -> None:
    """Apex and the API write moments in different ways."""
    assert split_of(callout_event(systemModstamp=stated)) == split_of(callout_event())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "json_invalid"),
        (b"[]", "json_not_an_object"),
        (b"{}", "json_items_missing"),
        (json.dumps({"organizationId": ORGANIZATION, "events": {}}).encode(), "json_items_missing"),
        (json.dumps({"events": []}).encode(), "organization_id_missing"),
        (json.dumps({"organizationId": 7, "events": []}).encode(), "organization_id_malformed"),
        (json.dumps({"organizationId": "00D", "events": []}).encode(), "organization_id_malformed"),
        (b'{"events":[],"events":[]}', "json_duplicate_key"),
        (b"<a/>", "json_invalid"),
    ],
)
def test_a_body_of_another_form_is_refused(body: bytes, reason: str) -> None:
    """Nothing of it is guessed."""
    for read in (organization_in, lambda raw: split_callout(raw, "c")):
        with pytest.raises(MalformedError) as caught:
            read(body)
        assert caught.value.reason == reason


def test_a_callout_without_events_says_nothing() -> None:
    """It is no error to have nothing to say."""
    assert split_of() == Split(())
