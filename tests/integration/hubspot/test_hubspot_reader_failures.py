"""The HubSpot reader when HubSpot fails: what each answer asks for, and whom it spares."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.systems.faults import Fault
from tests.support.clock import ManualClock
from tests.support.hubspot_account import (
    BATCH_READ,
    DEAL,
    NOW,
    TOKEN,
    Account,
    TimingOut,
    answered,
    connection_to,
    key,
    opportunity,
    stated,
    with_associations,
)
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.facts.statement import Absence, Statement
from tieout.systems.hubspot.reader import open_reader


def test_a_partial_answer_fails_only_the_deals_it_names(account: Account) -> None:
    """207: what was found is read, what failed has its own error, and each category asks for its own behaviour."""
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(5)]
    kinds = {
        "INTERNAL_ERROR": UnavailableError,
        "RATE_LIMITS": ThrottledError,
        "VALIDATION_ERROR": UnreadableRecordError,
    }
    for category, kind in {**kinds, "MISSING_SCOPES": AccessDeniedError}.items():
        account.plan.plant(Fault(kind="partial_error", path=BATCH_READ, detail={"ids": ids[:2], "category": category}))
        readings = account.read(*ids)
        assert [type(readings[each]) for each in ids[:2]] == [kind, kind]
        assert all(isinstance(readings[each], Statement) for each in ids[2:])


def test_a_partial_answer_about_companies_fails_only_the_deals_it_names(account: Account) -> None:
    """A deal whose companies are not known yet is never stated to have none."""
    company = account.portal.create_company("C")
    ids = [account.portal.create_deal(DEAL, company=company).deal_id for _ in range(3)]
    account.plan.plant(Fault(kind="partial_error", path="/associations/", detail={"ids": ids[:1]}))
    readings = account.read(*ids)
    assert isinstance(readings[ids[0]], UnavailableError)
    assert [opportunity(readings[each]).customer for each in ids[1:]] == [company, company]


def test_an_error_without_ids_spares_only_what_was_found(account: Account) -> None:
    """An entry of a partial answer that names nobody may concern any deal that is not among the results."""
    body = {
        "status": "COMPLETE",
        "results": [],
        "errors": [{"status": "error", "category": "INTERNAL_ERROR", "context": {}}],
    }
    account.plan.plant(Fault(kind="answer", path=BATCH_READ, status=207, body=body))
    assert isinstance(account.read("9001")["9001"], UnavailableError)


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind", "seconds"),
    [
        (
            429,
            {"X-HubSpot-RateLimit-Interval-Milliseconds": "10000"},
            {"policyName": "TEN_SECONDLY_ROLLING"},
            ThrottledError,
            10,
        ),
        (429, {}, {"policyName": "SECONDLY"}, ThrottledError, 1),
        (429, {"Retry-After": "7"}, {"policyName": "TEN_SECONDLY_ROLLING"}, ThrottledError, 7),
        # 05:06:07.890 UTC is 06:06:07.890 in Berlin: 17 h 53 min 52.11 s to the account's midnight
        (429, {}, {"policyName": "DAILY"}, ThrottledError, 64_432.11),
        (429, {}, "<html>", ThrottledError, 10),
        (423, {}, {"message": "locked"}, UnavailableError, 2),
        (477, {"Retry-After": "3600"}, {}, UnavailableError, 3600),
        (477, {}, {}, UnavailableError, 600),
        (503, {"Retry-After": "5"}, {}, UnavailableError, 5),
        (503, {"Retry-After": "Wed, 04 Mar 2026 05:07:00 GMT"}, {}, UnavailableError, None),
        *(
            (status, {}, "<html>bad gateway</html>", UnavailableError, None)
            for status in (408, 500, 502, 504, 521, 522, 523, 524)
        ),
        (302, {"Location": "http://127.0.0.1:1/"}, {}, UnavailableError, None),
        (401, {}, {"category": "INVALID_AUTHENTICATION"}, AccessDeniedError, None),
        (403, {}, {"category": "MISSING_SCOPES"}, AccessDeniedError, None),
        (400, {}, {"category": "VALIDATION_ERROR"}, UnreadableRecordError, None),
        (414, {}, {}, UnreadableRecordError, None),
        (200, {}, "<html>maintenance</html>", UnavailableError, None),
        (200, {}, [], UnavailableError, None),
        (200, {}, {"results": None}, UnavailableError, None),
    ],
)
@pytest.mark.parametrize("path", [BATCH_READ, "/associations/"])
def test_each_status_asks_for_its_own_behaviour(
    account: Account,
    path: str,
    status: int,
    headers: dict[str, str],
    body: object,
    kind: type[TieoutError],
    seconds: float | None,
) -> None:
    """The class says whether a person or time must act, and how long HubSpot asked us to wait."""
    deal_id = account.portal.create_deal(DEAL).deal_id
    account.plan.plant(Fault(kind="answer", path=path, status=status, headers=headers, body=body))
    reading = account.read(deal_id)[deal_id]
    assert type(reading) is kind
    assert getattr(reading, "retry_after_seconds", None) == (pytest.approx(seconds) if seconds else None)
    assert isinstance(account.read(deal_id)[deal_id], Statement)


def test_the_accounts_own_limit_throttles(account: Account) -> None:
    """The call that HubSpot refuses for its rolling limit is reported with the limit's own interval."""
    account.portal.settings.calls_per_ten_seconds = 1
    deal_id = account.portal.create_deal(DEAL).deal_id
    reading = account.read(deal_id)[deal_id]
    assert isinstance(reading, ThrottledError)
    assert reading.retry_after_seconds == 10


