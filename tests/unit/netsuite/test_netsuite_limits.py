"""How many keys, rows and digits NetSuite and we bear, and for how long a token is good."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta
from functools import cache
from urllib.parse import parse_qs

import httpx
import pytest

from sandbox.systems.netsuite.certificates import make_key
from tests.support.clock import ManualClock
from tests.support.good_bodies import SECRET
from tests.support.receiving import sign_as_netsuite
from tieout.arriving.delivery import Delivery
from tieout.arriving.notice import RecordKey
from tieout.errors import ConflictError, NotAuthenticError, TieoutError, UnreadableRecordError
from tieout.systems.netsuite.client import NetSuiteClient
from tieout.systems.netsuite.lines import Books
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.payloads import split
from tieout.systems.netsuite.reader import NetSuiteReader
from tieout.systems.netsuite.signature import verify
from tieout.systems.netsuite.tokens import AccessTokens


@cache
def credentials() -> dict[str, str]:
    """One key for all tests, short so that signing is quick."""
    return make_key(2048).credentials()


class Api:
    """Answers every query with rows that all say the same, and remembers what it was asked."""

    def __init__(self, rows: int = 0, expires_in: object = "3600") -> None:
        self._rows, self._expires_in = rows, expires_in
        self.queries: list[str] = []
        self.limits: list[str] = []
        self.assertions: list[dict[str, int]] = []

    def tokens(self, clock: ManualClock) -> AccessTokens:
        """Tokens of it."""
        http = httpx.Client(transport=httpx.MockTransport(self._answer))
        return AccessTokens("https://example.test", credentials(), "rest_webservices", http, clock)

    def client(self) -> NetSuiteClient:
        """A client of it."""
        http = httpx.Client(transport=httpx.MockTransport(self._answer))
        return NetSuiteClient("https://example.test/", self.tokens(ManualClock()), http, max_concurrency=2)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            assertion = parse_qs(request.content.decode())["client_assertion"][0].split(".")[1]
            self.assertions.append(json.loads(base64.urlsafe_b64decode(assertion + "=" * (-len(assertion) % 4))))
            token = {"access_token": f"t{len(self.assertions)}", "expires_in": self._expires_in}
            return httpx.Response(200, json=token)
        self.queries.append(json.loads(request.content)["q"])
        self.limits.append(request.url.params["limit"])
        rows = [{"id": "1"}] * self._rows
        return httpx.Response(200, json={"items": rows, "hasMore": False, "totalResults": self._rows})


@pytest.mark.parametrize(("rows", "is_read"), [(99_999, True), (100_000, False)])
def test_a_query_has_fewer_than_a_hundred_thousand_rows(rows: int, *, is_read: bool) -> None:
    """SuiteQL ends there without a word: whoever gets so many cannot know that they are all."""
    api = Api(rows)
    if is_read:
        assert len(api.client().query("SELECT 1 ORDER BY id")) == rows
    else:
        with pytest.raises(UnreadableRecordError):
            api.client().query("SELECT 1 ORDER BY id")
    assert api.limits == ["1000"]


@pytest.mark.parametrize(("keys", "batches"), [(1, [1]), (100, [100]), (101, [100, 1]), (200, [100, 100])])
def test_documents_are_asked_for_by_the_hundred(keys: int, batches: list[int]) -> None:
    """The statement stays short, and the lines of ordinary documents fit into one page."""
    api = Api()
    books = Books(time_zone="UTC", default_currency="USD", group_subsidiary="")
    reader = NetSuiteReader(api.client(), books, Options(group_subsidiary=""))
    wanted = [RecordKey("erp", "invoice", str(number + 1)) for number in range(keys)]
    assert reader.read(wanted).keys() == set(wanted)
    lists = [re.findall(r"IN \(([0-9, ]+)\)", query)[-1].split(", ") for query in api.queries]
    for table in ("FROM transaction t", "FROM deletedrecord"):
        asked = [ids for ids, query in zip(lists, api.queries, strict=True) if table in query]
        assert [len(ids) for ids in asked] == batches


@pytest.mark.parametrize(
    ("expires_in", "life"),
    [("3600", 3600), (3600, 3600), (999_999, 999_999), (1_000_000, 300), ("soon", 300), (None, 300), ("-5", 300)],
)
def test_a_token_is_used_until_a_minute_before_it_ends(expires_in: object, life: int) -> None:
    """A call may take as long; where NetSuite states no usable life, five minutes are the least it gives."""
    api, clock = Api(expires_in=expires_in), ManualClock()
    tokens = api.tokens(clock)
    assert tokens.current() == "t1"
    clock.advance(life - 61)
    assert tokens.current() == "t1"
    clock.advance(0.999)
    assert tokens.current() == "t1"
    clock.advance(0.001)
    assert tokens.current() == "t2"


def test_an_assertion_is_good_for_ten_minutes() -> None:
    """NetSuite takes anything under an hour; whoever saw one could ask for tokens as long."""
    api = Api()
    api.tokens(ManualClock()).current()
    [claims] = api.assertions
    assert claims["exp"] - claims["iat"] == 600


def delivery(timestamp: str, clock: ManualClock) -> Delivery:
    """An authentic delivery but for its time stamp, which is signed as it stands."""
    body = b"{}"
    signature = hmac.new(SECRET, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = sign_as_netsuite(body, clock, SECRET, "") | {
        "x-timestamp": timestamp,
        "x-signature": f"sha256={signature}",
    }
    return Delivery(delivery_id="d", method="POST", query="", headers=headers, body=body, received_at=clock.now())


def refusal(timestamp: str, clock: ManualClock | None = None) -> str:
    """Why a delivery with this time stamp is refused; empty if it is not."""
    clock = clock or ManualClock()
    try:
        verify(delivery(timestamp, clock), [SECRET], Options(), "", clock.now())
    except NotAuthenticError as error:
        return error.reason
    return ""


@pytest.mark.parametrize(("characters", "reason"), [(39, ""), (40, ""), (41, "timestamp_malformed")])
def test_a_time_stamp_has_forty_characters_at_most(characters: int, reason: str) -> None:
    """As long as a moment can be written; nobody makes us read more before the sender has proved anything."""
    head, zone = f"{ManualClock().now():%Y-%m-%dT%H:%M:%S}.", "+00:00"
    assert refusal(head + "0" * (characters - len(head) - len(zone)) + zone) == reason


@pytest.mark.parametrize("seconds", [999_999_999, 9_999_999_999])
def test_up_to_ten_digits_are_seconds(seconds: int) -> None:
    """Ten digits of seconds last until the year 2286."""
    clock = ManualClock(ManualClock().now() + timedelta(seconds=seconds - ManualClock().now().timestamp()))
    assert refusal(str(seconds), clock) == ""


def test_eleven_digits_are_milliseconds() -> None:
    """As milliseconds they are a day in 1970; as seconds they would be after the year 2286."""
    clock = ManualClock(ManualClock().now() - timedelta(seconds=ManualClock().now().timestamp() - 10_000_000))
    assert refusal("10000000000", clock) == ""


@pytest.mark.parametrize("record_id", [10**18 - 1, "999999999999999999", "9.99999999999999999e17"])
def test_an_internal_id_has_eighteen_digits_at_most(record_id: object) -> None:
    """Longer than any real one, and short enough for every column that holds it."""
    assert _split(record_id) == ["999999999999999999"]


@pytest.mark.parametrize("record_id", [10**18, str(10**18), "1e18", 0, "0", "0.0"])
def test_an_internal_id_beyond_eighteen_digits_is_none(record_id: object) -> None:
    """Nor is zero: no record has it."""
    assert _split(record_id) == []


def _split(record_id: object) -> list[str]:
    event = {"recordType": "invoice", "recordId": record_id, "eventType": "edit"}
    clock = ManualClock()
    made = Delivery(
        delivery_id="d", method="POST", query="", headers={}, body=json.dumps(event).encode(), received_at=clock.now()
    )
    try:
        return [notice.key.record_id for notice in split(made, "erp", Options()).notices]
    except TieoutError:
        return []


def test_a_time_stamp_may_lie_an_hour_off_at_most() -> None:
    """The longest window is still an option, one second more is none."""
    assert Options(max_skew_seconds=1).max_skew_seconds == 1
    assert Options(max_skew_seconds=3600).max_skew_seconds == 3600
    for seconds in (0, 3601):
        with pytest.raises(ValueError, match="max_skew_seconds"):
            Options(max_skew_seconds=seconds)


@pytest.mark.parametrize("stated", [1, 3])
def test_a_number_of_rows_other_than_announced_is_a_conflict(stated: int) -> None:
    """A row that is missing may be half of a pair that balances."""

    class Miscounting(Api):
        def _answer(self, request: httpx.Request) -> httpx.Response:
            answer = super()._answer(request)
            if request.url.path.endswith("/token"):
                return answer
            return httpx.Response(200, json=json.loads(answer.content) | {"totalResults": stated})

    with pytest.raises(ConflictError):
        Miscounting(2).client().query("SELECT 1 ORDER BY id")
