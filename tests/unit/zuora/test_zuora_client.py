"""How Zuora is asked: with one token, part by part, and what its refusals mean."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.zuora_answers import CREDENTIALS, URL, ScriptedZuora, answering, refused
from tests.support.zuora_objects import NUMBER
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    ThrottledError,
    TieoutError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.systems.zuora.answers import MissingError
from tieout.systems.zuora.resources import OF_KIND
from tieout.systems.zuora.tokens import AccessTokens

INVOICES = OF_KIND["invoice"]
ID = "8ad0875995aa292e0195b7de80796305"


def parameters(request: httpx.Request) -> list[tuple[str, str]]:
    """What a call asks, in its order."""
    return list(request.url.params.multi_items())


def test_an_object_is_asked_for_with_its_parts() -> None:
    """With the token, and in the entity that the connection names."""
    zuora = answering({"id": ID, "invoiceItems": [{"id": "1"}]}, entity_id="ent-1")
    assert zuora.client().object(INVOICES, ID) == {"id": ID, "invoiceItems": [{"id": "1"}]}
    [request] = zuora.asked
    assert (request.method, request.url.path) == ("GET", f"/object-query/invoices/{ID}")
    assert parameters(request) == [("pageSize", "99"), ("expand[]", "invoiceitems")]
    assert (request.headers["authorization"], request.headers["zuora-entity-ids"]) == ("Bearer t1", "ent-1")
    assert "idempotency-key" not in request.headers


def test_parts_that_may_be_cut_off_are_read_by_themselves() -> None:
    """All of them, page by page: ninety-nine say that there may be others."""
    some = [{"id": str(number)} for number in range(99)]
    zuora = answering({"id": ID, "invoiceItems": some}, {"data": some, "nextPage": "more"}, {"data": [{"id": "99"}]})
    assert len(zuora.client().object(INVOICES, ID)["invoiceItems"]) == 100
    asked = [("pageSize", "99"), ("filter[]", f"invoiceid.EQ:{ID}"), ("sort[]", "id.ASC")]
    assert [parameters(each) for each in zuora.asked[1:]] == [asked, [*asked, ("cursor", "more")]]
    assert zuora.asked[1].url.path == "/object-query/invoice-items"


def test_all_versions_of_a_subscription_come_in_one_answer() -> None:
    """With their charges and prices, and of their account nothing but its currency."""
    zuora = answering({"data": [{"id": "1"}]})
    assert zuora.client().versions(NUMBER) == [{"id": "1"}]
    [request] = zuora.asked
    assert request.url.path == "/object-query/subscriptions"
    assert ("filter[]", f"name.EQ:{NUMBER}") in parameters(request)
    assert ("account.fields[]", "id,currency") in parameters(request)
    expanded = [value for name, value in parameters(request) if name == "expand[]"]
    plans = "rateplans.rateplancharges"
    assert expanded == ["account", "rateplans", plans, f"{plans}.rateplanchargetiers"]


@pytest.mark.parametrize(
    "pages", [[{"data": [{}] * 99, "nextPage": str(n)} for n in range(60)], [{"data": [{}], "nextPage": "1"}] * 2]
)
def test_pages_without_end_end(pages: list[dict[str, Any]]) -> None:
    """Too many rows, or a page that leads to itself, are no record of anybody's."""
    with pytest.raises(UnreadableRecordError, match="without end"):
        answering(*pages).client().versions(NUMBER)


def test_a_token_is_kept_until_it_is_refused_or_about_to_end() -> None:
    """Then one call is made again, once."""
    zuora = ScriptedZuora(
        lambda request: httpx.Response(200 if request.headers["authorization"] != "Bearer t1" else 401, json={})
    )
    client = zuora.client()
    client.object(INVOICES, ID)
    client.object(INVOICES, ID)
    assert (zuora.tokens, len(zuora.asked)) == (2, 3)
    zuora.clock.advance(3600 - 60)
    client.object(INVOICES, ID)
    assert zuora.tokens == 3


