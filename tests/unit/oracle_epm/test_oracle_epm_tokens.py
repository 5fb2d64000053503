"""The logins: by a signed assertion, a refresh token and a password; one token at a time, never written down."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sandbox.systems.oracle_epm.keys import ClientKey, make_key
from tests.support.clock import ManualClock
from tests.support.oracle_epm import BASIC, epm_options
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError
from tieout.systems.oracle_epm.tokens import Login, login_of

OAUTH = {"client_id": "app", "refresh_token": "r0"}
Authentication = Literal["assertion", "oauth", "basic"]


@dataclass
class Domain:
    """An identity domain that gives tokens `t1`, `t2`, ... of an hour, unless answers are planned."""

    clock: ManualClock = field(default_factory=ManualClock)
    requests: list[httpx.Request] = field(default_factory=list)
    planned: list[httpx.Response] = field(default_factory=list)

    def login(self, credentials: Mapping[str, str], authentication: Authentication = "oauth", scope: str = "") -> Login:
        """A login that asks here."""
        options = epm_options(authentication=authentication, scope=scope, auth_base_url="https://identity.test/")
        return login_of(options, credentials, httpx.Client(transport=httpx.MockTransport(self._handle)), self.clock)

    def forms(self) -> list[dict[str, str]]:
        """What was sent, in order."""
        return [dict(parse_qsl(request.content.decode(), keep_blank_values=True)) for request in self.requests]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.planned:
            return self.planned.pop(0)
        number = len(self.requests)
        return httpx.Response(
            200, json={"access_token": f"t{number}", "expires_in": 3600, "refresh_token": f"r{number}"}
        )


@pytest.fixture(scope="module")
def key() -> ClientKey:
    """The key of a registered client."""
    return make_key()


def test_a_public_client_refreshes_by_its_id_alone() -> None:
    """As Oracle's page shows it; the address is the domain's."""
    domain = Domain()
    assert domain.login(OAUTH).current() == "t1"
    assert str(domain.requests[0].url) == "https://identity.test/oauth2/v1/token"
    assert domain.forms() == [{"grant_type": "refresh_token", "refresh_token": "r0", "client_id": "app"}]
    assert "authorization" not in domain.requests[0].headers


def test_a_confidential_client_proves_itself() -> None:
    """By its secret, in the header, and says the scope where the options do."""
    domain = Domain()
    domain.login(OAUTH | {"client_secret": "s"}, scope="all").current()
    assert domain.requests[0].headers["authorization"] == f"Basic {base64.b64encode(b'app:s').decode()}"
    assert domain.forms() == [{"grant_type": "refresh_token", "refresh_token": "r0", "scope": "all"}]


def test_a_token_is_kept_until_four_minutes_before_its_end_and_the_refresh_token_follows() -> None:
    """Each refresh token is used once: the next call uses the one that came with the last token."""
    domain = Domain()
    login = domain.login(OAUTH)
    login.current()
    domain.clock.advance(3359)
    assert login.current() == "t1"
    domain.clock.advance(1)
    assert login.current() == "t2"
    assert [form["refresh_token"] for form in domain.forms()] == ["r0", "r1"]


def test_a_domain_that_gives_no_other_refresh_token_is_asked_with_the_same() -> None:
    """Not every domain turns them."""
    domain = Domain(planned=[httpx.Response(200, json={"access_token": "t"}) for _ in range(2)])
    login = domain.login(OAUTH)
    for _ in range(2):
        login.forget(login.current())
    assert [form["refresh_token"] for form in domain.forms()] == ["r0", "r0"]


@pytest.mark.parametrize(("said", "seconds"), [(100, 50), ("3600", 360), (None, 360), (-1, 360), (True, 360)])
def test_a_life_that_is_short_or_unsaid_is_kept_shorter(said: object, seconds: int) -> None:
    """A short life is used by half, and ten minutes are taken where nothing readable is said."""
    domain = Domain(planned=[httpx.Response(200, json={"access_token": "t", "expires_in": said})])
    login = domain.login(OAUTH)
    login.current()
    domain.clock.advance(seconds - 1)
    assert login.current() == "t"
    domain.clock.advance(1)
    assert login.current() == "t2"


def test_an_assertion_is_signed_by_our_key_for_our_user(key: ClientKey) -> None:
    """It needs no state: every process makes its own."""
    domain = Domain()
    credentials = {
        "client_id": "app", "client_secret": "s", "username": "me", "private_key": key.private_key, "key_alias": "tieout",
    }  # fmt: skip
    assert domain.login(credentials, "assertion", "all").current() == "t1"
    (form,) = domain.forms()
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert form["scope"] == "all"
    header, claims, signature = form["assertion"].split(".")
    public = serialization.load_pem_public_key(key.public_key.encode())
    assert isinstance(public, RSAPublicKey)
    public.verify(decoded(signature), f"{header}.{claims}".encode(), PKCS1v15(), hashes.SHA256())
    assert json.loads(decoded(header)) == {"typ": "JWT", "alg": "RS256", "kid": "tieout"}
    now = int(domain.clock.now().timestamp())
    assert json.loads(decoded(claims)) == {
        "iss": "app", "sub": "me", "aud": "https://identity.oraclecloud.com/", "iat": now, "exp": now + 300,
    }  # fmt: skip


def decoded(part: str) -> bytes:
    """A part of a token."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_password_goes_with_every_call_and_has_no_other() -> None:
    """Nobody is asked for a token."""
    domain = Domain()
    login = domain.login(BASIC, "basic")
    assert login.scheme == "Basic"
    assert base64.b64decode(login.current()) == b"tieout@example.com:sandbox-password"
    assert login.forget(login.current()) is False
    assert domain.requests == []


