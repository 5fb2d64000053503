"""HubSpot's signatures: what is accepted, and the reason given for everything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.signature import sign_v1, sign_v2, sign_v3, verify

NOW = datetime(2026, 3, 4, 5, 6, 7, 890000, tzinfo=UTC)
URL = "https://hooks.example.com/webhooks/hubspot-emea"
SECRET = b"unit-test-client-secret"
BODY = '[{"eventId":1,"propertyValue":"Müller & Söhne €"}]'.encode()


def milliseconds(moment: datetime) -> str:
    """A moment as HubSpot's time stamp header writes it."""
    return str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))


def delivery(headers: dict[str, str], *, body: bytes = BODY, method: str = "POST", query: str = "") -> Delivery:
    """A delivery with these headers."""
    return Delivery(delivery_id="d-1", method=method, query=query, headers=headers, body=body, received_at=NOW)


def signed(
    *, sent: datetime = NOW, secret: bytes = SECRET, url: str = URL, query: str = "", more: dict[str, str] | None = None
) -> Delivery:
    """A delivery as HubSpot sends it: v3, and the v1 signature that accompanies it."""
    stamp = milliseconds(sent)
    headers = {
        "x-hubspot-signature-v3": sign_v3(secret, "POST", url, BODY, stamp),
        "x-hubspot-request-timestamp": stamp,
        "x-hubspot-signature": sign_v1(secret, BODY),
        "x-hubspot-signature-version": "v1",
    }
    return delivery(headers | (more or {}), query=query)


def reason(
    subject: Delivery, *, secrets: tuple[bytes, ...] = (SECRET,), options: Options | None = None, url: str = URL
) -> str:
    """The code with which a delivery is refused, or an empty text where it is accepted."""
    try:
        verify(subject, secrets, options or Options(), url, NOW)
    except NotAuthenticError as error:
        return error.reason
    return ""


def test_a_delivery_signed_with_the_client_secret_is_accepted() -> None:
    """HubSpot's v3 signature over method, URL, raw body and time stamp proves the sender."""
    assert reason(signed()) == ""


def test_the_sums_are_those_of_other_tools() -> None:
    """What openssl and HubSpot's library answer for one request, so that the schemes cannot drift."""
    secret, body = b"known-answer-secret", b'[{"eventId":1}]'
    assert sign_v1(secret, body) == "95acadc035bbec45e0bdc087a9d0324a2de7056679ba7f59e222933d372924c8"
    assert sign_v2(secret, "POST", URL, body) == "7c1ae9ff8e6f2387bd8e2a1d9bc319012bb25b660fc90b90022dfd14fe1a43a2"
    assert sign_v3(secret, "POST", URL, body, "1772600767890") == "aDbtbiYJCyR/TIXA7oXJW/rceTd3jTUu5cv3T5RAxgo="


def test_both_secrets_are_live_during_a_rotation() -> None:
    """A delivery signed with the new or with the previous secret is accepted, one signed with a third is not."""
    both = (b"new-secret", SECRET)
    assert reason(signed(), secrets=both) == ""
    assert reason(signed(secret=b"new-secret"), secrets=both) == ""
    assert reason(signed(secret=b"other"), secrets=both) == "signature_mismatch"


@pytest.mark.parametrize("secrets", [(), (b"",), (b"", b"")])
def test_without_a_secret_nothing_is_authentic(secrets: tuple[bytes, ...]) -> None:
    """An absent or empty secret never signs, not even a delivery signed with an empty key."""
    assert reason(signed(secret=b""), secrets=secrets) == "secret_missing"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, ""),
        (-300, ""),
        (300, ""),
        (-300.001, "timestamp_stale"),
        (300.001, "timestamp_ahead"),
        (31_536_000, "timestamp_ahead"),
    ],
)
def test_the_time_window_is_five_minutes_both_ways(seconds: float, expected: str) -> None:
    """A well-signed delivery is refused when its stamp is more than five minutes old or ahead."""
    assert reason(signed(sent=NOW + timedelta(seconds=seconds))) == expected


