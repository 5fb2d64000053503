"""How Salesforce is queried: page by page, with one token, and without what the organisation lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from tests.support.salesforce_answers import URL, Organization, refused
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    ThrottledError,
    TieoutError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.systems.salesforce.answers import MissingFieldError, MissingObjectError
from tieout.systems.salesforce.queries import Query

THING = Query("Thing", ("Id", "CurrencyIsoCode", "RecordType.DeveloperName"), "ORDER BY Id")
PLAIN = Query("Thing", ("Id",), "ORDER BY Id")
NEXT = "/services/data/v62.0/query/01g000000000001AAA-2000"


def answered(*answers: httpx.Response | Sequence[dict[str, Any]]) -> Organization:
    """An organisation that gives these answers, one after the other."""
    left = list(answers)
    return Organization(lambda _query: left.pop(0))


def page(ids: Sequence[str], *, total: int, following: object = None) -> httpx.Response:
    """One page of an answer."""
    body = {"totalSize": total, "done": following is None, "records": [{"Id": each} for each in ids]}
    return httpx.Response(200, json=body if following is None else body | {"nextRecordsUrl": following})


def test_a_query_is_asked_with_what_is_in_the_recycle_bin() -> None:
    """Deletions are facts: `queryAll`, at the version the options name, with the token as bearer."""
    organization = answered([{"Id": "1"}])
    assert organization.client().rows(PLAIN) == [{"Id": "1"}]
    request = organization.requests[-1]
    assert str(request.url) == f"{URL}/services/data/v62.0/queryAll?q=SELECT%20Id%20FROM%20Thing%20ORDER%20BY%20Id"
    assert request.headers["authorization"] == "Bearer 00D!token1"
    assert request.extensions["timeout"]["read"] <= 30


def test_pages_are_followed_to_the_last() -> None:
    """Each page says where the next one is."""
    organization = answered(
        page(["1", "2"], total=5, following=NEXT),
        page(["3", "4"], total=5, following=NEXT[:-4] + "4000"),
        page(["5"], total=5),
    )
    assert [row["Id"] for row in organization.client().rows(PLAIN)] == ["1", "2", "3", "4", "5"]
    assert organization.queries[1:] == [NEXT, NEXT[:-4] + "4000"]
    assert organization.logins == 1


@pytest.mark.parametrize(
    "following",
    [
        "https://elsewhere.example/services/data/v62.0/query/01g",
        "//elsewhere.example/services/data/",
        "@elsewhere.example/services/data/x",
        ".elsewhere.example/services/data/x",
        "/services/oauth2/revoke",
        "/services/data/v62.0/query/01g?q=x",
        "",
        7,
        None,
    ],
)
def test_a_next_page_elsewhere_is_not_asked_for(following: object) -> None:
    """The token goes to the organisation's own address and to no other."""
    body = {"totalSize": 2, "done": False, "records": [{"Id": "1"}], "nextRecordsUrl": following}
    organization = answered(httpx.Response(200, json=body))
    with pytest.raises(UnavailableError):
        organization.client().rows(PLAIN)
    assert {request.url.host for request in organization.requests} == {
        "acme.my.salesforce.test",
        "login.salesforce.test",
    }
    assert len(organization.queries) == 1


def test_an_empty_page_that_announces_another_is_no_answer() -> None:
    """A reader would follow it for ever."""
    with pytest.raises(UnavailableError):
        answered(page([], total=2, following=NEXT)).client().rows(PLAIN)


def test_pages_come_to_an_end() -> None:
    """Whoever announces page after page would be read for ever; of fewer records there may be fewer rows."""
    full = page([str(each) for each in range(2000)], total=200_000, following=NEXT)
    organization = Organization(lambda _query: full)
    with pytest.raises(UnreadableRecordError):
        organization.client().rows(PLAIN)
    assert len(organization.queries) == 50


@pytest.mark.parametrize("total", [0, 2])
def test_rows_that_are_not_as_many_as_announced_are_asked_for_again(total: int) -> None:
    """A record that is missing here would be taken for one that was deleted."""
    with pytest.raises(ConflictError):
        answered(page(["1"], total=total)).client().rows(PLAIN)


@pytest.mark.parametrize("records", [None, {}, [None], ["x"], [[]]])
def test_an_answer_of_another_form_is_no_answer(records: object) -> None:
    """Nothing is taken out of it."""
    with pytest.raises(UnavailableError):
        answered(httpx.Response(200, json={"totalSize": 1, "done": True, "records": records})).client().rows(PLAIN)


def test_a_token_that_is_refused_is_replaced_once_for_each_call() -> None:
    """A second refusal is somebody's to mend."""
    lapsed = refused(401, "INVALID_SESSION_ID")
    organization = answered(lapsed, [{"Id": "1"}])
    assert organization.client().rows(PLAIN)
    assert organization.logins == 2
    assert organization.requests[-1].headers["authorization"] == "Bearer 00D!token2"
    organization = answered(lapsed, lapsed)
    with pytest.raises(AccessDeniedError, match="INVALID_SESSION_ID"):
        organization.client().rows(PLAIN)
    assert organization.logins == 2


