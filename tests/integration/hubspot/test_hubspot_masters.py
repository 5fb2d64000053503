"""What a simulated account's companies and products are read and listed as over real HTTP."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.systems.hubspot.masters import Masters
from tests.support.clock import ManualClock
from tests.support.hubspot_account import DEAL, NOW, TOKEN, Account, connection_to, key, stated
from tieout.errors import UnreadableRecordError
from tieout.facts.listing import ListingPage, Window
from tieout.facts.master_data import Customer, ExternalId, MasterData, Product
from tieout.facts.reading import Reading
from tieout.facts.statement import Absence
from tieout.systems.hubspot.listing import open_listing
from tieout.systems.hubspot.reader import open_reader

AROUND_NOW = Window(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
KINDS = {"account": "companies", "product": "products"}


def masters(account: Account, entity: str = "account") -> Masters:
    """The account's companies, or its products."""
    return account.portal.masters[KINDS[entity]]


def read(account: Account, entity: str, record_id: str, **options: Any) -> Reading:  # noqa: ANN401 JSON
    """The reading of a record."""
    connection = replace(connection_to(account.url), options=options)
    reader = open_reader(connection, {"access_token": TOKEN}, account.http, ManualClock(NOW))
    return reader.read([key(record_id, entity)])[key(record_id, entity)]


def test_a_company_is_a_customer_as_deals_name_it(account: Account) -> None:
    """By its id; with the company above it, its domain and its country."""
    group = account.portal.create_company("Group")
    named = {"name": "Sample Ltd", "domain": "www.sample.example", "country": "Germany", "hs_parent_company_id": group}
    company = masters(account).create(named).record_id
    assert stated(read(account, "account", company)).fact == Customer(
        number=company,
        name="Sample Ltd",
        parent=group,
        external_ids=(ExternalId(name="domain", value="sample.example"),),
        country="Germany",
    )
    assert stated(read(account, "account", group)).fact == Customer(number=group, name="Group")
    deal = account.portal.create_deal(DEAL, company=company).deal_id
    assert getattr(stated(account.read(deal)[deal]).fact, "customer", None) == company


def test_a_product_is_what_line_items_name(account: Account) -> None:
    """By its id, with its stock keeping unit as others know it."""
    product = masters(account, "product").create({"name": "Suite", "hs_sku": "SUITE-1"}).record_id
    assert stated(read(account, "product", product)).fact == Product(
        number=product, name="Suite", external_ids=(ExternalId(name="sku", value="SUITE-1"),)
    )


def test_properties_of_the_accounts_own_are_external_ids(account: Account) -> None:
    """Those the options name, and no others."""
    company = masters(account).create({"erp_no": "4711", "vat": "DE 1", "domain": "a.example"}).record_id
    fact = stated(read(account, "account", company, company_ids={"erp_number": "erp_no", "tax_id": "vat"})).fact
    assert isinstance(fact, MasterData)
    assert {each.name: each.value for each in fact.external_ids} == {"erp_number": "4711", "tax_id": "DE1"}


@pytest.mark.parametrize("entity", KINDS)
def test_an_archived_record_is_deleted_until_it_is_restored(account: Account, entity: str) -> None:
    """At the version it had: a restore need not modify it."""
    record = masters(account, entity).create({"name": "Sample"})
    masters(account, entity).archive(record.record_id)
    gone = stated(read(account, entity, record.record_id))
    assert gone.absence is Absence.DELETED
    masters(account, entity).restore(record.record_id)
    back = stated(read(account, entity, record.record_id))
    assert (back.fact is None, back.source_version) == (False, gone.source_version)
    masters(account, entity).purge(record.record_id)
    assert stated(read(account, entity, record.record_id)).absence is Absence.DELETED


@pytest.mark.parametrize("leads_on", [True, False])
def test_a_merged_company_leads_to_the_new_one(account: Account, *, leads_on: bool) -> None:
    """Whether a batch answers with it, or only the read of a single company does."""
    account.portal.settings.merge_leads_on = leads_on
    first, second = (account.portal.create_company(each) for each in "ab")
    new = masters(account).merge(first, second).record_id
    for each in (first, second):
        reading = stated(read(account, "account", each))
        assert (reading.absence, reading.related) == (Absence.MERGED, (key(new, "account"),))
    assert stated(read(account, "account", new)).fact == Customer(number=new, name="a")


def test_an_account_says_which_of_its_master_data_are_facts(account: Account) -> None:
    """An app that may not see products asks for none, and lists none."""
    product = masters(account, "product").create({"name": "Suite"}).record_id
    assert stated(read(account, "product", product, master_data=["account"])).absence is Absence.NOT_POSTED
    connection = replace(connection_to(account.url), options={"master_data": ["account"]})
    listing = open_listing(connection, {"access_token": TOKEN}, account.http, ManualClock(NOW))
    assert listing.page("product", AROUND_NOW, "") == ListingPage((), "")


def test_a_company_above_itself_fails_alone(account: Account) -> None:
    """Its name says so, and its value is not told."""
    company = masters(account).create({"hs_parent_company_id": "77"}, "77").record_id
    reading = read(account, "account", company)
    assert isinstance(reading, UnreadableRecordError)
    assert str(reading) == "property hs_parent_company_id: parent_is_the_record_itself"


def test_deals_cost_what_they_did_whatever_else_is_asked_for(account: Account) -> None:
    """A batch of companies costs one call, and deals two and one."""
    company = account.portal.create_company("C")
    deals = [account.portal.create_deal(DEAL, company=company).deal_id for _ in range(3)]
    calls: Counter[str] = Counter()
    account.http.event_hooks["request"].append(lambda request: calls.update([request.url.path]))
    try:
        account.reader().read([*(key(each) for each in deals), key(company, "account")])
    finally:
        account.http.event_hooks["request"].clear()
    assert calls.pop("/crm/v3/objects/companies/batch/read") == 1
    assert calls.total() == 3
    assert not any("companies" in each for each in calls if "objects" in each)


@pytest.mark.parametrize("entity", KINDS)
def test_both_kinds_are_listed_at_the_versions_they_are_read_at(account: Account, entity: str) -> None:
    """The live ones, and behind them those in the recycling bin."""
    live, gone = (masters(account, entity).create({"name": each}).record_id for each in ("live", "gone"))
    masters(account, entity).archive(gone)
    listing = open_listing(connection_to(account.url), {"access_token": TOKEN}, account.http, ManualClock(NOW))
    first = listing.page(entity, AROUND_NOW, "")
    second = listing.page(entity, AROUND_NOW, first.following)
    listed = [*first.records, *second.records]
    assert [(each.key, each.deleted) for each in listed] == [(key(live, entity), False), (key(gone, entity), True)]
    assert [each.version for each in listed] == [
        stated(read(account, entity, each)).source_version for each in (live, gone)
    ]
    assert listing.count(entity, AROUND_NOW) == 1
    assert set(listing.still_known([key(live, entity)])) == {key(live, entity)}
