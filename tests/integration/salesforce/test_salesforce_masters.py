"""What a simulated organisation's accounts and products are read and listed as over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.salesforce_answers import connection, key
from tests.support.salesforce_reading import FIELDS, Read, app_key
from tieout.errors import AccessDeniedError
from tieout.facts.listing import ListingPage, Window
from tieout.facts.master_data import Customer, ExternalId, MasterData, Product
from tieout.facts.statement import Absence
from tieout.systems.salesforce.listing import SalesforceListing, open_listing

EVER = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def listing_of(read: Read, **options: Any) -> SalesforceListing:  # noqa: ANN401 options
    """What lists the organisation."""
    credentials = {**app_key().credentials(read.settings), "login_url": read.url}
    return open_listing(connection(read.url, **{**FIELDS, **options}), credentials, read.http, read.clock)


def fact(read: Read, record_id: str, entity: str) -> MasterData:
    """What a record is read as."""
    found = read.stated(record_id, entity).fact
    assert isinstance(found, MasterData)
    return found


def test_an_account_is_a_customer_as_opportunities_name_it(read: Read) -> None:
    """By its id; with the account above it, what others know it by, where it is billed, and in what."""
    group = read.create("Account", Name="Group")
    account = read.create(
        "Account", Name="Acme", ParentId=group, Website="https://www.acme.example", AccountNumber="A-1",
        BillingCountry="Japan", CurrencyIsoCode="JPY",
    )  # fmt: skip
    assert fact(read, account, "account") == Customer(
        number=account,
        name="Acme",
        parent=group,
        external_ids=(
            ExternalId(name="account_number", value="A-1"),
            ExternalId(name="domain", value="acme.example"),
        ),
        country="Japan",
        currency="JPY",
    )
    deal = read.create("Opportunity", AccountId=account)
    assert read.opportunity(deal).customer == account
    assert read.stated(account, "account").related == (key(deal),)


def test_a_product_is_what_lines_name(read: Read) -> None:
    """By its id, below its family; one that is not sold any more says so."""
    product = read.create("Product2", Name="Platform", ProductCode="PLAT-9", Family="Software", IsActive=False)
    assert fact(read, product, "product") == Product(
        number=product,
        name="Platform",
        parent="Software",
        external_ids=(ExternalId(name="sku", value="PLAT-9"),),
        is_active=False,
    )
    read.organization.delete("Product2", [product])
    assert read.stated(product, "product").absence is Absence.DELETED
    read.organization.purge("Product2", [product])
    assert read.stated(product, "product").absence is Absence.DELETED


def test_fields_of_the_accounts_own_are_external_ids(read: Read) -> None:
    """Those the options name; a currency is none where the organisation has but one."""
    read.settings.custom_fields = (*read.settings.custom_fields, "Account.VAT__c text")
    read.settings.multi_currency = False
    account = read.create("Account", Name="Acme", VAT__c="DE 123.456.789")
    read.reader = read.open(account_ids={"tax_id": "VAT__c"})
    assert fact(read, account, "account") == Customer(
        number=account, name="Acme", external_ids=(ExternalId(name="tax_id", value="DE123456789"),)
    )


def test_an_account_that_is_gone_says_why(read: Read) -> None:
    """Deleted, merged into another, or not shown; what belonged to it is read in any case."""
    deleted, loser, winner, hidden = (read.create("Account", Name=each) for each in "abcd")
    deal = read.create("Opportunity", AccountId=loser)
    read.organization.delete("Account", [deleted])
    read.organization.merge_accounts(winner, [loser])
    read.settings.hidden_records = (hidden,)
    assert read.stated(deleted, "account").absence is Absence.DELETED
    lost = read.stated(loser, "account")
    assert (lost.absence, lost.related) == (Absence.MERGED, (key(deal),))
    assert read.stated(hidden, "account").source_version == ""


def test_accounts_cost_no_call_more_than_what_belongs_to_them_did(read: Read) -> None:
    """One for themselves, and one for each kind of what belongs to them; opportunities cost what they did."""
    accounts = [read.create("Account", Name=each) for each in "ab"]
    deal = read.create("Opportunity", AccountId=accounts[0])
    read.reader.read([key(each, "account") for each in accounts])
    assert read.subjects == ["Account", "Opportunity", "Contract"]
    read.reader.read([key(deal)])
    assert read.subjects[3:] == ["Opportunity"]


def test_an_organisation_says_which_of_its_master_data_are_facts(read: Read) -> None:
    """A user who may not see the fields of accounts asks for none of them; what belongs to them is read as ever."""
    account = read.create("Account", Name="Acme")
    deal, product = read.create("Opportunity", AccountId=account), read.create("Product2", Name="Platform")
    read.settings.hidden_fields = ("Account.BillingCountry",)
    assert isinstance(read.read(account, "account"), AccessDeniedError)
    read.reader = read.open(master_data=[])
    bare = read.stated(account, "account")
    assert (bare.absence, bare.related) == (Absence.NOT_POSTED, (key(deal),))
    assert read.stated(product, "product").absence is Absence.NOT_POSTED
    assert listing_of(read, master_data=[]).page("product", EVER, "") == ListingPage((), "")


@pytest.mark.parametrize(("entity", "name"), [("account", "Account"), ("product", "Product2")])
def test_both_kinds_are_listed_at_the_versions_they_are_read_at(read: Read, entity: str, name: str) -> None:
    """Deleted ones too."""
    live, gone = read.create(name, Name="live"), read.create(name, Name="gone")
    read.organization.delete(name, [gone])
    listed = listing_of(read).page(entity, EVER, "").records
    assert [(each.key, each.deleted) for each in listed] == [(key(live, entity), False), (key(gone, entity), True)]
    assert [each.version for each in listed] == [read.stated(each, entity).source_version for each in (live, gone)]
    assert listing_of(read).count(entity, EVER) == 2
