"""Access tokens of an app registration: asked for once, renewed in time, and never told to anybody."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.business_central_books import CREDENTIALS
from tests.support.clock import ManualClock
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError
from tieout.systems.business_central.tokens import AccessTokens


class Login:
    """A token address that answers as it is told."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def tokens(self, clock: ManualClock | None = None, **changed: str) -> AccessTokens:
        """The tokens of an app registration that it knows."""
        http = httpx.Client(transport=httpx.MockTransport(self._answer))
        return AccessTokens({**CREDENTIALS, **changed}, http, clock or ManualClock())

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answers.pop(0) if self.answers else given(f"t{len(self.asked)}")


def given(token: object, expires_in: object = 3599) -> httpx.Response:
    """A token, and how long it lives."""
    return httpx.Response(200, json={"token_type": "Bearer", "access_token": token, "expires_in": expires_in})


def test_a_token_is_asked_for_by_client_credentials() -> None:
    """At the tenant's address, for everything that our app may do."""
    login = Login()
    assert login.tokens(tenant_id="a/b").current() == "t1"
    [request] = login.asked
    assert str(request.url) == "https://login.example.test/a%2Fb/oauth2/v2.0/token"
    assert dict(httpx.QueryParams(request.content.decode())) == {
        "grant_type": "client_credentials",
        "client_id": "app",
        "client_secret": "s",
        "scope": "https://api.businesscentral.dynamics.com/.default",
    }


def test_the_public_cloud_is_asked_unless_another_is_named() -> None:
    """Most tenants are there."""
    login = Login()
    login.tokens(login_url="").current()
    assert login.asked[0].url.host == "login.microsoftonline.com"


@pytest.mark.parametrize(
    ("expires_in", "seconds"), [(3599, 3539), ("3599", 3539), (None, 240), ("soon", 240), (10**9, 240)]
)
def test_a_token_is_replaced_a_minute_before_it_ends(expires_in: object, seconds: int) -> None:
    """What is no life counts as five minutes."""
    login, clock = Login(given("a", expires_in), given("b")), ManualClock()
    tokens = login.tokens(clock)
    assert tokens.current() == "a"
    clock.advance(seconds - 1)
    assert tokens.current() == "a"
    clock.advance(1)
    assert tokens.current() == "b"


def test_only_the_token_that_was_refused_is_forgotten() -> None:
    """Another thread may have replaced it already."""
    login = Login()
    tokens = login.tokens()
    first = tokens.current()
    tokens.forget("another")
    assert tokens.current() == first
    tokens.forget(first)
    assert tokens.current() != first


@pytest.mark.parametrize(
    ("answer", "error", "seconds"),
    [
        (httpx.Response(401, json={"error": "invalid_client", "error_description": "secret"}), AccessDeniedError, None),
        (httpx.Response(400, json={"error": "unauthorized_client"}), AccessDeniedError, None),
        (httpx.Response(403), AccessDeniedError, None),
        (httpx.Response(400, json={"error": "temporarily_unavailable"}), UnavailableError, 60),
        (httpx.Response(400, content=b"<html>"), UnavailableError, None),
        (httpx.Response(429), ThrottledError, 60),
        (httpx.Response(429, headers={"retry-after": "5"}), ThrottledError, 5),
        (httpx.Response(503, json={"error": "server_error"}), UnavailableError, 60),
        (httpx.Response(500, json={"error": "anything"}), UnavailableError, None),
        (given(""), UnavailableError, None),
        (given(7), UnavailableError, None),
        (given("a\nb"), UnavailableError, None),
        (given("ä"), UnavailableError, None),
    ],
)
def test_every_refusal_asks_for_what_it_means(
    answer: httpx.Response, error: type[TieoutError], seconds: float | None
) -> None:
    """And tells nothing of what the address said."""
    with pytest.raises(error) as raised:
        Login(answer).tokens().current()
    assert getattr(raised.value, "retry_after_seconds", None) == seconds
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("name", ["tenant_id", "client_id", "client_secret"])
def test_incomplete_credentials_are_named_and_not_tried(name: str) -> None:
    """A person must complete them."""
    login = Login()
    credentials: dict[str, Any] = {key: value for key, value in CREDENTIALS.items() if key != name}
    tokens = AccessTokens(credentials, httpx.Client(transport=httpx.MockTransport(login._answer)), ManualClock())
    with pytest.raises(AccessDeniedError, match=name):
        tokens.current()
    assert not login.asked


@pytest.mark.parametrize("login_url", ["https://", "http://[", "not an address"])
def test_an_address_that_is_none_is_unavailable(login_url: str) -> None:
    """Never an error of the library, which would be a bug of ours to whoever reads it."""
    with pytest.raises(UnavailableError):
        AccessTokens({**CREDENTIALS, "login_url": login_url}, httpx.Client(), ManualClock()).current()
