"""Who may post to a Salesforce connection: the key in the URL or a signature, and our own organisation in either case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.support.salesforce_messages import (
    KEY,
    ORGANIZATION,
    OTHER_ORGANIZATION,
    RECEIVED_AT,
    callout,
    callout_event,
    message,
    notification,
    posted,
)
from tieout.arriving.delivery import Delivery
from tieout.arriving.standard_webhooks import sign_v1
from tieout.errors import NotAuthenticError
from tieout.systems.salesforce.options import Options
from tieout.systems.salesforce.signature import verify

BODY = message(notification())
ENCODED = quote(KEY, safe="")
PREVIOUS = b"salesforce-case-previous-key-32b"


def outcome(delivery: Delivery, secrets: tuple[bytes, ...] = (KEY,), organization_id: str = ORGANIZATION) -> str:
    """Why a delivery proves nothing; empty where it is proven."""
    try:
        verify(delivery, secrets, Options(organization_id=organization_id), "https://x", RECEIVED_AT)
    except NotAuthenticError as error:
        return error.reason
    return ""


def signed(body: bytes, *, key: bytes = KEY, skew_seconds: int = 0, query: str = "") -> Delivery:
    """A callout as our Apex signs it."""
    stamp = str(int((RECEIVED_AT + timedelta(seconds=skew_seconds)).timestamp()))
    return posted(body, query=query, headers=headers_of(sign_v1(key, "msg_1", stamp, body), stamp))


def headers_of(signature: str, stamp: str) -> Mapping[str, str]:
    """The headers of Standard Webhooks."""
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


@pytest.mark.parametrize(
    "query",
    [
        f"key={ENCODED}",
        f"key={KEY.decode()}",
        f"a=b&key={ENCODED}&c",
        f"%6Bey={ENCODED}",
        "key=" + "".join(f"%{byte:02x}" for byte in KEY),
    ],
)
def test_the_key_in_the_url_proves_a_message(query: str) -> None:
    """As it is or percent-encoded, alone or among other parameters."""
    assert outcome(posted(BODY, query=query)) == ""


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "key_missing"),
        ("Key=" + ENCODED, "key_missing"),
        ("keys=" + ENCODED, "key_missing"),
        (ENCODED, "key_missing"),
        ("key", "key_mismatch"),
        ("key=", "key_mismatch"),
        (f"key={ENCODED}x", "key_mismatch"),
        (f"key={ENCODED[:-1]}", "key_mismatch"),
        (f"key={ENCODED.lower().swapcase()}", "key_mismatch"),
        (f"key={ENCODED}&key={ENCODED}", "key_ambiguous"),
        (f"key={ENCODED}&%6bey=x", "key_ambiguous"),
        ("key=\ud800\u20ac", "key_mismatch"),
        ("key=%00%ff%zz", "key_mismatch"),
    ],
)
def test_anything_else_proves_nothing(query: str, reason: str) -> None:
    """Missing, wrong, or given twice."""
    assert outcome(posted(BODY, query=query)) == reason


@pytest.mark.parametrize("secrets", [(KEY, PREVIOUS), (PREVIOUS, KEY), (b"short", KEY)])
def test_every_live_secret_is_tried(secrets: tuple[bytes, ...]) -> None:
    """During a rotation either is taken."""
    assert outcome(posted(BODY), secrets) == ""
    assert outcome(signed(callout([callout_event()])), secrets) == ""


@pytest.mark.parametrize("secrets", [(), (b"",), (b"15-bytes-of-key",)])
def test_a_secret_that_can_be_tried_out_lets_nobody_in(secrets: tuple[bytes, ...]) -> None:
    """Nor does one that nobody has filled in."""
    for secret in (*secrets, KEY):
        query = f"key={quote(secret, safe='')}"
        assert outcome(posted(BODY, query=query), secrets) == "secret_missing"
    assert outcome(signed(callout([])), secrets) == "secret_missing"


def test_sixteen_bytes_are_a_key() -> None:
    """As few as the signatures of callouts take."""
    assert outcome(posted(BODY, query="key=16-bytes-of-key!"), (b"16-bytes-of-key!",)) == ""


@pytest.mark.parametrize("length", [15, 18])
def test_an_organisation_is_ours_in_either_length(length: int) -> None:
    """Whichever length the connection or the message states."""
    assert outcome(posted(message(notification(), organization_id=ORGANIZATION[:length]))) == ""
    assert outcome(posted(BODY), organization_id=ORGANIZATION[:length]) == ""
    assert outcome(signed(callout([], ORGANIZATION[:length]))) == ""


@pytest.mark.parametrize("length", [15, 18])
def test_another_organisation_is_refused_with_the_right_key(length: int) -> None:
    """A sandbox that was copied with its key is not the company's production."""
    assert (
        outcome(posted(message(notification(), organization_id=OTHER_ORGANIZATION[:length]))) == "organization_unknown"
    )
    assert outcome(signed(callout([], OTHER_ORGANIZATION[:length]))) == "organization_unknown"
    too_many = message(*[notification()] * 101, organization_id=OTHER_ORGANIZATION)
    assert outcome(posted(too_many)) == "organization_unknown"


@pytest.mark.parametrize("body", [b"", b"{}", BODY[:-9], b"<!DOCTYPE a><a/>", BODY.replace(ORGANIZATION.encode(), b"")])
def test_a_body_that_cannot_be_read_is_proven_by_the_key_alone(body: bytes) -> None:
    """Nothing will be made of it, and whoever knows the key is owed that it is kept."""
    assert outcome(posted(body)) == ""
    assert outcome(signed(body)) == ""


def test_the_organisation_is_asked_only_of_who_knows_the_key() -> None:
    """Nobody else can make us read XML."""
    assert outcome(posted(message(notification(), organization_id=OTHER_ORGANIZATION), query="key=x")) == "key_mismatch"


@pytest.mark.parametrize("signature", ["", "v1,", "v1,AAAA", "v2,AAAA", " ", "x"])
def test_a_bad_signature_never_falls_back_to_the_key(signature: str) -> None:
    """Whoever sends one claims to be able to sign."""
    stamp = str(int(RECEIVED_AT.timestamp()))
    for body in (BODY, callout([callout_event()])):
        delivery = posted(body)._replace(headers=headers_of(signature, stamp))
        assert outcome(delivery) == "signature_mismatch"


@pytest.mark.parametrize(
    ("skew_seconds", "reason"), [(-300, ""), (-301, "timestamp_stale"), (300, ""), (301, "timestamp_ahead")]
)
def test_a_signature_counts_for_five_minutes(skew_seconds: int, reason: str) -> None:
    """Before and after our clock."""
    assert outcome(signed(callout([callout_event()]), skew_seconds=skew_seconds)) == reason


def test_a_callout_needs_no_key_in_its_url() -> None:
    """And a wrong one beside a good signature changes nothing."""
    body = callout([callout_event()])
    assert outcome(signed(body)) == ""
    assert outcome(signed(body, query="key=wrong")) == ""


def test_a_signature_fits_the_bytes_it_was_made_for() -> None:
    """Another body under it is refused."""
    body = callout([callout_event()])
    assert outcome(signed(body)._replace(body=body + b" ")) == "signature_mismatch"
    assert outcome(signed(body, key=PREVIOUS)) == "signature_mismatch"
