"""The reader against a simulated account over real HTTP: what documents become, through edits, voids and faults."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from sandbox.systems.netsuite.app import create_app
from sandbox.systems.netsuite.certificates import IntegrationKey, make_key
from sandbox.systems.netsuite.settings import AccountSettings
from sandbox.systems.serving import serve
from tests.support.clock import ManualClock
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    ThrottledError,
    TransientError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.fact import Absence, CreditMemo, DocumentState, Invoice, JournalEntry, Payment
from tieout.landscape import Connection
from tieout.notice import RecordKey
from tieout.periods import Period
from tieout.ports import Reading, SourceReader
from tieout.sources.netsuite import rest_record
from tieout.sources.netsuite.client import NetSuiteClient
from tieout.sources.netsuite.reader import open_reader
from tieout.sources.netsuite.tokens import AccessTokens

_SUITEQL = "/services/rest/query/v1/suiteql"
INVOICE = {
    "type": "invoice", "id": "48211", "number": "INV10873", "date": "2026-04-02", "period": "Mar 2026", "entity": "7938",
    "subsidiary": "3", "currency": "EUR",
    "lines": [
        {"account": "1100", "amount": "11880.00"},
        {"account": "4000", "amount": "-9900.00", "department": "7", "item": "501"},
        {"account": "2100", "amount": "-1980.00"},
    ],
}  # fmt: skip
JOURNAL = {
    "type": "journalentry", "date": "2026-03-31", "period": "Mar 2026", "subsidiary": "1", "currency": "USD",
    "lines": [{"account": "6000", "amount": "300.00", "department": "8"}, {"account": "2200", "amount": "-300.00"}],
}  # fmt: skip


class Account:
    """A simulated account, its users' doings, and a reader of it."""

    def __init__(self, url: str, http: httpx.Client, clock: ManualClock, key: IntegrationKey) -> None:
        self.url = url
        self.http = http
        self.clock = clock
        self.key = key
        self.reader = self.open()

    def open(
        self, credentials: Mapping[str, str] | None = None, **options: str | int | bool | list[str]
    ) -> SourceReader:
        """A reader of the account."""
        connection = Connection(
            name="netsuite-group",
            system="netsuite",
            legal_entity="GROUP",
            time_zone="America/Los_Angeles",
            default_currency="USD",
            api_base_url=self.url,
            options=options,
        )
        return open_reader(connection, credentials or self.key.credentials(), self.http, self.clock)

    def control(self, method: str, path: str, /, **body: Any) -> Any:  # noqa: ANN401 JSON
        """Have the account's users do something."""
        answer = self.http.request(method, f"{self.url}/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def save(self, plain: Mapping[str, Any], **changes: Any) -> str:  # noqa: ANN401 JSON
        """Save a document; its id."""
        document_id: str = self.control("POST", "documents", **{**plain, **changes})["id"]
        return document_id

    def fault(self, kind: str, **details: Any) -> None:  # noqa: ANN401 JSON
        """Have the account misbehave."""
        self.control("POST", "faults", kind=kind, **details)

    def read(self, entity: str, record_id: str) -> Reading:
        """The reading of one record."""
        key = RecordKey("netsuite-group", entity, record_id)
        return self.reader.read([key])[key]

    def fact(self, entity: str, record_id: str) -> Invoice | CreditMemo | Payment | JournalEntry:
        """The posted document a record is."""
        reading = self.read(entity, record_id)
        assert not isinstance(reading, Exception), reading
        assert isinstance(reading.fact, Invoice | CreditMemo | Payment | JournalEntry)
        return reading.fact


def plain_http() -> httpx.Client:
    """A client that needs no certificates, and so does not spend time on loading them."""
    return httpx.Client(timeout=2, trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


@pytest.fixture(scope="module")
def key() -> IntegrationKey:
    """One key for all tests, short so that signing is quick."""
    return make_key(2048)


@pytest.fixture
def account(key: IntegrationKey) -> Iterator[Account]:
    """A fresh account."""
    clock = ManualClock()
    settings = AccountSettings(certificate_public_key=key.public_key)
    with serve(create_app(settings, now=clock.now)) as url, plain_http() as http:
        yield Account(url, http, clock, key)


def test_an_invoice_is_read_with_its_posted_lines(account: Account) -> None:
    """Lines, dimensions, three amounts, and the period NetSuite posted to."""
    found = account.fact("invoice", account.save(INVOICE))
    assert isinstance(found, Invoice)
    assert (found.number, found.posting_period.month) == ("INV10873", Period(2026, 3))
    assert [str(line.transaction) for line in found.lines] == ["11880.00 EUR", "-9900.00 EUR", "-1980.00 EUR"]
    assert [str(line.group) for line in found.lines] == ["12880.30 USD", "-10682.10 USD", "-2146.72 USD"]
    assert (found.lines[1].customer, found.lines[1].cost_centre, found.lines[1].product) == ("7938", "7", "501")


def test_the_version_is_the_moment_of_the_last_save(account: Account) -> None:
    """It comes back from the account's wall clock unchanged, and grows with every save."""
    record_id = account.save(INVOICE)
    first = account.read("invoice", record_id)
    account.clock.advance(3600)
    account.control("PATCH", f"documents/{record_id}", memo="renewed")
    second = account.read("invoice", record_id)
    assert not isinstance(first, Exception)
    assert not isinstance(second, Exception)
    assert (first.source_version, second.source_version) == ("2026-03-02T09:00:00.000Z", "2026-03-02T10:00:00.000Z")


def test_each_kind_of_document_is_a_fact_of_its_own(account: Account) -> None:
    """The sign comes from the ledger lines: a credit memo's revenue is a debit, a payment's cash is a debit."""
    credit = account.save(INVOICE, id="48290", type="creditmemo", lines=[
        {"account": "4000", "amount": "1980.00"}, {"account": "1100", "amount": "-1980.00"},
    ])  # fmt: skip
    payment = account.save(INVOICE, id="48300", type="customerpayment", unapplied="1000.00", lines=[
        {"account": "1099", "amount": "5000.00"}, {"account": "1100", "amount": "-5000.00"},
    ])  # fmt: skip
    found = account.fact("credit_memo", credit)
    assert isinstance(found, CreditMemo)
    assert found.lines[0].transaction.amount_minor == 198000
    paid = account.fact("payment", payment)
    assert isinstance(paid, Payment)
    assert [(line.account_role, line.transaction.amount_minor) for line in paid.lines] == [
        ("cash", 500000),
        ("receivable", -400000),
        ("receivable", -100000),
    ]


def test_a_direct_void_brings_the_lines_to_zero(account: Account) -> None:
    """The document is still there."""
    record_id = account.save(INVOICE)
    account.control("POST", f"documents/{record_id}/void")
    found = account.fact("invoice", record_id)
    assert found.state is DocumentState.VOID
    assert len(found.lines) == 3
    assert {line.transaction.amount_minor for line in found.lines} == {0}


def test_a_void_by_journal_takes_the_amount_back_once(account: Account) -> None:
    """The original stays in its period; the journal stands in its own; together they are zero."""
    record_id = account.save(INVOICE)
    voided = account.control("POST", f"documents/{record_id}/void", how="journal", date="2026-04-20", period="Apr 2026")
    original, journal = account.fact("invoice", record_id), account.fact("journal_entry", voided["id"])
    assert original.state is DocumentState.POSTED
    assert (original.posting_period.month, journal.posting_period.month) == (Period(2026, 3), Period(2026, 4))
    revenue = [
        line.transaction.amount_minor for each in (original, journal) for line in each.lines if line.account == "4000"
    ]
    assert revenue == [-990000, 990000]


def test_a_reversal_pair_keeps_both_journals_in_their_periods(account: Account) -> None:
    """An accrual hits March and its reversal April; only the reversal knows what it reverses."""
    accrual = account.save(JOURNAL)
    reversal = account.control("POST", f"documents/{accrual}/reverse", date="2026-04-01", period="Apr 2026")["id"]
    first, second = account.fact("journal_entry", accrual), account.fact("journal_entry", reversal)
    assert (first.posting_period.month, second.posting_period.month) == (Period(2026, 3), Period(2026, 4))
    assert (first.reverses, second.reverses) == (None, accrual)
    assert [line.transaction.amount_minor for line in second.lines] == [-30000, 30000]


def test_a_moved_period_moves_the_document_and_not_its_date(account: Account) -> None:
    """The user changes the posting period alone."""
    record_id = account.save(INVOICE)
    account.control("PATCH", f"documents/{record_id}", period="Apr 2026")
    found = account.fact("invoice", record_id)
    assert (found.posting_period.month, str(found.document_date)) == (Period(2026, 4), "2026-04-02")


def test_an_adjustment_period_has_no_month(account: Account) -> None:
    """Where it goes is for the mapping table to say."""
    found = account.fact("journal_entry", account.save(JOURNAL, period="Adj 2026"))
    assert (found.posting_period.name, found.posting_period.month) == ("Adj 2026", None)


def test_group_amounts_follow_the_rate_type_of_the_account_and_the_posting_period(account: Account) -> None:
    """Current for the receivable, average for revenue, historical for equity: of April, not of the document's March."""
    rates = {"current": "2", "average": "3", "historical": "5"}
    account.control("POST", "rates", period="Apr 2026", subsidiary="3", to="1", rates=rates)
    record_id = account.save(JOURNAL, subsidiary="3", currency="EUR", period="Apr 2026", lines=[
        {"account": "1100", "amount": "60"}, {"account": "4000", "amount": "-40"}, {"account": "3000", "amount": "-20"},
    ])  # fmt: skip
    lines = account.fact("journal_entry", record_id).lines
    assert [line.group.amount_minor for line in lines if line.group] == [12000, -12000, -10000]
    assert [line.group_rate for line in lines] == [
        "netsuite:3>1:2026-04:current", "netsuite:3>1:2026-04:average", "netsuite:3>1:2026-04:historical",
    ]  # fmt: skip


def test_other_books_and_other_subsidiaries_rates_are_not_mistaken_for_the_groups(account: Account) -> None:
    """A rate row exists per accounting book and per subsidiary converted to."""
    account.control(
        "POST", "rates", period="Mar 2026", subsidiary="3", to="5", rates={"current": "160", "average": "160"}
    )
    wrong = {"current": "9", "average": "9", "historical": "9"}
    account.control("POST", "rates", period="Mar 2026", subsidiary="3", to="1", rates=wrong, book="2")
    right = {"current": "1.0842", "average": "1.0790", "historical": "1.1000"}
    account.control("POST", "rates", period="Mar 2026", subsidiary="3", to="1", rates=right)
    lines = account.fact("invoice", account.save(INVOICE)).lines
    assert [str(line.group) for line in lines] == ["12880.30 USD", "-10682.10 USD", "-2146.72 USD"]


def test_a_period_without_a_rate_gives_no_group_amount(account: Account) -> None:
    """The ledger then holds the fact until there is one."""
    account.control("POST", "rates", period="Mar 2026", subsidiary="3", to="1", rates={})
    assert {line.group for line in account.fact("invoice", account.save(INVOICE)).lines} == {None}


def test_what_is_not_posted_has_no_fact(account: Account) -> None:
    """A document waiting for approval, and an order, which never posts."""
    record_id = account.save(INVOICE, approved=False)
    waiting = account.read("invoice", record_id)
    assert not isinstance(waiting, Exception)
    assert (waiting.absence, waiting.source_version) == (Absence.NOT_POSTED, "2026-03-02T09:00:00.000Z")
    order = account.read("salesorder", account.save(INVOICE, id="50001", type="salesorder"))
    assert not isinstance(order, Exception)
    assert order.absence is Absence.NOT_POSTED
    account.control("PATCH", f"documents/{record_id}", approved=True)
    assert account.fact("invoice", record_id).lines


def test_a_deleted_record_is_gone_without_a_version(account: Account) -> None:
    """The stored version stays."""
    record_id = account.save(INVOICE)
    account.control("DELETE", f"documents/{record_id}")
    for entity in ("invoice", "credit_memo", "payment", "journal_entry"):
        reading = account.read(entity, record_id)
        assert not isinstance(reading, Exception)
        assert (reading.absence, reading.source_version) == (Absence.DELETED, "")


def test_a_record_our_role_may_not_see_is_not_taken_for_deleted(account: Account) -> None:
    """SuiteQL leaves it out without a word; the REST API tells the truth."""
    record_id = account.save(INVOICE)
    account.control("POST", "role", cannot_see=["CustInvc"])
    assert isinstance(account.read("invoice", record_id), AccessDeniedError)
    for old_casing in (False, True):
        account.control("POST", "settings", old_casing=old_casing)
        account.control("POST", "role", cannot_query=["CustInvc"])
        reading = account.read("invoice", record_id)
        assert isinstance(reading, UnavailableError)
        assert "(Open)" in str(reading)


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
    assert calls.count(_SUITEQL) == 3
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
    for pause in (0, 3000, 500, 100):
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
    account.fault("answer", path=_SUITEQL, **fault)
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
        if calls.count(_SUITEQL) == 2:
            account.http.event_hooks["request"].clear()
            account.clock.advance(5)
            account.control("PATCH", f"documents/{record_id}", period="Apr 2026")

    account.http.event_hooks["request"].append(edit_before_the_lines_are_read)
    assert isinstance(account.read("invoice", record_id), ConflictError)
    assert account.fact("invoice", record_id).posting_period.month == Period(2026, 4)


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
