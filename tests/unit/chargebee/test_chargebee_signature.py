"""What proves that an event comes from the connection's own site."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.signature import SHORTEST_SECRET_BYTES, verify

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CURRENT, PREVIOUS = "tieout:a-password-of-the-test", "tieout:the-password-before"


def login(key: str) -> dict[str, str]:
    """What another library sends of a user name and a password."""
    user, _, password = key.partition(":")
    return dict(next(httpx.BasicAuth(user, password).auth_flow(httpx.Request("POST", "https://x.test"))).headers)


def checked(proof: str, **changes: Any) -> str:  # noqa: ANN401 fields of a delivery
    """Why a delivery is refused; empty where it is not."""
    delivery = Delivery("d1", "POST", "", {}, b"{}", NOW)._replace(**changes)
    try:
        verify(delivery, [CURRENT.encode(), PREVIOUS.encode()], Options(proof=proof), "https://x.test/w", NOW)  # type: ignore[arg-type]  # one of three
    except NotAuthenticError as error:
        return error.reason
    return ""


@pytest.mark.parametrize("key", [CURRENT, PREVIOUS])
def test_the_current_and_the_previous_secret_open_the_door(key: str) -> None:
    """In the one place that the connection declares."""
    assert checked("basic", headers=login(key)) == ""
    assert checked("path", key=key) == ""
    assert checked("query", query=f"key={key}") == ""


@pytest.mark.parametrize("proof", ["basic", "path", "query"])
def test_a_key_anywhere_else_proves_nothing(proof: str) -> None:
    """Each place is logged by somebody else on the way."""
    places: dict[str, dict[str, Any]] = {
        "basic": {"headers": login(CURRENT)},
        "path": {"key": CURRENT},
        "query": {"query": f"key={CURRENT}"},
    }
    elsewhere = {name: value for place, each in places.items() if place != proof for name, value in each.items()}
    assert checked(proof, **elsewhere) == "key_missing"


@pytest.mark.parametrize("key", ["tieout:other", "tieout:", CURRENT[:-1], CURRENT.upper(), f"{CURRENT} "])
def test_another_login_is_refused(key: str) -> None:
    """User name and password are compared whole."""
    assert checked("basic", headers=login(key)) == "key_mismatch"
    assert checked("path", key=key) == "key_mismatch"


def test_a_login_that_is_none_is_malformed() -> None:
    """It could not fit whatever the secret."""
    for header in ("Bearer x", "Basic ?", f"Digest {base64.b64encode(CURRENT.encode()).decode()}"):
        assert checked("basic", headers={"authorization": header}) == "key_malformed"


def test_a_secret_that_can_be_guessed_is_none() -> None:
    """There is nothing else to guess."""
    short = "u:" + "x" * (SHORTEST_SECRET_BYTES - 3)
    delivery = Delivery("d1", "POST", "", login(short), b"{}", NOW)
    with pytest.raises(NotAuthenticError, match="secret_missing"):
        verify(delivery, [short.encode()], Options(), "", NOW)
    verify(delivery._replace(headers=login(f"{short}x")), [f"{short}x".encode()], Options(), "", NOW)
