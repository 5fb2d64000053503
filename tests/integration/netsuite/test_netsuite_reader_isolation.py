"""What NetSuite not showing, not answering, or showing something odd costs: never another record, and never a deletion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.netsuite_account import INVOICE, JOURNAL, SUITEQL, Account
from tieout.arriving.notice import RecordKey
from tieout.errors import (
    AccessDeniedError,
    ThrottledError,
    TieoutError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.facts.reading import Reading
from tieout.facts.statement import Absence, Statement
from tieout.systems.netsuite.translate import statement

_HTML = "<html>Not Found</html>"


def invoices(account: Account, *record_ids: str) -> list[Reading]:
    """The readings of invoices asked for together."""
    keys = [RecordKey("netsuite-group", "invoice", each) for each in record_ids]
    readings = account.reader.read(keys)
    return [readings[each] for each in keys]


def counted(account: Account) -> Counter[str]:
    """The calls from now on, by path."""
    calls: Counter[str] = Counter()
    account.http.event_hooks["request"].append(lambda request: calls.update([request.url.path]))
    return calls


@pytest.mark.parametrize("body", [None, "", _HTML, {}, [], {"title": "Not Found", "status": 404}])
def test_a_404_that_netsuite_did_not_word_is_no_deletion(account: Account, body: Any) -> None:  # noqa: ANN401 JSON
    """A gateway that has lost its way must not take posted amounts out of planning."""
    account.fault("answer", path="/record/v1/invoice/777", status=404, body=body)
    assert isinstance(account.read("invoice", "777"), UnavailableError)
    gone = account.read("invoice", "777")
    assert isinstance(gone, Statement)
    assert gone.absence is Absence.DELETED


@pytest.mark.parametrize(
    ("status", "code", "detail", "is_gone"),
    [
        (404, "NONEXISTENT_ID", "The record instance does not exist. Provide a valid record instance ID.", True),
        (400, "USER_ERROR", "Error while accessing a resource. Transaction type specified is incorrect.", True),
        (400, "USER_ERROR", "Error while accessing a resource. Invalid field value.", False),
        (400, "INVALID_PARAMETER", None, False),
        (500, "UNEXPECTED_ERROR", "Transaction type specified is incorrect.", False),
    ],
)
def test_netsuite_says_in_two_ways_that_there_is_no_such_record(
    account: Account,
    status: int,
    code: str,
    detail: str | None,
    is_gone: bool,  # noqa: FBT001 the expectation
) -> None:
    """Of a transaction it says 400; any other refusal is no deletion."""
    body = {"status": status, "o:errorDetails": [7, {"o:errorCode": code, "detail": detail}]}
    account.fault("answer", path="/record/v1/invoice/777", status=status, body=body)
    reading = account.read("invoice", "777")
    assert isinstance(reading, Statement) is is_gone
    assert isinstance(reading, Statement | UnreadableRecordError | UnavailableError)


def test_a_deleted_journal_is_confirmed_where_there_are_no_intercompany_journals(account: Account) -> None:
    """An account without subsidiaries has no such record types: what it says of them confirms nothing either way."""
    denied = {"o:errorDetails": [{"o:errorCode": "INSUFFICIENT_PERMISSION", "detail": "no such feature"}]}
    account.fault("answer", path="nterCompanyJournalEntry", status=403, body=denied, times=9)
    assert isinstance(account.read("journal_entry", "777"), AccessDeniedError)
    account.reader = account.open(intercompany_journals=False)
    gone = account.read("journal_entry", "777")
    assert isinstance(gone, Statement)
    assert gone.absence is Absence.DELETED
    assert account.fact("journal_entry", account.save(JOURNAL)).lines


@pytest.mark.parametrize(("status", "kind"), [(429, ThrottledError), (503, UnavailableError)])
def test_a_batch_that_is_put_off_is_the_last_call(account: Account, status: int, kind: type[TieoutError]) -> None:
    """NetSuite counts the calls of the whole account, so asking on would take them from somebody else."""
    calls = counted(account)
    account.fault("answer", path=SUITEQL, status=status, times=9)
    assert {type(each) for each in invoices(account, *(str(each) for each in range(1, 251)))} == {kind}
    assert calls[SUITEQL] == 1


@pytest.mark.parametrize(("status", "kind"), [(429, ThrottledError), (503, UnavailableError)])
def test_looking_for_deleted_records_stops_when_it_is_put_off(
    account: Account, status: int, kind: type[TieoutError]
) -> None:
    """A period that is purged costs a call for each record, but not one more after the first refusal."""
    calls = counted(account)
    posted = account.save(INVOICE)
    account.fault("answer", path="/record/v1/", status=status, times=99)
    readings = invoices(account, "701", "702", "703", posted)
    assert [type(each) for each in readings] == [kind, kind, kind, Statement]
    assert sum(count for path, count in calls.items() if "/record/v1/" in path) == 1


def test_a_refused_record_type_does_not_stop_the_others(account: Account) -> None:
    """A missing grant for invoices says nothing of journals."""
    account.fault("answer", path="/record/v1/invoice/", status=403, times=9)
    keys = [RecordKey("netsuite-group", entity, "777") for entity in ("invoice", "journal_entry")]
    readings = account.reader.read(keys)
    assert [type(readings[each]) for each in keys] == [AccessDeniedError, Statement]


@pytest.mark.parametrize("accounts", [["4000"], ["4000", "2100", "1100"]], ids=["one", "all"])
def test_an_account_our_role_may_not_see_costs_the_document(account: Account, accounts: list[str]) -> None:
    """A document without its hidden lines is another document; without any it would look as if it were not posted."""
    record_id = account.save(INVOICE)
    account.control("POST", "role", cannot_see_accounts=accounts)
    reading = account.read("invoice", record_id)
    assert isinstance(reading, UnreadableRecordError)
    assert "role may not see" in str(reading)


def test_a_hidden_pair_of_lines_that_balance_costs_the_document(account: Account) -> None:
    """Cost of goods and inventory take each other's place in the balance, so that their absence would not be noticed."""
    cost = [{"account": "5000", "amount": "70.00"}, {"account": "1099", "amount": "-70.00"}]
    record_id = account.save(INVOICE, lines=[*INVOICE["lines"], *cost])
    account.control("POST", "role", cannot_see_accounts=["5000", "1099"])
    assert isinstance(account.read("invoice", record_id), UnreadableRecordError)