@pytest.mark.parametrize(
    ("answer", "kind", "seconds"),
    [
        (refused(403, "REQUEST_LIMIT_EXCEEDED"), ThrottledError, 7200),
        (
            refused(403, "REQUEST_LIMIT_EXCEEDED", **{"Sforce-Limit-Info": "api-usage=5000/5000"}),
            ThrottledError,
            7200,
        ),
        (refused(403, "REQUEST_LIMIT_EXCEEDED", **{"Sforce-Limit-Info": "api-usage=18/5000"}), ThrottledError, 30),
        (httpx.Response(429, headers={"retry-after": "7"}), ThrottledError, 7),
        (httpx.Response(429, text="slow down"), ThrottledError, 60),
        (refused(403, "API_DISABLED_FOR_ORG"), AccessDeniedError, None),
        (httpx.Response(403, text="<html>"), AccessDeniedError, None),
        (refused(400, "MALFORMED_QUERY"), AccessDeniedError, None),
        (refused(404, "NOT_FOUND"), AccessDeniedError, None),
        (refused(400, "INVALID_TYPE"), MissingObjectError, None),
        (refused(400, "INVALID_FIELD"), MissingFieldError, None),
        (refused(400, "INVALID_QUERY_FILTER_OPERATOR"), UnreadableRecordError, None),
        (httpx.Response(414, text="<html>"), UnreadableRecordError, None),
        (httpx.Response(431), UnreadableRecordError, None),
        (refused(400, "QUERY_TIMEOUT"), UnavailableError, None),
        (refused(400, "INVALID_QUERY_LOCATOR"), UnavailableError, None),
        (refused(503, "SERVER_UNAVAILABLE", **{"Retry-After": "5"}), UnavailableError, 5),
        (refused(500, "UNKNOWN_EXCEPTION"), UnavailableError, None),
        (refused(500, "SOMETHING_NEW"), UnavailableError, None),
        (httpx.Response(502, text="<html>"), UnavailableError, None),
        (httpx.Response(408), UnavailableError, None),
        (httpx.Response(404, text="<html>"), UnavailableError, None),
        (httpx.Response(302, headers={"location": "http://elsewhere.example/"}), UnavailableError, None),
        (httpx.Response(400, json={"errorCode": "not a code"}), UnavailableError, None),
        (httpx.Response(200, text="<html>maintenance</html>"), UnavailableError, None),
        (httpx.Response(200, text='{"totalSize": 1, "rec'), UnavailableError, None),
        (httpx.Response(200, json=[]), UnavailableError, None),
        (httpx.Response(200, text='{"records": [{"Id": "\\u0000"}]}'), UnreadableRecordError, None),
    ],
)
def test_each_answer_asks_for_its_own_behaviour(
    answer: httpx.Response, kind: type[TieoutError], seconds: float | None
) -> None:
    """By status and code, never by a text: wait, or let a person look, or ask for fewer records."""
    organization = answered(answer)
    with pytest.raises(TieoutError) as caught:
        organization.client().rows(PLAIN)
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after_seconds", None) == seconds
    assert "nobody decides" not in str(caught.value)
    assert [request.url.host for request in organization.requests] == [
        "login.salesforce.test",
        "acme.my.salesforce.test",
    ]


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout("slow"), httpx.ConnectError("refused"), httpx.RemoteProtocolError("cut")]
)
def test_no_answer_is_no_answer(error: httpx.HTTPError) -> None:
    """Reading changes nothing, so it only has to be asked for again; the request with its token is not shown."""

    def fail(_query: str) -> httpx.Response:
        raise error

    with pytest.raises(UnavailableError) as caught:
        Organization(fail).client().rows(PLAIN)
    assert caught.value.__cause__ is None


class Lacking(Organization):
    """An organisation that lacks some columns."""

    def __init__(self, *columns: str) -> None:
        super().__init__(lambda query: refused(400, "INVALID_FIELD") if any(each in query for each in columns) else [])


@pytest.mark.parametrize(
    ("lacking", "calls"),
    [
        ((), 1),
        (("CurrencyIsoCode",), 2),
        (("RecordType.DeveloperName",), 3),
        (("CurrencyIsoCode", "RecordType.DeveloperName"), 4),
    ],
)
def test_what_an_object_lacks_is_found_once(lacking: tuple[str, ...], calls: int) -> None:
    """Later queries of it leave that out, and nothing else; an hour later it is asked for again."""
    organization = Lacking(*lacking)
    client = organization.client()
    client.rows(THING)
    assert len(organization.queries) == calls
    organization.queries.clear()
    organization.clock.advance(3599)
    client.rows(THING)
    assert organization.queries[0] == THING.without(lacking).soql()
    assert len(organization.queries) == 1
    organization.queries.clear()
    organization.clock.advance(1)
    client.rows(THING)
    assert len(organization.queries) == calls


def test_what_one_object_lacks_another_may_have() -> None:
    """Amounts must not be taken for another currency because of an object without any."""
    organization = Organization(
        lambda query: refused(400, "INVALID_FIELD") if "Thing" in query and "CurrencyIsoCode" in query else []
    )
    client = organization.client()
    client.rows(THING)
    client.rows(THING._replace(subject="Other"))
    assert "CurrencyIsoCode" in organization.queries[-1]


def test_a_field_that_nobody_may_see_is_told_apart_and_the_currency_is_kept() -> None:
    """Where leaving out what is optional does not help, a permission is missing: nothing is remembered of the currency."""
    organization = Lacking("Amount")
    client = organization.client()
    with pytest.raises(MissingFieldError, match="a field of Thing does not exist, or our user may not see it"):
        client.rows(THING._replace(columns=(*THING.columns, "Amount")))
    client.rows(THING)
    assert "CurrencyIsoCode" in organization.queries[-1]


def test_a_failure_in_between_teaches_nothing() -> None:
    """A query that failed for another reason says nothing of the columns it was asked without."""
    organization = answered(refused(400, "INVALID_FIELD"), httpx.Response(503), [])
    client = organization.client()
    with pytest.raises(UnavailableError):
        client.rows(THING)
    client.rows(THING)
    assert "CurrencyIsoCode" in organization.queries[-1]