def test_a_throttled_reader_makes_no_further_call(account: Account) -> None:
    """Every key after the refused call has its error, and HubSpot is left alone."""
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(250)]
    before = account.calls()
    account.plan.plant(Fault(kind="answer", path=BATCH_READ, status=429, body={"policyName": "TEN_SECONDLY_ROLLING"}))
    readings = account.read(*ids)
    assert {type(each) for each in readings.values()} == {ThrottledError}
    assert account.calls() - before - 1 == 0


def test_a_lost_answer_is_no_more_than_an_absent_one(account: Account) -> None:
    """Reading changes nothing, so an answer cut short only has to be asked for again."""
    deal_id = account.portal.create_deal(DEAL).deal_id
    account.plan.plant(Fault(kind="lost_answer", path=BATCH_READ))
    assert isinstance(account.read(deal_id)[deal_id], UnavailableError)


def test_nobody_listening_is_unavailable(account: Account) -> None:
    """A refused connection fails every key and raises nothing."""
    readings = account.reader(url="http://127.0.0.1:1").read([key("1"), key("2")])
    assert {type(each) for each in readings.values()} == {UnavailableError}


def test_a_slow_answer_is_given_up(account: Account) -> None:
    """A read that outlasts its time-out is unavailable; the time-out is the reader's own."""
    impatient = httpx.Client(transport=TimingOut())
    with impatient:
        reader = open_reader(connection_to(account.url), {"access_token": TOKEN}, impatient, ManualClock(NOW))
        assert isinstance(reader.read([key("1")])[key("1")], UnavailableError)


@pytest.mark.parametrize("token", ["", "wrong", "line\nbreak", "tökén", "nul\x00"])
def test_a_bad_token_is_denied_and_never_shown(account: Account, token: str) -> None:
    """Neither a token HubSpot refuses nor one that is no header value appears in the error."""
    reading = account.reader(token=token).read([key("9001")])[key("9001")]
    assert isinstance(reading, AccessDeniedError)
    assert not token or token not in str(reading)
    assert reading.__cause__ is None


@pytest.mark.parametrize(
    "record", [key("9001", "company"), key("abc"), key(""), key("1/../../x"), key("9" * 20), key("٩")]
)
def test_what_is_no_deal_is_not_asked_for(account: Account, record: RecordKey) -> None:
    """A key that cannot name a deal never reaches a URL."""
    before = account.calls()
    assert isinstance(account.reader().read([record])[record], UnreadableRecordError)
    assert account.calls() - before - 1 == 0


def test_a_deal_with_a_flawed_value_spoils_no_other(account: Account) -> None:
    """A control character in one deal's type makes the whole batch unreadable; its neighbours are read without it."""
    ids = [account.portal.create_deal(DEAL | {"dealname": f"deal {each}"}).deal_id for each in range(9)]
    account.portal.change_deal(ids[4], {"dealtype": "nul \x00 inside"})
    readings = account.read(*ids)
    assert isinstance(readings[ids[4]], TieoutError)
    assert [each for each in ids if isinstance(readings[each], Statement)] == [each for each in ids if each != ids[4]]


def test_a_deal_with_an_unreadable_amount_spoils_no_other(account: Account) -> None:
    """The error names the property and not the value."""
    good, bad = account.portal.create_deal(DEAL).deal_id, account.portal.create_deal(DEAL | {"amount": "12,50"}).deal_id
    readings = account.read(good, bad)
    assert isinstance(readings[good], Statement)
    assert isinstance(readings[bad], UnreadableRecordError)
    assert str(readings[bad]) == "property amount: amount_not_a_number"


