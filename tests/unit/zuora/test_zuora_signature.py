"""What proves a callout beside what the cases hold: secrets that are too short, and every encoding."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError
from tieout.systems.zuora.options import Options
from tieout.systems.zuora.signature import SHORTEST_SECRET_BYTES, sign, verify

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET = b"tieout:a-password-of-its-own"
_HMAC: dict[str, Any] = {"proof": "hmac", "hmac_header": "x-zuora-hmac"}


def judge(headers: dict[str, str], secrets: list[bytes], body: bytes = b"{}", **options: Any) -> str:  # noqa: ANN401 as stated
    """Why a delivery proves nothing; empty where it does."""
    try:
        verify(Delivery("1", "POST", "", headers, body, NOW), secrets, Options(**options), "", NOW)
    except NotAuthenticError as error:
        return error.reason
    return ""


def login(secret: bytes) -> dict[str, str]:
    """The header of Basic authentication."""
    return {"authorization": f"Basic {base64.b64encode(secret).decode()}"}


@pytest.mark.parametrize("options", [{}, _HMAC])
def test_a_secret_that_can_be_guessed_proves_nothing(options: dict[str, Any]) -> None:
    """Nor does an empty list, whatever is sent."""
    short = b"user:" + b"x" * (SHORTEST_SECRET_BYTES - 6)
    headers = login(short) | {"x-zuora-hmac": sign(short, b"{}", "base64")}
    assert judge(headers, [short], **options) == "secret_missing"
    assert judge(headers, [], **options) == "secret_missing"
    longer = short + b"x"
    assert not judge(login(longer) | {"x-zuora-hmac": sign(longer, b"{}", "base64")}, [longer], **options)


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_scheme_may_be_written_in_any_case(scheme: str) -> None:
    """As RFC 7235 says."""
    assert not judge({"authorization": login(SECRET)["authorization"].replace("Basic", scheme)}, [SECRET])


def test_a_signature_is_of_the_body_and_the_key() -> None:
    """In either encoding; digits of hexadecimal in either case."""
    options: dict[str, Any] = {**_HMAC, "hmac_encoding": "hex"}
    right = sign(SECRET, b"{}", "hex")
    assert not judge({"x-zuora-hmac": right.upper()}, [b"another" * 5, SECRET], **options)
    assert judge({"x-zuora-hmac": right}, [SECRET], b"{ }", **options) == "signature_mismatch"
    assert judge({"x-zuora-hmac": right}, [SECRET], **_HMAC) == "signature_mismatch"
    assert judge({"x-zuora-hmac": sign(SECRET, b"{}", "base64").lower()}, [SECRET], **_HMAC) == "signature_mismatch"
    assert judge({"x-zuora-hmac": "\udcff"}, [SECRET], **_HMAC) == "signature_mismatch"


def test_a_password_is_no_proof_where_a_signature_is_asked_for() -> None:
    """Each connection has one way."""
    assert judge(login(SECRET), [SECRET], **_HMAC) == "signature_missing"
    assert judge({"x-zuora-hmac": sign(SECRET, b"{}", "base64")}, [SECRET]) == "key_missing"
