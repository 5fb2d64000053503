"""What our door makes of the peculiar things the simulated organisation tells, and what the organisation makes of our answers."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from sandbox.systems.salesforce.posting import Answer
from sandbox.systems.salesforce.soap import flaw_in
from tests.support.salesforce_organization import WEBHOOK_URL, Posted, Scene
from tieout.arriving.bus_event import delivery_of
from tieout.arriving.delivery import Delivery
from tieout.arriving.notice import Notice
from tieout.arriving.spool import BusEntry
from tieout.errors import NotAuthenticError
from tieout.systems.salesforce.options import Options
from tieout.systems.salesforce.outbound_message import acknowledgement
from tieout.systems.salesforce.payloads import split
from tieout.systems.salesforce.signature import verify

OPTIONS = Options(organization_id="00D000000000001", own_clients=["tieout"])


def notices(scene: Scene, way: str) -> list[Notice]:
    """What our door makes of everything that waits to be told in one way."""
    before = len(scene.target.posted)
    scene.deliver(ways=(way,), everything=True)
    deliveries = [posted(scene, each) for each in scene.target.posted[before:]]
    if way == "change_events":
        deliveries = [relayed(scene, each) for each in scene.events()]
    found = [split(each, "salesforce-emea", OPTIONS) for each in deliveries]
    assert not [flaw for each in found for flaw in each.malformed]
    return [notice for each in found for notice in each.notices]


def posted(scene: Scene, request: Posted) -> Delivery:
    """A request as the door is given it, proven by the webhook secret."""
    query, now = urlsplit(request.address).query, scene.clock.now()
    delivery = Delivery("d", "POST", query, request.headers, request.body, now)
    verify(delivery, [scene.settings.webhook_secret.encode()], OPTIONS, WEBHOOK_URL, now)
    return delivery


def relayed(scene: Scene, entry: BusEntry) -> Delivery:
    """An entry as the bus hands it on."""
    event = {"id": "e", "time": "2026-03-02T09:00:00Z", "source": entry.source, "detail-type": entry.detail_type}
    return delivery_of(json.dumps(event | {"detail": json.loads(entry.detail)}), scene.clock.now())


def keys(found: list[Notice]) -> set[tuple[str, str]]:
    """The records that notices are about."""
    return {(each.key.entity, each.key.record_id) for each in found}


@pytest.mark.parametrize("way", ["callout", "change_events"])
def test_what_was_deleted_and_restored_is_told_without_its_children(way: str) -> None:
    """By the ways that tell of deletions: the account alone, first as deleted and then as not."""
    scene = Scene(ways=(way,))
    account = scene.account()
    scene.line(scene.opportunity(AccountId=account))
    notices(scene, way)
    scene.organization.delete("Account", [account])
    scene.organization.undelete("Account", [account])
    found = notices(scene, way)
    assert keys(found) == {("account", account)}
    assert [each.deleted for each in found] == [True, False]
    assert len({each.notice_id for each in found}) == 2


def test_a_notification_that_is_sent_again_is_the_same_notice() -> None:
    """By its own id; two of one record are two."""
    scene = Scene(ways=("outbound_message",))
    record_id = scene.opportunity()
    scene.change("Opportunity", record_id, Name="x")
    first = notices(scene, "outbound_message")
    scene.deliver(again=2)
    again = split(posted(scene, scene.target.posted[-1]), "salesforce-emea", OPTIONS).notices
    assert [each.notice_id for each in again] == [each.notice_id for each in first]
    assert len({each.notice_id for each in first}) == 2


def test_what_we_changed_ourselves_is_not_told_by_the_bus() -> None:
    """The event names the app that made the change."""
    scene = Scene(ways=("change_events",))
    record_id = scene.opportunity()
    notices(scene, "change_events")
    scene.organization.update("Opportunity", {record_id: {"Name": "x"}}, client="tieout")
    assert notices(scene, "change_events") == []


def test_what_the_bus_cannot_tell_of_is_asked_for_whole() -> None:
    """An overflow and a wildcard ask for all records of the object, a gap for the one."""
    scene = Scene(ways=("change_events",), told_objects=("Opportunity",))
    record_id = scene.opportunity()
    notices(scene, "change_events")
    for fault, expected in (("gap_event", record_id), ("overflow_event", "*"), ("wildcard_event", "*")):
        scene.fault(fault)
        scene.change("Opportunity", record_id, Name=fault)
        assert keys(notices(scene, "change_events")) == {("opportunity", expected)}


@pytest.mark.parametrize("way", ["outbound_message", "callout"])
def test_what_somebody_else_sends_is_not_taken(way: str) -> None:
    """Neither another secret's, nor another organisation's with ours."""
    scene = Scene(ways=(way,))
    scene.opportunity()
    scene.deliver(secret="whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCwgbm90IG91cnM=")
    scene.settings.change({"organization_id": "00D000000000002EAA"})
    scene.opportunity()
    scene.deliver()
    assert len(scene.target.posted) == 2
    for each in scene.target.posted:
        with pytest.raises(NotAuthenticError):
            posted(scene, each)


def test_what_our_door_says_is_understood() -> None:
    """One acknowledgement, and one that asks for the message again."""
    assert flaw_in(Answer(200, acknowledgement(taken=True).encode())) == ""
    assert flaw_in(Answer(200, acknowledgement(taken=False).encode())) == "SOAP response was a nack"
