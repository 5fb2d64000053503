"""What proves that a delivery was posted by the account's own script."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.signature import verify

NOW = datetime(2026, 3, 31, 22, 41, 7, tzinfo=UTC)
SECONDS = str(int(NOW.timestamp()))
SECRET, PREVIOUS = b"current-secret", b"previous-secret"
BODY = b'{"recordType":"invoice","recordId":"48211"}'


def delivery(headers: dict[str, str], body: bytes = BODY) -> Delivery:
    """A delivery with these headers."""
    return Delivery(delivery_id="d1", method="POST", query="", headers=headers, body=body, received_at=NOW)


def signed(timestamp: str = SECONDS, body: bytes = BODY, secret: bytes = SECRET) -> dict[str, str]:
    """The headers of the script, written independently of the code under test."""
    digest = hmac.new(secret, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"x-timestamp": timestamp, "x-signature": f"sha256={digest}"}


def refused(
    headers: dict[str, str],
    *,
    body: bytes = BODY,
    secrets: tuple[bytes, ...] = (SECRET, PREVIOUS),
    static: bool = False,
) -> str:
    """The reason a delivery is refused with, `accepted` if it is not."""
    try:
        verify(delivery(headers, body), secrets, Options(allow_static_token=static), "https://x.test/webhooks/n", NOW)
    except NotAuthenticError as error:
        return error.reason
    return "accepted"


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_either_live_secret_signs(secret: bytes) -> None:
    """During a rotation the script may use the new secret or still the old one."""
    assert refused(signed(secret=secret)) == "accepted"


@pytest.mark.parametrize("fold", [str.lower, str.upper])
def test_hex_digits_of_either_case_are_taken(fold: object) -> None:
    """SuiteScript is said to write upper-case hexadecimal digits."""
    headers = signed()
    digits = headers["x-signature"].removeprefix("sha256=")
    headers["x-signature"] = "sha256=" + (digits.upper() if fold is str.upper else digits.lower())
    assert refused(headers) == "accepted"


@pytest.mark.parametrize(
    "timestamp", [SECONDS, SECONDS + "000", "2026-03-31T22:41:07Z", "2026-03-31T22:41:07.512+00:00"]
)
def test_timestamps_in_the_forms_scripts_write(timestamp: str) -> None:
    """Seconds, milliseconds and ISO 8601 are the three a script comes by easily."""
    assert refused(signed(timestamp)) == "accepted"


@pytest.mark.parametrize(
    ("offset", "outcome"),
    [(-300, "accepted"), (300, "accepted"), (-301, "timestamp_stale"), (301, "timestamp_ahead")],
)
def test_the_window_has_two_sides(offset: int, outcome: str) -> None:
    """A signature from the future is as wrong as an old one."""
    moment = NOW + timedelta(seconds=offset)
    assert refused(signed(str(int(moment.timestamp())))) == outcome


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"x-signature": None}, "signature_missing"),
        ({"x-timestamp": None}, "timestamp_missing"),
        ({"x-signature": None, "x-timestamp": None}, "signature_missing"),
        ({"x-signature": "sha256=" + "0" * 64}, "signature_mismatch"),
        ({"x-signature": "sha1=" + "0" * 40}, "signature_malformed"),
        ({"x-signature": "0" * 64}, "signature_malformed"),
        ({"x-signature": "sha256=" + "0 " * 32}, "signature_malformed"),
        ({"x-signature": "sha256=" + "\u0660" * 64}, "signature_malformed"),
        ({"x-signature": ""}, "signature_malformed"),
        ({"x-signature": f"{signed()['x-signature']},{signed()['x-signature']}"}, "signature_malformed"),
        ({"x-timestamp": f"{signed()['x-timestamp']},{signed()['x-timestamp']}"}, "timestamp_malformed"),
        ({"x-timestamp": ""}, "timestamp_malformed"),
        ({"x-timestamp": "1e9"}, "timestamp_malformed"),
        ({"x-timestamp": "\u0661" * 10}, "timestamp_malformed"),
        ({"x-timestamp": "\udcff"}, "timestamp_malformed"),
        ({"x-timestamp": "9" * 400}, "timestamp_malformed"),
        ({"x-timestamp": "2026-03-31T22:41:07"}, "timestamp_malformed"),
        ({"x-timestamp": "0001-01-01T00:00:00+14:00"}, "timestamp_malformed"),
    ],
)
def test_what_is_wrong_has_a_reason(change: dict[str, str | None], reason: str) -> None:
    """Every malformed header is a refusal with a code, never a crash."""
    headers = {name: value for name, value in {**signed(), **change}.items() if value is not None}
    assert refused(headers) == reason


def test_no_secret_lets_nobody_in() -> None:
    """A connection whose secret is not filled in yet, or is empty, accepts nothing, not even an empty-key signature."""
    assert refused(signed(secret=b""), secrets=()) == "secret_missing"
    assert refused(signed(secret=b""), secrets=(b"", b"")) == "secret_missing"


def test_the_static_token_is_off_unless_allowed() -> None:
    """A bare secret in Authorization counts only where the connection says so."""
    headers = {"authorization": SECRET.decode()}
    assert refused(headers) == "signature_missing"
    assert refused(headers, static=True) == "accepted"
    assert refused({"authorization": "Bearer " + PREVIOUS.decode()}, static=True) == "accepted"
    assert refused({"authorization": "wrong"}, static=True) == "token_mismatch"
    assert refused({"authorization": "\udcff"}, static=True) == "token_mismatch"
    assert refused({}, static=True) == "signature_missing"


@pytest.mark.parametrize("spoiled", [{"x-signature": "sha256=" + "0" * 64}, {"x-timestamp": "1"}])
def test_a_bad_signature_never_falls_back_to_the_token(spoiled: dict[str, str]) -> None:
    """Where a signature was tried, the token beside it proves nothing."""
    headers = {**signed(), **spoiled, "authorization": SECRET.decode()}
    assert refused(headers, static=True) != "accepted"
    only_one = {**spoiled, "authorization": SECRET.decode()}
    assert refused(only_one, static=True) in {"timestamp_missing", "signature_missing"}


@given(st.integers(0, len(BODY) * 8 - 1))
def test_every_flipped_bit_of_the_body_is_seen(bit: int) -> None:
    """A body changed in one bit is not what was signed."""
    changed = bytearray(BODY)
    changed[bit // 8] ^= 1 << bit % 8
    assert refused(signed(), body=bytes(changed)) == "signature_mismatch"


@pytest.mark.parametrize("name", ["x-signature", "x-timestamp"])
def test_every_flipped_bit_of_the_headers_is_seen(name: str) -> None:
    """A header changed in one bit is refused, but for the case of a hexadecimal digit, which means nothing."""
    headers = signed()
    for bit in range(len(headers[name]) * 7):
        place, mask = bit // 7, 1 << bit % 7
        changed = headers[name][:place] + chr(ord(headers[name][place]) ^ mask) + headers[name][place + 1 :]
        if changed.lower() != headers[name]:
            assert refused({**headers, name: changed}) != "accepted"


@given(st.dictionaries(st.sampled_from(["x-signature", "x-timestamp", "authorization"]), st.text()), st.binary())
def test_no_header_or_body_crashes_the_check(headers: dict[str, str], body: bytes) -> None:
    """Whatever arrives, the answer is a refusal."""
    assert refused(headers, body=body, static=True) != "accepted"
