"""What records of a simulated organisation are read as, over real HTTP, through their whole life."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.support.salesforce_answers import key, record_id
from tests.support.salesforce_reading import OPPORTUNITY, Read
from tieout.facts.contract import ContractStatus
from tieout.facts.opportunity import ForecastCategory
from tieout.facts.statement import Absence
from tieout.money import Money


def test_an_opportunity_is_read_with_its_products(read: Read) -> None:
    """Its amount is the sum of theirs; what recurs is in the account's own fields."""
    account = read.create("Account", Name="Acme")
    deal = read.create("Opportunity", AccountId=account)
    read.line(
        deal, UnitPrice="100.00", Quantity=12, Recurring_Amount__c="100.00", Term_Months__c=12, ServiceDate="2026-04-01"
    )
    read.line(deal, UnitPrice="50.25")
    fact = read.opportunity(deal)
    assert fact.amount == Money(125_025, "EUR")
    assert (fact.stage, fact.customer, fact.close_date) == ("-/Proposal/Price Quote", account, date(2026, 3, 31))
    assert (fact.probability, fact.forecast_category) == (Decimal("0.5"), ForecastCategory.BEST_CASE)
    recurring, once = fact.lines
    assert (recurring.amount, recurring.recurring, recurring.recurring_months) == (
        *(Money(120_000, "EUR"), Money(10_000, "EUR"), 1),
    )
    assert (recurring.term_months, recurring.renewal_date) == (12, date(2027, 4, 1))
    assert (once.amount, once.recurring, once.renewal_date) == (Money(5_025, "EUR"), None, None)
    assert fact.rate is None


def test_a_record_type_is_part_of_the_stage(read: Read) -> None:
    """Where the organisation has record types, they are as pipelines are elsewhere."""
    renewal = str(read.organization.store.rows("RecordType", DeveloperName="Renewal")[0]["Id"])
    fact = read.opportunity(read.create("Opportunity", RecordTypeId=renewal))
    assert (fact.stage, fact.product) == ("Renewal/Proposal/Price Quote", "Renewal")


def test_what_an_organization_has_none_of_is_asked_for_once(single: Read) -> None:
    """Neither currencies nor record types: all amounts are in the connection's currency then."""
    values = {name: value for name, value in OPPORTUNITY.items() if name != "CurrencyIsoCode"}
    deal = single.organization.create("Opportunity", [values])[0]
    single.line(deal, UnitPrice="10.00")
    fact = single.opportunity(deal)
    assert fact.amount == fact.lines[0].amount == Money(1_000, "GBP")
    assert fact.stage == "-/Proposal/Price Quote"
    assert single.subjects == [*["Opportunity"] * 4, *["OpportunityLineItem"] * 2]
    single.subjects.clear()
    single.opportunity(deal)
    assert single.subjects == ["Opportunity", "OpportunityLineItem"]


def test_a_deletion_and_its_undoing_are_versions_of_the_record(read: Read) -> None:
    """Each is later than what was before, and an undeleted opportunity has its products again."""
    deal = read.create("Opportunity")
    read.line(deal, UnitPrice="10.00")
    live = read.stated(deal)
    read.clock.advance(1)
    read.organization.delete("Opportunity", [deal])
    gone = read.stated(deal)
    assert gone.absence is Absence.DELETED
    read.clock.advance(1)
    read.organization.undelete("Opportunity", [deal])
    back = read.stated(deal)
    assert back.fact == live.fact
    assert live.source_version < gone.source_version < back.source_version


@pytest.mark.parametrize("entity", ["opportunity", "contract"])
def test_what_was_purged_or_never_was_is_deleted_at_no_version(read: Read, entity: str) -> None:
    """And so is what nobody shares with our user: Salesforce shows no difference."""
    name, prefix = ("Opportunity", "006") if entity == "opportunity" else ("Contract", "800")
    purged, hidden = read.create(name), read.create(name)
    read.organization.purge(name, [purged])
    read.settings.hidden_records = (hidden,)
    for each in (purged, hidden, record_id(prefix, 999)):
        statement = read.stated(each, entity)
        assert (statement.absence, statement.source_version) == (Absence.DELETED, "")


def test_a_change_of_a_product_may_leave_the_version_as_it_was(read: Read) -> None:
    """The ledger applies what is read later: no version falls back when a product that changed last is deleted."""
    deal = read.create("Opportunity")
    read.line(deal, UnitPrice="10.00")
    free = read.line(deal, UnitPrice="0.00", Recurring_Amount__c="5.00")
    before = read.stated(deal)
    read.change("OpportunityLineItem", free, Recurring_Amount__c="7.00")
    changed = read.stated(deal)
    read.clock.advance(1)
    read.organization.delete("OpportunityLineItem", [free])
    deleted = read.stated(deal)
    assert before.source_version == changed.source_version == deleted.source_version
    assert len({str(each.fact) for each in (before, changed, deleted)}) == 3
    assert len(read.opportunity(deal).lines) == 1


def test_a_product_leads_to_its_opportunity_also_when_it_is_deleted(read: Read) -> None:
    """Its own deletion is all that tells of a product that cost nothing."""
    deal = read.create("Opportunity")
    item = read.line(deal, UnitPrice="10.00")
    assert read.stated(item, "line_item").related == (key(deal),)
    read.organization.delete("OpportunityLineItem", [item])
    assert read.stated(item, "line_item").related == (key(deal),)


