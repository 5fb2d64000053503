"""The HubSpot reader against the simulated account over HTTP: what deals offer, line by line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from sandbox.systems.faults import Fault
from tests.support.clock import ManualClock
from tests.support.hubspot_account import DEAL, NOW, TOKEN, Account, connection_to, key, opportunity, stated
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Reading
from tieout.facts.statement import Absence
from tieout.systems.hubspot.reader import open_reader

SUPPORT = {"price": "99.00", "quantity": "2", "hs_product_id": "7001", "recurringbillingfrequency": "monthly"}
SETUP = {"price": "500.00", "hs_product_id": "7002"}
ITEMS = "/objects/line_items/batch/read"


def offered(account: Account, *items: dict[str, str]) -> str:
    """A deal with these line items."""
    deal = account.portal.create_deal(DEAL).deal_id
    for item in items:
        account.portal.add_line_item(deal, item)
    return deal


def products(reading: Reading) -> list[tuple[str | None, str]]:
    """What a deal offers: product and amount of each line."""
    return [(line.product, str(line.amount)) for line in opportunity(reading).lines]


def test_a_deals_line_items_are_its_lines(account: Account) -> None:
    """Two seats for a year, and the work to set them up, each under its product, in the deal's currency."""
    deal = offered(account, SUPPORT | {"hs_recurring_billing_period": "P12M"}, SETUP)
    assert products(account.read(deal)[deal]) == [("7001", "2376.00 USD"), ("7002", "500.00 USD")]


def test_line_items_cost_one_call_for_a_hundred_whosever_they_are(account: Account) -> None:
    """Thirty deals with five each: deals, companies, links, and 150 line items in two calls."""
    deals = [offered(account, *[SETUP] * 5) for _ in range(30)]
    before = account.calls()
    readings = account.read(*deals)
    assert account.calls() - before - 1 == 5
    assert {len(opportunity(each).lines) for each in readings.values()} == {5}


def test_a_deal_with_more_line_items_than_one_page_has_them_all(account: Account) -> None:
    """Associations come in pages, and line items a hundred a call."""
    account.portal.settings.page_size = 40
    deal = offered(account, *[SETUP] * 205)
    assert len(opportunity(account.read(deal)[deal]).lines) == 205


def test_a_removed_line_item_is_no_line_any_more(account: Account) -> None:
    """And the deal's own stamp has not moved."""
    deal = offered(account, SUPPORT, SETUP)
    before = stated(account.read(deal)[deal])
    account.portal.remove_line_item(account.portal.deals[deal].line_items[0])
    after = stated(account.read(deal)[deal])
    assert products(after) == [("7002", "500.00 USD")]
    assert (after.source_version, after.fact == before.fact) == (before.source_version, False)


def test_a_line_item_in_the_recycling_bin_is_no_line_even_where_it_is_still_linked(account: Account) -> None:
    """Its association may be seen a moment longer."""
    deal = offered(account, SUPPORT, SETUP)
    account.portal.line_items[account.portal.deals[deal].line_items[0]].archived_at = NOW
    assert products(account.read(deal)[deal]) == [("7002", "500.00 USD")]


def test_a_line_item_that_is_linked_and_nowhere_to_be_found_keeps_its_deal_waiting(account: Account) -> None:
    """Half a deal is never planned, and its neighbours do not wait for it."""
    good, bad = offered(account, SETUP), offered(account, SETUP)
    del account.portal.line_items[account.portal.deals[bad].line_items[0]]
    readings = account.read(good, bad)
    assert isinstance(readings[bad], UnavailableError)
    assert products(readings[good]) == [("7002", "500.00 USD")]


def test_a_line_item_that_cannot_be_translated_costs_its_own_deal(account: Account) -> None:
    """The deal is parked by the name of the property, and its neighbours go on."""
    good, bad = offered(account, SETUP), offered(account, SETUP | {"hs_recurring_billing_period": "a year"})
    readings = account.read(good, bad)
    assert str(readings[bad]) == "property hs_recurring_billing_period: period_not_iso8601"
    assert products(readings[good]) == [("7002", "500.00 USD")]


def test_a_line_item_with_a_value_no_json_may_carry_costs_its_own_deal(account: Account) -> None:
    """The hundred it came with are read in halves until it is alone."""
    deals = [offered(account, SETUP) for _ in range(5)]
    bad = offered(account, SETUP | {"hs_sku": "pasted \x00 text"})
    readings = account.read(*deals, bad)
    assert isinstance(readings[bad], TieoutError)
    assert [products(readings[each]) for each in deals] == [[("7002", "500.00 USD")]] * 5


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("VALIDATION_ERROR", UnreadableRecordError),
        ("RATE_LIMITS", ThrottledError),
        ("INTERNAL_ERROR", UnavailableError),
    ],
)
def test_a_line_item_that_hubspot_fails_to_read_costs_its_own_deal(
    account: Account, category: str, kind: type[TieoutError]
) -> None:
    """A partial answer says which."""
    good, bad = offered(account, SETUP), offered(account, SETUP, SUPPORT)
    detail = {"ids": [account.portal.deals[bad].line_items[1]], "category": category}
    account.plan.plant(Fault(kind="partial_error", path=ITEMS, detail=detail))
    readings = account.read(good, bad)
    assert isinstance(readings[bad], kind)
    assert products(readings[good]) == [("7002", "500.00 USD")]


