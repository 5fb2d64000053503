"""How a token is asked of S/4HANA, how long it is kept, and what a refusal means."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from tests.support.clock import ManualClock
from tests.support.sap_rows import BASE_URL
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError
from tieout.systems.sap_s4hana.tokens import AccessTokens, BasicUser

CREDENTIALS = {"client_id": "client", "client_secret": "canary-secret"}


class TokenAddress:
    """Answers requests for tokens, one after the other, each with another token."""

    def __init__(self, answer: httpx.Response | httpx.HTTPError | None = None, **stated: Any) -> None:  # noqa: ANN401 JSON
        self.answer, self.stated = answer, stated
        self.requests: list[httpx.Request] = []
        self.clock = ManualClock()

    def tokens(self, **credentials: str) -> AccessTokens:
        """Tokens of it."""
        http = httpx.Client(transport=httpx.MockTransport(self._respond))
        return AccessTokens({**CREDENTIALS, **credentials}, BASE_URL + "/", http, self.clock)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self.answer, httpx.HTTPError):
            raise self.answer
        told = {"access_token": f"token-{len(self.requests)}", "expires_in": 3600, **self.stated}
        return self.answer or httpx.Response(200, json=told)


@pytest.mark.parametrize(
    ("credentials", "address"),
    [
        ({}, f"{BASE_URL}/sap/bc/sec/oauth2/token"),
        ({"token_url": "https://tokens.example.com/oauth/token"}, "https://tokens.example.com/oauth/token"),
    ],
)
def test_a_token_is_asked_for_by_client_credentials(credentials: dict[str, str], address: str) -> None:
    """At the tenant's own address, where no other is stated; the secret stands in no address and no form."""
    at = TokenAddress()
    assert at.tokens(**credentials).current() == "Bearer token-1"
    [request] = at.requests
    assert str(request.url) == address
    assert request.content == b"grant_type=client_credentials"
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"client:canary-secret"


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [(3600, 3540), ("3600", 3540), (60, 5), (1, 5), (None, 540), ("soon", 540), (True, 540), (10**9, 540)],
)
def test_a_token_serves_until_shortly_before_it_ends(stated: object, seconds: int) -> None:
    """A minute before, and a moment at least, so that no call asks for one of its own."""
    at = TokenAddress(expires_in=stated)
    tokens = at.tokens()
    tokens.current()
    at.clock.advance(seconds - 1)
    assert tokens.current() == "Bearer token-1"
    at.clock.advance(1)
    assert tokens.current() == "Bearer token-2"


def test_a_token_that_was_refused_is_replaced_once() -> None:
    """Not one that another thread has replaced already."""
    at = TokenAddress()
    tokens = at.tokens()
    first = tokens.current()
    assert tokens.forget("Bearer another")
    assert tokens.current() == first
    assert tokens.forget(first)
    assert tokens.current() == "Bearer token-2"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(400, json={"error": "invalid_client"}), AccessDeniedError),
        (httpx.Response(401), AccessDeniedError),
        (httpx.Response(403, text="<html>"), AccessDeniedError),
        (httpx.Response(429), ThrottledError),
        (httpx.Response(404, text="no such host"), UnavailableError),
        (httpx.Response(500, json={"error": "server_error"}), UnavailableError),
        (httpx.Response(503), UnavailableError),
        (httpx.Response(302, headers={"location": "https://evil.example.com"}), UnavailableError),
        (httpx.Response(200, text="<html>"), UnavailableError),
        (httpx.Response(200, json={"access_token": ""}), UnavailableError),
        (httpx.Response(200, json={"access_token": "a\nb"}), UnavailableError),
        (httpx.ConnectTimeout("slow"), UnavailableError),
    ],
)
def test_what_a_refusal_asks_of_us(answer: httpx.Response | httpx.HTTPError, kind: type[TieoutError]) -> None:
    """A person changes what is refused; what is down is asked again. No secret is told."""
    with pytest.raises(kind) as refused:
        TokenAddress(answer).tokens().current()
    assert "canary" not in str(refused.value)


def test_a_communication_user_is_a_name_and_a_password() -> None:
    """There is nothing to renew."""
    user = BasicUser({"username": "COMM", "password": "canary-päss"})
    assert base64.b64decode(user.current().removeprefix("Basic ")).decode() == "COMM:canary-päss"
    assert not user.forget(user.current())


@pytest.mark.parametrize("lacking", ["client_id", "client_secret"])
def test_credentials_that_are_incomplete_are_named(lacking: str) -> None:
    """By what is missing; nobody is asked."""
    at = TokenAddress()
    known = {name: value for name, value in CREDENTIALS.items() if name != lacking}
    with pytest.raises(AccessDeniedError, match=lacking):
        AccessTokens(known, BASE_URL, httpx.Client(), at.clock).current()
    with pytest.raises(AccessDeniedError, match="password"):
        BasicUser({"username": "COMM"}).current()
