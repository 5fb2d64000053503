"""How a token is asked of Salesforce, how long it is kept, and what a refusal means."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tests.support.clock import ManualClock
from tests.support.salesforce_answers import LOGIN_URL, Organization, credentials
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError
from tieout.systems.salesforce.tokens import AccessTokens


def tokens_of(answer: httpx.Response | httpx.HTTPError, **stated: str | None) -> AccessTokens:
    """Tokens of a Salesforce that answers so."""

    def respond(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer

    known = {name: value for name, value in {**credentials(), **stated}.items() if value is not None}
    return AccessTokens(known, httpx.Client(transport=httpx.MockTransport(respond)), ManualClock())


def test_one_token_serves_until_it_is_forgotten() -> None:
    """Salesforce states no life of a token; a token that another thread replaced already is not replaced again."""
    organization = Organization(lambda _query: [])
    tokens = AccessTokens(credentials(), organization.http, organization.clock)
    first = tokens.current()
    organization.clock.advance(10 * 86_400)
    assert tokens.current() == first
    tokens.forget("another")
    assert tokens.current() == first
    tokens.forget(first)
    assert tokens.current() != first
    assert organization.logins == 2


@pytest.mark.parametrize(
    ("login_url", "address"),
    [
        (None, "https://login.salesforce.com"),
        ("", "https://login.salesforce.com"),
        (LOGIN_URL + "/", LOGIN_URL),
        ("https://test.salesforce.com", "https://test.salesforce.com"),
    ],
)
def test_the_assertion_names_app_user_and_address_for_three_minutes(login_url: str | None, address: str) -> None:
    """Salesforce refuses one that is good for longer, or for another address."""
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"access_token": "t"})

    known = {name: value for name, value in {**credentials(), "login_url": login_url}.items() if value is not None}
    clock = ManualClock()
    AccessTokens(known, httpx.Client(transport=httpx.MockTransport(respond)), clock).current()
    [request] = asked
    form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
    header, claims = (json.loads(base64.urlsafe_b64decode(each + "==")) for each in form["assertion"].split(".")[:2])
    assert str(request.url) == f"{address}/services/oauth2/token"
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert header == {"typ": "JWT", "alg": "RS256"}
    assert claims == {
        "iss": "3MVG9",
        "sub": "tieout@acme.test",
        "aud": address,
        "exp": int(clock.now().timestamp()) + 180,
    }


@pytest.mark.parametrize(
    ("status", "body", "kind", "seconds"),
    [
        (400, {"error": "invalid_grant", "error_description": "tieout@acme.test"}, AccessDeniedError, None),
        (400, {"error": "invalid_client_id"}, AccessDeniedError, None),
        (400, {"error": "inactive_user"}, AccessDeniedError, None),
        (401, {}, AccessDeniedError, None),
        (403, "<html>", AccessDeniedError, None),
        (400, {"error": "rate_limit_exceeded"}, ThrottledError, 900),
        (429, {}, ThrottledError, 900),
        (400, {"error": "server_error"}, UnavailableError, 60),
        (503, {"error": "temporarily_unavailable"}, UnavailableError, 60),
        (500, {"error": "unknown_error"}, UnavailableError, None),
        (400, {"error": "tieout@acme.test"}, UnavailableError, None),
        (400, "<html>", UnavailableError, None),
        (302, {}, UnavailableError, None),
        (200, {}, UnavailableError, None),
        (200, {"access_token": ""}, UnavailableError, None),
        (200, {"access_token": 7}, UnavailableError, None),
        (200, {"access_token": "two\nlines"}, UnavailableError, None),
        (200, {"access_token": "tökén"}, UnavailableError, None),
        (200, [], UnavailableError, None),
    ],
)
def test_a_refusal_is_told_by_its_code_alone(
    status: int,
    body: Any,  # noqa: ANN401 JSON
    kind: type[TieoutError],
    seconds: float | None,
) -> None:
    """Whether a person or time must act; the description, which may name the user, is shown to nobody."""
    answer = httpx.Response(status, text=body) if isinstance(body, str) else httpx.Response(status, json=body)
    with pytest.raises(kind) as caught:
        tokens_of(answer).current()
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after_seconds", None) == seconds
    assert "acme" not in str(caught.value)
    stated = body.get("error") if isinstance(body, dict) else None
    assert stated != "invalid_grant" or str(caught.value).endswith("invalid_grant")


def test_an_address_that_does_not_answer_is_unavailable() -> None:
    """The assertion in the request is not shown with the error."""
    with pytest.raises(UnavailableError) as caught:
        tokens_of(httpx.ConnectTimeout("slow")).current()
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("missing", ["client_id", "username", "private_key"])
def test_credentials_that_lack_something_are_somebodys_to_complete(missing: str) -> None:
    """No request is made without them."""
    with pytest.raises(AccessDeniedError, match=f"credentials lack '{missing}'"):
        tokens_of(httpx.Response(200, json={"access_token": "t"}), **{missing: None}).current()
