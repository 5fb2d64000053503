"""The HubSpot reader against the simulated account over HTTP: what deals are, and what each failure asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.hubspot.app import create_app
from sandbox.systems.hubspot.portal import Portal
from sandbox.systems.hubspot.settings import Settings
from sandbox.systems.serving import serve
from tests.support.clock import ManualClock
from tests.support.one_server import OneServer
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.fact import Absence, Opportunity, Statement
from tieout.landscape import Connection
from tieout.money import Money
from tieout.notice import RecordKey
from tieout.ports import Reading
from tieout.sources.hubspot.reader import HubSpotReader, open_reader

NOW = datetime(2026, 3, 4, 5, 6, 7, 890000, tzinfo=UTC)
TOKEN = "sandbox-hubspot-access-token"
DEAL = {
    "dealname": "Müller renewal",
    "amount": "1500.00",
    "deal_currency_code": "USD",
    "pipeline": "default",
    "dealstage": "contractsent",
    "closedate": "2026-03-31T22:30:00Z",
    "dealtype": "existingbusiness",
    "hubspot_owner_id": "41",
}
BATCH_READ = "/crm/v3/objects/deals/batch/read"


@dataclass
class Account:
    """A simulated account, the faults planted in it, and a reader of it."""

    portal: Portal
    plan: FaultPlan
    http: httpx.Client
    url: str

    def reader(self, *, token: str = TOKEN, url: str = "") -> HubSpotReader:
        """A reader with this token."""
        connection = Connection(
            name="hubspot-emea",
            system="hubspot",
            legal_entity="EMEA",
            time_zone="Europe/Berlin",
            default_currency="EUR",
            api_base_url=url or self.url,
        )
        return open_reader(connection, {"access_token": token} if token else {}, self.http, ManualClock(NOW))

    def read(self, *deal_ids: str) -> dict[str, Reading]:
        """The readings of these deals."""
        readings = self.reader().read([key(each) for each in deal_ids])
        return {each.record_id: reading for each, reading in readings.items()}

    def calls(self) -> int:
        """How many calls of the API were made today."""
        answer = self.http.get(self.url + "/crm/v3/pipelines/deals", headers={"authorization": f"Bearer {TOKEN}"})
        return 650_000 - int(answer.headers["x-hubspot-ratelimit-daily-remaining"]) - 1


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[OneServer, str, httpx.Client]]:
    """The server, its base URL and a client."""
    house = OneServer()
    with serve(house) as url, httpx.Client() as http:
        yield house, url, http


@pytest.fixture
def account(house: tuple[OneServer, str, httpx.Client]) -> Account:
    """An account without deals, answering over HTTP."""
    plan = FaultPlan()
    app = create_app(Settings(), plan=plan, now=lambda: NOW)
    house[0].app = app
    return Account(app.state.portal, plan, house[2], house[1])


def key(deal_id: str, entity: str = "opportunity") -> RecordKey:
    """A deal of the connection."""
    return RecordKey("hubspot-emea", entity, deal_id)


def stated(reading: Reading) -> Statement:
    """A reading that is a statement."""
    assert isinstance(reading, Statement), reading
    return reading


def opportunity(reading: Reading) -> Opportunity:
    """A reading that is a live deal."""
    fact = stated(reading).fact
    assert isinstance(fact, Opportunity)
    return fact


def test_a_deal_is_read_with_its_primary_company(account: Account) -> None:
    """Every property becomes the canonical one, the close date cut in the account's zone, at the deal's own version."""
    company = account.portal.create_company("Müller")
    deal = account.portal.create_deal(DEAL, company=company)
    statement = stated(account.read(deal.deal_id)[deal.deal_id])
    assert statement.fact == Opportunity(
        name="Müller renewal",
        amount=Money(150_000, "USD"),
        stage="default/contractsent",
        probability=Decimal("0.900000"),
        close_date=date(2026, 4, 1),
        customer=company,
        product="default",
        owner="41",
        deal_type="existingbusiness",
    )
    assert statement.source_version == deal.all_properties()["hs_lastmodifieddate"]


def test_forty_keys_cost_two_calls(account: Account) -> None:
    """Deals are read a hundred a call and their companies a thousand a call."""
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(40)]
    before = account.calls()
    assert len(account.read(*ids)) == 40
    assert account.calls() - before - 1 == 2


def test_more_than_a_hundred_deals_are_read_in_hundreds(account: Account) -> None:
    """The vendor refuses a 101st id, so it is never sent one."""
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(201)]
    assert {each for each, reading in account.read(*ids).items() if opportunity(reading)} == set(ids)


def test_the_primary_company_decides_among_several(account: Account) -> None:
    """The primary label decides, and without one the lowest id, over every page of associations."""
    account.portal.settings.page_size = 2
    companies = [account.portal.create_company(f"C{each}") for each in range(5)]
    labelled, plain = account.portal.create_deal(DEAL).deal_id, account.portal.create_deal(DEAL).deal_id
    for company in reversed(companies):
        account.portal.associate(labelled, company, primary=company == companies[4])
        account.portal.associate(plain, company, primary=False)
    readings = account.read(labelled, plain)
    assert opportunity(readings[labelled]).customer == companies[4]
    assert opportunity(readings[plain]).customer == companies[0]


def test_a_deal_without_company_has_no_customer(account: Account) -> None:
    """HubSpot reports such a deal as an error of its own in a partial answer; to us it is a plain fact."""
    with_company = account.portal.create_deal(DEAL, company=account.portal.create_company("C")).deal_id
    without = account.portal.create_deal(DEAL).deal_id
    readings = account.read(with_company, without)
    assert opportunity(readings[without]).customer is None
    assert opportunity(readings[with_company]).customer is not None


def test_an_archived_deal_is_deleted_at_its_last_version(account: Account) -> None:
    """A deal in the recycling bin is found there, and restoring it takes the deletion back at a version not older."""
    deal = account.portal.create_deal(DEAL)
    account.portal.archive_deal(deal.deal_id)
    deleted = stated(account.read(deal.deal_id)[deal.deal_id])
    assert (deleted.absence, deleted.source_version) == (Absence.DELETED, deal.all_properties()["hs_lastmodifieddate"])
    account.portal.restore_deal(deal.deal_id)
    restored = stated(account.read(deal.deal_id)[deal.deal_id])
    assert restored.fact is not None
    assert restored.source_version >= deleted.source_version


def test_a_deal_nobody_knows_is_deleted_without_a_version(account: Account) -> None:
    """What HubSpot has erased leaves nothing to compare."""
    deal = account.portal.create_deal(DEAL)
    account.portal.purge_deal(deal.deal_id)
    unknown = stated(account.read(deal.deal_id, "77")[deal.deal_id])
    assert (unknown.absence, unknown.source_version) == (Absence.DELETED, "")


@pytest.mark.parametrize("leads_on", [True, False], ids=["batch reads lead on", "only single reads lead on"])
def test_merged_deals_are_absent_and_name_the_new_deal(account: Account, leads_on: bool) -> None:  # noqa: FBT001 a parameter
    """A and B merged make C: asked for A and B, the reader says they live on as C, at a version not before theirs."""
    account.portal.settings.merge_leads_on = leads_on
    company = account.portal.create_company("C")
    first, second = account.portal.create_deal(DEAL, company=company), account.portal.create_deal(DEAL)
    survivor = account.portal.merge_deals(first.deal_id, second.deal_id)
    readings = account.read(first.deal_id, second.deal_id, survivor.deal_id)
    for old in (first, second):
        statement = stated(readings[old.deal_id])
        assert (statement.absence, statement.related) == (Absence.MERGED, (key(survivor.deal_id),))
        assert statement.source_version > str(old.all_properties()["hs_lastmodifieddate"])
    assert opportunity(readings[survivor.deal_id]).customer == company


def test_a_merged_deal_asked_for_alone_is_never_its_new_deal(account: Account) -> None:
    """A read of A that is answered with C says nothing of A but that it lives on: else C would count twice."""
    for leads_on in (True, False):
        account.portal.settings.merge_leads_on = leads_on
        first, second = account.portal.create_deal(DEAL).deal_id, account.portal.create_deal(DEAL).deal_id
        survivor = account.portal.merge_deals(first, second).deal_id
        statement = stated(account.read(first)[first])
        assert (statement.absence, statement.related) == (Absence.MERGED, (key(survivor),))


def test_a_deal_merged_twice_leads_to_the_last_deal(account: Account) -> None:
    """A and B make C, C and D make E: A lives on as E."""
    a, b, d = (account.portal.create_deal(DEAL).deal_id for _ in range(3))
    c = account.portal.merge_deals(a, b).deal_id
    e = account.portal.merge_deals(c, d).deal_id
    readings = account.read(a, b, c, d, e)
    assert {stated(readings[each]).related for each in (a, b, c, d)} == {(key(e),)}


def test_a_merged_deal_whose_new_deal_is_deleted_is_still_merged(account: Account) -> None:
    """The deletion is the new deal's; the old one counts nowhere either way."""
    first, second = account.portal.create_deal(DEAL).deal_id, account.portal.create_deal(DEAL).deal_id
    survivor = account.portal.merge_deals(first, second).deal_id
    account.portal.archive_deal(survivor)
    readings = account.read(first, survivor)
    assert stated(readings[first]).absence is Absence.MERGED
    assert stated(readings[survivor]).absence is Absence.DELETED


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
    impatient = httpx.Client(transport=_TimingOut())
    with impatient:
        reader = open_reader(_connection(account.url), {"access_token": TOKEN}, impatient, ManualClock(NOW))
        assert isinstance(reader.read([key("1")])[key("1")], UnavailableError)


