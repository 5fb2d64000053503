"""The login: by certificate and by password, refreshed in time, renewed once, never written down."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sandbox.systems.anaplan.certificates import IssuedCertificate, issue_certificate
from tests.support.anaplan import BASIC, MODEL_ID
from tests.support.clock import DEFAULT_START, ManualClock
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError
from tieout.systems.anaplan.options import Options
from tieout.systems.anaplan.tokens import TokenKeeper

LIFETIME = timedelta(minutes=35)


@dataclass
class Host:
    """An authentication host that gives tokens `t1`, `t2`, ... of 35 minutes, unless answers are planned."""

    clock: ManualClock = field(default_factory=ManualClock)
    requests: list[httpx.Request] = field(default_factory=list)
    planned: list[httpx.Response] = field(default_factory=list)
    same_value: bool = False

    def keeper(
        self, credentials: Mapping[str, str] = BASIC, authentication: Literal["certificate", "basic"] = "basic"
    ) -> TokenKeeper:
        """A keeper that logs in here."""
        options = Options(model_id=MODEL_ID, auth_base_url="https://auth.test/", authentication=authentication)
        http = httpx.Client(transport=httpx.MockTransport(self._handle))
        return TokenKeeper(options, credentials, http, self.clock, self._nonce)

    def operations(self) -> list[str]:
        """What was asked, in order."""
        return [request.url.path.removeprefix("/token/") for request in self.requests]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.planned:
            return self.planned.pop(0)
        value = "same" if self.same_value else f"t{len(self.requests)}"
        status = 201 if request.url.path.endswith("authenticate") else 200
        return httpx.Response(status, json=login(value, int((self.clock.now() + LIFETIME).timestamp() * 1000)))

    def _nonce(self, size: int) -> bytes:
        return bytes(range(size))


def login(value: object, ends: object) -> dict[str, object]:
    """The body of a login."""
    return {"status": "SUCCESS", "tokenInfo": {"tokenValue": value, "expiresAt": ends}}


@pytest.fixture(scope="module")
def issued() -> IssuedCertificate:
    """A certificate of a test authority."""
    return issue_certificate(DEFAULT_START)


def test_a_password_logs_in_by_basic_authentication() -> None:
    """User and password go in the header, to the authentication host."""
    host = Host()
    assert host.keeper().current().value == "t1"
    (request,) = host.requests
    assert str(request.url) == "https://auth.test/token/authenticate"
    assert b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"tieout@example.com:sandbox-password"


def test_a_certificate_logs_in_by_a_signed_nonce(issued: IssuedCertificate) -> None:
    """The header carries the whole PEM text, the body 150 raw bytes and their RSA SHA-512 signature."""
    host = Host()
    host.keeper(issued.credentials(), authentication="certificate").current()
    (request,) = host.requests
    scheme, _, encoded = request.headers["authorization"].partition(" ")
    body = json.loads(request.content)
    nonce = b64decode(body["encodedData"])
    assert scheme == "CACertificate"
    assert b64decode(encoded).decode() == issued.certificate_pem
    assert nonce == bytes(range(150))
    key = x509.load_pem_x509_certificate(issued.certificate_pem.encode()).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(b64decode(body["encodedSignedData"]), nonce, PKCS1v15(), hashes.SHA512())


@pytest.mark.parametrize("status", [200, 201])
def test_both_statuses_of_a_login_are_good(status: int) -> None:
    """The documentation says 200, the real one answers 201."""
    host = Host(planned=[httpx.Response(status, json=login("t", 1_900_000_000_000))])
    assert host.keeper().current().value == "t"


def test_a_token_is_kept_until_its_last_minutes() -> None:
    """One login serves every call until five minutes before the end; then a refresh does, and its value is the one used."""
    host = Host()
    keeper = host.keeper()
    keeper.current()
    host.clock.advance(30 * 60 - 1)
    assert keeper.current().value == "t1"
    host.clock.advance(1)
    assert keeper.current().value == "t2"
    assert host.operations() == ["authenticate", "refresh"]
    assert host.requests[1].headers["authorization"] == "AnaplanAuthToken t1"


def test_a_refresh_may_return_the_same_value_with_a_later_end() -> None:
    """Both were seen: a new value, and the old one that lives on."""
    host = Host(same_value=True)
    keeper = host.keeper()
    first = keeper.current()
    host.clock.advance(31 * 60)
    second = keeper.current()
    assert (first.value, second.value) == ("same", "same")
    assert second.ends_at > first.ends_at
    keeper.current()
    assert host.operations() == ["authenticate", "refresh"]


def test_a_token_that_ended_is_not_refreshed_but_replaced() -> None:
    """An ended token cannot be refreshed: a function that slept logs in again."""
    host = Host()
    keeper = host.keeper()
    keeper.current()
    host.clock.advance(35 * 60)
    keeper.current()
    assert host.operations() == ["authenticate", "authenticate"]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_refresh_becomes_a_login(status: int) -> None:
    """The token may have been ended at the other side: the credentials still count."""
    host = Host()
    keeper = host.keeper()
    keeper.current()
    host.clock.advance(31 * 60)
    host.planned.append(httpx.Response(status))
    assert keeper.current().value == "t3"
    assert host.operations() == ["authenticate", "refresh", "authenticate"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_token_with_minutes_left_survives_an_authentication_host_that_is_down(status: int) -> None:
    """A refresh is early on purpose, so that an outage of the login does not stop writing."""
    host = Host()
    keeper = host.keeper()
    keeper.current()
    host.clock.advance(31 * 60)
    host.planned.append(httpx.Response(status))
    assert keeper.current().value == "t1"
    assert keeper.current().value == "t3"


def test_a_rejected_token_is_renewed_once_for_all_who_hold_it() -> None:
    """Of two calls that met 401 with the same token, one logs in and the other takes the result."""
    host = Host()
    keeper = host.keeper()
    rejected = keeper.current()
    assert keeper.renewed(rejected).value == "t2"
    assert keeper.renewed(rejected).value == "t2"
    assert host.operations() == ["authenticate", "authenticate"]


def test_many_threads_log_in_once() -> None:
    """Concurrent renewals are a known way to lose a session: there is one at a time."""
    host = Host()
    keeper = host.keeper()
    start = threading.Barrier(8)
    values: list[str] = []

    def take() -> None:
        start.wait()
        values.append(keeper.current().value)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == ["t1"] * 8
    assert host.operations() == ["authenticate"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400), AccessDeniedError),
        (httpx.Response(401, json={"status": "FAILURE_BAD_CREDENTIAL"}), AccessDeniedError),
        (httpx.Response(403), AccessDeniedError),
        (httpx.Response(404), AccessDeniedError),
        (httpx.Response(201, json={"status": "FAILURE_BAD_CREDENTIAL"}), AccessDeniedError),
        (httpx.Response(429, headers={"retry-after": "3"}), ThrottledError),
        (httpx.Response(500), UnavailableError),
        (httpx.Response(502, text="<html>"), UnavailableError),
        (httpx.Response(201, text="<html>"), UnavailableError),
        (httpx.Response(201, json={}), UnavailableError),
        (httpx.Response(201, json={"tokenInfo": "t"}), UnavailableError),
        (httpx.Response(201, json=login("", 1)), UnavailableError),
        (httpx.Response(201, json=login("two\nlines", 1)), UnavailableError),
        (httpx.Response(201, json=login(7, 1)), UnavailableError),
    ],
)
def test_a_login_that_fails_says_whether_to_wait_or_to_call_somebody(
    answer: httpx.Response, error: type[TieoutError]
) -> None:
    """Wrong credentials need a person; an authentication host that is down needs time; neither error tells a secret."""
    host = Host(planned=[answer])
    with pytest.raises(TieoutError) as caught:
        host.keeper().current()
    assert type(caught.value) is error
    assert "sandbox-password" not in repr(caught.value)


@pytest.mark.parametrize("ends", [None, "1900000000000", True, 1.5, 10**18])
def test_a_login_without_a_readable_end_lasts_the_documented_half_hour(ends: object) -> None:
    """The end of a token is told in milliseconds; where it is not, the documentation's 30 minutes are taken."""
    host = Host(planned=[httpx.Response(201, json=login("t", ends))])
    assert host.keeper().current().ends_at == host.clock.now() + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("credentials", "authentication"),
    [({}, "basic"), ({"username": "u", "password": ""}, "basic"), ({}, "certificate"), (BASIC, "certificate")],
)
def test_an_incomplete_secret_is_told_by_its_missing_names(
    credentials: dict[str, str], authentication: Literal["certificate", "basic"]
) -> None:
    """A secret that was never filled in stops the target with the names a person has to fill in."""
    host = Host()
    with pytest.raises(AccessDeniedError, match=r"the secret lacks .*(password|private_key_pem)"):
        host.keeper(credentials, authentication=authentication).current()
    assert host.requests == []


def test_a_private_key_that_is_none_is_a_matter_for_a_person() -> None:
    """Neither text nor an elliptic key can sign Anaplan's way, and the error does not quote it."""
    elliptic = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for key in ("canary-key", elliptic.decode()):
        with pytest.raises(AccessDeniedError) as caught:
            Host().keeper({"certificate_pem": "c", "private_key_pem": key}, authentication="certificate").current()
        assert key not in str(caught.value)


def test_a_token_never_shows_itself() -> None:
    """A token in a log or a traceback is one anybody can use."""
    token = Host().keeper().current()
    assert token.value not in repr(token)
