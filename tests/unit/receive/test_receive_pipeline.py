"""What one delivery comes to: its answer, what is on the bus, what is kept, and what is logged."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from functions.receive.pipeline import MAX_BODY_BYTES, receive
from tests.support.receiving import PREVIOUS, SECRET, Door, api_event, good_body, hubspot_event
from tieout import rejected, spool
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, UnavailableError
from tieout.spool import BusEntry

SYSTEMS = ["hubspot", "netsuite"]
UNUSABLE = {"hubspot": 200, "netsuite": 400}
TOO_LARGE = {"hubspot": 200, "netsuite": 413}


@pytest.fixture(params=SYSTEMS)
def door(request: pytest.FixtureRequest) -> Door:
    """A connection of each system."""
    return Door(system=request.param)


def strike(point: str, error: Exception, times: int = 10**6) -> object:
    """A fault that strikes a call so many times."""
    left = [times]

    def io(passed: str) -> None:
        if passed == point and left[0]:
            left[0] -= 1
            raise error

    return io


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
    assert rejected.decode(raw).body == b'{"half":'
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


def test_malformed_items_are_kept_and_their_neighbours_published() -> None:
    """The delivery is kept whole with the positions of what is wrong in it."""
    door = Door(system="hubspot")
    body = json.dumps([hubspot_event(1), {"objectId": 5}, 17, hubspot_event(2)]).encode()
    assert door.post(body).status == 200
    [envelope] = door.published()
    assert [notice.key.record_id for notice in envelope.notices] == ["1", "2"]
    [raw] = door.kept("rejected/somewhere/unusable/").values()
    assert [item["position"] for item in json.loads(raw)["malformed"]] == [1, 2]
    assert door.last_line()["Malformed"] == 2
    assert door.last_line()["Accepted"] == 2


def test_a_quarantine_that_fails_is_no_success(door: Door) -> None:
    """Without durability there is no 2xx."""
    door.store.io = strike("before archive.put", UnavailableError("down"))  # type: ignore[assignment]
    assert door.post(b"nonsense").status == 503
    assert door.last_line()["outcome"] == "unavailable"


def test_neighbours_are_published_even_where_the_quarantine_fails() -> None:
    """The sender repeats the whole, and the repeated notices are duplicates."""
    door = Door(system="hubspot")
    door.store.io = strike("before archive.put", UnavailableError("down"))  # type: ignore[assignment]
    assert door.post(json.dumps([hubspot_event(1), 17]).encode()).status == 503
    assert len(door.bus.entries) == 1


def test_only_refused_entries_are_sent_again() -> None:
    """What the bus has, it is not given twice."""
    door = Door(system="hubspot")
    refusals = [2]

    def refuse(entry: BusEntry) -> str:
        if entry.detail_type == "unrouted" and refusals[0]:
            refusals[0] -= 1
            return "ThrottlingException"
        return ""

    door.bus.refuse = refuse
    body = json.dumps([hubspot_event(1), hubspot_event(2, subscriptionType="contact.creation")]).encode()
    assert door.post(body).status == 200
    assert [entry.detail_type for entry in door.bus.entries] == ["forecast_to_plan", "unrouted"]
    assert door.bus.calls == 3
    assert not door.kept("")


def test_what_the_bus_refuses_for_good_is_spooled(door: Door) -> None:
    """The sweep finds the very entry; the sender gets its 200 because it is durable."""
    door.bus.refuse = lambda _entry: "InternalFailure"
    assert door.post(good_body(door.system)).status == 200
    [(key, raw)] = door.kept("spool/").items()
    assert key.startswith("spool/somewhere/JKJaXmPLvHcESHA=-")
    assert spool.decode(raw).source == "tieout.somewhere"
    assert json.loads(spool.decode(raw).detail)["notices"][0]["record_id"] == "1"
    assert door.bus.calls == 3
    assert door.last_line()["outcome"] == "spooled"
    assert door.last_line()["Spooled"] == 1


@pytest.mark.parametrize("error", [UnavailableError("x"), ThrottledError("x"), LostAnswerError("x")])
def test_a_bus_that_does_not_answer_is_tried_three_times_and_then_spooled(door: Door, error: Exception) -> None:
    """A call that failed as a whole refused every entry."""
    door.bus.io = strike("before bus.put", error)  # type: ignore[assignment]
    assert door.post(good_body(door.system)).status == 200
    assert door.bus.calls == 3
    assert len(door.kept("spool/")) == 1


def test_a_missing_grant_is_not_tried_again(door: Door) -> None:
    """The delivery is spooled at once and waits for the grant."""
    door.bus.io = strike("before bus.put", AccessDeniedError("x"))  # type: ignore[assignment]
    assert door.post(good_body(door.system)).status == 200
    assert door.bus.calls == 1
    assert len(door.kept("spool/")) == 1


def test_a_lost_answer_of_the_bus_repeats_the_entry(door: Door) -> None:
    """Twice is harmless, never is not."""
    door.bus.io = strike("after bus.put", LostAnswerError("x"), times=1)  # type: ignore[assignment]
    assert door.post(good_body(door.system)).status == 200
    assert len(door.bus.entries) == 2
    assert not door.kept("spool/")


def test_a_slow_bus_is_given_up_in_time(door: Door) -> None:
    """A sender waits five seconds in all."""

    def io(_point: str) -> None:
        door.clock.advance(1.9)
        raise UnavailableError("slow")

    door.bus.io = io
    began = door.clock.now()
    assert door.post(good_body(door.system)).status == 200
    assert (door.clock.now() - began).total_seconds() < 4.5
    assert len(door.kept("spool/")) == 1


def test_without_bus_and_spool_there_is_no_success(door: Door) -> None:
    """503 is the one answer that every sender repeats."""
    door.bus.refuse = lambda _entry: "InternalFailure"
    door.store.io = strike("before archive.put", UnavailableError("down"))  # type: ignore[assignment]
    answer = door.post(good_body(door.system))
    assert answer.status == 503
    assert json.loads(answer.body) == {"error": "unavailable"}
    assert door.last_line()["outcome"] == "unavailable"


def test_a_refused_flow_does_not_hold_up_the_other() -> None:
    """Only the refused entry is spooled."""
    door = Door(system="hubspot")
    door.bus.refuse = lambda entry: "Internal" if entry.detail_type == "unrouted" else ""
    body = json.dumps([hubspot_event(1), hubspot_event(2, subscriptionType="contact.creation")]).encode()
    assert door.post(body).status == 200
    assert [entry.detail_type for entry in door.bus.entries] == ["forecast_to_plan"]
    assert [key.rsplit("-", 1)[1] for key in door.kept("spool/")] == ["unrouted.json"]


def test_an_entry_too_large_for_the_bus_goes_by_the_archive(door: Door) -> None:
    """The entry points to the object, and whoever follows finds all notices."""
    assert door.post(good_body(door.system, 3000)).status == 200
    [entry] = door.bus.entries
    assert json.loads(entry.detail)["pointer"] in door.kept("overflow/somewhere/")
    assert "notices" not in json.loads(entry.detail)
    [envelope] = door.published()
    assert len(envelope.notices) == 3000


def test_an_entry_too_large_is_not_published_before_it_is_kept(door: Door) -> None:
    """A pointer to nothing would be a loss."""
    door.store.io = strike("before archive.put", UnavailableError("down"))  # type: ignore[assignment]
    assert door.post(good_body(door.system, 3000)).status == 503
    assert not door.bus.entries


def test_two_large_flows_go_in_two_calls() -> None:
    """The limit of one call holds for all its entries together."""
    door = Door(system="hubspot")
    body = [hubspot_event(number) for number in range(1, 700)]
    body += [hubspot_event(number, subscriptionType="contact.creation") for number in range(1, 700)]
    assert door.post(json.dumps(body).encode()).status == 200
    assert [len(each.notices) for each in door.published()] == [699, 699]
    assert door.bus.calls == 2
    assert not door.kept("overflow/")


def test_both_live_secrets_are_taken(door: Door) -> None:
    """During a rotation the source may still sign with the previous one."""
    body = good_body(door.system)
    assert door.post(body, door.sign(body, PREVIOUS)).status == 200
    assert door.post(body, door.sign(body, SECRET)).status == 200


def test_a_new_secret_counts_at_once(door: Door) -> None:
    """A signature that does not fit makes the secret be read again, no minutes pass."""
    body = good_body(door.system)
    assert door.post(body).status == 200
    door.clock.advance(11)
    door.secret_text = json.dumps({"current": "canary-new"})
    assert door.post(body, door.sign(body, b"canary-new")).status == 200
    assert door.post(body, door.sign(body, SECRET)).status == 401
    assert door.secret_reads == 2


def test_a_rotation_lets_no_forgery_in(door: Door) -> None:
    """News about the secret are no proof: the delivery is verified with the new one too."""
    body = good_body(door.system)
    assert door.post(body).status == 200
    door.clock.advance(11)
    door.secret_text = json.dumps({"current": "canary-new"})
    assert door.post(body, door.sign(body, b"wrong")).status == 401
    assert len(door.bus.entries) == 1


def test_a_flood_of_forgeries_reads_the_secret_rarely(door: Door) -> None:
    """Anybody can send a bad signature."""
    body = good_body(door.system)
    for _ in range(60):
        assert door.post(body, door.sign(body, b"wrong")).status == 401
        door.clock.advance(1)
    assert door.secret_reads <= 7


@pytest.mark.parametrize(
    "text", [None, "", "{}", '{"current":""}', '{"current":null,"previous":7}', "[]", "null", "plain text", '{"a":"b"}']
)
def test_without_a_secret_nothing_is_taken(door: Door, text: str | None) -> None:
    """It fails closed, even for a delivery signed with an empty key, and says so in a metric."""
    door.secret_text = text
    body = good_body(door.system)
    for headers in ({}, door.sign(body), door.sign(body, b"")):
        assert door.post(body, headers).status == 401
    assert door.last_line()["reason"] == "secret_missing"
    assert door.last_line()["SecretMissing"] == 1


def test_a_secret_that_cannot_be_read_is_our_fault(door: Door) -> None:
    """The sender is asked to come again."""

    def fail() -> str:
        raise UnavailableError("down")

    door.receiver.secret._fetch = fail
    assert door.post(good_body(door.system)).status == 503
    assert not door.bus.entries


def test_a_rejected_delivery_can_be_verified_again(door: Door) -> None:
    """After the secret is put right, what was kept proves itself at the time it was received."""
    body = good_body(door.system)
    door.secret_text = json.dumps({"current": "canary-not-yet-set-right"})
    assert door.post(body, door.sign(body)).status == 401
    [raw] = door.kept("rejected/somewhere/2026-03-02T09/").values()
    door.receiver.verify(rejected.decode(raw), [SECRET])
    assert json.loads(raw)["reason"] == "signature_mismatch"


def test_rejected_deliveries_are_bounded_per_hour() -> None:
    """A flood fills its places and no more; the next hour has new ones."""
    door = Door(system="hubspot", max_rejected_per_hour=7)
    for number in range(50):
        assert door.post(f"[{number}]".encode(), {}).status == 401
    assert 0 < len(door.kept("rejected/")) <= 7
    assert {key.rsplit("/", 2)[1] for key in door.kept("rejected/")} == {"2026-03-02T09"}
    door.clock.advance(3600)
    door.post(b"[]", {})
    assert "rejected/somewhere/2026-03-02T10" in {key.rsplit("/", 1)[0] for key in door.kept("rejected/")}


def test_a_flood_of_one_body_writes_no_more_than_the_bound() -> None:
    """Places that are written again and again cost as much as new ones."""
    door = Door(system="netsuite", max_rejected_per_hour=5)
    puts: list[str] = []
    door.store.io = puts.append
    for _ in range(50):
        assert door.post(b"{}", {}).status == 401
    assert puts.count("before archive.put") == 5


def test_a_failing_shelf_changes_no_answer_and_rests(door: Door) -> None:
    """Keeping a forgery is worth no time."""
    puts = []

    def io(point: str) -> None:
        puts.append(point)
        raise RuntimeError

    door.store.io = io
    for _ in range(20):
        assert door.post(b"[]", {}).status == 401
    assert len(puts) == 1


def test_no_credential_is_ever_kept_or_logged() -> None:
    """A static token, a cookie, or the secret itself in the wrong header stay out of everything."""
    door = Door(system="netsuite", options={"allow_static_token": True})
    body = good_body("netsuite")
    tokens = [{"authorization": "Bearer canary-wrong-token", "cookie": "canary-cookie"}]
    tokens += [{"x-signature": f"sha256={SECRET.decode()}", "x-timestamp": SECRET.decode(), "authorization": "canary"}]
    for number, headers in enumerate(tokens):
        assert door.post(body + b" " * number, headers).status == 401
    assert door.post(body, {"authorization": f"Bearer {SECRET.decode()}"}).status == 200
    everything = b"".join(door.kept("").values()) + "".join(door.lines).encode()
    everything += "".join(entry.detail for entry in door.bus.entries).encode()
    assert len(door.kept("rejected/")) == 2
    assert b"canary" not in everything


def test_a_log_line_says_what_became_of_a_delivery_and_nothing_of_its_content(door: Door) -> None:
    """One line, machine-readable, with the metrics inside."""
    door.post(good_body(door.system))
    [line] = door.lines
    logged = json.loads(line)
    assert (logged["outcome"], logged["connection"], logged["status"]) == ("accepted", "somewhere", 200)
    [directive] = logged["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["connection"]]
    assert [metric["Name"] for metric in directive["Metrics"]] == ["Accepted"]
    assert "\n" not in line
    for name, value in door.sign(good_body(door.system)).items():
        assert name not in line
        assert "timestamp" in name or value not in line


def test_base64_of_a_delivery_stays_out_of_the_log(door: Door) -> None:
    """Not even encoded does a body get there."""
    body = good_body(door.system)
    door.post(body, {})
    assert base64.b64encode(body).decode()[:40] not in "".join(door.lines)
