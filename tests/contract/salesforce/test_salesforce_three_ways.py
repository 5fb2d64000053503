"""The simulated organisation and our door: whichever of its three ways tells of a change, the same records are named."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import urlsplit

import pytest

from sandbox.systems.salesforce.settings import CALLOUT, CHANGE_EVENTS, OUTBOUND_MESSAGE, WAYS
from tests.support.receiving import Door
from tests.support.relaying import RelayPost, bus_message
from tests.support.salesforce_organization import Scene
from tieout import strict_json
from tieout.arriving.notice import Notice

Key = tuple[str, str, bool]  # entity, record, whether it is gone


def told(scene: Scene) -> list[Notice]:
    """The notices of all that an organisation has to tell, each delivery taken by our door or our relay."""
    options = {"organization_id": scene.settings.organization_id, "own_clients": ["Tieout"]}
    post = RelayPost("salesforce", options)
    post.door.clock = scene.clock
    for entry in scene.events():
        assert (
            post.take(bus_message(json.loads(entry.detail), source=entry.source, **{"detail-type": entry.detail_type}))
            == []
        )
    secret = json.dumps({"current": scene.settings.webhook_secret})
    door = Door(system="salesforce", options=options, secret_text=secret, clock=scene.clock)
    scene.deliver(ways=(OUTBOUND_MESSAGE, CALLOUT))
    for posted in scene.target.posted:
        answer = door.post(posted.body, posted.headers, query=urlsplit(posted.address).query)
        assert (answer.status, "<Ack>true</Ack>" in answer.body) == (200, True), door.last_line()
    assert not post.door.kept("rejected/")
    assert not door.kept("rejected/")
    found = [each for one in (post.door, door) for each in one.published()]
    return [notice for envelope in found for notice in envelope.notices]


def keys_of(scene: Scene) -> set[Key]:
    """The records an organisation tells of."""
    return {(each.key.entity, each.key.record_id, each.deleted) for each in told(scene)}


def live(scene: Scene) -> set[Key]:
    """What somebody does on a day, nothing deleted; the records of it."""
    account = scene.account()
    opportunity = scene.opportunity(AccountId=account)
    line = scene.line(opportunity, UnitPrice="5")
    scene.change("Opportunity", opportunity, Amount="1")
    return {("account", account, False), ("opportunity", opportunity, False), ("line_item", line, False)}


@pytest.mark.parametrize("way", WAYS)
def test_whichever_way_tells_the_same_records_are_named(way: str) -> None:
    """Every record that was touched, and no other."""
    scene = Scene(ways=(way,))
    records = live(scene)
    assert keys_of(scene) == records


@pytest.mark.parametrize("way", [CALLOUT, CHANGE_EVENTS])
def test_a_deletion_is_told_as_one(way: str) -> None:
    """By each way that tells of deletions at all."""
    scene = Scene(ways=(way,))
    record_id = scene.opportunity()
    scene.organization.delete("Opportunity", [record_id])
    assert ("opportunity", record_id, True) in keys_of(scene)


def test_three_ways_at_once_name_nothing_twice() -> None:
    """Each notice has a name of its own, so that none hides another."""
    scene = Scene(ways=WAYS)
    records = live(scene)
    notices = told(scene)
    assert {(each.key.entity, each.key.record_id, each.deleted) for each in notices} == records
    assert len({each.notice_id for each in notices}) == len(notices)


def test_the_form_of_change_events_does_not_matter() -> None:
    """Names or bitmaps, dates as texts or as milliseconds: the same records."""
    scenes = [Scene(ways=(CHANGE_EVENTS,), avro_form=form) for form in (False, True)]
    assert [keys == records for records, keys in ((live(scene), keys_of(scene)) for scene in scenes)] == [True, True]


@pytest.mark.parametrize("key", ["", "wrong"])
def test_a_session_that_is_sent_is_nowhere_afterwards(key: str) -> None:
    """Whether the message is taken, kept as unusable or refused."""
    scene = Scene(ways=(OUTBOUND_MESSAGE,), send_session_id=True)
    scene.opportunity()
    scene.deliver()
    [posted] = scene.target.posted
    match = re.search(rb"<SessionId>(.+?)</SessionId>", posted.body)
    assert match
    door = Door(system="salesforce", options={"organization_id": scene.settings.organization_id}, clock=scene.clock)
    door.secret_text = json.dumps({"current": scene.settings.webhook_secret})
    for body in (posted.body, posted.body[:-20], posted.body + b"x"):
        door.post(body, posted.headers, query=f"key={key}" if key else urlsplit(posted.address).query)
    bodies = [base64.b64decode(strict_json.parse(raw)["body_base64"]) for raw in door.kept("rejected/").values()]
    everything = b"".join([*bodies, *door.kept("").values(), *(line.encode() for line in door.lines)])
    everything += "".join(entry.detail for entry in door.bus.entries).encode()
    assert bodies
    assert match[1] not in everything
