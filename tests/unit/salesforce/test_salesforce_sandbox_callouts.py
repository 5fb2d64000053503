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


def bodies(told: Scene) -> list[dict[str, Any]]:
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
    assert [each[0]["operation"] for each in events] == ["insert", "update", "delete", "undelete"]
    assert events[2] == [{"object": "Opportunity", "id": record_id, "operation": "delete", "systemModstamp": stamp}]


def test_what_a_trigger_is_given_is_posted_a_hundred_at_a_time() -> None:
    """One object and one operation at once, two hundred records for a trigger, the next hundred when the first were taken."""
    told = scene()
    told.organization.create("Account", [{"Name": str(each)} for each in range(201)])
    told.line(told.opportunity(), UnitPrice="5")
    attempts = told.deliver()
    assert [len(each.record_ids) for each in attempts] == [100, 1, 1, 1, 1, 100]
    assert len({each.headers["webhook-id"] for each in told.target.posted}) == 6
    ends = [(each["object"], each["operation"]) for body in bodies(told)[1:5] for each in body["events"]]
    assert ends == [
        ("Account", "insert"), ("Opportunity", "insert"), ("OpportunityLineItem", "insert"), ("Opportunity", "update"),
    ]  # fmt: skip


def test_merged_accounts_are_two_triggers() -> None:
    """One after a deletion and one after a change; a line that comes back has none."""
    told = scene()
    winner, loser = told.account(), told.account()
    line = told.line(told.opportunity(), UnitPrice="5")
    told.organization.delete("OpportunityLineItem", [line])
    told.deliver()
    before = len(told.target.posted)
    told.organization.merge_accounts(winner, [loser])
    told.organization.undelete("OpportunityLineItem", [line])
    told.deliver()
    assert [(each["object"], each["operation"]) for body in bodies(told)[before:] for each in body["events"]] == [
        ("Account", "delete"), ("Account", "update"), ("Opportunity", "update"),
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [Answer(503), Answer(429), Answer(408), Answer(None, error="ReadTimeout")])
def test_a_callout_is_tried_again_where_the_answer_asks_for_it(answer: Answer) -> None:
    """Under the same id, signed anew, after growing pauses; in the end its events are lost, those behind it too."""
    told = scene(callout_pauses_seconds=(60.0, 120.0))
    told.organization.create("Account", [{"Name": str(each)} for each in range(101)])
    told.target.answers = [answer] * 3
    assert [bool(each.error) for each in told.deliver()] == [True]
    assert told.deliver() == []
    told.clock.advance(60)
    assert [(each.number, bool(each.error)) for each in told.deliver()] == [(1, True)]
    told.clock.advance(60)
    assert told.deliver() == []
    assert [(each.number, bool(each.error)) for each in told.deliver(everything=True)] == [(2, True)]
    first, second, third = (dict(each.headers) for each in told.target.posted)
    assert first["webhook-id"] == second["webhook-id"] == third["webhook-id"]
    assert first["webhook-signature"] != second["webhook-signature"]
    assert (told.telling.callouts.waiting, told.telling.plain()["lost"]["callout"]) == (0, 101)


@pytest.mark.parametrize(("pauses", "status"), [((), 503), ((60.0,), 401), ((60.0,), 302), ((60.0,), 477)])
def test_a_callout_that_is_refused_for_good_is_lost(pauses: tuple[float, ...], status: int) -> None:
    """Nobody tries it again, nor does Apex without such a class try anything again."""
    told = scene(callout_pauses_seconds=pauses)
    told.opportunity()
    told.target.answers = [Answer(status)]
    assert [each.error for each in told.deliver()] == [f"HTTP {status}"]
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
