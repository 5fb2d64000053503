"""How generic senders prove themselves: what is accepted, and the reason given for everything else."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support import bad_input
from tieout.arriving.delivery import Delivery
from tieout.arriving.standard_webhooks import decoded, hmac_key, sign_v1, signed_bytes
from tieout.errors import NotAuthenticError
from tieout.systems.generic.options import Options
from tieout.systems.generic.signature import verify

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
STAMP = "1772600767"  # NOW
ID = "msg_2026unit0001"
BODY = '{"type":"expense.report.changed","data":{"note":"Müller & Söhne €"}}'.encode()
KEY = b"unit-test-signing-key-24-bytes-long"
SECRET = b"whsec_" + base64.b64encode(KEY)
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_SECRET = b"whpk_" + base64.b64encode(PRIVATE_KEY.public_key().public_bytes_raw())
OPTIONS = {
    proof: Options(proof=proof, key_header=header, records=({"name": "thing", "key": "id"},))  # type: ignore[arg-type]
    for proof, header in {"v1": "", "v1a": "", "bearer": "", "key_header": "x-sender-key", "bus": ""}.items()
}
TOKEN = b"unit-test-token-of-a-sender"


def sign_v1a(webhook_id: str, timestamp: str, body: bytes) -> str:
    """The item of `webhook-signature` that the sender's private key makes."""
    return "v1a," + base64.b64encode(PRIVATE_KEY.sign(signed_bytes(webhook_id, timestamp, body))).decode()


def delivery(headers: dict[str, str], body: bytes = BODY) -> Delivery:
    """A delivery with these headers."""
    return Delivery(delivery_id="d-1", method="POST", query="", headers=headers, body=body, received_at=NOW)


def signed(proof: str = "v1", *, key: bytes = KEY, **changed: str | None) -> Delivery:
    """A delivery signed in one version, its headers changed or (None) left out."""
    stamp = changed.get("timestamp") or STAMP
    signature = sign_v1(key, ID, stamp, BODY) if proof == "v1" else sign_v1a(ID, stamp, BODY)
    found = {"id": ID, "timestamp": stamp, "signature": signature} | changed
    return delivery({f"webhook-{name}": text for name, text in found.items() if text is not None})


def reason(subject: Delivery, proof: str = "v1", *secrets: bytes, now: datetime = NOW) -> str:
    """The code with which a delivery is refused, or an empty text where it is accepted."""
    live = secrets or (PUBLIC_SECRET if proof == "v1a" else SECRET,)
    try:
        verify(subject, live, OPTIONS[proof], "https://hooks.example.com/webhooks/x", now)
    except NotAuthenticError as error:
        return error.reason
    return ""


@pytest.mark.parametrize("proof", ["v1", "v1a"])
def test_a_signed_delivery_is_accepted(proof: str) -> None:
    """The signature over id, time and raw body proves the sender, in either version."""
    assert reason(signed(proof), proof) == ""


def test_the_vector_of_the_specification_holds() -> None:
    """The known answer that every implementation of Standard Webhooks is tested with."""
    key = hmac_key(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = sign_v1(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("proof", ["v1", "v1a"])
def test_every_turned_bit_is_refused(proof: str) -> None:
    """No bit of the body, the id, the time or the signature can be turned unseen."""
    subject = signed(proof)
    for body in bad_input.bit_flips(BODY):
        assert reason(delivery(dict(subject.headers), body), proof) == "signature_mismatch"
    for name, value in subject.headers.items():
        for flipped in bad_input.text_flips(value):
            assert reason(delivery({**subject.headers, name: flipped}), proof) != "", (name, flipped)


def test_a_signature_has_one_text_alone() -> None:
    """Base64 can write the same bytes with other last bits, without padding or with more of it; none of that is taken."""
    for proof in ("v1", "v1a"):
        good = signed(proof).headers["webhook-signature"]
        for other in (good.rstrip("="), good + "=", good + "====", good.replace(",", ", "), good.upper()):
            assert reason(signed(proof, signature=other), proof) == "signature_mismatch", other


@pytest.mark.parametrize("proof", ["v1", "v1a"])
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, ""),
        (-300, ""),
        (300, ""),
        (-301, "timestamp_stale"),
        (301, "timestamp_ahead"),
        (-31_536_000, "timestamp_stale"),
        (31_536_000, "timestamp_ahead"),
    ],
)
def test_the_time_window_is_five_minutes_both_ways(proof: str, seconds: int, expected: str) -> None:
    """A well-signed delivery that is repeated a second too late is refused, and so is one from the future."""
    stamp = str(int(STAMP) + seconds)
    assert reason(signed(proof, timestamp=stamp), proof) == expected


def test_the_window_is_what_the_connection_says() -> None:
    """A connection can narrow the window, and a fraction of a second counts."""
    options = Options(proof="v1", max_skew_seconds=60, records=({"name": "thing", "key": "id"},))  # type: ignore[arg-type]
    verify(signed(), [SECRET], options, "", NOW + timedelta(seconds=60))
    with pytest.raises(NotAuthenticError, match="timestamp_stale"):
        verify(signed(), [SECRET], options, "", NOW + timedelta(seconds=60, milliseconds=1))


