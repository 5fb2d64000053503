"""What the account's own Apex posts from the simulated organisation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.systems.salesforce.posting import Answer
from tests.support.salesforce_organization import WEBHOOK_URL, Scene


def scene(**settings: Any) -> Scene:  # noqa: ANN401 settings of every kind
    """An organisation that tells by callouts only."""
    return Scene(**{"ways": ("callout",), **settings})


def bodies(told: Scene) -> list[dict[str, object]]:
    """What was posted so far."""
    return [json.loads(each.body) for each in told.target.posted]


def test_a_callout_tells_what_happened_to_a_record() -> None:
    """Its organisation, object, id, what was done, and its stamp; of a deletion the one before it, as `Trigger.old` has it."""
    told = scene(told_objects=("Opportunity",))
    record_id = told.opportunity()
    told.change("Opportunity", record_id, Amount="1")
    stamp = told.row("Opportunity", record_id)["SystemModstamp"]
    told.organization.delete("Opportunity", [record_id])
    told.organization.undelete("Opportunity", [record_id])
    told.deliver()
    assert {each.address for each in told.target.posted} == {WEBHOOK_URL}
    assert {each["organizationId"] for each in bodies(told)} == {told.settings.organization_id}
    events = [each["events"] for each in bodies(told)]
    assert [each[0]["operation"] for each in events] == ["create", "update", "delete", "undelete"]  # type: ignore[index]
    assert events[2] == [{"object": "Opportunity", "id": record_id, "operation": "delete", "systemModstamp": stamp}]


def test_a_transaction_is_a_callout_for_each_object_and_two_hundred_records() -> None:
    """As triggers fire."""
    told = scene()
    told.organization.create("Account", [{"Name": str(each)} for each in range(201)])
    told.line(told.opportunity(), UnitPrice="5")
    attempts = told.deliver()
    assert [len(each.record_ids) for each in attempts] == [200, 1, 1, 1, 1]
    assert [json.loads(each.body)["events"][0]["object"] for each in told.target.posted[2:]] == [
        "Opportunity", "OpportunityLineItem", "Opportunity",
    ]  # fmt: skip
    assert len({each.headers["webhook-id"] for each in told.target.posted}) == 5


@pytest.mark.parametrize("answer", [Answer(503), Answer(401), Answer(None, error="ReadTimeout")])
def test_a_callout_is_posted_once(answer: Answer) -> None:
    """Apex does not try again: what is not taken is lost."""
    told = scene()
    told.opportunity()
    told.target.answers = [answer]
    assert [bool(each.error) for each in told.deliver()] == [True]
    told.clock.advance(100_000)
    assert told.deliver(everything=True) == []
    assert told.telling.plain()["lost"]["callout"] == 1


def test_a_delivery_goes_wrong_as_it_is_told_to() -> None:
    """Twice, late, signed by somebody else, or never."""
    told = scene()
    told.opportunity()
    told.deliver(repeat=2, skew_seconds=-400)
    first, second = told.target.posted
    assert first == second
    assert first.headers["webhook-timestamp"] == str(int(told.clock.now().timestamp()) - 400)
    told.opportunity()
    assert told.telling.forget() == {"outbound_message": 0, "callout": 1, "change_events": 0}
    assert told.deliver() == []


def test_without_an_address_nothing_is_sent_and_nothing_lost() -> None:
    """It waits for one, in each of the ways that post."""
    told = Scene(webhook_url="", ways=("callout", "outbound_message"))
    told.opportunity()
    assert told.deliver() == []
    told.settings.change({"webhook_url": WEBHOOK_URL})
    assert [each.way for each in told.deliver()] == ["outbound_message", "callout"]
