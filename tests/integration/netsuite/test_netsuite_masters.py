"""What a simulated account's customers, items, accounts and departments are read and listed as over real HTTP."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.netsuite_account import INVOICE, SUITEQL, Account
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, UnavailableError, UnreadableRecordError
from tieout.facts import master_data
from tieout.facts.documents import AccountClass
from tieout.facts.family import Fact
from tieout.facts.listing import Window
from tieout.facts.master_data import CostCentre, Customer, ExternalId, Product
from tieout.facts.statement import Absence, Statement

EVER = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
KINDS = {"customer": "customer", "product": "serviceitem", "gl_account": "account", "cost_centre": "department"}


def saved(account: Account, entity: str, **stated: Any) -> str:  # noqa: ANN401 JSON
    """The id of a record that is saved."""
    record_id: str = account.control("POST", f"masters/{KINDS[entity]}", **stated)["id"]
    return record_id


def fact(account: Account, entity: str, record_id: str) -> Fact:
    """What a record is read as."""
    reading = account.read(entity, record_id)
    assert isinstance(reading, Statement), reading
    assert reading.fact is not None
    return reading.fact


def test_a_customer_is_read_as_its_documents_name_it(account: Account) -> None:
    """By its internal id; with whom it belongs to, what others know it by, where it is, and what it is billed in."""
    record_id = saved(
        account, "customer", companyname="Sample Ltd", parent="7938", vatregnumber="DE 123.456.789",
        url="https://www.sample.example/shop", country="DE", currency="4", subsidiaries=["3"],
    )  # fmt: skip
    assert fact(account, "customer", record_id) == Customer(
        number=record_id,
        name="Sample Ltd",
        parent="7938",
        external_ids=(
            ExternalId(name="domain", value="sample.example"),
            ExternalId(name="tax_id", value="DE123456789"),
        ),
        legal_entity="3",
        country="DE",
        currency="EUR",
    )
    [line, *_] = account.fact("invoice", account.save(INVOICE, entity=record_id)).lines
    assert line.customer == record_id


def test_a_customer_of_several_subsidiaries_belongs_to_none(account: Account) -> None:
    """They share it; and who says nothing of itself has but a number."""
    record_id = saved(account, "customer", subsidiaries=["1", "3"])
    assert fact(account, "customer", record_id) == Customer(number=record_id)


def test_an_item_is_a_product_by_what_lines_name(account: Account) -> None:
    """Called as customers read it, else by its own name, which others know it by."""
    group = saved(account, "product", itemid="SUITE")
    record_id = saved(account, "product", itemid="SUITE-1", displayname="Suite, one seat", parent=group, isinactive="T")
    sku = ExternalId(name="sku", value="SUITE-1")
    assert fact(account, "product", record_id) == Product(
        number=record_id, name="Suite, one seat", parent=group, external_ids=(sku,), is_active=False
    )
    assert fact(account, "product", group) == Product(
        number=group, name="SUITE", external_ids=(ExternalId(name="sku", value="SUITE"),)
    )


def test_an_account_has_the_number_that_lines_name_it_by(account: Account) -> None:
    """Its own, or its internal id where it has none, and its parent's likewise; one that is in no balance has no class."""
    record_id = saved(
        account, "gl_account", acctnumber="4010", fullname="Revenue : Seats", accttype="Income", parent="54"
    )
    assert fact(account, "gl_account", record_id) == master_data.Account(
        number="4010", name="Revenue : Seats", parent="4000", account_class=AccountClass.INCOME
    )
    nameless = saved(account, "gl_account", accttype="Stat")
    below = saved(account, "gl_account", accttype="Bank", parent=nameless)
    assert fact(account, "gl_account", nameless) == master_data.Account(number=nameless)
    assert fact(account, "gl_account", below) == master_data.Account(
        number=below, parent=nameless, account_class=AccountClass.ASSET
    )


def test_a_department_is_a_cost_centre(account: Account) -> None:
    """By its internal id, as lines name it."""
    record_id = saved(account, "cost_centre", name="Inside sales", parent="7")
    assert fact(account, "cost_centre", record_id) == CostCentre(number=record_id, name="Inside sales", parent="7")


