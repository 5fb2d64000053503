"""How NetSuite's API is called: how many calls at once, which tokens, and what its answers are read as."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import cache

import httpx
import pytest

from sandbox.systems.netsuite.certificates import make_key
from tests.support.clock import ManualClock
from tieout.errors import AccessDeniedError, ConflictError, UnavailableError
from tieout.systems.netsuite import queries, rest_record
from tieout.systems.netsuite.client import NetSuiteClient
from tieout.systems.netsuite.rows import row_of
from tieout.systems.netsuite.tokens import AccessTokens

_EMPTY = {"items": [], "hasMore": False, "totalResults": 0}


@cache
def credentials() -> dict[str, str]:
    """One key for all tests, short so that signing is quick."""
    return make_key(2048).credentials()


class Api:
    """Answers queries, and counts how many it works on at once; a call waits until `room` others have come or a moment passed."""

    def __init__(self, token: object = None) -> None:
        self.token = token or {"access_token": "t", "expires_in": "3600"}
        self.token_calls = 0
        self.running = 0
        self.most_at_once = 0
        self.lock = threading.Lock()
        self.third_came = threading.Event()

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.url.path.endswith("/token"):
            self.token_calls += 1
            return httpx.Response(200, json=self.token)
        with self.lock:
            self.running += 1
            self.most_at_once = max(self.most_at_once, self.running)
            if self.running > 2:
                self.third_came.set()
        self.third_came.wait(0.05)
        with self.lock:
            self.running -= 1
        return httpx.Response(200, json=_EMPTY)

    def client(self, clock: ManualClock, *, max_concurrency: int = 2) -> NetSuiteClient:
        """A client of it."""
        http = httpx.Client(transport=httpx.MockTransport(self.answer))
        tokens = AccessTokens("https://example.test", credentials(), "rest_webservices", http, clock)
        return NetSuiteClient("https://example.test/", tokens, http, max_concurrency=max_concurrency)


def test_no_more_calls_run_at_once_than_allowed() -> None:
    """NetSuite counts every integration of the account together, so each must hold back."""
    api = Api()
    client = api.client(ManualClock())
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(client.query, ["SELECT 1"] * 8))) == 8
    assert api.most_at_once == 2
    assert api.token_calls == 1


@pytest.mark.parametrize(
    ("expires_in", "calls"), [("3600", 2), (3600, 2), (3600.0, 2), (None, 3), ("soon", 3), ("9" * 30, 3), (True, 3)]
)
def test_the_life_of_a_token_is_read_in_every_form(expires_in: object, calls: int) -> None:
    """Text or number; what is neither counts as five minutes."""
    api, clock = Api({"access_token": "t", "expires_in": expires_in}), ManualClock()
    client = api.client(clock)
    for pause in (0, 3500, 50):
        clock.advance(pause)
        client.query("SELECT 1")
    assert api.token_calls == (calls if calls == 2 else 2)
    clock.advance(299)
    client.query("SELECT 1")
    assert api.token_calls == calls


@pytest.mark.parametrize(
    "token", [{"expires_in": 1}, {"access_token": ""}, {"access_token": 7}, {"access_token": "t\u00f6k\n"}, []]
)
def test_an_answer_without_a_token_is_no_token(token: object) -> None:
    """A 200 alone proves nothing."""
    api = Api()
    api.token = token
    with pytest.raises(UnavailableError):
        api.client(ManualClock()).query("SELECT 1")


def test_a_key_that_is_not_rsa_is_refused_before_the_call() -> None:
    """PS256 needs one."""
    http = httpx.Client(transport=httpx.MockTransport(Api().answer))
    pem = (
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
        "-----END PRIVATE KEY-----\n"
    )
    stated = {"client_id": "c", "certificate_id": "k", "private_key": pem}
    with pytest.raises(AccessDeniedError, match="no RSA key"):
        AccessTokens("https://example.test", stated, "rest_webservices", http, ManualClock()).current()


def test_rows_are_read_whatever_their_keys_casing_and_values_types() -> None:
    """Keys in lower case, numbers as text, booleans as T and F, nulls and links left out."""
    row = row_of(
        {"links": [], "TranId": "INV1", "Amount": Decimal("1.5E+3"), "id": 7, "posting": True, "memo": None, "x": ""}
    )
    assert row == {"tranid": "INV1", "amount": "1500", "id": "7", "posting": "T"}


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ({"status": "Open"}, "Open"),
        ({"Status": {"id": "Open", "refName": "Open"}}, "Open"),
        ({"STATUS": {"links": [], "id": "A"}}, "A"),
        ({"status": None}, ""),
        ({}, ""),
    ],
)
def test_a_status_is_a_word_in_either_release(record: dict[str, object], word: str) -> None:
    """A plain text in 2020, an object today; key casing drifts as well."""
    assert rest_record.word(record, "status") == word


@pytest.mark.parametrize(("later", "reads"), [(1003, True), (1002, False), (1004, False), (None, False)])
def test_rows_that_came_or_went_between_two_pages_are_noticed(later: int | None, reads: bool) -> None:  # noqa: FBT001 the expectation
    """When two rows go, those behind them move up over the page's edge: the last page alone would add up."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": "3600"})
        offset = int(request.url.params["offset"])
        total = 1003 if offset == 0 else later
        rows = [{"id": str(each)} for each in range(offset, min(offset + 1000, total or 1003))]
        body = {"items": rows, "hasMore": offset == 0, "totalResults": total}
        return httpx.Response(200, json={name: value for name, value in body.items() if value is not None})

    api = Api()
    api.answer = answer  # type: ignore[method-assign]  # another NetSuite
    client = api.client(ManualClock())
    if reads:
        assert len(client.query("SELECT 1")) == 1003
    else:
        with pytest.raises(ConflictError):
            client.query("SELECT 1")


def test_every_query_has_an_order_without_ties() -> None:
    """Pages of an unordered query repeat and skip rows."""
    assert queries.headers(["1"]).rstrip().endswith("ORDER BY t.id")
    assert queries.lines(["1"], "1").rstrip().endswith("ORDER BY tal.transaction, tal.transactionline, tal.account")
    assert queries.rates(["1"], ["2"], "3", "1").rstrip().endswith("ORDER BY r.postingperiod, r.fromsubsidiary, r.id")


def test_an_account_without_multi_book_accounting_asks_for_no_book() -> None:
    """There the column does not exist."""
    assert "accountingbook" not in queries.lines(["1"], "")
    assert "AND tal.accountingbook = 1" in queries.lines(["1"], "1")