def test_a_contract_is_read_with_the_accounts_own_fields(read: Read) -> None:
    """Salesforce works its end out of the term; the renewal begins on the day after."""
    contract = read.create("Contract", Renewal_Probability__c=80, Product_Line__c="platform")
    fact = read.contract(contract)
    assert (fact.start_date, fact.end_date, fact.renewal_date) == (
        *(date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)),
    )
    assert (fact.value, fact.renewal_amount, fact.renewal()) == (
        *(Money(1_200_000, "EUR"), None, Money(1_200_000, "EUR")),
    )
    assert (fact.status, fact.probability, fact.product) == (ContractStatus.ACTIVE, Decimal("0.8"), "platform")
    read.change("Contract", contract, Renewal_Date__c="2027-03-01", Renewal_Amount__c="9000.00")
    fact = read.contract(contract)
    assert (fact.renewal_date, fact.renewal_amount) == (date(2027, 3, 1), Money(900_000, "EUR"))
    read.organization.delete("Contract", [contract])
    assert read.stated(contract, "contract").absence is Absence.DELETED


@pytest.mark.parametrize(
    ("status", "meant"), [("Draft", ContractStatus.DRAFT), ("In Approval Process", ContractStatus.DRAFT)]
)
def test_a_contract_that_nobody_signed_is_a_draft(read: Read, status: str, meant: ContractStatus) -> None:
    """Whatever the organisation calls it."""
    assert read.contract(read.create("Contract", Status=status)).status is meant


def test_a_deleted_account_leads_to_what_was_deleted_with_it(read: Read) -> None:
    """Salesforce tells of the account alone."""
    account = read.create("Account", Name="Acme")
    deal, contract = read.create("Opportunity", AccountId=account), read.create("Contract", AccountId=account)
    read.organization.delete("Account", [account])
    assert read.stated(account, "account").related == (key(deal), key(contract, "contract"))
    assert read.stated(deal).absence is Absence.DELETED


def test_an_account_that_lost_a_merge_leads_to_the_winners(read: Read) -> None:
    """What belonged to it has another customer now, and nobody told."""
    loser, winner = read.create("Account", Name="Acme"), read.create("Account", Name="Acme Ltd")
    deal = read.create("Opportunity", AccountId=loser)
    assert read.opportunity(deal).customer == loser
    read.clock.advance(1)
    read.organization.merge_accounts(winner, [loser])
    assert read.stated(loser, "account").related == (key(deal),)
    assert read.opportunity(deal).customer == winner


def test_rates_by_date_convert_into_the_corporate_currency(read: Read) -> None:
    """An opportunity by that of its close date, a contract by that of its renewal; the corporate currency by none."""
    read.organization.set_rate("EUR", "2026-03-01", "0.8")
    read.organization.set_rate("EUR", "2027-01-01", "0.5")
    read.reader = read.open(dated_rates=True)
    deal = read.create("Opportunity")
    rate, later = read.opportunity(deal).rate, read.contract(read.create("Contract")).rate
    assert rate is not None
    assert (rate.currency, rate.per_unit, rate.identity) == (
        *("USD", Decimal("1.25"), "salesforce:EUR>USD:2026-03-01=1/0.8"),
    )
    assert later is not None
    assert later.per_unit == 2
    assert read.opportunity(read.create("Opportunity", CurrencyIsoCode="USD")).rate is None
    assert read.subjects.count("DatedConversionRate") == 1
    read.change("Opportunity", deal, CloseDate="2026-02-28")
    before = read.opportunity(deal).rate
    assert before is not None
    assert before.identity == "salesforce:EUR>USD:1990-01-01=1/0.92"


def test_an_organization_without_rates_by_date_has_one_for_each_currency(read: Read) -> None:
    """It converts by that at any time."""
    read.settings.dated_rates = False
    read.reader = read.open(dated_rates=True)
    rate = read.opportunity(read.create("Opportunity")).rate
    assert rate is not None
    assert rate.identity == "salesforce:EUR>USD:undated=1/0.92"


def test_an_organization_with_one_currency_converts_nothing(single: Read) -> None:
    """Though its options ask for rates."""
    single.reader = single.open(dated_rates=True)
    values = {name: value for name, value in OPPORTUNITY.items() if name != "CurrencyIsoCode"}
    assert single.opportunity(single.organization.create("Opportunity", [values])[0]).rate is None


def test_everything_is_listed_page_by_page(read: Read) -> None:
    """Deleted records too: whoever lost count must learn of those as well."""
    deals = read.organization.create("Opportunity", [OPPORTUNITY] * 401)
    contracts = [read.create("Contract") for _ in range(2)]
    read.organization.delete("Opportunity", deals[:1])
    assert read.listed("opportunity") == [key(each) for each in deals]
    assert read.listed("line_item") == [key(each) for each in deals]
    assert read.listed("account") == [*(key(each) for each in deals), *(key(each, "contract") for each in contracts)]


def test_an_account_of_very_many_opportunities_is_listed(read: Read) -> None:
    """And nothing of other accounts with it."""
    account = read.create("Account", Name="Acme")
    deals = read.organization.create("Opportunity", [{**OPPORTUNITY, "AccountId": account}] * 201)
    read.create("Opportunity")
    [listing] = read.stated(account, "account").related
    assert listing.asks_for_listing
    assert read.listed(listing.entity, listing.record_id) == [key(each) for each in deals]