def test_its_version_is_its_last_modification(account: Account) -> None:
    """By which it is listed too; a later one is another version."""
    record_id = saved(account, "cost_centre", name="Sales")
    first = account.read("cost_centre", record_id)
    account.clock.advance(3600)
    saved(account, "cost_centre", id=record_id, name="Selling")
    second = account.read("cost_centre", record_id)
    assert isinstance(first, Statement)
    assert isinstance(second, Statement)
    assert (first.source_version, second.source_version) == ("2026-03-02T09:00:00.000Z", "2026-03-02T10:00:00.000Z")
    [listed] = account.listing().page("cost_centre", EVER, "").records
    assert (listed.key, listed.version) == (second.key, second.source_version)


def test_a_batch_of_one_kind_costs_one_query_and_documents_cost_what_they_did(account: Account) -> None:
    """Whatever is read beside them."""
    invoice, ids = account.save(INVOICE), [saved(account, "customer", companyname=each) for each in "abc"]
    account.read("invoice", invoice)
    calls: Counter[str] = Counter()
    account.http.event_hooks["request"].append(lambda request: calls.update([request.url.path]))
    account.reader.read([RecordKey("netsuite-group", "customer", each) for each in ids])
    assert calls == {SUITEQL: 1}
    account.read("invoice", invoice)
    assert calls == {SUITEQL: 4}


@pytest.mark.parametrize("entity", KINDS)
def test_what_is_deleted_is_listed_and_read_so(account: Account, entity: str) -> None:
    """By the table of deletions, which calls each kind by its own name."""
    record_id = saved(account, entity)
    account.clock.advance(1)
    account.control("DELETE", f"masters/{KINDS[entity]}/{record_id}")
    reading = account.read(entity, record_id)
    assert isinstance(reading, Statement)
    assert reading.absence is Absence.DELETED
    page = account.listing().page(entity, EVER, account.listing().page(entity, EVER, "").following)
    assert [(each.key.record_id, each.deleted) for each in page.records] == [(record_id, True)]


@pytest.mark.parametrize("entity", KINDS)
def test_what_the_table_of_deletions_does_not_name_is_asked_for_where_that_can_be(
    account: Account, entity: str
) -> None:
    """An item may be of too many types: it stays until somebody sees to the role."""
    account.control("POST", "settings", unknown=["deletedrecord"])
    reading = account.read(entity, "777")
    if entity == "product":
        assert isinstance(reading, UnavailableError)
    else:
        assert isinstance(reading, Statement)
        assert reading.absence is Absence.DELETED


def test_what_the_role_may_not_see_is_not_deleted(account: Account) -> None:
    """The REST API has it."""
    record_id = saved(account, "customer", companyname="Sample Ltd")
    account.control("POST", "role", cannot_see=["customer"])
    assert isinstance(account.read("customer", record_id), UnavailableError)


def test_an_account_says_which_of_its_master_data_are_facts(account: Account) -> None:
    """Of the others nothing is asked and nothing is listed."""
    record_id = saved(account, "product", itemid="SUITE")
    account.reader = account.open(master_data=["customer"])
    reading = account.read("product", record_id)
    assert isinstance(reading, Statement)
    assert reading.absence is Absence.NOT_POSTED
    assert account.listing(master_data=["customer"]).page("product", EVER, "").records == ()


def test_columns_that_an_account_lacks_are_not_named(account: Account) -> None:
    """It would refuse the query; and an external id stands in the column that is declared for it."""
    missing = ["currency", "customersubsidiaryrelationship", "vatregnumber"]
    record_id = saved(account, "customer", companyname="Sample Ltd", custentity_erp_number=" 4711 ", country="DE")
    account.control("POST", "settings", unknown=missing)
    assert isinstance(account.read("customer", record_id), AccessDeniedError)
    account.reader = account.open(customer_columns=["country"], customer_ids={"erp_number": "custentity_erp_number"})
    assert fact(account, "customer", record_id) == Customer(
        number=record_id,
        name="Sample Ltd",
        country="DE",
        external_ids=(ExternalId(name="erp_number", value="4711"),),
    )


def test_a_record_below_itself_fails_alone(account: Account) -> None:
    """Its neighbours are read."""
    good, bad = (
        saved(account, "cost_centre", name="Sales"),
        saved(account, "cost_centre", id="99", name="Below", parent="99"),
    )
    keys = [RecordKey("netsuite-group", "cost_centre", each) for each in (good, bad)]
    readings = account.reader.read(keys)
    assert isinstance(readings[keys[0]], Statement)
    assert isinstance(readings[keys[1]], UnreadableRecordError)