class _TimingOut(httpx.BaseTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("timed out", request=request)


def _connection(url: str) -> Connection:
    return Connection(
        name="hubspot-emea",
        system="hubspot",
        legal_entity="EMEA",
        time_zone="Europe/Berlin",
        default_currency="EUR",
        api_base_url=url,
    )


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
    """A control character in one deal's name makes the whole batch unreadable; its neighbours are read without it."""
    ids = [account.portal.create_deal(DEAL | {"dealname": f"deal {each}"}).deal_id for each in range(9)]
    account.portal.change_deal(ids[4], {"dealname": "nul \x00 inside"})
    readings = account.read(*ids)
    assert isinstance(readings[ids[4]], TieoutError)
    assert [each for each in ids if isinstance(readings[each], Statement)] == [each for each in ids if each != ids[4]]


def test_a_deal_with_an_unreadable_amount_spoils_no_other(account: Account) -> None:
    """The error names the property and not the value."""
    good, bad = account.portal.create_deal(DEAL).deal_id, account.portal.create_deal(DEAL | {"amount": "12,50"}).deal_id
    readings = account.read(good, bad)
    assert isinstance(readings[good], Statement)
    assert isinstance(readings[bad], UnreadableRecordError)
    assert str(readings[bad]) == "deal property amount: amount_not_a_number"


def test_no_keys_make_no_call(account: Account) -> None:
    """Nothing asked, nothing read."""
    before = account.calls()
    assert account.reader().read([]) == {}
    assert account.calls() - before - 1 == 0


def test_the_version_grows_with_every_change(account: Account) -> None:
    """Versions of one deal compare as its changes happened, so a stale reading is recognised."""
    deal = account.portal.create_deal(DEAL)
    versions = []
    for amount in ("1", "2", "3"):
        account.portal.change_deal(deal.deal_id, {"amount": amount})
        versions.append(stated(account.read(deal.deal_id)[deal.deal_id]).source_version)
    assert versions == sorted(set(versions))


def answered(account: Account, respond: Callable[[httpx.Request], httpx.Response], *, now: datetime = NOW) -> Reading:
    """The reading of deal 1 where HubSpot answers as `respond` says."""
    with httpx.Client(transport=httpx.MockTransport(respond)) as http:
        return open_reader(_connection(account.url), {"access_token": TOKEN}, http, ManualClock(now)).read([key("1")])[
            key("1")
        ]


def with_associations(answer: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    """HubSpot with one deal and this answer about its companies."""
    deal = {"id": "1", "properties": {"hs_lastmodifieddate": "2026-03-04T05:06:07.890Z"}}
    return lambda request: httpx.Response(207, json={"results": [deal]} if "objects" in request.url.path else answer)


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


def test_a_users_own_association_type_is_not_the_primary_label(account: Account) -> None:
    """Types that users define are numbered apart from HubSpot's, so a user's 5 is no primary company."""
    links = [
        {"toObjectId": 7001, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 341, "label": None}]},
        {"toObjectId": "7002", "associationTypes": [{"category": "USER_DEFINED", "typeId": 5, "label": "Reseller"}]},
    ]
    answer = {"results": [{"from": {"id": "1"}, "to": links}]}
    assert opportunity(answered(account, with_associations(answer))).customer == "7001"


