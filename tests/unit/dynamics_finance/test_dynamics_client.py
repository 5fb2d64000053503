"""How Dynamics is called, what its answers mean, and when a token is asked for."""

from __future__ import annotations

from urllib.parse import parse_qs

import httpx
import pytest

from tests.support.dynamics_answers import (
    BASE_URL,
    ENTRIES,
    KEY,
    LINES,
    Environment,
    entry,
    having_invoice,
    invoice_lines,
    line,
)
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


def test_an_empty_page_that_announces_another_is_asked_for_no_more() -> None:
    """A chain of them would have no end."""
    body = {
        "value": [],
        "@odata.count": 1,
        "@odata.nextLink": f"{BASE_URL}/data/{ENTRIES}?cross-company=true&$skiptoken=1",
    }
    environment = answering(httpx.Response(200, json=body))
    assert isinstance(read_with(environment), UnavailableError)
    assert len(environment.addresses) == 1


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
    body = {"value": [entry()], "@odata.count": 2, "@odata.nextLink": following}
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
