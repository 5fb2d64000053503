"""How an app's secret is exchanged for a token of Microsoft Entra, how long that serves, and what no token means."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tests.support.clock import ManualClock
from tests.support.dynamics_answers import BASE_URL, CREDENTIALS, LOGIN_URL
from tieout.entra_tokens import EntraTokens
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError


def tokens_of(
    answer: httpx.Response | httpx.HTTPError, **stated: str | None
) -> tuple[EntraTokens, list[httpx.Request]]:
    """Tokens of an Entra that answers so, and what it was asked."""
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer

    known = {name: value for name, value in {**CREDENTIALS, **stated}.items() if value is not None}
    http = httpx.Client(transport=httpx.MockTransport(respond))
    return EntraTokens(known, f"{BASE_URL}/.default", http, ManualClock()), asked


@pytest.mark.parametrize(
    ("login_url", "address"),
    [
        (LOGIN_URL + "/", LOGIN_URL),
        ("https://login.example/EX/", "https://login.example/EX"),
        ("", "https://login.microsoftonline.com"),
        (None, "https://login.microsoftonline.com"),
    ],
)
def test_a_token_is_asked_for_with_the_apps_secret(login_url: str | None, address: str) -> None:
    """For the environment alone, at the tenant's own address."""
    tokens, asked = tokens_of(httpx.Response(200, json={"access_token": "t", "expires_in": 3599}), login_url=login_url)
    assert tokens.current() == "t"
    assert str(asked[0].url) == f"{address}/made-up-tenant/oauth2/v2.0/token"
    assert parse_qs(asked[0].content.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["app"],
        "client_secret": ["not-a-secret"],
        "scope": [f"{BASE_URL}/.default"],
    }


def test_a_tenants_name_is_a_name_and_no_path() -> None:
    """Whatever stands in the credentials, the secret goes to the token address."""
    tokens, asked = tokens_of(httpx.Response(200, json={"access_token": "t"}), tenant_id="a/../b?c")
    tokens.current()
    assert asked[0].url.raw_path == b"/a%2F..%2Fb%3Fc/oauth2/v2.0/token"


def test_the_secret_goes_nowhere_else_and_is_not_waited_for_without_end() -> None:
    """Entra does not redirect: whoever says so is somebody else, though the client would follow."""
    asked: list[httpx.Request] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(307, headers={"location": "https://evil.example/"})

    http = httpx.Client(transport=httpx.MockTransport(redirect), follow_redirects=True, timeout=999)
    with pytest.raises(UnavailableError, match=r"^Entra's token address answered 307$"):
        EntraTokens(CREDENTIALS, "s", http, ManualClock()).current()
    assert [each.url.host for each in asked] == [httpx.URL(LOGIN_URL).host]
    assert asked[0].extensions["timeout"] == {"connect": 5, "read": 20, "write": 20, "pool": 20}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(401, json={"error": "invalid_client"}), "Entra refuses our app: 401 invalid_client"),
        (httpx.Response(403), "Entra refuses our app: 403"),
        (httpx.Response(429), "Entra refuses our app: 429"),
        (httpx.Response(200, json={}), "Entra answered 200 without a usable access token"),
    ],
)
def test_who_must_act_is_told_who_refused_and_by_which_code(answer: httpx.Response, told: str) -> None:
    """OAuth's own code, which names nobody."""
    with pytest.raises(TieoutError, match=f"^{told}$"):
        tokens_of(answer)[0].current()


@pytest.mark.parametrize(
    ("expires_in", "seconds"), [(3599, 3539), ("3599", 240), (None, 240), (10, 240), (True, 240), (10**9, 86_340)]
)
def test_a_token_serves_until_a_minute_before_its_end(expires_in: object, seconds: int) -> None:
    """Of a life that is not stated, or cannot be right, the shortest that is given to anybody is taken."""
    clock = ManualClock()
    given: list[str] = []

    def respond(_request: httpx.Request) -> httpx.Response:
        given.append(f"t{len(given)}")
        return httpx.Response(200, json={"access_token": given[-1], "expires_in": expires_in})

    tokens = EntraTokens(CREDENTIALS, "s", httpx.Client(transport=httpx.MockTransport(respond)), clock)
    assert tokens.current() == "t0"
    clock.advance(seconds - 1)
    assert tokens.current() == "t0"
    clock.advance(1)
    assert tokens.current() == "t1"


def test_a_token_that_another_thread_replaced_is_not_replaced_again() -> None:
    """Else threads would take each other's."""
    tokens, asked = tokens_of(httpx.Response(200, json={"access_token": "t", "expires_in": 3599}))
    tokens.forget(tokens.current() + "-older")
    tokens.current()
    assert len(asked) == 1
    tokens.forget("t")
    tokens.current()
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401, json={"error": "invalid_client", "error_description": "app made-up"}), AccessDeniedError),
        (httpx.Response(400, json={"error": "invalid_scope"}), AccessDeniedError),
        (httpx.Response(403), AccessDeniedError),
        (httpx.Response(400, text="<html>"), UnavailableError),
        (httpx.Response(400, json={"error": "temporarily_unavailable"}), UnavailableError),
        (httpx.Response(429), ThrottledError),
        (httpx.Response(500, json={"error": "server_error"}), UnavailableError),
        (httpx.Response(503, json={"error": "server_error"}), UnavailableError),
        (httpx.Response(200, json={"access_token": ""}), UnavailableError),
        (httpx.Response(200, json={"access_token": 5}), UnavailableError),
        (httpx.Response(200, json={"access_token": "t\u00f6k\n"}), UnavailableError),  # no header value
        (httpx.ConnectError("refused"), UnavailableError),
    ],
)
def test_no_token_means_what_is_to_be_done(answer: httpx.Response | httpx.HTTPError, error: type[TieoutError]) -> None:
    """Nothing of what Entra describes is told: it names the app."""
    with pytest.raises(error) as caught:
        tokens_of(answer)[0].current()
    assert type(caught.value) is error
    assert "made-up" not in str(caught.value)


@pytest.mark.parametrize("missing", ["tenant_id", "client_id", "client_secret"])
def test_credentials_that_lack_something_are_for_a_person(missing: str) -> None:
    """And nothing is asked."""
    stated: dict[str, Any] = {missing: None}
    tokens, asked = tokens_of(httpx.Response(200), **stated)
    with pytest.raises(AccessDeniedError, match=missing):
        tokens.current()
    assert not asked
