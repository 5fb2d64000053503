"""What a simulated account's customers and products are read and listed as over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.stripe_account import LiveStripe
from tieout.facts.listing import ListingPage, Window
from tieout.facts.master_data import Customer, ExternalId, Product
from tieout.facts.statement import Absence, Statement
from tieout.systems.stripe.listing import open_listing
from tieout.systems.stripe.reader import open_reader

EVER = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def kept(live: LiveStripe, kind: str, **stated: Any) -> str:  # noqa: ANN401 JSON
    """The id of a customer or a product that is made."""
    return str(live.control("POST", kind, **stated)["id"])


def stated(live: LiveStripe, entity: str, record_id: str, **options: Any) -> Statement:  # noqa: ANN401 options
    """The reading of a record that is a statement."""
    live.reader = open_reader(live.connection(**options), live.credentials(), live.http, live.clock)
    reading = live.reading(entity, record_id)
    assert isinstance(reading, Statement), reading
    return reading


def test_a_customer_is_read_as_what_it_is_billed_as_names_it(live: LiveStripe) -> None:
    """By its id; with its tax number, what its metadata says of others' ids, where it is, and what it is billed in."""
    customer = kept(
        live, "customers", name="Sample Ltd", email="jo@sample.example", currency="sek", address={"country": "SE"},
        tax_ids=[{"type": "gb_vat", "value": "GB 2"}, {"type": "eu_vat", "value": "SE 1"}],
        metadata={"website": "https://sample.example"},
    )  # fmt: skip
    assert stated(live, "customer", customer, customer_ids={"domain": "website"}).fact == Customer(
        number=customer,
        name="Sample Ltd",
        external_ids=(ExternalId(name="domain", value="sample.example"), ExternalId(name="tax_id", value="SE1")),
        country="SE",
        currency="SEK",
    )
    assert stated(live, "customer", customer, customer_names=False).fact == Customer(
        number=customer,
        external_ids=(ExternalId(name="tax_id", value="SE1"),),
        country="SE",
        currency="SEK",
    )


def test_a_product_is_what_lines_name(live: LiveStripe) -> None:
    """By its id, for as long as it is active; its version is its last update."""
    product = kept(live, "products", name="Suite", metadata={"number": "SW-1"})
    first = stated(live, "product", product)
    live.clock.advance(60)
    live.control("POST", f"products/{product}/change", active=False)
    second = stated(live, "product", product, product_ids={"sku": "number"})
    assert first.fact == Product(number=product, name="Suite")
    assert second.fact == Product(
        number=product, name="Suite", external_ids=(ExternalId(name="sku", value="SW-1"),), is_active=False
    )
    assert first.source_version < second.source_version


def test_another_name_of_a_customer_leaves_its_version(live: LiveStripe) -> None:
    """Stripe states none of a change: the contents tell."""
    customer = kept(live, "customers", name="Sample Ltd")
    first = stated(live, "customer", customer)
    live.clock.advance(60)
    live.control("POST", f"customers/{customer}/change", name="Another Ltd")
    second = stated(live, "customer", customer)
    assert (first.source_version, first.fact != second.fact) == (second.source_version, True)


@pytest.mark.parametrize(("entity", "kind"), [("customer", "customers"), ("product", "products")])
def test_what_is_deleted_is_known_no_more(live: LiveStripe, entity: str, kind: str) -> None:
    """Nothing but its id is left."""
    gone, live_one = kept(live, kind, name="gone"), kept(live, kind, name="live")
    live.control("POST", f"{kind}/{gone}/delete")
    deleted = stated(live, entity, gone)
    assert (deleted.absence, deleted.source_version) == (Absence.DELETED, "")
    known = live.listing.still_known([deleted.key, stated(live, entity, live_one).key])
    assert [each.record_id for each in known] == [live_one]


@pytest.mark.parametrize(("entity", "kind"), [("customer", "customers"), ("product", "products")])
def test_both_kinds_are_listed_at_the_versions_they_are_read_at(live: LiveStripe, entity: str, kind: str) -> None:
    """The newest first."""
    ids = [kept(live, kind, name=each) for each in "ab"]
    listed = live.listing.page(entity, EVER, "").records
    assert [(each.key.record_id, each.version) for each in listed] == [
        (each, stated(live, entity, each).source_version) for each in reversed(ids)
    ]


def test_an_account_says_which_of_its_master_data_are_facts(live: LiveStripe) -> None:
    """Of the others nothing is asked and nothing is listed."""
    customer = kept(live, "customers", name="Sample Ltd")
    assert stated(live, "customer", customer, master_data=["product"]).absence is Absence.NOT_POSTED
    ours = live.connection(master_data=["product"])
    assert open_listing(ours, live.credentials(), live.http, live.clock).page("customer", EVER, "") == ListingPage(
        (), ""
    )
