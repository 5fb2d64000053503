"""HubSpot's line items as lines of an opportunity: what each is worth, what recurs, and when it is renewed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.notice import RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.opportunity import Opportunity, OpportunityLine
from tieout.facts.statement import Statement, canonical_text
from tieout.money import Money
from tieout.systems.hubspot.line_items import LINE_ITEM_PROPERTIES, opportunity_line
from tieout.systems.hubspot.translate import Account, deal_statement


def line(worth: str = "tcv", /, **properties: str | None) -> OpportunityLine:
    """The line a line item of a deal in euros is."""
    return opportunity_line({"id": "31", "properties": properties}, "EUR", worth)


def test_a_subscription_is_worth_its_contract_and_recurs_at_its_net_price() -> None:
    """Twelve payments of 99: the contract is the amount, one payment is what recurs each month."""
    assert line(
        amount="99.00",
        hs_tcv="1188.00",
        hs_product_id="7001",
        hs_sku="SUP-1",
        recurringbillingfrequency="monthly",
        hs_recurring_billing_period="P12M",
        hs_recurring_billing_start_date="2026-04-01",
    ) == OpportunityLine(
        line_id="31",
        product="7001",
        amount=Money(118_800, "EUR"),
        recurring=Money(9_900, "EUR"),
        recurring_months=1,
        term_months=12,
        renewal_date=date(2027, 4, 1),
    )


def test_what_is_paid_once_neither_recurs_nor_is_renewed() -> None:
    """A start of billing alone renews nothing."""
    paid_once = line(amount="500", hs_tcv="500", hs_recurring_billing_start_date="2026-04-01")
    assert paid_once == OpportunityLine(line_id="31", product=None, amount=Money(50_000, "EUR"))


@pytest.mark.parametrize(("worth", "minor"), [("tcv", 300), ("acv", 200), ("arr", 100), ("mrr", 9)])
def test_a_line_is_worth_what_the_accounts_deal_amount_adds_up(worth: str, minor: int) -> None:
    """An account that shows recurring revenue as a deal's amount plans it by product too."""
    properties = {"hs_tcv": "3.00", "hs_acv": "2.00", "hs_arr": "1.00", "hs_mrr": "0.09", "amount": "7"}
    assert line(worth, **properties).amount == Money(minor, "EUR")


def test_the_net_price_stands_in_where_hubspot_worked_nothing_out() -> None:
    """And a line without a price has no amount, which is not zero."""
    assert line(amount="7").amount == Money(700, "EUR")
    assert line().amount is None


@pytest.mark.parametrize(
    ("frequency", "minor", "months"),
    [
        ("weekly", 52_000, 12),
        ("biweekly", 26_000, 12),
        ("monthly", 1_000, 1),
        ("quarterly", 1_000, 3),
        ("per_six_months", 1_000, 6),
        ("annually", 1_000, 12),
        ("per_two_years", 1_000, 24),
        ("per_three_years", 1_000, 36),
        ("per_four_years", 1_000, 48),
        ("per_five_years", 1_000, 60),
    ],
)
def test_every_billing_frequency_is_counted_in_months(frequency: str, minor: int, months: int) -> None:
    """A week is no part of a month, but fifty-two of them are a year."""
    found = line(amount="10", recurringbillingfrequency=frequency)
    assert (found.recurring, found.recurring_months) == (Money(minor, "EUR"), months)


@pytest.mark.parametrize(
    ("text", "months"),
    [("P12M", 12), ("P1Y", 12), ("P2Y6M", 30), ("P0M", None), ("P2W", None), ("P1M5D", None), (None, None), ("", None)],
)
def test_a_term_is_counted_in_whole_months(text: str | None, months: int | None) -> None:
    """HubSpot takes PnYnMnD and PnW; a term in weeks or days has no whole months."""
    assert line(hs_recurring_billing_period=text).term_months == months