@pytest.mark.parametrize(
    ("answer", "error", "pause"),
    [
        (httpx.Response(401), AccessDeniedError, None),
        (httpx.Response(403), AccessDeniedError, None),
        (httpx.Response(400, json={}), AccessDeniedError, None),
        (httpx.Response(404), AccessDeniedError, None),
        (httpx.Response(408), UnavailableError, None),
        (httpx.Response(500), UnavailableError, None),
        (httpx.Response(503, headers={"retry-after": "7"}), UnavailableError, 7),
        (httpx.Response(429), ThrottledError, 30),
        (httpx.Response(429, headers={"ratelimit-reset": "12"}), ThrottledError, 12),
        (httpx.Response(429, headers={"ratelimit-reset": "12", "retry-after": "3"}), ThrottledError, 3),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), AccessDeniedError, None),
        (httpx.Response(200, html="<html>Zuora is being upgraded</html>"), UnavailableError, None),
        (httpx.Response(200, content=b'{"id": "1'), UnavailableError, None),
        (httpx.Response(200, json=[]), UnavailableError, None),
        (refused(53100320), AccessDeniedError, None),
        (refused(90000011), AccessDeniedError, None),
        (refused(50000040), AccessDeniedError, None),
        (refused("50000040"), AccessDeniedError, None),
        (refused(50000040, 400), AccessDeniedError, None),
        (refused(50000040, 500), UnavailableError, None),
        (refused(50000050), ConflictError, None),
        (refused(50000060), UnavailableError, None),
        (refused(50000061), UnavailableError, None),
        (refused(50000070, reset="9"), ThrottledError, 9),
        (refused(50000070, 500), ThrottledError, 30),
        (refused(50000099), UnavailableError, None),
        (refused(code="none"), AccessDeniedError, None),
        (refused("x" * 400), AccessDeniedError, None),
        (httpx.Response(200, json={"success": False}), AccessDeniedError, None),
        (httpx.Response(200, json={"Success": False, "reasons": "none"}), AccessDeniedError, None),
    ],
)
def test_a_refusal_is_told_by_its_status_and_its_code(
    answer: httpx.Response, error: type[TieoutError], pause: float | None
) -> None:
    """Never by its words, of which nothing is told."""
    zuora = ScriptedZuora(lambda _request: answer)
    with pytest.raises(error) as caught:
        zuora.client().object(INVOICES, ID)
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after_seconds", None) == pause
    assert "made up" not in str(caught.value)


@pytest.mark.parametrize(
    "missing", [httpx.Response(404), refused(50000040), refused("50000040"), refused(50000040, 400)]
)
def test_what_is_not_found_is_missing_if_no_list_has_it_either(missing: httpx.Response) -> None:
    """An address that a tenant does not have is not found, too: nothing of what is there may be taken for deleted."""
    zuora = answering(missing, {"data": []})
    with pytest.raises(MissingError):
        zuora.client().object(INVOICES, ID)
    assert parameters(zuora.asked[1]) == [("pageSize", "99"), ("filter[]", f"id.IN:[{ID}]")]
    with pytest.raises(UnavailableError, match="does not find it"):
        answering(missing, {"data": [{"id": ID}]}).client().object(INVOICES, ID)
    with pytest.raises(AccessDeniedError, match="no list of invoices"):
        answering(missing, missing).client().object(INVOICES, ID)


def test_an_object_may_have_a_field_of_that_name() -> None:
    """What is good says so, or nothing."""
    assert answering({"success": True, "id": "1"}).client().object(INVOICES, ID) == {"success": True, "id": "1"}
    assert answering({"note": '"success":false'}).client().object(INVOICES, ID)


def test_what_does_not_answer_is_unavailable() -> None:
    """Be it the API, or where its tokens are."""

    def fail(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down")

    with pytest.raises(UnavailableError, match="ConnectError"):
        ScriptedZuora(fail).client().object(INVOICES, ID)
    http = httpx.Client(transport=httpx.MockTransport(fail))
    with pytest.raises(UnavailableError, match="ConnectError"):
        AccessTokens(CREDENTIALS, URL, http, ScriptedZuora(fail).clock).current()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401, json={"message": "made up"}), AccessDeniedError),
        (httpx.Response(400), AccessDeniedError),
        (httpx.Response(403), AccessDeniedError),
        (httpx.Response(429), ThrottledError),
        (httpx.Response(503), UnavailableError),
        (httpx.Response(302), UnavailableError),
        (httpx.Response(200, html="<html>"), UnavailableError),
        (httpx.Response(200, json={"access_token": "two\nlines"}), UnavailableError),
    ],
)
def test_a_token_that_is_not_given_says_why(answer: httpx.Response, error: type[TieoutError]) -> None:
    """And nothing of what was answered."""
    http = httpx.Client(transport=httpx.MockTransport(lambda _request: answer))
    with pytest.raises(error) as caught:
        AccessTokens(CREDENTIALS, URL, http, answering().clock).current()
    assert "made up" not in str(caught.value)


