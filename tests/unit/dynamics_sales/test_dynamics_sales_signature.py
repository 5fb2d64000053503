"""What proves that a delivery comes from the connection's own environment of Dataverse."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError
from tieout.systems.dynamics_sales.options import Options
from tieout.systems.dynamics_sales.signature import SHORTEST_SECRET_BYTES, verify

NOW = datetime(2026, 3, 31, 23, 41, 7, tzinfo=UTC)
CURRENT, PREVIOUS = b"made-up-key-of-24-signs-1", b"made-up-key-of-24-signs-0"
ORGANIZATION = "f0000000-0000-4000-8000-000000000001"
BODY = json.dumps({"OrganizationId": ORGANIZATION}).encode()


def checked(headers: dict[str, str], query: str = "", secrets: list[bytes] | None = None, **options: Any) -> None:  # noqa: ANN401 as declared
    """Verify a delivery."""
    body = options.pop("body", BODY)
    delivery = Delivery("d1", "POST", query, headers, body, NOW)
    known = [CURRENT, PREVIOUS] if secrets is None else secrets
    verify(delivery, known, Options(organization_id=ORGANIZATION, **options), "https://x.test/webhooks/d", NOW)


def refusal(*args: Any, **options: Any) -> str:  # noqa: ANN401 as `checked`
    """Why it is not taken."""
    with pytest.raises(NotAuthenticError) as caught:
        checked(*args, **options)
    return caught.value.reason


@pytest.mark.parametrize("key", [CURRENT, PREVIOUS])
def test_the_current_and_the_previous_key_open_the_door(key: bytes) -> None:
    """In the header or in the query, so that a registration can be changed without losing a change."""
    checked({"x-tieout-key": key.decode()})
    checked({}, f"code={key.decode()}")
    checked({"x-other": key.decode()}, key_header="x-other")
    checked({}, f"a=1&k%65y={key.decode().replace('-', '%2D')}&b", key_parameter="key")


@pytest.mark.parametrize("key", [CURRENT.decode()[:-1], CURRENT.decode() + "2", "", CURRENT.decode().upper(), "\ud800"])
def test_anything_else_does_not(key: str) -> None:
    """A part, more, another case, nothing, or what is no text at all."""
    assert refusal({"x-tieout-key": key}) == "key_mismatch"
    assert refusal({}, f"code={key}") == "key_mismatch"


def test_a_key_where_none_is_expected_proves_nothing() -> None:
    """Neither in another header nor under another name; a header that is wrong never falls back to the query."""
    assert refusal({"authorization": CURRENT.decode()}) == "key_missing"
    assert refusal({}, f"key={CURRENT.decode()}") == "key_missing"
    assert refusal({}, f"code={CURRENT.decode()}", key_parameter="") == "key_missing"
    assert refusal({}, f"={CURRENT.decode()}", key_parameter="") == "key_missing"
    assert refusal({"x-tieout-key": "x"}, f"code={CURRENT.decode()}") == "key_mismatch"
    assert refusal({}, f"code={CURRENT.decode()}&code=x") == "key_ambiguous"


def test_a_plus_in_a_query_stands_for_itself() -> None:
    """As base64 has it, which no form encoded."""
    key = b"made+up/key+of+base64+signs="
    checked({}, f"code={key.decode()}", [key])


def test_a_secret_that_can_be_guessed_is_none() -> None:
    """There is nothing else to guess: neither a body nor a time is signed."""
    short = b"x" * (SHORTEST_SECRET_BYTES - 1)
    assert refusal({"x-tieout-key": short.decode()}, "", [short]) == "secret_missing"
    assert refusal({"x-tieout-key": "anything"}, "", []) == "secret_missing"
    checked({"x-tieout-key": "x" * SHORTEST_SECRET_BYTES}, "", [b"x" * SHORTEST_SECRET_BYTES])


def test_another_organisation_is_refused_with_the_right_key() -> None:
    """An environment that was copied keeps the webhooks of the other, and their keys."""
    header = {"x-tieout-key": CURRENT.decode()}
    other = json.dumps({"OrganizationId": ORGANIZATION.replace("1", "2")}).encode()
    assert refusal(header, body=other) == "organization_unknown"
    checked(header, body=json.dumps({"OrganizationId": f"{{{ORGANIZATION.upper()}}}"}).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"OrganizationId":7}', b"\xff"])
def test_a_body_without_an_organisation_is_proven_by_its_key(body: bytes) -> None:
    """Nothing will be made of it: it is kept as malformed, and its sender is not told to try again."""
    checked({"x-tieout-key": CURRENT.decode()}, body=body)


def test_every_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the first one fits."""
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    checked({"x-tieout-key": CURRENT.decode()})
    assert compared == [(CURRENT, CURRENT), (CURRENT, PREVIOUS)]
