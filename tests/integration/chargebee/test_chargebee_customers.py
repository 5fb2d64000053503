"""Customers of a simulated site as master data: companies, whatever persons are named beside them."""

from __future__ import annotations

from tests.support.chargebee_site import LiveChargebee
from tieout.facts.listing import Window
from tieout.facts.master_data import Customer, ExternalId
from tieout.facts.statement import Absence


def test_a_customer_is_a_company_and_nobodys_name(live: LiveChargebee) -> None:
    """Named by the id that documents have, below the customer it belongs to, with the tax number that others know it by."""
    live.control("POST", "customers", id="parent", company="Made-up Group")
    beside = {"relationship": {"parent_id": "parent"}, "preferred_currency_code": "GBP", "vat_number": "GB 123-456"}
    live.control("POST", "customers", id="child", company="Made-up Ltd", **beside)
    live.control("POST", "customers", id="person")
    live.control("POST", "customers", id="top", relationship={"parent_id": "top"})
    assert live.statement("customer", "child").fact == Customer(
        number="child",
        name="Made-up Ltd",
        parent="parent",
        external_ids=(ExternalId(name="tax_id", value="GB123456"),),
        country="GB",
        currency="GBP",
    )
    assert live.statement("customer", "person").fact == Customer(number="person", country="GB")
    assert live.statement("customer", "top").fact == Customer(number="top", country="GB")


def test_a_customer_that_was_deleted_is_gone(live: LiveChargebee) -> None:
    """And listed so."""
    since = live.clock.now()
    live.control("POST", "customers", id="c1")
    live.do("customers/c1/delete")
    live.clock.advance(1)
    assert live.statement("customer", "c1").absence is Absence.DELETED
    [listed] = live.listing.page("customer", Window(since, live.clock.now()), "").records
    assert (listed.key.record_id, listed.deleted) == ("c1", True)


def test_customers_are_listed_only_where_they_are_wanted(live: LiveChargebee) -> None:
    """Else nobody would ask for what is listed."""
    since = live.clock.now()
    live.control("POST", "customers", id="c1")
    live.clock.advance(1)
    window = Window(since, live.clock.now())
    assert live.open_listing(customers=False).page("customer", window, "").records == ()
    assert len(live.listing.page("customer", window, "").records) == 1
