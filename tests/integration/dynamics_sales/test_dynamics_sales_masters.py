"""What a simulated environment's accounts and products are read and listed as over real HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.support.dynamics_sales_environment import LiveSales
from tieout.facts.listing import ChangesPage, ListingPage, Window
from tieout.facts.master_data import Customer, ExternalId, Product
from tieout.facts.statement import Absence, Statement
from tieout.systems.dynamics_sales.listing import open_listing
from tieout.systems.dynamics_sales.reader import open_reader

EVER = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
SETS = {"account": "accounts", "product": "products"}


def kept(live: LiveSales, entity: str, **stated: Any) -> str:  # noqa: ANN401 JSON
    """The id of an account or a product that is added or changed."""
    return str(live.control("POST", f"masters/{SETS[entity]}", **stated)["id"])


def stated(live: LiveSales, entity: str, record_id: str) -> Statement:
    """The reading of a record that is a statement."""
    reading = live.read(record_id, entity)
    assert isinstance(reading, Statement), reading
    return reading


def test_an_account_is_a_customer_as_opportunities_name_it(live: LiveSales) -> None:
    """By its id; with the account above it, what others know it by, where it is, and what it is billed in."""
    group = kept(live, "account", name="Group")
    account = kept(
        live, "account", name="North", _parentaccountid_value=group, websiteurl="http://north.example/", accountnumber="A-1",
        address1_country="Sweden", currency="EUR", statecode=1,
    )  # fmt: skip
    assert stated(live, "account", account).fact == Customer(
        number=account,
        name="North",
        parent=group,
        external_ids=(ExternalId(name="account_number", value="A-1"), ExternalId(name="domain", value="north.example")),
        is_active=False,
        country="Sweden",
        currency="EUR",
    )
    assert stated(live, "account", group).fact == Customer(number=group, name="Group")


@pytest.mark.parametrize(("state", "is_active"), [(0, True), (1, False), (2, False), (3, True)])
def test_a_product_is_what_lines_name(live: LiveSales, state: int, *, is_active: bool) -> None:
    """By its id, below its family, for as long as it may be sold: one under revision may, a draft may not yet."""
    family = kept(live, "product", name="Software", productnumber="SW")
    product = kept(
        live, "product", name="Suite", productnumber="SW-1", _parentproductid_value=family, statecode=state,
        validfromdate="2025-12-31T23:00:00Z", validtodate="2026-12-31",
    )  # fmt: skip
    assert stated(live, "product", product).fact == Product(
        number=product,
        name="Suite",
        parent=family,
        external_ids=(ExternalId(name="sku", value="SW-1"),),
        is_active=is_active,
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
    )


def test_columns_of_the_environments_own_are_external_ids(live: LiveSales) -> None:
    """Those the options name."""
    account = kept(live, "account", new_vatnumber="SE 12-34")
    live.reader = open_reader(
        live.connection(account_ids={"tax_id": "new_vatnumber"}), live.credentials(), live.http, live.clock
    )
    fact = stated(live, "account", account).fact
    assert fact == Customer(number=account, external_ids=(ExternalId(name="tax_id", value="SE1234"),))


@pytest.mark.parametrize("entity", SETS)
def test_what_is_deleted_is_not_shown_any_more(live: LiveSales, entity: str) -> None:
    """Change tracking tells of it, and so does asking what is still known."""
    gone, live_one = kept(live, entity, name="gone"), kept(live, entity, name="live")
    mark = live.listing.changes(entity, "", "").mark
    live.control("DELETE", f"masters/{SETS[entity]}/{gone}")
    assert stated(live, entity, gone).absence is Absence.DELETED
    [told] = live.listing.changes(entity, mark, "").records
    assert (told.key.record_id, told.deleted) == (gone, True)
    keys = [stated(live, entity, each).key for each in (gone, live_one)]
    assert set(live.listing.still_known(keys)) == {keys[1]}


@pytest.mark.parametrize("entity", SETS)
def test_both_kinds_are_listed_at_the_versions_they_are_read_at(live: LiveSales, entity: str) -> None:
    """And by themselves."""
    ids = [kept(live, entity, name=each) for each in "ab"]
    live.open()
    listed = live.listing.page(entity, EVER, "").records
    assert [(each.key.record_id, each.version) for each in listed] == [
        (each, stated(live, entity, each).source_version) for each in ids
    ]
    assert live.listing.count(entity, EVER) == 2


def test_an_environment_says_which_of_its_master_data_are_facts(live: LiveSales) -> None:
    """Of the others nothing is asked and nothing is listed."""
    product = kept(live, "product", name="Suite")
    ours = live.connection(master_data=["account"])
    live.reader = open_reader(ours, live.credentials(), live.http, live.clock)
    assert stated(live, "product", product).absence is Absence.NOT_POSTED
    listing = open_listing(ours, live.credentials(), live.http, live.clock)
    assert listing.page("product", EVER, "") == ListingPage((), "")
    assert listing.changes("product", "mark", "") == ChangesPage((), "", "mark")