@pytest.mark.parametrize(
    "stamp",
    ["", " ", "1772600767.0", "1772600767.9", "+1772600767", "-1", "1_7", "١٢٣", "1e9", "9" * 12, "NaN", "\ud800"],
)
def test_a_time_that_is_no_count_of_seconds_is_refused(stamp: str) -> None:
    """Only ASCII digits are a time, though other libraries take a fraction and sign without it."""
    assert reason(signed(timestamp=stamp or " ")) == "timestamp_malformed"


@pytest.mark.parametrize("webhook_id", ["", " ", "msg.1", "msg 1", "msg\n1", "é", "\ud800", "x" * 257])
def test_an_id_with_a_dot_or_beyond_printable_ascii_is_refused(webhook_id: str) -> None:
    """Dots join what is signed, so that an id with one could be read as another id with another time."""
    headers = {**signed().headers, "webhook-id": webhook_id, "webhook-signature": sign_v1(KEY, webhook_id, STAMP, BODY)}
    assert reason(delivery(headers)) == "id_malformed"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("id", "id_missing"), ("timestamp", "timestamp_missing"), ("signature", "signature_missing")],
)
def test_all_three_headers_are_needed(name: str, expected: str) -> None:
    """Without its id, its time or its signature a delivery proves nothing."""
    headers = dict(signed().headers)
    del headers[f"webhook-{name}"]
    assert reason(delivery(headers)) == expected


def test_another_id_is_not_what_was_signed() -> None:
    """A delivery cannot be given another id, which would make it another delivery."""
    assert reason(signed(id="msg_2026unit0002")) == "signature_mismatch"


def test_one_of_several_signatures_is_enough() -> None:
    """A sender that changes keys or versions sends several; what is malformed among them spoils nothing."""
    good, other = signed().headers["webhook-signature"], sign_v1(b"another-key-of-the-same-length!!", ID, STAMP, BODY)
    v1a = sign_v1a(ID, STAMP, BODY)
    for listed in ([other, good], [good, other], [v1a, good], ["v1", "v1,", ",", "", "v2,abc", "v1,a,b", good]):
        assert reason(signed(signature=" ".join(listed))) == "", listed
    assert reason(signed(signature=f"{other} {good} {v1a}"), "v1a") == ""
    assert reason(signed(signature=f"{other} {v1a}")) == "signature_mismatch"
    assert reason(signed(signature=f"{good} {other}"), "v1a") == "signature_mismatch"


def test_signatures_are_parted_by_a_blank_and_by_nothing_else() -> None:
    """As the specification says; what else looks like a gap belongs to a signature, which is none then."""
    good, other = signed().headers["webhook-signature"], sign_v1(b"another-key-of-the-same-length!!", ID, STAMP, BODY)
    for gap in ("\t", "\n", "\u00a0", ";"):
        assert reason(signed(signature=f"{other}{gap}{good}")) == "signature_mismatch", gap


def test_a_list_of_signatures_is_bounded() -> None:
    """Twenty signatures are looked at; more are nobody's rotation but work for us."""
    good, other = signed().headers["webhook-signature"], sign_v1(b"another-key-of-the-same-length!!", ID, STAMP, BODY)
    assert reason(signed(signature=" ".join([other] * 19 + [good]))) == ""
    assert reason(signed(signature=" ".join([other] * 20 + [good]))) == "signature_mismatch"


def test_both_secrets_are_live_during_a_rotation() -> None:
    """A delivery signed with the new or with the previous secret is accepted, one signed with a third is not."""
    new = b"a-new-signing-key-of-some-length"
    both = (b"whsec_" + base64.b64encode(new), SECRET)
    assert reason(signed(), "v1", *both) == ""
    assert reason(signed(key=new), "v1", *both) == ""
    assert reason(signed(key=b"a-third-signing-key-of-some-length"), "v1", *both) == "signature_mismatch"
    third = b"whpk_" + base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    assert reason(signed("v1a"), "v1a", third, PUBLIC_SECRET) == ""
    assert reason(signed("v1a"), "v1a", third) == "signature_mismatch"


def test_a_secret_without_prefix_is_the_key_itself() -> None:
    """`whsec_` is decoded, with or without its padding; any other text is the key as it stands."""
    assert reason(signed(key=b"a-raw-key-that-is-not-base64!"), "v1", b"a-raw-key-that-is-not-base64!") == ""
    assert reason(signed(), "v1", SECRET.rstrip(b"=")) == ""
    assert reason(signed(), "v1", base64.b64encode(KEY)) == "signature_mismatch"
    assert reason(signed("v1a"), "v1a", PUBLIC_SECRET.removeprefix(b"whpk_")) == ""


def test_a_secret_of_sixteen_bytes_is_long_enough() -> None:
    """The shortest that nobody can try out, as it stands or in base64."""
    shortest = b"16-bytes-secret!"
    assert reason(signed(key=shortest), "v1", shortest) == ""
    assert reason(signed(key=shortest), "v1", b"whsec_" + base64.b64encode(shortest)) == ""


