"""What Salesforce's listing finds and when, over HTTP: deletions taken back, equal stamps, terms of contracts, the allowance."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.salesforce_answers import OPPORTUNITY, Organization, connection, credentials, having, key, record_id
from tests.support.salesforce_reading import FIELDS, Read, app_key
from tieout.errors import ThrottledError, UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, Window
from tieout.money import Money
from tieout.systems.salesforce.listing import SalesforceListing, open_listing

DAY = timedelta(days=1)


def listing_of(read: Read, **options: Any) -> SalesforceListing:  # noqa: ANN401 options of a connection
    """A listing of the organisation."""
    stated = {**app_key().credentials(read.settings), "login_url": read.url}
    return open_listing(connection(read.url, **{**FIELDS, **options}), stated, read.http, read.clock)


def of_answers(organization: Organization, **options: Any) -> SalesforceListing:  # noqa: ANN401 options of a connection
    """A listing of an organisation that answers as a test says."""
    return open_listing(connection(**options), credentials(), organization.http, organization.clock)


def listed(read: Read, entity: str = "opportunity", **options: Any) -> list[Listed]:  # noqa: ANN401 options of a connection
    """The one page of today's changes."""
    now = read.clock.now()
    page = listing_of(read, **options).page(entity, Window(now - DAY / 2, now + DAY), "")
    assert page.following == ""
    return list(page.records)


def test_an_opportunity_is_listed_with_its_amount_and_close_date(read: Read) -> None:
    """And one without either, too."""
    ids = [read.create("Opportunity"), read.create("Opportunity", Amount=None)]
    first, second = listed(read)
    assert (first.key.record_id, first.amount, first.day) == (ids[0], Money(150_000, "EUR"), date(2026, 3, 31))
    assert (second.key.record_id, second.amount, second.deleted) == (ids[1], None, False)


def test_amounts_of_an_organisation_with_one_currency_are_in_the_connections(single: Read) -> None:
    """It names none, and refuses to be asked for one."""
    single.create("Opportunity", CurrencyIsoCode="USD")
    [found] = listed(single)
    assert found.amount == Money(150_000, "GBP")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"Renewal_Amount__c": "900", "Renewal_Date__c": "2027-03-01"},
        {"ContractTerm": None, "Contract_Value__c": None},
    ],
    ids=["as_the_contract", "of_its_own", "unknown"],
)
def test_a_contract_is_listed_with_what_is_planned_of_it(read: Read, values: dict[str, Any]) -> None:
    """Its renewal and the day that counts from, as the fact has them."""
    contract_id = read.create("Contract", **values)
    fact = read.contract(contract_id)
    [found] = listed(read, "contract")
    assert (found.amount, found.day) == (fact.renewal(), fact.renewal_date)


def test_contracts_without_fields_of_their_own_have_no_amount(read: Read) -> None:
    """Salesforce's Contract has none."""
    read.create("Contract")
    [found] = listed(read, "contract", contract_fields={})
    assert (found.amount, found.day) == (None, date(2027, 1, 1))


@pytest.mark.irregular
def test_a_value_that_cannot_be_read_costs_the_listing_only_itself() -> None:
    """The reader says what is wrong with it."""
    organization = having(Opportunity=[{**OPPORTUNITY, "Id": record_id("006", 1), "Amount": "much", "CloseDate": 3}])
    now = organization.clock.now()
    [found] = of_answers(organization).page("opportunity", Window(now, now), "").records
    assert (found.key, found.amount, found.day) == (key(record_id("006", 1)), None, None)
    assert found.version == "2026-09-21T14:13:20.000Z"


def test_a_deletion_is_a_change_and_taking_it_back_another(read: Read) -> None:
    """Each at the version the reader states; what was purged is not listed and not known any more."""
    opportunity_id = read.create("Opportunity")
    read.clock.advance(1)
    read.organization.delete("Opportunity", [opportunity_id])
    [deleted] = listed(read)
    assert (deleted.deleted, deleted.version) == (True, read.stated(opportunity_id).source_version)
    assert listing_of(read).still_known([deleted.key]) == {deleted.key: deleted}
    read.clock.advance(1)
    read.organization.undelete("Opportunity", [opportunity_id])
    [back] = listed(read)
    assert (back.deleted, back.version) == (False, read.stated(opportunity_id).source_version)
    assert back.version > deleted.version
    read.organization.purge("Opportunity", [opportunity_id])
    assert listed(read) == []
    assert listing_of(read).still_known([back.key]) == {}


