"""Our signatures against HubSpot's own Python library, in both directions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hubspot.utils.signature import Signature
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.signature import sign_v1, sign_v2, sign_v3, verify

SECRET = "contract-test-client-secret"
URL = "https://hooks.example.com/webhooks/hubspot-emea"
BODIES = st.text(st.characters(codec="utf-8"), max_size=200)
METHODS = st.sampled_from(["POST", "GET", "PUT"])


def milliseconds(moment: datetime) -> str:
    """A moment as the time stamp header writes it."""
    return str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))


@given(body=BODIES, method=METHODS)
def test_what_hubspots_library_signs_we_accept(body: str, method: str) -> None:
    """A v3 signature made by HubSpot's code passes ours."""
    now = datetime.now(UTC)
    stamp = milliseconds(now)
    signature = Signature.get_signature(SECRET, body, "v3", http_uri=URL, http_method=method, timestamp=stamp)
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}
    delivery = Delivery(delivery_id="d", method=method, query="", headers=headers, body=body.encode(), received_at=now)
    verify(delivery, [SECRET.encode()], Options(), URL, now)


@given(body=BODIES, method=METHODS)
def test_what_we_sign_hubspots_library_accepts(body: str, method: str) -> None:
    """A v3 signature made by our code passes HubSpot's."""
    stamp = milliseconds(datetime.now(UTC))
    signature = sign_v3(SECRET.encode(), method, URL, body.encode(), stamp)
    assert Signature.is_valid(
        signature, SECRET, body, http_uri=URL, http_method=method, signature_version="v3", timestamp=stamp
    )


@given(body=BODIES, method=METHODS)
def test_the_older_schemes_agree(body: str, method: str) -> None:
    """v1 and v2 are the same sums on both sides."""
    assert sign_v1(SECRET.encode(), body.encode()) == Signature.get_signature(SECRET, body, "v1")
    assert sign_v2(SECRET.encode(), method, URL, body.encode()) == Signature.get_signature(
        SECRET, body, "v2", http_uri=URL, http_method=method
    )


def test_we_refuse_what_hubspots_library_lets_through() -> None:
    """Their library accepts a stamp a year ahead and raises on a signature outside ASCII; ours refuses both."""
    now = datetime.now(UTC)
    stamp = milliseconds(now + timedelta(days=365))
    signature = sign_v3(SECRET.encode(), "POST", URL, b"[]", stamp)
    assert Signature.is_valid(signature, SECRET, "[]", http_uri=URL, signature_version="v3", timestamp=stamp)
    with pytest.raises(TypeError):
        Signature.is_valid("é", SECRET, "[]", http_uri=URL, signature_version="v3", timestamp=milliseconds(now))
    for claimed, at, reason in ((signature, stamp, "timestamp_ahead"), ("é", milliseconds(now), "signature_mismatch")):
        headers = {"x-hubspot-signature-v3": claimed, "x-hubspot-request-timestamp": at}
        delivery = Delivery(delivery_id="d", method="POST", query="", headers=headers, body=b"[]", received_at=now)
        with pytest.raises(NotAuthenticError) as caught:
            verify(delivery, [SECRET.encode()], Options(), URL, now)
        assert caught.value.reason == reason