def test_a_bug_costs_its_own_record_alone(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a document makes our own code do, its neighbours in the batch are read."""
    good, bad = account.save(INVOICE), account.save(INVOICE, id="48212", number="INV10874")

    def stumbles(key: RecordKey, *arguments: Any) -> Statement:  # noqa: ANN401 as the function in its place
        if key.record_id == bad:
            raise TypeError("9900.00")
        return statement(key, *arguments)

    monkeypatch.setattr("tieout.systems.netsuite.translate.statement", stumbles)
    read, failed = invoices(account, good, bad)
    assert isinstance(read, Statement)
    assert isinstance(failed, UnreadableRecordError)
    assert str(failed) == "the invoice cannot be read: TypeError"


@pytest.mark.irregular
def test_a_rate_of_no_period_is_nobodys(account: Account) -> None:
    """A row of rates that names neither period nor subsidiary converts nothing and breaks nothing."""

    def without_period(respond: Callable[[httpx.Request], httpx.Response]) -> Callable[[httpx.Request], httpx.Response]:
        def answer(request: httpx.Request) -> httpx.Response:
            if b"consolidatedexchangerate" in request.content:
                return httpx.Response(200, json={"items": [{"averagerate": "2", "currency": "USD"}], "hasMore": False})
            return respond(request)

        return answer

    record_id = account.save(INVOICE)
    with httpx.Client(transport=httpx.MockTransport(without_period(account.http.send))) as http:
        account.http, outside = http, account.http
        account.reader = account.open()
        account.http = outside
        assert {line.group for line in account.fact("invoice", record_id).lines} == {None}
