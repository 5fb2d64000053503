"""The access token of a SAP Analytics Cloud tenant: asked for once, renewed in time, and never told to anybody."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import httpx
import pytest

from tests.support.clock import ManualClock
from tests.support.sap_analytics import CREDENTIALS
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError
from tieout.systems.sap_analytics.tokens import AccessTokens


def tokens_from(
    answer: httpx.Response | list[dict[str, Any]], clock: ManualClock | None = None
) -> tuple[AccessTokens, list[httpx.Request]]:
    """Tokens of a tenant that answers so, and what it was asked."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=answer[len(asked) - 1]) if isinstance(answer, list) else answer

    http = httpx.Client(transport=httpx.MockTransport(handle))
    return AccessTokens(CREDENTIALS, "https://login.test/", http, clock or ManualClock()), asked


def test_the_client_proves_itself_by_its_secret() -> None:
    """Client credentials, with id and secret in the header, at the token address."""
    tokens, asked = tokens_from([{"access_token": "t1", "expires_in": 3600}])
    assert tokens.current() == tokens.current() == "t1"
    [request] = asked
    assert str(request.url) == "https://login.test/oauth/token"
    assert request.content == b"grant_type=client_credentials"
    expected = b64encode(f"{CREDENTIALS['client_id']}:{CREDENTIALS['client_secret']}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {expected}"


@pytest.mark.parametrize(
    ("stated", "seconds"), [(3600, 3540), ("3600", 3540), (None, 540), (True, 540), ("soon", 540), (30, 5)]
)
def test_a_token_is_renewed_a_minute_before_it_ends(stated: object, seconds: int) -> None:
    """So that none ends on its way; one that lives for less is kept for some seconds."""
    clock = ManualClock()
    tokens, _ = tokens_from([{"access_token": f"t{number}", "expires_in": stated} for number in (1, 2)], clock)
    assert tokens.current() == "t1"
    clock.advance(seconds - 1)
    assert tokens.current() == "t1"
    clock.advance(1)
    assert tokens.current() == "t2"


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, AccessDeniedError), (401, AccessDeniedError), (403, AccessDeniedError), (404, AccessDeniedError),
     (429, ThrottledError), (500, UnavailableError), (503, UnavailableError)]
)  # fmt: skip
def test_a_refused_login_is_a_persons_and_a_failing_one_passes(status: int, error: type[TieoutError]) -> None:
    """Only the code of OAuth is told, never what describes it."""
    body = {"error": "invalid_client", "error_description": "canary of tenant"}
    tokens, _ = tokens_from(httpx.Response(status, json=body))
    with pytest.raises(error) as caught:
        tokens.current()
    assert "canary" not in str(caught.value)
    assert ("invalid_client" in str(caught.value)) == (error is AccessDeniedError)


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": "a\nb"}, {"access_token": 7}])
def test_an_answer_without_a_usable_token_is_none(body: dict[str, Any]) -> None:
    """What is no header value would show itself in an error of the HTTP library."""
    with pytest.raises(UnavailableError):
        tokens_from([body])[0].current()


@pytest.mark.parametrize("lacking", ["client_id", "client_secret"])
def test_a_secret_that_lacks_a_part_is_denied(lacking: str) -> None:
    """The part that is missing is named, no other is told."""
    credentials = {name: value for name, value in CREDENTIALS.items() if name != lacking}
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    with pytest.raises(AccessDeniedError, match=lacking):
        AccessTokens(credentials, "https://login.test", http, ManualClock()).current()