def test_the_window_is_what_the_connection_says() -> None:
    """A connection can narrow the window."""
    late = signed(sent=NOW - timedelta(seconds=61))
    assert reason(late, options=Options(max_skew_seconds=60)) == "timestamp_stale"
    assert reason(late, options=Options(max_skew_seconds=61)) == ""


@pytest.mark.parametrize("stamp", ["", " 1", "1 ", "+1", "-1", "1_0", "1.5", "١٢٣", "1e3", "9" * 16, "NaN", "\ud800"])
def test_a_time_stamp_that_is_no_count_of_milliseconds_is_refused(stamp: str) -> None:
    """Only ASCII digits are a time stamp, though `int` would take more."""
    assert reason(signed(more={"x-hubspot-request-timestamp": stamp})) == "timestamp_malformed"


def test_a_v3_signature_without_its_time_stamp_is_refused() -> None:
    """Without the stamp there is no window, so there is no proof."""
    headers = dict(signed().headers)
    del headers["x-hubspot-request-timestamp"]
    assert reason(delivery(headers)) == "timestamp_missing"


@pytest.mark.parametrize("claimed", ["", "é", "\ud83d", "A" * 100_000, "\x00", "K36d="])
def test_a_malformed_signature_is_a_mismatch_and_no_crash(claimed: str) -> None:
    """Text outside ASCII, empty and huge signatures are refused as any wrong one."""
    assert reason(signed(more={"x-hubspot-signature-v3": claimed})) == "signature_mismatch"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("x-hubspot-signature-v3", "signature_mismatch"), ("x-hubspot-request-timestamp", "timestamp_malformed")],
)
def test_a_header_sent_twice_proves_nothing(name: str, expected: str) -> None:
    """API Gateway joins repeated headers with a comma: which of the two was meant is nobody's to guess."""
    value = signed().headers[name]
    assert reason(signed(more={name: f"{value},{value}"})) == expected


def test_a_delivery_without_any_signature_is_refused() -> None:
    """Nothing to check is not authentic."""
    assert reason(delivery({"content-type": "application/json"})) == "signature_missing"


def test_a_stripped_v3_signature_does_not_fall_back_to_v1() -> None:
    """The v1 signature that accompanies each delivery proves nothing by itself: it has no time stamp."""
    headers = {name: text for name, text in signed().headers.items() if name != "x-hubspot-signature-v3"}
    assert reason(delivery(headers)) == "signature_version_refused"


def test_a_wrong_v3_signature_is_not_saved_by_a_right_v1_signature() -> None:
    """Where v3 is allowed and present it decides alone, even on a connection that also allows v1."""
    assert (
        reason(signed(more={"x-hubspot-signature-v3": "AAAA"}), options=Options(allow_signatures=["v3", "v1"]))
        == "signature_mismatch"
    )


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_old_scheme_counts_only_where_the_connection_lists_it(version: str) -> None:
    """v1 and v2 are refused unless allowed, and then still checked."""
    sums = {"v1": sign_v1(SECRET, BODY), "v2": sign_v2(SECRET, "POST", URL, BODY)}
    subject = delivery({"x-hubspot-signature": sums[version], "x-hubspot-signature-version": version})
    allowed = Options(allow_signatures=["v1", "v2"])
    assert reason(subject) == "signature_version_refused"
    assert reason(subject, options=allowed) == ""
    assert reason(subject._replace(body=BODY + b" "), options=allowed) == "signature_mismatch"


@pytest.mark.parametrize("version", ["", "v3", "V1", "v4", "é"])
def test_an_unknown_scheme_is_refused(version: str) -> None:
    """A version the scheme does not know cannot be allowed by anybody."""
    headers = {"x-hubspot-signature": sign_v1(SECRET, BODY), "x-hubspot-signature-version": version}
    assert (
        reason(delivery(headers), options=Options(allow_signatures=["v1", "v2", "v3"])) == "signature_version_refused"
    )


