"""The HubSpot reader against the simulated account over HTTP: what deals are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.support.hubspot_account import (
    DEAL,
    Account,
    key,
    opportunity,
    stated,
)
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Absence
from tieout.money import Money


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


def test_forty_keys_cost_three_calls(account: Account) -> None:
    """Deals are read a hundred a call, their companies and their line items' ids a thousand a call."""
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(40)]
    before = account.calls()
    assert len(account.read(*ids)) == 40
    assert account.calls() - before - 1 == 3


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
