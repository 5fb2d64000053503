"""What proves that a delivery comes from Stripe."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import bad_input
from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError
from tieout.systems.stripe.options import Options
from tieout.systems.stripe.signature import SHORTEST_SECRET_BYTES, sign, verify

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
STAMP = 1772442000  # NOW
CURRENT, PREVIOUS = b"whsec_made_up_current", b"whsec_made_up_previous"
BODY = b'{\n  "id": "evt_1",\n  "note": "\xff is no UTF-8"\n}'


def signed(secret: bytes = CURRENT, stamp: object = STAMP, body: bytes = BODY) -> str:
    """The digits that Stripe would send, without our own code."""
    return hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def reason(
    header: str | None = None, *secrets: bytes, body: bytes = BODY, now: datetime = NOW, max_skew_seconds: int = 300
) -> str:
    """The code with which a delivery is refused, or an empty text where it is taken; rightly signed where nothing is said."""
    header = f"t={STAMP},v1={signed()}" if header is None else header
    delivery = Delivery("d1", "POST", "", {"stripe-signature": header}, body, NOW)
    try:
        verify(
            delivery, secrets or (CURRENT, PREVIOUS), Options(max_skew_seconds=max_skew_seconds), "https://x.test", now
        )
    except NotAuthenticError as error:
        return error.reason
    return ""


def test_a_known_answer() -> None:
    """Computed by openssl: the whole secret is the key, and nothing of it is decoded."""
    body = b'{"id": "evt_test", "object": "event"}'
    expected = "fcc7642e7f190ce726ff6cfc5ccdf2dccefee18388c33295abb6c2699e9da77d"
    assert sign(b"whsec_known_answer_test_secret", "1790000001", body) == expected


@pytest.mark.parametrize("secret", [CURRENT, PREVIOUS])
def test_the_current_and_the_previous_secret_open_the_door(secret: bytes) -> None:
    """So that one can be rolled without losing an event."""
    assert reason(f"t={STAMP},v1={signed(secret)}") == ""
    assert reason(f"t={STAMP},v1={signed(b'whsec_made_up_third_one')}") == "signature_mismatch"


def test_every_turned_bit_is_refused() -> None:
    """Of the body, the time and the digits."""
    for flipped in bad_input.bit_flips(BODY):
        assert reason(body=flipped) == "signature_mismatch"
    good = f"t={STAMP},v1={signed()}"
    for turned in bad_input.text_flips(good):
        assert reason(turned) != "", turned


@pytest.mark.parametrize(
    "header", [*bad_input.HEADER_VALUES, ",", "=", ",,", "t", "v1", "t=,v1=", "t=1", "v1=\ud800,t=1"]
)
def test_a_header_that_is_none_is_refused_and_raises_nothing_else(header: str) -> None:
    """Whatever it holds."""
    assert reason(header) != ""
    assert reason(f"t={STAMP},v1={header}") != ""
    assert reason(f"t={header},v1={signed()}") != ""


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("t={t},v1={good},v1={bad}", ""),
        ("t={t},v1={bad},v1={good}", ""),
        ("v0={bad},v1={good},t={t}", ""),
        ("t={t},v9=,v1={good}", ""),
        ("t={t},v0={good}", "signature_mismatch"),
        ("t={t},v1={bad},v1={bad}", "signature_mismatch"),
        ("t={t}", "signature_mismatch"),
        ("t={t},v1={good}=", "signature_mismatch"),
        ("t={t}, v1={good}", "signature_mismatch"),
        ("t={t},v1={good},", "signature_malformed"),
        ("t={t},v1,v1={good}", "signature_malformed"),
        ("v1={good}", "timestamp_missing"),
        ("t={t},t={t},v1={good}", "timestamp_ambiguous"),
        ("t= {t},v1={good}", "timestamp_malformed"),
        ("t=0{t},v1={good}", "timestamp_malformed"),
        ("t=+{t},v1={good}", "timestamp_malformed"),
        ("t={t}.0,v1={good}", "timestamp_malformed"),
        ("t=1_772_442_000,v1={good}", "timestamp_malformed"),
        ("t=١٧٧٢٤٤٢٠٠٠,v1={good}", "timestamp_malformed"),
        ("t=0,v1={good}", "timestamp_malformed"),
        ("t=1,v1={good}", "timestamp_stale"),
        ("t=99999999999,v1={good}", "timestamp_ahead"),
        ("t=999999999999,v1={good}", "timestamp_malformed"),
    ],
)
def test_every_part_of_the_header_has_its_reason(header: str, expected: str) -> None:
    """One of several signatures is enough, in any order; other schemes are passed over; there is one time."""
    bad = signed(b"whsec_of_somebody_else")
    assert reason(header.format(t=STAMP, good=signed(), bad=bad)) == expected


def test_a_delivery_without_the_header_proves_nothing() -> None:
    """Not even with the secret in another one."""
    with pytest.raises(NotAuthenticError, match="signature_missing"):
        verify(
            Delivery("d1", "POST", "", {"authorization": CURRENT.decode()}, BODY, NOW), [CURRENT], Options(), "", NOW
        )


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, ""), (-300, ""), (300, ""), (-300.001, "timestamp_ahead"), (300.001, "timestamp_stale")],
)
def test_the_window_is_five_minutes_both_ways(seconds: float, expected: str) -> None:
    """A well-signed delivery that is repeated a moment too late is refused, and so is one from the future."""
    assert reason(now=NOW + timedelta(seconds=seconds)) == expected
    assert (reason(now=NOW + timedelta(seconds=seconds / 5), max_skew_seconds=60) == "") is (expected == "")


def test_a_list_of_signatures_is_bounded() -> None:
    """Twenty are looked at; more are nobody's rotation but work for us."""
    bad = f"v1={signed(b'whsec_of_somebody_else')}"
    assert reason(",".join([f"t={STAMP}", *[bad] * 19, f"v1={signed()}"])) == ""
    assert reason(",".join([f"t={STAMP}", *[bad] * 20, f"v1={signed()}"])) == "signature_mismatch"


@pytest.mark.parametrize("secret", [b"", b"whsec_", b"x" * (SHORTEST_SECRET_BYTES - 1)])
def test_a_secret_that_can_be_guessed_is_none(secret: bytes) -> None:
    """Whoever knows it is not let in either; a longer one beside it still counts."""
    header = f"t={STAMP},v1={signed(secret)}"
    assert reason(header, secret) == "secret_missing"
    assert reason(header, secret, CURRENT) == "signature_mismatch"
    long_enough = b"x" * SHORTEST_SECRET_BYTES
    assert reason(f"t={STAMP},v1={signed(long_enough)}", long_enough) == ""


def test_every_secret_is_compared_with_every_signature_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the first one fits."""
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    good, bad = signed(), signed(b"whsec_of_somebody_else")
    assert reason(f"t={STAMP},v1={good},v1={bad}") == ""
    wanted = [signed(secret) for secret in (CURRENT, PREVIOUS)]
    assert compared == [(each.encode(), right.encode()) for right in wanted for each in (good, bad)]