@pytest.mark.parametrize("text", [b"QUJD\n", b"QU JD", b"QUJ=", b"QUJD=", b"QUJ", b"Q", b"Q-_D"])
def test_bytes_have_one_text_in_base64(text: bytes) -> None:
    """Blanks, other last bits, a padding too many or none, and letters of another alphabet: none of these says any bytes."""
    assert decoded(b"QUJD") == b"ABC"
    assert decoded(text) == b""


@pytest.mark.parametrize(
    ("proof", "secrets"),
    [
        ("v1", [b""]),
        ("v1", [b"", b"whsec_"]),
        ("v1", [b"whsec_not base64"]),
        ("v1", [b"whsec_" + base64.b64encode(b"15-bytes-secret")]),
        ("v1", [b"15-bytes-secret"]),
        ("v1a", [SECRET]),
        ("v1a", [b"whpk_" + base64.b64encode(bytes(31))]),
        ("v1a", [b"whpk_" + base64.b64encode(bytes(33))]),
        ("bearer", [b"", b"15-bytes-secret"]),
        ("key_header", [b"15-bytes-secret"]),
    ],
)
def test_without_a_usable_secret_nothing_is_authentic(proof: str, secrets: list[bytes]) -> None:
    """An absent, empty, short or unreadable secret lets nobody in, not even who knows it."""
    token = secrets[-1].decode()
    headers = {**signed().headers, "authorization": f"Bearer {token}", "x-sender-key": token}
    assert reason(delivery(headers), proof, *secrets) == "secret_missing"


def test_a_public_key_that_is_no_point_lets_nobody_in() -> None:
    """Thirty-two bytes are not yet a key: those of no point of the curve verify nothing, and raise nothing."""
    for raw in (bytes(32), b"\xff" * 32, b"\x02" + bytes(31)):
        assert reason(signed("v1a"), "v1a", b"whpk_" + base64.b64encode(raw)) == "signature_mismatch"


@pytest.mark.parametrize(
    ("headers", "proof", "expected"),
    [
        ({"authorization": "Bearer unit-test-token-of-a-sender"}, "bearer", ""),
        ({"authorization": "bearer unit-test-token-of-a-sender"}, "bearer", ""),
        ({"authorization": "unit-test-token-of-a-sender"}, "bearer", "token_missing"),
        ({"authorization": "Basic unit-test-token-of-a-sender"}, "bearer", "token_missing"),
        ({"authorization": "Bearer  unit-test-token-of-a-sender"}, "bearer", "token_mismatch"),
        ({"authorization": "Bearer "}, "bearer", "token_mismatch"),
        ({"authorization": "Bearer unit-test-token-of-a-sendes"}, "bearer", "token_mismatch"),
        ({"authorization": "Bearer \ud800"}, "bearer", "token_mismatch"),
        ({"x-sender-key": "unit-test-token-of-a-sender"}, "bearer", "token_missing"),
        ({"x-sender-key": "unit-test-token-of-a-sender"}, "key_header", ""),
        ({"x-sender-key": "unit-test-token-of-a-sender "}, "key_header", "token_mismatch"),
        ({"x-sender-key": ""}, "key_header", "token_mismatch"),
        ({"authorization": "Bearer unit-test-token-of-a-sender"}, "key_header", "token_missing"),
        ({}, "key_header", "token_missing"),
    ],
)
def test_a_token_stands_in_the_header_that_was_agreed(headers: dict[str, str], proof: str, expected: str) -> None:
    """A sender that cannot sign shows a secret, in one header alone."""
    assert reason(delivery(headers), proof, TOKEN) == expected


@pytest.mark.parametrize("proof", ["bearer", "key_header"])
def test_a_signature_is_no_token_and_a_token_no_signature(proof: str) -> None:
    """Each connection takes its one proof: what would prove another connection proves nothing here."""
    assert reason(signed(), proof, SECRET) == "token_missing"
    shown = delivery({"authorization": f"Bearer {SECRET.decode()}", "x-sender-key": SECRET.decode()})
    assert reason(shown) == "signature_missing"


@pytest.mark.parametrize("value", bad_input.HEADER_VALUES)
def test_odd_headers_are_refused_and_raise_nothing_else(value: str) -> None:
    """Whatever stands in one of the headers, the answer is a refusal."""
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        for proof in ("v1", "v1a"):
            assert reason(delivery({**signed(proof).headers, name: value}), proof) != ""
    for proof in ("bearer", "key_header"):
        assert reason(delivery({"authorization": value, "x-sender-key": value}), proof, TOKEN) != ""


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": f"Bearer {TOKEN.decode()}"}, {"authorization": TOKEN.decode()}]
)
def test_nobody_posts_to_a_connection_whose_events_come_over_a_bus(headers: dict[str, str]) -> None:
    """Whoever knows what would be its secret is not let in either: it has no proof of what is posted."""
    assert reason(delivery(headers), "bus", TOKEN) == "secret_missing"