def test_v3_is_refused_where_only_an_older_scheme_is_listed() -> None:
    """A connection for workflow actions (v2) does not take what it was not set up for."""
    headers = {name: text for name, text in signed().headers.items() if name != "x-hubspot-signature"}
    assert reason(delivery(headers), options=Options(allow_signatures=["v2"])) == "signature_version_refused"


@pytest.mark.parametrize(
    "other",
    [
        URL + "/",
        URL.replace("https", "http"),
        URL.replace("/webhooks", "/prod/webhooks"),
        URL.upper(),
        URL.replace(".com", ".com:443"),
    ],
)
def test_only_the_url_hubspot_was_told_to_call_verifies(other: str) -> None:
    """A URL rebuilt with a stage, a slash, a port or another case is another URL."""
    assert reason(signed(), url=other) == "signature_mismatch"


def test_a_query_string_is_part_of_what_is_signed() -> None:
    """The query HubSpot called with counts, decoded by HubSpot's own table, and a foreign query spoils the proof."""
    assert reason(signed(url=URL + "?t=a:b/c%20d", query="t=a%3Ab%2fc%20d")) == ""
    assert reason(signed(url=URL + "?t=1", query="t=2")) == "signature_mismatch"
    assert reason(signed(query="t=1")) == "signature_mismatch"


def test_a_query_string_in_the_configured_url_is_taken_as_configured() -> None:
    """A gateway may reorder or recode a query; the configured text is what HubSpot signed."""
    assert reason(signed(url=URL + "?a=1&b=2", query="b=2&a=1"), url=URL + "?a=1&b=2") == ""


def test_the_decode_table_is_hubspots() -> None:
    """Exactly the listed escapes are decoded, in either case and once; spaces, ampersands and equals signs stay encoded."""
    encoded = "%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%3a%2f%20%26%3D%253A"
    assert sign_v3(SECRET, "POST", encoded, b"", "1") == sign_v3(
        SECRET, "POST", ":/?@!$'()*,;:/%20%26%3D%253A", b"", "1"
    )


BITS = st.integers(min_value=0, max_value=7)


@given(position=st.integers(min_value=0, max_value=len(BODY) - 1), bit=BITS)
def test_any_flipped_bit_of_the_body_is_refused(position: int, bit: int) -> None:
    """The raw bytes are what is signed."""
    flipped = bytearray(BODY)
    flipped[position] ^= 1 << bit
    assert reason(signed()._replace(body=bytes(flipped))) == "signature_mismatch"


@given(
    header=st.sampled_from(["x-hubspot-signature-v3", "x-hubspot-request-timestamp"]),
    place=st.integers(min_value=0),
    bit=BITS,
)
def test_any_flipped_bit_of_signature_or_time_stamp_is_refused(header: str, place: int, bit: int) -> None:
    """Base64's spare bits and digits that are still digits are no way around."""
    raw = bytearray(signed().headers[header].encode())
    raw[place % len(raw)] ^= 1 << bit
    assert reason(signed(more={header: raw.decode("latin-1")})) != ""


@given(
    headers=st.dictionaries(
        st.sampled_from(
            [
                "x-hubspot-signature-v3",
                "x-hubspot-request-timestamp",
                "x-hubspot-signature",
                "x-hubspot-signature-version",
            ]
        ),
        st.text() | st.sampled_from(["v1", "v2", "v3", "1772600767890"]),
    ),
    body=st.binary(max_size=64),
    method=st.text(max_size=8),
    query=st.text(max_size=16),
)
def test_no_delivery_whatever_makes_verification_crash(
    headers: dict[str, str], body: bytes, method: str, query: str
) -> None:
    """Anything can be posted to a public URL; the only answers are authentic and not authentic."""
    options = Options(allow_signatures=["v1", "v2", "v3"])
    assert reason(delivery(headers, body=body, method=method, query=query), options=options) != ""


def test_no_reason_holds_a_secret_or_a_signature() -> None:
    """The reasons are fixed codes, safe to log."""
    with pytest.raises(NotAuthenticError) as caught:
        verify(signed(secret=b"other"), (SECRET,), Options(), URL, NOW)
    assert str(caught.value) == "signature_mismatch"