def test_no_associations_found_is_an_answer(account: Account) -> None:
    """Whatever category the vendor files it under, the sub-category says that the deal has no company."""
    said = {"category": "VALIDATION_ERROR", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}
    error = said | {"context": {"fromObjectId": ["1"]}}
    assert opportunity(answered(account, with_associations({"results": [], "errors": [error]}))).customer is None


@pytest.mark.parametrize("to", [None, [None], [{}], [{"toObjectId": 1, "associationTypes": None}]])
def test_associations_of_no_known_form_are_no_answer(account: Account, to: object) -> None:
    """A deal is never stated to have no company because an answer was not understood."""
    answer = {"results": [{"from": {"id": "1"}, "to": to}]}
    assert isinstance(answered(account, with_associations(answer)), UnavailableError)


def test_what_is_asked_of_hubspot_is_what_its_contract_says(account: Account) -> None:
    """The request itself: a bearer token, JSON, ids as text, and only the properties that are used."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        body: dict[str, Any] = {"results": [{"id": "1", "properties": {"hs_lastmodifieddate": "1772600000123"}}]}
        return httpx.Response(200, json=body if "objects" in request.url.path else {"results": []})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        reading = open_reader(_connection(account.url + "/"), {"access_token": TOKEN}, http, ManualClock(NOW)).read(
            [key("1")]
        )[key("1")]
    assert opportunity(reading).stage == "-/-"
    assert stated(reading).source_version == "2026-03-04T04:53:20.123Z"
    deals, companies = seen
    assert deals.headers["authorization"] == f"Bearer {TOKEN}"
    assert (deals.url.path, deals.url.query) == (BATCH_READ, b"archived=false")
    assert json.loads(deals.content)["inputs"] == [{"id": "1"}]
    assert json.loads(companies.content) == {"inputs": [{"id": "1"}]}
    assert timedelta(seconds=30) > timedelta(seconds=deals.extensions["timeout"]["read"])