def test_a_page_goes_on_behind_the_last_record_of_its_moment(read: Read) -> None:
    """More records than a page has room for may have been changed at one moment, as by a load."""
    ids = read.organization.create("Opportunity", [{"StageName": "Closed Won", "CloseDate": "2026-01-01"}] * 401)
    listing, now = listing_of(read), read.clock.now()
    window = Window(now, now + timedelta(milliseconds=1))
    first = listing.page("opportunity", window, "")
    second = listing.page("opportunity", window, first.following)
    third = listing.page("opportunity", window, second.following)
    assert [len(each.records) for each in (first, second, third)] == [200, 200, 1]
    assert third.following == ""
    records = [*first.records, *second.records, *third.records]
    assert [each.key.record_id for each in records] == sorted(ids)
    assert len({each.version for each in records}) == 1


@pytest.mark.parametrize("body", [{}, {"totalSize": "3"}, {"totalSize": True}])
def test_an_answer_that_does_not_say_how_much_changed_is_no_count(body: dict[str, Any]) -> None:
    """Nor is it none."""
    organization = having(Opportunity=lambda _query: httpx.Response(200, json=body))
    now = organization.clock.now()
    with pytest.raises(UnavailableError):
        of_answers(organization).count("opportunity", Window(now, now))


def test_a_window_is_asked_for_in_whole_milliseconds() -> None:
    """From the first that is in it, and before the first that is not."""
    organization = having(Opportunity=[])
    since = datetime(2026, 3, 4, 5, 0, 0, 1, tzinfo=UTC)
    window = Window(since, since + timedelta(milliseconds=5, microseconds=-1))
    of_answers(organization).page("opportunity", window, "2026-03-04T05:00:00.001Z:006000000000009AAA")
    [asked] = organization.queries
    assert asked == (
        "SELECT Id, IsDeleted, SystemModstamp, CurrencyIsoCode, Amount, CloseDate FROM Opportunity "
        "WHERE (SystemModstamp > 2026-03-04T05:00:00.001Z OR (SystemModstamp = 2026-03-04T05:00:00.001Z "
        "AND Id > '006000000000009AAA')) AND SystemModstamp < 2026-03-04T05:00:00.005Z "
        "ORDER BY SystemModstamp, Id LIMIT 200"
    )
    organization.queries.clear()
    of_answers(organization).page("opportunity", window, "")
    assert "WHERE SystemModstamp >= 2026-03-04T05:00:00.001Z AND SystemModstamp < " in organization.queries[0]


@pytest.mark.parametrize(
    "place", ["*", "2026-03-04T05:00:00.001Z", "2026-03-04T05:00:00Z:006000000000009AAA", "x' OR Id != '"]
)
def test_a_place_that_no_page_named_is_refused(place: str) -> None:
    """Nothing of it gets into a query."""
    organization = having()
    now = organization.clock.now()
    with pytest.raises(UnreadableRecordError):
        of_answers(organization).page("opportunity", Window(now, now), place)
    assert organization.queries == []


def test_listing_leaves_what_is_left_of_the_calls_to_others() -> None:
    """As reading does, and for the same entities."""
    organization = having()
    organization.usage = "api-usage=4000/5000"
    listing = of_answers(organization, entities_beyond_allowance=["contract"])
    now = organization.clock.now()
    window = Window(now, now + DAY)
    listing.page("contract", window, "")
    listing.page("contract", window, "")
    organization.queries.clear()
    with pytest.raises(ThrottledError) as refused:
        listing.page("opportunity", window, "")
    assert refused.value.retry_after_seconds == 7200
    with pytest.raises(ThrottledError):
        listing.still_known([key(record_id("006", 1))])
    assert organization.queries == []


def test_two_hundred_records_are_asked_after_in_one_call() -> None:
    """What has no form of an id is asked after in none."""
    organization = having()
    listing = of_answers(organization)
    keys = [key(record_id("006", each)) for each in range(200)]
    assert set(listing.still_known([*keys, key("0061")])) == set(keys)
    assert len(organization.queries) == 1


def test_what_nobody_was_told_of_is_listed(read: Read) -> None:
    """In none of the three ways, and never again."""
    control = f"{read.url}/_control"

    def waiting() -> dict[str, int]:
        plain: dict[str, int] = httpx.get(f"{control}/deliveries").json()["waiting"]
        return plain

    before = waiting()
    httpx.post(f"{control}/settings", json={"tells": False}).raise_for_status()
    opportunity_id = read.create("Opportunity")
    httpx.post(f"{control}/settings", json={"tells": True}).raise_for_status()
    assert waiting() == before
    assert [each.key.record_id for each in listed(read)] == [opportunity_id]
    read.change("Opportunity", opportunity_id, Amount="1")
    assert waiting() != before
