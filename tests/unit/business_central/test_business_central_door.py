"""What Business Central is answered, how it proves itself, and that its proof is kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.good_bodies import COMPANY, SECRET, good_body
from tests.support.receiving import Door
from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError, UnavailableError
from tieout.systems.business_central.client_state import digest_of, is_usable, without_client_states
from tieout.systems.business_central.door import open_door
from tieout.systems.business_central.options import Options
from tieout.systems.business_central.signature import verify

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPTIONS = Options(companies=[COMPANY])


def delivery(body: bytes = b"", query: str = "", method: str = "POST") -> Delivery:
    """A request as it reaches the door."""
    return Delivery("d1", method, query, {}, body, NOW)


def refusal(body: bytes, secrets: Sequence[bytes]) -> str:
    """Why a delivery proves nothing; empty where it does."""
    try:
        verify(open_door(OPTIONS).clean(delivery(body)), secrets, OPTIONS, "https://example.test", NOW)
    except NotAuthenticError as error:
        return error.reason
    return ""


def test_either_live_secret_proves_a_delivery() -> None:
    """During a rotation subscriptions state the one or the other, until each is renewed."""
    other = b"another-secret-of-26-bytes"
    assert refusal(good_body("business_central"), [other, SECRET]) == ""
    assert refusal(good_body("business_central"), [SECRET, other]) == ""
    assert refusal(good_body("business_central"), [other]) == "client_state_mismatch"


def test_what_a_newer_secret_may_prove_is_asked_for_again() -> None:
    """A refused notification is answered as if it had been taken, so nobody may refuse one while that secret cannot be had."""
    door = Door(system="business_central")
    assert door.post(good_body("business_central")).status == 200
    door.clock.advance(11)

    def fail() -> str:
        raise UnavailableError("down")

    door.receiver.secret._fetch = fail
    told_by_a_newer = good_body("business_central").replace(SECRET, b"canary-newer-secret")
    assert door.post(told_by_a_newer).status == 503
    assert door.post(good_body("business_central")).status == 200
    assert len(door.bus.entries) == 2


@pytest.mark.parametrize(
    "secret", [b"short-secret-15", b"x" * 51, b"a secret with blanks", b'quote"and\\backslash--', b""]
)
def test_a_secret_that_cannot_be_a_client_state_proves_nothing(secret: bytes) -> None:
    """It would be cut, or written in another way, or could be tried out: better it never works than sometimes."""
    assert not is_usable(secret)
    assert refusal(good_body("business_central").replace(SECRET, secret), [secret]) in {
        "secret_missing",
        "client_state_missing",
    }
    assert refusal(good_body("business_central"), [secret]) == "secret_missing"


@pytest.mark.parametrize("length", [16, 50])
def test_secrets_of_the_shortest_and_longest_length_prove(length: int) -> None:
    """Both ends are taken."""
    secret = b"k" * length
    assert refusal(good_body("business_central").replace(SECRET, secret), [secret]) == ""


@pytest.mark.parametrize(
    "body",
    [
        b'{"value":[{"clientState":"%s"}]}',
        b'{"value":[{"clientState" : \n "%s", "ClientState":"%s"}]}',
        b'{"value":[{"clientState":"%s',
        b'{"value":[{"a":{"client_state":"%s"}}]}',
        b"clientState=%s&a=b",
        b"clientState: %s",
        b'"clientState":%s',
    ],
)
def test_no_body_keeps_a_secret(body: bytes) -> None:
    """Cut, nested, written in another way: its digest stands in its place."""
    cleaned = without_client_states(body.replace(b"%s", SECRET))
    assert SECRET not in cleaned
    assert digest_of(SECRET).encode() in cleaned


def test_what_is_kept_proves_nothing_when_it_is_sent() -> None:
    """Whoever may look at kept deliveries is no sender: a digest is digested again at the door, and only there."""
    kept = without_client_states(good_body("business_central"))
    assert refusal(kept, [SECRET]) == "client_state_mismatch"
    verify(delivery(kept), [SECRET], OPTIONS, "https://example.test", NOW)


@given(token=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=1024))
def test_every_printable_token_is_repeated_as_it_was_meant(token: str) -> None:
    """Percent-encoded, as every sender must; and nothing stands beside it."""
    query = "x=1&validationToken=" + "".join(f"%{ord(each):02X}" for each in token) + "&y=2"
    answer = open_door(OPTIONS).greet(delivery(query=query))
    assert answer is not None
    assert (answer.status, answer.body, answer.content_type) == (200, token, "text/plain")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "validationToken",
        "validationToken=",
        "validationtoken=x",
        "validationToken=%00",
        "validationToken=%C3%A4",
        "validationToken=" + "a" * 1025,
        "a=validationToken%3Dx",
    ],
)
def test_what_is_no_token_is_no_greeting(query: str) -> None:
    """It is then a delivery like any other, and must prove itself."""
    assert open_door(OPTIONS).greet(delivery(query=query)) is None


def test_only_get_and_post_greet() -> None:
    """HEAD would be answered a body, and PUT and DELETE ask for something else."""
    greet = open_door(OPTIONS).greet
    query = "validationToken=x"
    assert [bool(greet(delivery(query=query, method=each))) for each in ("GET", "POST", "PUT", "HEAD", "DELETE")] == [
        True,
        True,
        False,
        False,
        False,
    ]