def test_a_failed_read_of_a_single_deal_is_no_deletion(account: Account) -> None:
    """A deal found neither live nor archived is looked for once more; if that call fails, nothing is known of it."""
    account.plan.plant(Fault(kind="answer", method="GET", path="/deals/77", status=503))
    assert isinstance(account.read("77")["77"], UnavailableError)
    assert stated(account.read("77")["77"]).absence is Absence.DELETED


@pytest.mark.irregular
def test_an_error_about_companies_without_ids_fails_every_deal(account: Account) -> None:
    """It may concern any of them, and a deal is never stated to have no company by mistake."""
    error = {"category": "INTERNAL_ERROR", "context": {}}
    assert isinstance(answered(account, with_associations({"results": [], "errors": [error]})), UnavailableError)


@pytest.mark.irregular
def test_companies_without_end_are_given_up(account: Account) -> None:
    """A deal whose pages of companies never end is unreadable, and not stated with the companies of the first pages."""
    page = {"from": {"id": "1"}, "to": [], "paging": {"next": {"after": "1"}}}
    assert isinstance(answered(account, with_associations({"results": [page]})), UnreadableRecordError)


def test_a_redirect_is_not_followed(account: Account) -> None:
    """The token goes to the configured host and to no other."""
    hosts: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(307, headers={"location": "http://elsewhere.example/"})

    assert isinstance(answered(account, respond), UnavailableError)
    assert hosts == ["127.0.0.1"]


def test_the_daily_limit_lasts_until_the_accounts_midnight(account: Account) -> None:
    """At half past midnight in Berlin there are 23.5 hours to wait, though the date in UTC is still yesterday's."""
    late = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    reading = answered(account, lambda _request: httpx.Response(429, json={"policyName": "DAILY"}), now=late)
    assert isinstance(reading, ThrottledError)
    assert reading.retry_after_seconds == 23.5 * 3600


@pytest.mark.irregular
def test_a_users_own_association_type_is_not_the_primary_label(account: Account) -> None:
    """Types that users define are numbered apart from HubSpot's, so a user's 5 is no primary company."""
    links = [
        {"toObjectId": 7001, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 341, "label": None}]},
        {"toObjectId": "7002", "associationTypes": [{"category": "USER_DEFINED", "typeId": 5, "label": "Reseller"}]},
    ]
    answer = {"results": [{"from": {"id": "1"}, "to": links}]}
    assert opportunity(answered(account, with_associations(answer))).customer == "7001"


@pytest.mark.irregular
def test_no_associations_found_is_an_answer(account: Account) -> None:
    """Whatever category the vendor files it under, the sub-category says that the deal has no company."""
    said = {"category": "VALIDATION_ERROR", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}
    error = said | {"context": {"fromObjectId": ["1"]}}
    assert opportunity(answered(account, with_associations({"results": [], "errors": [error]}))).customer is None


@pytest.mark.irregular
@pytest.mark.parametrize("to", [None, [None], [{}], [{"toObjectId": 1, "associationTypes": None}]])
def test_associations_of_no_known_form_are_no_answer(account: Account, to: object) -> None:
    """A deal is never stated to have no company because an answer was not understood."""
    answer = {"results": [{"from": {"id": "1"}, "to": to}]}
    assert isinstance(answered(account, with_associations(answer)), UnavailableError)


@pytest.mark.irregular
def test_what_is_asked_of_hubspot_is_what_its_contract_says(account: Account) -> None:
    """The request itself: a bearer token, JSON, ids as text, and only the properties that are used."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        body: dict[str, Any] = {"results": [{"id": "1", "properties": {"hs_lastmodifieddate": "1772600000123"}}]}
        return httpx.Response(200, json=body if "objects" in request.url.path else {"results": []})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        reading = open_reader(connection_to(account.url + "/"), {"access_token": TOKEN}, http, ManualClock(NOW)).read(
            [key("1")]
        )[key("1")]
    assert opportunity(reading).stage == "-/-"
    assert stated(reading).source_version == "2026-03-04T04:53:20.123Z"
    deals, companies, line_items = seen
    assert deals.headers["authorization"] == f"Bearer {TOKEN}"
    assert (deals.url.path, deals.url.query) == (BATCH_READ, b"archived=false")
    assert json.loads(deals.content)["inputs"] == [{"id": "1"}]
    assert json.loads(companies.content) == json.loads(line_items.content) == {"inputs": [{"id": "1"}]}
    assert line_items.url.path == "/crm/v4/associations/deals/line_items/batch/read"
    assert timedelta(seconds=30) > timedelta(seconds=deals.extensions["timeout"]["read"])
