"""How Dynamics is called, what its answers mean, and when a token is asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tests.support.clock import ManualClock
from tests.support.dynamics_answers import (
    BASE_URL,
    CREDENTIALS,
    ENTRIES,
    KEY,
    LINES,
    LOGIN_URL,
    Environment,
    entry,
    having_invoice,
    invoice_lines,
    line,
)
from tieout.entra_tokens import EntraTokens
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    ThrottledError,
    TieoutError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.facts.statement import Statement
from tieout.systems.dynamics_finance.queries import Query, in_chunks


def read_with(environment: Environment) -> object:
    """What reading an invoice comes to."""
    return environment.reader().read([KEY])[KEY]


def answering(*answers: httpx.Response | None) -> Environment:
    """An environment that gives these answers first."""
    environment, left = having_invoice(), list(answers)
    environment.answer = lambda _: left.pop(0) if left else None
    return environment


def test_pages_are_followed_to_the_last() -> None:
    """At most 10,000 rows come at once."""
    environment = having_invoice()
    environment.page_rows = 2
    assert isinstance(read_with(environment), Statement)
    assert len(environment.asked(LINES)) == 2


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/data/GeneralJournalEntries?cross-company=true&$skiptoken=1",
        f"{BASE_URL}.evil.example/data/GeneralJournalEntries?cross-company=true",
        f"{BASE_URL}/data/GeneralJournalEntries?$skiptoken=1",
        f"{BASE_URL}/other?cross-company=true",
        "/data/GeneralJournalEntries?cross-company=true",
        5,
    ],
)
def test_no_token_goes_elsewhere_and_no_page_is_of_one_company(following: object) -> None:
    """Whatever an answer says: a page that leaves out companies would be missed by nobody."""
    body = {"value": [], "@odata.count": 1, "@odata.nextLink": following}
    environment = answering(httpx.Response(200, json=body))
    assert isinstance(read_with(environment), UnavailableError)
    assert len(environment.addresses) == 1


@pytest.mark.parametrize("count", [2, 4, None, "3"])
def test_rows_that_come_or_go_between_pages_are_read_again(count: object) -> None:
    """A pair of lines that balance would be missed by nobody."""
    body = {"value": [], **({} if count is None else {"@odata.count": count})}
    assert isinstance(read_with(answering(httpx.Response(200, json=body))), ConflictError)


@pytest.mark.parametrize(
    ("answer", "error", "pause"),
    [
        (httpx.Response(429, headers={"retry-after": "35"}), ThrottledError, 35),
        (httpx.Response(429), ThrottledError, 60),
        (httpx.Response(429, headers={"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}), ThrottledError, 60),
        (httpx.Response(503, headers={"retry-after": "5"}), UnavailableError, 5),
        (httpx.Response(500), UnavailableError, None),
        (httpx.Response(408), UnavailableError, None),
        (httpx.Response(302, headers={"location": "https://login.example"}), UnavailableError, None),
        (
            httpx.Response(400, json={"error": {"message": "Could not find a property named 'X'"}}),
            AccessDeniedError,
            None,
        ),
        (httpx.Response(403), AccessDeniedError, None),
        (httpx.Response(404), AccessDeniedError, None),
        (httpx.Response(414), UnreadableRecordError, None),
        (httpx.Response(200, text="<html>Maintenance</html>"), UnavailableError, None),
        (httpx.Response(200, text='{"value": ['), UnavailableError, None),
        (httpx.Response(200, text="[]"), UnavailableError, None),
        (httpx.Response(200, json={}), UnavailableError, None),
        (httpx.Response(200, json={"value": ["row"]}), UnavailableError, None),
        (httpx.Response(200, text='{"value": [{"a": "\\u0001"}]}'), UnreadableRecordError, None),
    ],
)
def test_an_answer_means_what_is_to_be_done(
    answer: httpx.Response, error: type[TieoutError], pause: float | None
) -> None:
    """By its status, and never by its words."""
    reading = read_with(answering(answer))
    assert type(reading) is error
    assert getattr(reading, "retry_after_seconds", None) == pause


def test_a_connection_that_breaks_is_tried_again_later() -> None:
    """And what went wrong is told without the address."""
    environment = having_invoice()

    def break_off(_address: str) -> httpx.Response:
        raise httpx.ReadTimeout("https://made-up/secret")

    environment.answer = break_off
    reading = read_with(environment)
    assert isinstance(reading, UnavailableError)
    assert "made-up" not in str(reading)


def test_a_token_that_is_refused_is_replaced_once() -> None:
    """A second refusal is for a person."""
    environment = answering(httpx.Response(401))
    assert isinstance(read_with(environment), Statement)
    assert environment.logins == 2
    assert isinstance(read_with(answering(httpx.Response(401), httpx.Response(401))), AccessDeniedError)


def test_more_rows_than_are_held_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a chain of pages has an end."""
    monkeypatch.setattr("tieout.systems.dynamics_finance.client._MOST_ROWS", 2)
    assert isinstance(read_with(having_invoice()), UnreadableRecordError)
    monkeypatch.setattr("tieout.systems.dynamics_finance.client._MOST_ROWS", 3)
    assert isinstance(read_with(having_invoice()), Statement)


def test_a_number_that_is_too_long_alone_is_refused() -> None:
    """And costs no entry that is asked for together with it more than that."""
    with pytest.raises(UnreadableRecordError):
        list(in_chunks(["x" * 2_000], lambda values: Query("S", ("a",), f"a eq '{values[0]}'", "a"), BASE_URL))


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

    http = httpx.Client(transport=httpx.MockTransport(redirect), follow_redirects=True, timeout=None)
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
    environment = Environment()
    clock = environment.clock
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


def test_the_scope_is_the_environments_or_the_one_that_is_stated() -> None:
    """Some environments are called by another address than they are registered under."""
    for options, scope in (
        ({}, f"{BASE_URL}/.default"),
        ({"scope": "api://made-up/.default"}, "api://made-up/.default"),
    ):
        environment = having_invoice()
        asked: list[str] = []

        def note(request: httpx.Request, asked: list[str] = asked) -> None:
            asked.extend(parse_qs(request.content.decode()).get("scope", ()))

        environment.http.event_hooks["request"].append(note)
        environment.reader(**options).read([KEY])
        assert asked == [scope]


def test_rows_are_asked_for_by_name_and_counted() -> None:
    """No column more than is read: what people typed costs no entry."""
    environment = Environment(**{ENTRIES: [entry()], LINES: [*invoice_lines(), line(1, "1", "Asset", "X", "0")]})
    read_with(environment)
    for entity_set in (ENTRIES, LINES):
        [asked] = environment.asked(entity_set)
        assert asked["$count"] == "true"
        assert "Text" not in asked["$select"]
        assert set(asked) == {"cross-company", "$select", "$filter", "$orderby", "$count"}
