"""What one delivery comes to: its answer, and what is on the bus."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from functions.receive.pipeline import receive
from tests.support.good_bodies import SECRET, good_body, hubspot_event
from tests.support.receiving import Door, api_event
from tieout.arriving.accepting import MAX_BODY_BYTES
from tieout.arriving.delivery import Delivery
from tieout.arriving.rejection import read_rejection

UNUSABLE = {"hubspot": 200, "netsuite": 400}
TOO_LARGE = {"hubspot": 200, "netsuite": 413}


def test_a_good_delivery_is_on_the_bus_before_it_is_answered(door: Door) -> None:
    """One entry per flow carries the notice, and the sender gets 200."""
    answer = door.post(good_body(door.system))
    [envelope] = door.published()
    assert answer.status == 200
    assert envelope.flow == ("forecast_to_plan" if door.system == "hubspot" else "record_to_report")
    assert envelope.delivery_id == "JKJaXmPLvHcESHA="
    assert envelope.received_at == door.clock.now()
    assert [notice.key.record_id for notice in envelope.notices] == ["1"]
    assert door.bus.entries[0].source == "tieout.somewhere"


def test_a_hundred_notices_are_one_entry(door: Door) -> None:
    """A delivery costs one call to the bus, however many notices it holds."""
    assert door.post(good_body(door.system, 100)).status == 200
    [envelope] = door.published()
    assert [notice.position for notice in envelope.notices] == list(range(100))
    assert door.bus.calls == 1
    assert door.last_line()["Accepted"] == 100


def test_positions_count_over_the_whole_delivery() -> None:
    """Notices of several flows keep numbers of their own, and what no flow wants is not dropped."""
    door = Door(system="hubspot")
    kinds = ["deal.creation", "contact.creation", "deal.deletion", "company.creation"]
    body = [hubspot_event(number, subscriptionType=kind) for number, kind in enumerate(kinds, 1)]
    assert door.post(json.dumps(body).encode()).status == 200
    positions = {each.flow: [notice.position for notice in each.notices] for each in door.published()}
    assert positions == {"forecast_to_plan": [0, 2], "unrouted": [1, 3]}


def test_an_empty_batch_is_accepted_without_a_call() -> None:
    """There is nothing to lose in it."""
    door = Door(system="hubspot")
    assert door.post(b"[]").status == 200
    assert door.bus.calls == 0


@pytest.mark.parametrize("in_base64", [True, False])
def test_the_raw_bytes_are_verified_however_they_travel(door: Door, in_base64: bool) -> None:  # noqa: FBT001 both ways
    """API Gateway hands on some bodies in base64."""
    assert door.post(good_body(door.system), in_base64=in_base64).status == 200
    assert len(door.bus.entries) == 1


def test_a_body_that_is_no_base64_proves_nothing(door: Door) -> None:
    """What the sender signed cannot be known then."""
    body = good_body(door.system)
    event = api_event(body, door.sign(body)) | {"isBase64Encoded": True}
    assert receive(event, door.receiver).status == 401
    assert door.last_line()["reason"] == "body_not_base64"


def test_base64_is_read_to_the_letter() -> None:
    """A lenient decoder would make one body of many texts, and a static token does not protect the body."""
    door = Door(system="netsuite", options={"allow_static_token": True})
    text = base64.b64encode(good_body("netsuite")).decode()
    headers = {"authorization": f"Bearer {SECRET.decode()}"}
    for damaged in (f"{text[:8]}*{text[8:]}", f"{text}\n", f" {text}", text.rstrip("=") + "=" * 5, text[:-1]):
        event = api_event(b"", headers) | {"isBase64Encoded": True, "body": damaged}
        assert receive(event, door.receiver).status == 401, damaged
    assert not door.bus.entries
    assert receive(event | {"body": text}, door.receiver).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "post-ish", ""])
def test_only_post_is_a_delivery(door: Door, method: str) -> None:
    """Other methods are told so, and nothing of them is kept."""
    answer = door.post(good_body(door.system), method=method)
    assert answer.status == 405
    assert answer.plain()["headers"]["allow"] == "POST"
    assert not door.bus.entries
    assert not door.kept("")


def test_every_reason_of_rejection_gets_the_same_answer(door: Door) -> None:
    """A forger learns nothing from it."""
    body = good_body(door.system)
    signed = door.sign(body)
    forgeries = [
        {},
        dict.fromkeys(signed, ""),
        dict.fromkeys(signed, "0"),
        door.sign(b"other"),
        door.sign(body, b"wrong"),
    ]
    found = {json.dumps(door.post(body, headers).plain(), sort_keys=True) for headers in forgeries}
    assert len(found) == 1
    assert '"statusCode": 401' in found.pop()
    assert not door.bus.entries
    reasons = {json.loads(line)["reason"] for line in door.lines}
    assert len(reasons) > 1


@pytest.mark.parametrize("seconds", [-301, 301, -86400 * 366, 86400 * 366])
def test_a_clock_too_far_off_is_refused_both_ways(door: Door, seconds: float) -> None:
    """Neither an old delivery nor one from the future is taken."""
    body = good_body(door.system)
    headers = door.sign(body)
    door.clock._now += timedelta(seconds=seconds)
    assert door.post(body, headers).status == 401


@pytest.mark.parametrize("seconds", [-299, 299])
def test_a_clock_slightly_off_is_borne_both_ways(door: Door, seconds: float) -> None:
    """Five minutes are allowed before and after."""
    body = good_body(door.system)
    headers = door.sign(body)
    door.clock._now += timedelta(seconds=seconds)
    assert door.post(body, headers).status == 200


def test_an_unusable_body_is_kept_and_answered_as_its_sender_understands(door: Door) -> None:
    """It is authentic, so it is kept whole; HubSpot would repeat a 4xx ten times."""
    answer = door.post(b'{"half":')
    assert answer.status == UNUSABLE[door.system]
    assert json.loads(answer.body) == {"outcome": "rejected", "reason": "json_invalid"}
    [raw] = door.kept("rejected/somewhere/unusable/").values()
    assert read_rejection(raw).delivery().body == b'{"half":'
    assert (json.loads(raw)["connection"], json.loads(raw)["reason"]) == ("somewhere", "json_invalid")
    assert not door.bus.entries
    assert door.last_line()["outcome"] == "unusable"


@pytest.mark.parametrize(("extra", "accepted"), [(-1, True), (0, True), (1, False)])
def test_the_limit_of_a_body_is_exact(door: Door, extra: int, accepted: bool) -> None:  # noqa: FBT001 the expectation
    """A body at the limit is read, one above is kept unread."""
    body = good_body(door.system).ljust(MAX_BODY_BYTES + extra)
    answer = door.post(body)
    assert answer.status == (200 if accepted else TOO_LARGE[door.system])
    assert len(door.bus.entries) == int(accepted)
    assert len(door.kept("rejected/somewhere/unusable/")) == int(not accepted)
    if not accepted:
        assert json.loads(answer.body)["reason"] == "body_too_large"


def test_a_large_body_that_proves_nothing_is_only_rejected(door: Door) -> None:
    """Its size tells the sender nothing either."""
    assert door.post(b" " * (MAX_BODY_BYTES + 1), {}).status == 401
    [raw] = door.kept("rejected/").values()
    assert len(raw) < 400_000


def test_what_is_refused_is_kept_as_the_door_has_it(door: Door) -> None:
    """Whether it proves nothing, or nothing can be made of it; what is accepted is another matter."""

    def refused(delivery: Delivery) -> Delivery:
        return delivery._replace(body=delivery.body.replace(b"somebody", b"-"))

    door.change_door(refused=refused)
    door.post(b"no JSON: somebody", {})
    door.post(b"no JSON: somebody")
    kept = [read_rejection(raw) for raw in door.kept("rejected/").values()]
    assert [(each.reason, each.body) for each in kept] == [(each.reason, b"no JSON: -") for each in kept]
    assert len({each.reason for each in kept}) == len(kept) == len(("unproven", "unusable"))


def test_what_may_never_be_kept_is_gone_before_anything_is_judged(door: Door) -> None:
    """A door that cleans does so before a delivery is proven or kept, whatever then becomes of it."""
    seen: list[bytes] = []

    def clean(delivery: Delivery) -> Delivery:
        seen.append(delivery.body)
        return delivery._replace(body=delivery.body.replace(b"live-session", b""))

    door.change_door(clean=clean)
    assert door.post(b"no JSON: live-session", {}).status == 401
    assert seen == [b"no JSON: live-session"]
    [kept] = [read_rejection(raw) for raw in door.kept("rejected/").values()]
    assert kept.body == b"no JSON: "
