"""The hand-made AWS client on a wire that misbehaves: connections, time limits, retries, clocks and certificates."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.support.clock import ManualClock, SeededEntropy
from tests.support.own_certificate import own_certificate
from tests.support.scripted_http import Asked, Said, scripted
from tieout.aws.endpoint import AwsEndpoint, AwsRefusedError, endpoint_url, regional_host, trusted
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, TieoutError, UnavailableError

ENVIRON = {
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "canary-secret-key",
    "AWS_SESSION_TOKEN": "token",
}


class Script:
    """Answers in turn, the last one for ever, and remembers what was asked."""

    def __init__(self, *answers: Said) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []

    def __call__(self, asked: Asked) -> Said:
        """The next answer."""
        self.asked.append(asked)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Opened(list[AwsEndpoint]):
    """Makes clients of scripted servers, to be closed when a test ends."""

    def __call__(
        self,
        url: str,
        clock: ManualClock | None = None,
        *,
        attempts: int = 2,
        timeout: float = 1.0,
        environ: Mapping[str, str] = ENVIRON,
    ) -> AwsEndpoint:
        """A client that calls this server."""
        clock = clock or ManualClock()
        made = AwsEndpoint("events", url, environ, clock, SeededEntropy(), timeout_seconds=timeout, attempts=attempts)
        self.append(made)
        return made


@pytest.fixture
def endpoint() -> Iterator[Opened]:
    """Clients of scripted servers."""
    opened = Opened()
    yield opened
    for each in opened:
        each.close()


def test_a_connection_is_kept_between_calls(endpoint: Opened) -> None:
    """A TLS handshake per delivery would cost more than all the rest."""
    script = Script(Said())
    with scripted(script) as url:
        client = endpoint(url)
        for _ in range(5):
            assert client.call("POST", "/", {"x-amz-target": "a"}, b"body").status == 200
    assert len({asked.connection for asked in script.asked}) == 1
    assert script.asked[0].headers["x-amz-security-token"] == "token"
    assert script.asked[0].headers["host"] == url.removeprefix("http://")
    assert script.asked[0].body == b"body"


def test_a_connection_that_died_meanwhile_is_replaced_unseen(endpoint: Opened) -> None:
    """The other end closes idle connections while a function is frozen; this is no failed try."""
    script = Script(Said(), Said(hang_up=True), Said())
    with scripted(script) as url:
        client = endpoint(url, attempts=1)
        client.call("POST", "/", {}, b"1")
        assert client.call("POST", "/", {}, b"2").status == 200
    assert [asked.body for asked in script.asked] == [b"1", b"2", b"2"]


def test_an_announced_close_is_honoured(endpoint: Opened) -> None:
    """The next call opens a connection of its own."""
    script = Script(Said(then_close=True, headers={"Connection": "close"}))
    with scripted(script) as url:
        client = endpoint(url, attempts=1)
        for _ in range(3):
            assert client.call("POST", "/", {}, b"").status == 200
    assert len({asked.connection for asked in script.asked}) == 3


def test_a_new_connection_that_dies_is_a_lost_answer(endpoint: Opened) -> None:
    """Whether the call took effect is unknown; it is tried again within bounds."""
    script = Script(Said(hang_up=True))
    with scripted(script) as url, pytest.raises(LostAnswerError):
        endpoint(url, attempts=3).call("POST", "/", {}, b"")
    assert len(script.asked) == 3


def test_silence_ends_after_the_time_limit(endpoint: Opened) -> None:
    """No call waits for ever; what was asked may have been done."""
    script = Script(Said(hang_seconds=30))
    began = time.monotonic()
    with scripted(script) as url, pytest.raises(LostAnswerError):
        endpoint(url, attempts=1, timeout=0.1).call("POST", "/", {}, b"")
    assert time.monotonic() - began < 5


def test_nobody_there_is_known_not_to_have_happened(endpoint: Opened) -> None:
    """A refused connection is no lost answer."""
    with scripted(Script(Said())) as url:
        pass
    with pytest.raises(UnavailableError):
        endpoint(url).call("POST", "/", {}, b"")


JSON_CODE: Callable[[str], Said] = lambda code: Said(400, f'{{"__type":"com.amazonaws#{code}"}}'.encode())  # noqa: E731 a table of answers


@pytest.mark.parametrize(
    ("said", "expected", "tries"),
    [
        (Said(500), UnavailableError, 2),
        (Said(503, b"<Error><Code>SlowDown</Code></Error>"), ThrottledError, 2),
        (Said(429), ThrottledError, 2),
        (JSON_CODE("ThrottlingException"), ThrottledError, 2),
        (Said(400, b"{}", {"x-amzn-ErrorType": "TooManyRequestsException:http://x"}), ThrottledError, 2),
        (JSON_CODE("AccessDeniedException"), AccessDeniedError, 1),
        (Said(403, b"<?xml?><Error><Code>AccessDenied</Code></Error>"), AccessDeniedError, 1),
        (JSON_CODE("ExpiredTokenException"), AccessDeniedError, 1),
        (JSON_CODE("ResourceNotFoundException"), AwsRefusedError, 1),
        (Said(404, b"<Error><Code>NoSuchBucket</Code></Error>"), AwsRefusedError, 1),
        (Said(301, b""), AwsRefusedError, 1),
        (Said(400, b"{broken"), AwsRefusedError, 1),
    ],
)
def test_each_refusal_becomes_the_error_it_is(
    endpoint: Opened, said: Said, expected: type[TieoutError], tries: int
) -> None:
    """Only what may pass by itself is tried again."""
    script = Script(said)
    with scripted(script) as url, pytest.raises(expected):
        endpoint(url).call("POST", "/", {}, b"")
    assert len(script.asked) == tries


def test_a_passing_fault_is_not_seen(endpoint: Opened) -> None:
    """With a pause that differs from caller to caller."""
    script, clock = Script(Said(500), Said(200, b"done")), ManualClock()
    began = clock.now()
    with scripted(script) as url:
        assert endpoint(url, clock).call("POST", "/", {}, b"").body == b"done"
    assert timedelta(milliseconds=20) < clock.now() - began < timedelta(milliseconds=200)


@pytest.mark.parametrize("code", ["InvalidSignatureException", "RequestTimeTooSkewed", "SignatureDoesNotMatch"])
@pytest.mark.parametrize("hours", [-3, 3])
def test_a_wrong_clock_is_corrected_by_the_answer(endpoint: Opened, code: str, hours: int) -> None:
    """AWS says what time it is when it refuses a signature as too old or too new; that time is kept."""
    clock = ManualClock()
    true_time = clock.now() + timedelta(hours=hours)

    script: list[Asked] = []

    def respond(asked: Asked) -> Said:
        script.append(asked)
        signed = datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        date = {"Date": format_datetime(true_time, usegmt=True)}
        return (
            Said(headers=date)
            if abs(signed - true_time) < timedelta(minutes=5)
            else Said(403, JSON_CODE(code).body, date)
        )

    with scripted(respond) as url:
        client = endpoint(url, clock, attempts=1)
        assert client.call("POST", "/", {}, b"").status == 200
        assert client.call("POST", "/", {}, b"").status == 200
    assert len(script) == 3


@pytest.mark.parametrize("date", [{}, {"Date": "yesterday"}, {"Date": "Mon, 02 Mar 2026 09:01:00 GMT"}])
def test_a_wrong_key_is_no_wrong_clock(endpoint: Opened, date: dict[str, str]) -> None:
    """Where the times agree, or none is told, the refusal stands."""
    script = Script(Said(403, JSON_CODE("SignatureDoesNotMatch").body, date))
    with scripted(script) as url, pytest.raises(AwsRefusedError):
        endpoint(url).call("POST", "/", {}, b"")
    assert len(script.asked) == 1


def test_a_stranger_on_the_line_gets_nothing(endpoint: Opened, tmp_path: Path) -> None:
    """A certificate nobody vouches for ends the call before a byte of it is sent."""
    _certificate, context = own_certificate(tmp_path)
    script = Script(Said())
    with scripted(script, context) as url, pytest.raises(UnavailableError):
        endpoint(url).call("POST", "/", {}, b"")
    assert not script.asked


def test_tls_with_a_known_authority(endpoint: Opened, tmp_path: Path) -> None:
    """`AWS_CA_BUNDLE` names other roots than Amazon's."""
    certificate, context = own_certificate(tmp_path)
    with scripted(Script(Said(200, b"secure")), context) as url:
        environ = ENVIRON | {"AWS_CA_BUNDLE": str(certificate)}
        client = endpoint(url, environ=environ)
        assert client.call("POST", "/", {}, b"").body == b"secure"