def test_a_token_is_asked_for_by_client_credentials() -> None:
    """In a form; without a secret it is not even tried."""
    asked: list[httpx.Request] = []

    def give(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"access_token": "t"})

    http, clock = httpx.Client(transport=httpx.MockTransport(give)), answering().clock
    tokens = AccessTokens(CREDENTIALS, URL + "/", http, clock)
    assert tokens.current() == "t"
    clock.advance(28 * 60)
    tokens.current()
    clock.advance(60)
    tokens.current()
    assert len(asked) == 2  # a life that is not stated is half an hour
    assert str(asked[0].url) == f"{URL}/oauth/token"
    form = dict(httpx.QueryParams(asked[0].content.decode()))
    assert form == {"grant_type": "client_credentials", "client_id": "tieout", "client_secret": "s"}
    with pytest.raises(AccessDeniedError, match="client_secret"):
        AccessTokens({"client_id": "tieout"}, URL, http, clock).current()


def test_a_query_becomes_a_job() -> None:
    """Whose file is read a piece at a time."""
    file = f"{URL}/data/1.json?X-Amz-Signature=x"
    zuora = answering(
        {"data": {"id": "j1"}},
        {"data": {"queryStatus": "Completed", "dataFile": file}},
        httpx.Response(206, content=b"ab"),
    )
    client = zuora.client()
    assert client.submit("SELECT 1") == "j1"
    assert client.job("j1") == ("completed", file)
    assert client.bytes_of(file, 10, 2) == b"ab"
    submitted, looked, read = zuora.asked
    assert (submitted.method, submitted.url.path, looked.url.path) == ("POST", "/query/jobs", "/query/jobs/j1")
    assert submitted.headers["content-type"] == "application/json"
    assert b'"compression":"NONE"' in submitted.content
    assert b'"outputFormat":"JSON"' in submitted.content
    assert read.headers["range"] == "bytes=10-11"


def test_a_file_is_told_nothing_of_ours() -> None:
    """Its address proves whoever has it; what proves us to Zuora goes to Zuora alone."""
    zuora = answering(httpx.Response(206, content=b"ab"))
    zuora.client().bytes_of("https://bucket.example/1.json?X-Amz-Signature=x", 0, 2)
    assert not {"authorization", "zuora-entity-ids"} & zuora.asked[0].headers.keys()


@pytest.mark.parametrize(
    ("answer", "piece"),
    [
        (httpx.Response(206, content=b"cd"), b"cd"),
        (httpx.Response(200, content=b"abcdef"), b"cd"),
        (httpx.Response(416), b""),
        (httpx.Response(200, content=b"ab"), b""),
    ],
)
def test_a_file_may_be_given_by_pieces_or_as_a_whole(answer: httpx.Response, piece: bytes) -> None:
    """And behind its end there is nothing."""
    assert answering(answer).client().bytes_of(f"{URL}/1.json", 2, 2) == piece


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(403, text="<Error>Request has expired</Error>"), MissingError),
        (httpx.Response(404), MissingError),
        (httpx.Response(410), MissingError),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), UnavailableError),
        (httpx.Response(500), UnavailableError),
    ],
)
def test_a_file_that_is_not_given_is_gone_or_unavailable(answer: httpx.Response, error: type[TieoutError]) -> None:
    """The address of a file holds for some hours."""
    with pytest.raises(error) as caught:
        answering(answer).client().bytes_of(f"{URL}/1.json", 0, 2)
    assert type(caught.value) is error


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest", "file:///etc/passwd", "ftp://a.example/b", ""])
def test_no_other_address_is_called_for_a_file(address: str) -> None:
    """Whatever a source answers."""
    zuora = answering(httpx.Response(206))
    with pytest.raises(UnavailableError, match="not on a web server"):
        zuora.client().bytes_of(address, 0, 2)
    assert not zuora.asked