@pytest.mark.parametrize(
    ("start", "term", "renewal"),
    [
        ("2026-01-31", "P1M", date(2026, 2, 28)),
        ("2028-01-31", "P1M", date(2028, 2, 29)),
        ("2026-12-15", "P12M", date(2027, 12, 15)),
        ("1775001600000", "P1Y", date(2027, 4, 1)),
        ("9999-12-31", "P1M", None),
        (None, "P12M", None),
        ("2026-01-31", None, None),
    ],
)
def test_the_renewal_is_a_term_after_the_start(start: str | None, term: str | None, renewal: date | None) -> None:
    """A shorter month ends earlier; a day written as milliseconds is midnight in UTC, whatever the account's zone."""
    found = line(
        amount="1",
        recurringbillingfrequency="monthly",
        hs_recurring_billing_period=term,
        hs_recurring_billing_start_date=start,
    )
    assert found.renewal_date == renewal


@pytest.mark.parametrize(
    ("properties", "product"),
    [({"hs_product_id": "7001", "hs_sku": "S"}, "7001"), ({"hs_sku": "S"}, "S"), ({"hs_product_id": " "}, None)],
)
def test_the_product_is_the_librarys_else_the_sku(properties: dict[str, str], product: str | None) -> None:
    """A line made up for one deal is in no library."""
    assert line(**properties).product == product


def test_a_line_has_its_own_currency_else_the_deals() -> None:
    """Accounts with one currency name none."""
    assert line(amount="1", hs_line_item_currency_code="jpy").amount == Money(1, "JPY")
    assert line(amount="1").amount == Money(100, "EUR")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "ten"),
        ("hs_tcv", "1,000.00"),
        ("hs_recurring_billing_period", "12"),
        ("hs_recurring_billing_period", "P1Y2"),
        ("recurringbillingfrequency", "fortnightly"),
        ("hs_recurring_billing_start_date", "tomorrow"),
        ("hs_line_item_currency_code", "euro"),
    ],
)
def test_what_cannot_be_read_is_named_without_its_value(name: str, value: str) -> None:
    """A value from outside never reaches a log."""
    properties = {"amount": "1", name: value}
    with pytest.raises(UnreadableRecordError) as caught:
        line(**properties)
    assert value not in str(caught.value)


@given(st.dictionaries(st.sampled_from(LINE_ITEM_PROPERTIES), st.none() | st.text(max_size=12)))
def test_no_line_item_whatever_makes_translation_crash(properties: dict[str, Any]) -> None:
    """It is a line, or it is unreadable."""
    with suppress(UnreadableRecordError):
        assert isinstance(line(**properties), OpportunityLine)


def of_a_deal(*items: dict[str, Any], **properties: str) -> Statement:
    """What a deal with these properties and line items is."""
    key = RecordKey("hubspot-emea", "opportunity", "9001")
    deal = {"id": "9001", "properties": {"hs_lastmodifieddate": "2026-03-04T05:06:07.890Z", **properties}}
    account = Account(time_zone="Europe/Berlin", default_currency="EUR")
    return deal_statement(key, deal, (), items, account)


def test_a_deals_lines_are_stated_in_one_order_whatever_order_hubspot_answers_them_in() -> None:
    """Ids compare as numbers; equal contents have equal texts, so a repeated notice is a duplicate."""
    items = [{"id": each, "properties": {"amount": "1"}} for each in ("10", "9", "101")]
    statement = of_a_deal(*items)
    assert isinstance(statement.fact, Opportunity)
    assert [line.line_id for line in statement.fact.lines] == ["9", "10", "101"]
    assert canonical_text(statement) == canonical_text(of_a_deal(*reversed(items)))


def test_a_lone_deal_is_kept_in_few_bytes() -> None:
    """What a deal does not have costs nothing: there are millions of them."""
    text = canonical_text(of_a_deal(amount="1500.00", pipeline="default", dealstage="contractsent"))
    assert text == '{"amount":"1500.00 EUR","kind":"Opportunity","product":"default","stage":"default/contractsent"}'