def test_the_roots_we_ship_are_amazons() -> None:
    """Five of them, none about to expire, so that a cold start does not load 150."""
    context = trusted(str(Path(__file__).parents[3] / "layers/tieout/aws/amazon_roots.pem"))
    roots = context.get_ca_certs()
    names = {part for root in roots for part in str(root["subject"]).split("'") if " Root C" in part}
    assert {f"Amazon Root CA {number}" for number in range(1, 5)} < names
    assert len(names) == 5
    for root in roots:
        expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(root["notAfter"])), UTC)
        assert expires > datetime(2037, 1, 1, tzinfo=UTC)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "https://events.eu-central-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "http://127.0.0.1:1"),
        ({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_EVENTBRIDGE": "http://b"}, "http://b"),
        ({"AWS_ENDPOINT_URL_S3": "http://b"}, "https://events.eu-central-1.amazonaws.com"),
    ],
)
def test_where_a_service_answers_can_be_set(environ: dict[str, str], expected: str) -> None:
    """With the variables the SDKs read."""
    assert endpoint_url("EVENTBRIDGE", regional_host("events", "eu-central-1"), environ) == expected


def test_other_partitions_have_their_own_hosts() -> None:
    """China's endpoints end differently."""
    assert regional_host("events", "cn-north-1") == "events.cn-north-1.amazonaws.com.cn"
