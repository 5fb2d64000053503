"""Live secrets, what is kept of rejected deliveries, and what is logged."""

from __future__ import annotations

import base64
import json

import pytest

from tests.support.good_bodies import PREVIOUS, SECRET, good_body
from tests.support.receiving import Door
from tieout.arriving.rejection import read_rejection
from tieout.errors import UnavailableError


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


def test_a_forgery_does_not_say_that_the_secret_is_missing(door: Door) -> None:
    """Anybody can send one, and nobody is to be called for it; nor where there is no secret that could be missing."""
    for judged in (door, Door(system="sap_s4hana", secret_text=None)):
        assert judged.post_as(good_body(judged.system), b"wrong").status == 401
        assert judged.last_line()["Rejected"] == 1
        assert "SecretMissing" not in judged.last_line()


def test_a_secret_that_cannot_be_read_is_our_fault(door: Door) -> None:
    """The sender is asked to come again."""

    def fail() -> str:
        raise UnavailableError("down")

    door.receiver.secret._fetch = fail
    assert door.post(good_body(door.system)).status == 503
    assert not door.bus.entries


def test_a_newer_secret_that_cannot_be_had_is_our_fault_too(door: Door) -> None:
    """What it would have proven is sent again, which a sender that was answered as if it had been taken would not do."""
    body = good_body(door.system)
    assert door.post(body).status == 200
    door.clock.advance(11)
    fetch = door.receiver.secret._fetch

    def fail() -> str:
        raise UnavailableError("down")

    door.receiver.secret._fetch = fail
    for _ in range(2):
        assert door.post(body, door.sign(body, b"canary-new")).status == 503
    assert not door.kept("rejected/")
    assert door.post(body).status == 200
    door.receiver.secret._fetch = fetch
    door.secret_text = json.dumps({"current": "canary-new"})
    door.clock.advance(10)
    assert door.post(body, door.sign(body, b"canary-new")).status == 200


def test_a_rejected_delivery_can_be_verified_again(door: Door) -> None:
    """After the secret is put right, what was kept proves itself at the time it was received."""
    body = good_body(door.system)
    door.secret_text = json.dumps({"current": "canary-not-yet-set-right"})
    assert door.post(body, door.sign(body)).status == 401
    [raw] = door.kept("rejected/somewhere/2026-03-02T09/").values()
    door.receiver.verify(read_rejection(raw).delivery(), [SECRET])
    kept = json.loads(raw)
    assert (kept["connection"], kept["reason"]) == ("somewhere", "signature_mismatch")


def test_a_header_that_is_no_text_keeps_nothing_from_the_shelf(door: Door) -> None:
    """Half of a character: a gateway hands on what it gets."""
    assert door.post(b"[]", dict.fromkeys(door.sign(b"[]"), "\ud800")).status == 401
    [raw] = door.kept("rejected/").values()
    assert read_rejection(raw).connection == "somewhere"
    assert set(json.loads(raw)["headers"].values()) == {"\ufffd"}


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
    for seconds, tried in ((59.999, 1), (0.001, 2)):
        door.clock.advance(seconds)
        assert door.post(b"[]", {}).status == 401
        assert len(puts) == tried


@pytest.mark.parametrize("more", [0, 1])
def test_of_a_body_that_proves_nothing_a_quarter_of_a_megabyte_is_kept(door: Door, more: int) -> None:
    """Anybody can send one; it can be looked at, and what was cut off is counted."""
    assert door.post(b"x" * (256 * 1024 + more), {}).status == 401
    [raw] = door.kept("rejected/").values()
    kept = read_rejection(raw)
    assert (len(kept.body), kept.body_bytes) == (256 * 1024, 256 * 1024 + more)


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
