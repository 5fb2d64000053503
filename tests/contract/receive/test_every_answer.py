"""Exactly what a sender of each system gets in every case: status, headers and body, and where the delivery then is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers_by_system import NOT_ALLOWED, ROWS, Plain, Row
from tests.support.good_bodies import SECRET, good_body, retained_body
from tests.support.receiving import Door
from tieout.arriving.accepting import MAX_BODY_BYTES, MAX_NOTICES
from tieout.arriving.door import Answer
from tieout.errors import UnavailableError

FOLDERS = Path(__file__).parents[3] / "layers/tieout/systems"
SYSTEMS = [*sorted(path.parent.name for path in FOLDERS.glob("*/door.py")), "made_up"]


def plain(answer: Answer) -> Plain:
    """What goes over the wire."""
    found = answer.plain()
    assert found["isBase64Encoded"] is False
    return found["statusCode"], found["headers"], found["body"]


def fail(point: str) -> None:
    """A service that does not answer."""
    if point.startswith("before"):
        raise UnavailableError("down")


def stale(door: Door) -> Answer:
    """A delivery that was signed six minutes ago."""
    body = good_body(door.system)
    headers = door.sign(body)
    door.clock.advance(360)
    return door.post(body, headers)


def no_bus(door: Door) -> Answer:
    """A good delivery while the bus is down."""
    door.bus.io = fail
    return door.post(good_body(door.system))


def no_bus_no_archive(door: Door) -> Answer:
    """A good delivery while neither the bus nor the archive answers."""
    door.bus.io = door.store.io = fail
    return door.post(good_body(door.system))


def no_archive(door: Door, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """A delivery while the archive is down."""
    door.store.io = fail
    return door.post(body, headers)


def no_secret(door: Door) -> Answer:
    """A good delivery while the secret cannot be read."""

    def read() -> str | None:
        raise UnavailableError("down")

    door.receiver.secret._fetch = read
    return door.post(good_body(door.system))


def empty_secret(door: Door) -> Answer:
    """A good delivery to a connection whose secret nobody has filled in."""
    door.secret_text = None
    return door.post(good_body(door.system))


def greeting(door: Door, method: str, headers: Mapping[str, str], query: str, body: bytes = b"") -> Answer:
    """A request as some system asks whether this is the right place."""
    return door.post(body, headers, method=method, query=query)


CASES: Mapping[str, tuple[Callable[[Door], Answer], Callable[[Row], Plain], str]] = {
    # name: what is sent, what the sender gets, where the delivery is afterwards
    "good": (lambda door: door.post(good_body(door.system)), lambda row: row.accepted, "bus"),
    "good, many": (lambda door: door.post(good_body(door.system, MAX_NOTICES)), lambda row: row.accepted, "bus"),
    "no signature": (
        lambda door: door.post_as(good_body(door.system), None),
        lambda row: row.not_authentic,
        "shelf",
    ),
    "wrong signature": (
        lambda door: door.post_as(good_body(door.system), b"another-secret-of-26-bytes"),
        lambda row: row.not_authentic,
        "shelf",
    ),
    "signature of another body": (
        lambda door: door.post(good_body(door.system), door.sign(b"other")),
        lambda row: row.not_authentic,
        "shelf",
    ),
    "stale": (stale, lambda row: row.not_authentic, "shelf"),
    "secret empty": (empty_secret, lambda row: row.not_authentic, "shelf"),
    "not authentic, archive down": (
        lambda door: no_archive(door, good_body(door.system).replace(SECRET, b""), {}),
        lambda row: row.not_authentic,
        "nowhere",
    ),
    "malformed": (lambda door: door.post(b'{"half":'), lambda row: row.malformed, "unusable"),
    "malformed, archive down": (lambda door: no_archive(door, b'{"half":'), lambda row: row.unavailable, "nowhere"),
    "too large": (
        lambda door: door.post(good_body(door.system).ljust(MAX_BODY_BYTES + 1)),
        lambda row: row.too_large,
        "unusable",
    ),
    "too many": (
        lambda door: door.post(good_body(door.system, MAX_NOTICES + 1)),
        lambda row: row.too_many,
        "unusable",
    ),
    "bus down": (no_bus, lambda row: row.accepted, "spool"),
    "bus down, archive down": (no_bus_no_archive, lambda row: row.unavailable, "nowhere"),
    "secret store down": (no_secret, lambda row: row.unavailable, "nowhere"),
    "greeting of CloudEvents": (
        lambda door: greeting(door, "OPTIONS", {"webhook-request-origin": "sap.example"}, ""),
        lambda row: row.greeting,
        "nowhere",
    ),
    "greeting by GET": (lambda door: greeting(door, "GET", {}, "challenge=x"), lambda _: NOT_ALLOWED, "nowhere"),
    "greeting of Business Central": (
        lambda door: greeting(door, "POST", {}, "validationToken=x"),
        lambda row: row.not_authentic,
        "shelf",
    ),
    "greeting of Event Grid": (
        lambda door: greeting(door, "POST", {"aeg-event-type": "SubscriptionValidation"}, "", b"[]"),
        lambda row: row.not_authentic,
        "shelf",
    ),
    "PUT": (lambda door: door.post(good_body(door.system), method="PUT"), lambda _: NOT_ALLOWED, "nowhere"),
    "DELETE": (lambda door: door.post(b"", method="DELETE"), lambda _: NOT_ALLOWED, "nowhere"),
    "HEAD": (lambda door: door.post(b"", method="HEAD"), lambda _: NOT_ALLOWED, "nowhere"),
}


# A token proves who sends, and nothing of what; and the secret is the issuer's.
WITH_A_TOKEN = {"signature of another body", "secret empty"}


def places(door: Door) -> list[str]:
    """Where anything of the delivery is: on the bus, waiting for it, kept as unusable, kept as unproven."""
    door.store.io = door.bus.io = lambda _: None
    kept = [key for key in door.kept("") if not key.startswith(("overflow/", "payloads/"))]
    found = ["bus"] if door.bus.entries else []
    for key in kept:
        is_shelf = key.startswith("rejected/") and "/unusable/" not in key
        found.append("shelf" if is_shelf else "unusable" if key.startswith("rejected/") else key.split("/")[0])
    return sorted(set(found)) or ["nowhere"]


# What says that a body is another or an old one, where nothing is signed.
UNSIGNED = {"chargebee", "dynamics_finance", "dynamics_sales", "zuora"}
SIGNED_ALONE = {"signature of another body", "stale"}


@pytest.mark.parametrize("completion", ["read", "payload"])
@pytest.mark.parametrize(
    ("system", "case"),
    [(system, case) for system in SYSTEMS for case in CASES if system not in UNSIGNED or case not in SIGNED_ALONE],
)
def test_a_sender_gets_exactly_what_its_system_understands(system: str, case: str, completion: str) -> None:
    """The whole answer, not its status alone; and nothing is answered 2xx that is not somewhere."""
    door = Door(system=system, completion=completion)
    send, expected, place = CASES[case]
    row, answer = ROWS[system], plain(send(door))
    wanted, place = row.otherwise.get(case, (expected(row), place))
    if row.takes_tokens and case in WITH_A_TOKEN:
        wanted, place = row.accepted, "bus"
    assert answer == wanted
    assert places(door) == [place]
    line: dict[str, Any] = json.loads(door.lines[-1])
    assert line["status"] == answer[0]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_delivery_whose_payload_cannot_be_kept_is_not_accepted(system: str) -> None:
    """Where records are completed from payloads, a working bus is not enough."""
    door = Door(system=system, completion="payload")
    assert plain(no_archive(door, retained_body(system))) == ROWS[system].unavailable
    assert places(door) == ["nowhere"]


@pytest.mark.parametrize("case", sorted(SIGNED_ALONE))
@pytest.mark.parametrize("system", sorted(UNSIGNED))
def test_a_key_proves_any_body_at_any_time(system: str, case: str) -> None:
    """Who sends it is all that a key says; so the record is read, whatever the body claims."""
    door = Door(system=system)
    send, _, _ = CASES[case]
    assert plain(send(door)) == ROWS[system].accepted
    assert places(door) == ["bus"]


def test_every_system_that_has_a_door_has_a_row() -> None:
    """Whoever adds a system says what its sender must get."""
    assert set(SYSTEMS) == set(ROWS)
