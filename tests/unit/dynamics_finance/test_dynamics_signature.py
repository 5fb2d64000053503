"""What proves that business events come from who was told the address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError
from tieout.systems.dynamics_finance.options import Options
from tieout.systems.dynamics_finance.signature import SHORTEST_SECRET_BYTES, verify

NOW = datetime(2026, 3, 31, 23, 41, 7, tzinfo=UTC)
CURRENT, PREVIOUS = b"made-up-key-of-24-signs-1", b"made-up-key-of-24-signs-0"


def checked(key: str, secrets: list[bytes], **changes: object) -> None:
    """Verify a delivery that was posted behind a key."""
    delivery = Delivery("d1", "POST", "", {}, b"{}", NOW, key=key)._replace(**changes)  # type: ignore[arg-type]  # one of its fields
    verify(delivery, secrets, Options(), "https://x.test/webhooks/d", NOW)


def refusal(key: str, secrets: list[bytes], **changes: object) -> str:
    """Why it is not taken."""
    with pytest.raises(NotAuthenticError) as caught:
        checked(key, secrets, **changes)
    return caught.value.reason


def test_the_current_and_the_previous_secret_open_the_door() -> None:
    """So the address can be changed in the sender's Key Vault without losing an event."""
    for key in (CURRENT, PREVIOUS):
        checked(key.decode(), [CURRENT, PREVIOUS])


@pytest.mark.parametrize("key", [CURRENT.decode()[:-1], CURRENT.decode() + "2", "", CURRENT.decode().upper(), "\ud800"])
def test_anything_else_does_not(key: str) -> None:
    """A part, more, another case, nothing, or what is no text at all."""
    assert refusal(key, [CURRENT, PREVIOUS]) == ("key_mismatch" if key else "key_missing")


def test_a_key_anywhere_but_in_the_path_proves_nothing() -> None:
    """A query is written to logs of its own on the way."""
    assert refusal("", [CURRENT], query=f"key={CURRENT.decode()}") == "key_missing"
    assert refusal("", [CURRENT], headers={"authorization": CURRENT.decode()}) == "key_missing"


def test_a_secret_that_can_be_guessed_is_none() -> None:
    """There is nothing else to guess: neither a body nor a time is signed."""
    short = b"x" * (SHORTEST_SECRET_BYTES - 1)
    assert refusal(short.decode(), [short]) == "secret_missing"
    assert refusal("anything", []) == "secret_missing"
    checked("x" * SHORTEST_SECRET_BYTES, [b"x" * SHORTEST_SECRET_BYTES])