@pytest.mark.parametrize(("status", "kind"), [(429, ThrottledError), (503, UnavailableError)])
def test_deals_without_line_items_do_not_wait_for_those_of_others(
    account: Account, status: int, kind: type[TieoutError]
) -> None:
    """Only what the failed call carried has its failure."""
    plain, with_items = offered(account), offered(account, SETUP)
    account.plan.plant(Fault(kind="answer", path=ITEMS, status=status, body={}, times=9))
    readings = account.read(plain, with_items)
    assert isinstance(readings[with_items], kind)
    assert opportunity(readings[plain]).lines == ()


def test_an_app_that_may_not_read_line_items_is_told_apart_from_deals_without(account: Account) -> None:
    """A missing scope is somebody's to grant; planning whole deals without their products would look right and be wrong."""
    deal = offered(account, SETUP)
    account.portal.settings.scopes = ()
    assert isinstance(account.read(deal)[deal], AccessDeniedError)
    connection = replace(connection_to(account.url), options={"line_items": False})
    reader = open_reader(connection, {"access_token": TOKEN}, account.http, ManualClock(NOW))
    assert opportunity(reader.read([key(deal)])[key(deal)]).lines == ()


def test_an_account_without_line_items_costs_no_call_for_them(account: Account) -> None:
    """Two calls for deals and companies, as the connection says."""
    deal = offered(account, SETUP)
    before = account.calls()
    connection = replace(connection_to(account.url), options={"line_items": False})
    open_reader(connection, {"access_token": TOKEN}, account.http, ManualClock(NOW)).read([key(deal)])
    assert account.calls() - before - 1 == 2


def test_after_a_failed_call_nothing_more_is_asked(account: Account) -> None:
    """Companies that could not be read stop the line items too."""
    deal = offered(account, SETUP)
    account.plan.plant(Fault(kind="answer", path="/companies/batch/read", status=503, body={}, times=9))
    before = account.calls()
    assert isinstance(account.read(deal)[deal], UnavailableError)
    assert account.calls() - before - 1 <= 2


def test_after_a_failed_call_for_line_items_those_behind_it_are_not_asked_for(account: Account) -> None:
    """The deal of the hundred and first is tried again too, although the next call would have been answered."""
    many, one = offered(account, *[SETUP] * 100), offered(account, SETUP)
    account.plan.plant(Fault(kind="answer", path=ITEMS, status=503, body={}))
    before = account.calls()
    failed = account.read(many, one)
    assert account.calls() - before - 1 == 3  # deals, companies and links: what fails is not counted
    assert [type(failed[each]) for each in (many, one)] == [UnavailableError] * 2
    readings = account.read(many, one)
    assert [len(opportunity(readings[each]).lines) for each in (many, one)] == [100, 1]


def test_a_merged_deal_has_the_line_items_of_both(account: Account) -> None:
    """They move to the deal the merge makes."""
    first, second = offered(account, SETUP), offered(account, SUPPORT)
    survivor = account.portal.merge_deals(first, second).deal_id
    readings = account.read(first, survivor)
    assert stated(readings[first]).absence is Absence.MERGED
    assert sorted(str(product) for product, _ in products(readings[survivor])) == ["7001", "7002"]


def test_a_line_item_leads_to_its_deal(account: Account) -> None:
    """Asked for a line item, the reader says which deal to read in its place; all of them cost one call."""
    deal = offered(account, SETUP, SUPPORT)
    items = [key(each, "line_item") for each in account.portal.deals[deal].line_items]
    before = account.calls()
    readings = account.reader().read(items)
    assert account.calls() - before - 1 == 1
    assert [(stated(readings[each]).absence, stated(readings[each]).related) for each in items] == [
        (Absence.NOT_POSTED, (key(deal),))
    ] * 2
    account.portal.remove_line_item(items[0].record_id)
    assert stated(account.reader().read(items[:1])[items[0]]).related == ()


def test_a_line_item_whose_deal_cannot_be_asked_for_has_that_error(account: Account) -> None:
    """It is tried again, as a deal is."""
    deal = offered(account, SETUP)
    item = key(account.portal.deals[deal].line_items[0], "line_item")
    account.plan.plant(Fault(kind="answer", path="/line_items/deals/batch/read", status=503, body={}, times=9))
    assert isinstance(account.reader().read([item])[item], UnavailableError)


@pytest.mark.irregular
def test_hubspot_is_asked_for_every_property_a_line_is_made_of(account: Account) -> None:
    """A property that is not asked for is answered as if it were empty."""
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, dict(request.url.params), request.read().decode()))
        if "associations" in request.url.path:
            to = [{"toObjectId": 31, "associationTypes": []}] if "line_items" in request.url.path else []
            return httpx.Response(200, json={"results": [{"from": {"id": "1"}, "to": to}]})
        record = {"id": "31" if "line_items" in request.url.path else "1", "updatedAt": "2026-03-04T05:06:07.890Z"}
        return httpx.Response(200, json={"results": [record | {"properties": {"amount": "1"}}]})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        reading = open_reader(connection_to(account.url), {"access_token": TOKEN}, http, ManualClock(NOW)).read(
            [key("1")]
        )[key("1")]
    assert isinstance(opportunity(reading), Opportunity)
    path, query, body = asked[-1]
    assert (path, query) == ("/crm/v3/objects/line_items/batch/read", {"archived": "false"})
    assert all(f'"{name}"' in body for name in ("amount", "hs_tcv", "recurringbillingfrequency", "hs_product_id"))