@pytest.mark.parametrize(
    ("authentication", "credentials", "missing"),
    [
        ("oauth", {"client_id": "app"}, "refresh_token"),
        ("oauth", {}, "client_id, refresh_token"),
        ("basic", {"username": "me", "password": ""}, "password"),
        ("assertion", OAUTH, "client_secret, username, private_key, key_alias"),
    ],
)
def test_a_secret_that_lacks_something_is_named(
    authentication: Authentication, credentials: dict[str, str], missing: str
) -> None:
    """By the names of what it lacks, before anything is sent."""
    domain = Domain()
    with pytest.raises(AccessDeniedError, match=f"lacks {missing}$"):
        domain.login(credentials, authentication, "all").current()
    assert domain.requests == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"error": "invalid_grant", "error_description": "canary"}), AccessDeniedError),
        (httpx.Response(401, text="canary"), AccessDeniedError),
        (httpx.Response(403, text="<html>canary"), AccessDeniedError),
        (httpx.Response(400, text="canary"), UnavailableError),
        (httpx.Response(429, headers={"retry-after": "9"}), ThrottledError),
        (httpx.Response(500, json={"error": "server_error"}), UnavailableError),
        (httpx.Response(503, text="<html>canary"), UnavailableError),
        (httpx.Response(302, headers={"location": "/login"}), UnavailableError),
        (httpx.Response(200, text="<html>canary"), UnavailableError),
        (httpx.Response(200, json={"access_token": "canary\n"}), UnavailableError),
    ],
)
def test_a_refusal_is_an_error_of_ours_and_tells_no_secret(answer: httpx.Response, error: type[TieoutError]) -> None:
    """A code of OAuth and a refused login are a person's matter; all else passes."""
    with pytest.raises(TieoutError) as caught:
        Domain(planned=[answer]).login(OAUTH).current()
    assert type(caught.value) is error
    assert not any(secret in str(caught.value) for secret in ("canary", "r0"))


def test_a_domain_that_is_not_reached_is_down() -> None:
    """Nothing was written."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    http = httpx.Client(transport=httpx.MockTransport(fail))
    login = login_of(epm_options(authentication="oauth"), OAUTH, http, ManualClock())
    with pytest.raises(UnavailableError, match="ReadTimeout"):
        login.current()
