"""How the reader calls a simulated account over real HTTP, and what it makes of refusals, faults and races."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from tests.support.netsuite_account import INVOICE, JOURNAL, SUITEQL, Account
from tieout.arriving.notice import RecordKey
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    ThrottledError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.systems.netsuite import rest_record
from tieout.systems.netsuite.client import NetSuiteClient
from tieout.systems.netsuite.tokens import AccessTokens


def test_a_batch_is_read_in_three_calls_and_every_key_has_a_reading(account: Account) -> None:
    """Forty documents cost headers, lines and rates; strange keys cost nothing and harm nobody."""
    account.control("POST", "settings", send="on_request")
    keys = [RecordKey("netsuite-group", "invoice", account.save(INVOICE, id=str(49000 + each))) for each in range(40)]
    strange = [RecordKey("netsuite-group", "invoice", bad) for bad in ("1) OR (1=1", "", "-5", "4821１", "0")]  # noqa: RUF001
    calls: list[str] = []
    account.http.event_hooks["request"].append(lambda request: calls.append(request.url.path))
    readings = account.reader.read([*keys, *strange, *keys])
    assert set(readings) == {*keys, *strange}
    assert all(isinstance(readings[key], UnreadableRecordError) for key in strange)
    assert not any(isinstance(readings[key], Exception) for key in keys)
    assert calls.count(SUITEQL) == 3
    assert len(calls) == 4


def test_a_document_longer_than_a_page_is_read_whole(account: Account) -> None:
    """1,201 lines come in two pages."""
    lines = [{"account": "6000", "amount": "1.00"} for _ in range(1200)] + [{"account": "2200", "amount": "-1200.00"}]
    found = account.fact("journal_entry", account.save(JOURNAL, lines=lines))
    assert len(found.lines) == 1201
    assert sum(line.functional.amount_minor for line in found.lines) == 0
    assert len({line.line_id for line in found.lines}) == 1201


def test_a_token_is_kept_until_shortly_before_it_ends(account: Account) -> None:
    """One token serves many reads; a minute before its end there is a new one."""
    record_id = account.save(INVOICE)
    calls: list[str] = []
    account.http.event_hooks["request"].append(lambda request: calls.append(request.url.path))
    for pause in (0, 3000, 500, 50):
        account.clock.advance(pause)
        account.fact("invoice", record_id)
    assert sum(path.endswith("/token") for path in calls) == 2


def test_a_token_ended_by_the_account_is_replaced_once(account: Account) -> None:
    """401 is answered with one new token; when that is refused too, a person must look."""
    record_id = account.save(INVOICE)
    account.fact("invoice", record_id)
    account.fault("expire_tokens")
    assert account.fact("invoice", record_id)
    account.fault("answer", times=2, status=401, path="/services/rest/query")
    assert isinstance(account.read("invoice", record_id), AccessDeniedError)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_id": "someone-else"}, AccessDeniedError),
        ({"certificate_id": "unmapped"}, AccessDeniedError),
        ({"private_key": "no key"}, AccessDeniedError),
        ({"private_key": None}, AccessDeniedError),
    ],
)
def test_refused_credentials_need_a_person(account: Account, changes: dict[str, str | None], expected: type) -> None:
    """Nothing of the key is in the error."""
    stated = {**account.key.credentials(), **changes}
    account.reader = account.open({name: value for name, value in stated.items() if value is not None})
    reading = account.read("invoice", "48211")
    assert isinstance(reading, expected)
    assert "PRIVATE KEY" not in str(reading)


@pytest.mark.irregular
@pytest.mark.parametrize(
    ("fault", "expected", "wait"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}}, ThrottledError, 7),
        ({"status": 429, "body": "busy"}, ThrottledError, None),
        ({"status": 400, "body": {"error": {"code": "SSS_REQUEST_LIMIT_EXCEEDED"}}}, ThrottledError, None),
        (
            {"status": 400, "body": {"o:errorDetails": [{"o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED"}]}},
            ThrottledError,
            None,
        ),
        ({"status": 500, "body": {"o:errorDetails": "odd"}}, UnavailableError, None),
        (
            {"status": 503, "body": "<html>maintenance</html>", "headers": {"Retry-After": "soon"}},
            UnavailableError,
            None,
        ),
        ({"status": 200, "body": "<html>maintenance</html>"}, UnavailableError, None),
        ({"status": 200, "body": []}, UnavailableError, None),
        ({"status": 200, "body": {"items": None}}, UnavailableError, None),
        (
            {"status": 403, "body": {"o:errorDetails": [{"o:errorCode": "INSUFFICIENT_PERMISSION"}]}},
            AccessDeniedError,
            None,
        ),
        ({"status": 400, "body": {"o:errorDetails": [{"o:errorCode": "INVALID_PARAMETER"}]}}, AccessDeniedError, None),
        ({"status": 404}, AccessDeniedError, None),
        ({"status": 200, "body": {"items": [7], "hasMore": False}}, UnreadableRecordError, None),
        ({"status": 200, "body": {"items": [], "hasMore": True}}, ConflictError, None),
        ({"status": 200, "body": {"items": [], "hasMore": False, "totalResults": 3}}, ConflictError, None),
        ({"status": 200, "body": {"items": [], "hasMore": False, "totalResults": 100000}}, UnreadableRecordError, None),
    ],
)
def test_what_netsuite_answers_instead_is_named_for_what_happened(
    account: Account, fault: dict[str, Any], expected: type[TransientError], wait: float | None
) -> None:
    """Throttled, down, refused and garbled are different things, and the next read works again."""
    record_id = account.save(INVOICE)
    account.fault("answer", path=SUITEQL, **fault)
    reading = account.read("invoice", record_id)
    assert type(reading) is expected
    assert getattr(reading, "retry_after_seconds", None) == wait
    assert account.fact("invoice", record_id)


@pytest.mark.parametrize("path", ["/token", "/query"])
def test_a_lost_or_late_answer_is_read_again_later(account: Account, path: str) -> None:
    """Reads change nothing, so an answer that did not come is only unavailable."""
    record_id = account.save(INVOICE)
    account.fault("lost_answer", path=path)
    assert isinstance(account.read("invoice", record_id), UnavailableError)
    account.http.timeout = httpx.Timeout(0.2)
    account.reader = account.open()
    account.fault("slow", path=path, seconds=0.6)
    assert isinstance(account.read("invoice", record_id), UnavailableError)


@pytest.mark.parametrize("status", [429, 400])
def test_the_accounts_concurrency_limit_is_a_throttle(account: Account, status: int) -> None:
    """Either form of the over-limit answer."""
    account.control("POST", "settings", concurrency_limit=0, over_limit_status=status)
    assert isinstance(account.read("invoice", "48211"), ThrottledError)


def test_a_name_that_cannot_be_carried_fails_its_own_record_alone(account: Account) -> None:
    """A control character in one document number costs its neighbours nothing."""
    good, bad = account.save(INVOICE), account.save(INVOICE, id="48212", number="INV\u0000\u0001")
    keys = [RecordKey("netsuite-group", "invoice", each) for each in (good, bad)]
    readings = account.reader.read(keys)
    assert not isinstance(readings[keys[0]], Exception)
    assert isinstance(readings[keys[1]], UnreadableRecordError)


def test_a_document_of_another_type_is_not_what_was_asked_for(account: Account) -> None:
    """A credit memo never becomes an invoice because a script named it so."""
    record_id = account.save(INVOICE)
    assert isinstance(account.read("credit_memo", record_id), UnreadableRecordError)


def test_a_change_between_two_calls_is_seen(account: Account) -> None:
    """Header and lines of different moments never make one fact."""
    record_id = account.save(INVOICE)
    calls: list[str] = []

    def edit_before_the_lines_are_read(request: httpx.Request) -> None:
        calls.append(request.url.path)
        if calls.count(SUITEQL) == 2:
            account.http.event_hooks["request"].clear()
            account.clock.advance(5)
            account.control("PATCH", f"documents/{record_id}", period="Apr 2026")

    account.http.event_hooks["request"].append(edit_before_the_lines_are_read)
    assert isinstance(account.read("invoice", record_id), ConflictError)
    period = account.fact("invoice", record_id).posting_period
    assert period is not None
    assert period.first_day == date(2026, 4, 1)


@pytest.mark.parametrize("old_casing", [False, True])
def test_a_record_is_read_from_the_rest_api_in_either_casing(account: Account, old_casing: bool) -> None:  # noqa: FBT001 a parameter of the test
    """Names drift between releases; sublists are links unless asked for."""
    record_id = account.save(INVOICE)
    account.control("POST", "settings", old_casing=old_casing)
    tokens = AccessTokens(account.url, account.key.credentials(), "rest_webservices", account.http, account.clock)
    client = NetSuiteClient(account.url, tokens, account.http, max_concurrency=1)
    record = client.record("invoice", record_id, expand=True)
    assert record is not None
    assert rest_record.word(record, "postingPeriod") == rest_record.word(record, "postingperiod") == "Mar 2026"
    assert rest_record.word(record, "status") == "Open"
    assert rest_record.value(record, "trandate") == "2026-04-02"
    assert len(record["item"]["items"]) == 3
    bare = client.record("invoice", record_id)
    assert bare is not None
    assert set(bare["item"]) == {"links"}
    assert client.record("invoice", "1") is None
    assert client.record("creditMemo", record_id) is None
