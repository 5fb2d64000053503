"""Subscriptions of a simulated account as they are read: what recurs, what is taken off, tiers, many items, and when they end."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.support.stripe_account import CUSTOMER, SERVICES, SOFTWARE, LiveStripe
from tieout.errors import UnreadableRecordError
from tieout.facts.statement import Absence
from tieout.facts.subscription import SubscriptionStatus
from tieout.money import Money

EUR, NEWER = "EUR", "2026-10-28.endive"


def test_a_subscription_is_what_recurs_of_it_when_it_is_read(live: LiveStripe) -> None:
    """By the moment at which the reading was begun, where the connection is; two readings differ in nothing else."""
    live.wait_until(datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    record_id = live.subscribe(
        {"unit_amount": 1_000, "quantity": 3, "product": SOFTWARE},
        {"unit_amount": 120_00, "interval": "year", "product": SERVICES},
    )
    live.clock.advance(60)
    read = live.subscribed(record_id)
    assert live.statement(record_id).source_version == read.version == "2026-11-30T23:31:00.000Z~"
    assert (read.day, read.start_date, read.was_read) == (date(2026, 12, 1), date(2026, 12, 1), True)
    assert (read.status, read.customer, read.end_date) == (SubscriptionStatus.ACTIVE, CUSTOMER, None)
    assert [(each.product, each.monthly, each.annual) for each in read.items] == [
        (SOFTWARE, Money(3_000, EUR), Money(36_000, EUR)),
        (SERVICES, Money(1_000, EUR), Money(12_000, EUR)),
    ]
    live.clock.advance(3_600)
    later = live.subscribed(record_id)
    assert later.version > read.version
    assert later.says_as(read)


@pytest.mark.parametrize("api_version", ["2024-06-20", "2025-03-31.basil", NEWER])
def test_what_is_taken_off_and_tiers_are_read_at_any_version(live: LiveStripe, api_version: str) -> None:
    """Neither stands in the object unless it is asked for."""
    tiers = [{"up_to": 5, "unit_amount": 700, "flat_amount": None}, {"up_to": None, "unit_amount": 500}]
    record_id = live.subscribe(
        {"tiers": tiers, "tiers_mode": "graduated", "quantity": 7}, {"unit_amount": 500, "quantity": 1}
    )
    live.control("POST", f"subscriptions/{record_id}/take-off", coupon={"percent_off": 10})
    read = live.subscribed(record_id, live.open_reader(api_version=api_version))
    assert [each.monthly for each in read.items] == [Money(4_050, EUR), Money(450, EUR)]
    assert len(live.addresses) == 1


@pytest.mark.parametrize("api_version", ["2024-06-20", "2025-03-31.basil", NEWER])
def test_what_a_coupon_is_taken_off_is_read_at_any_version(live: LiveStripe, api_version: str) -> None:
    """Stripe shows the products of a coupon to those alone who ask for them."""
    record_id = live.subscribe({"unit_amount": 1_000, "product": SOFTWARE}, {"unit_amount": 500, "product": SERVICES})
    off = {"percent_off": 50, "applies_to": {"products": [SERVICES]}}
    live.control("POST", f"subscriptions/{record_id}/take-off", coupon=off)
    read = live.subscribed(record_id, live.open_reader(api_version=api_version))
    assert [each.monthly for each in read.items] == [Money(1_000, EUR), Money(250, EUR)]
    assert "applies_to" not in live.shown(f"subscriptions/{record_id}", "discounts")["discounts"][0]["coupon"]


@pytest.mark.parametrize("count", [1, 12])
def test_a_price_of_several_currencies_is_read_in_that_of_its_subscription(live: LiveStripe, count: int) -> None:
    """Stripe shows the others to those alone who ask for them, on the first page of items and behind it."""
    priced = {"unit_amount": 1_000, "currency": "usd", "currency_options": {"eur": {"unit_amount": 900}}}
    record_id = live.subscribe(*(priced for _ in range(count)))
    assert {each.monthly for each in live.subscribed(record_id).items} == {Money(900, EUR)}
    [price] = {each["price"]["currency"] for each in live.shown(f"subscriptions/{record_id}")["items"]["data"]}
    assert price == "usd"


@pytest.mark.parametrize("count", [10, 11, 20])
def test_all_items_of_a_subscription_are_read(live: LiveStripe, count: int) -> None:
    """Ten come with it."""
    record_id = live.subscribe(*({"unit_amount": each + 1} for each in range(count)))
    read = live.subscribed(record_id)
    assert sum(each.monthly.amount_minor for each in read.items) == count * (count + 1) // 2
    assert len(live.addresses) == 1 + (count > 10)


def test_tiers_of_items_behind_the_first_page_are_read_too(live: LiveStripe) -> None:
    """They are asked for with them."""
    tiers = [{"up_to": None, "unit_amount": 50}]
    record_id = live.subscribe(*({"tiers": tiers, "tiers_mode": "volume"} for _ in range(12)))
    assert sum(each.monthly.amount_minor for each in live.subscribed(record_id).items) == 600


def test_what_happens_to_a_subscription_is_what_the_next_reading_says(live: LiveStripe) -> None:
    """More, less, nothing for a while, and its end, now or at the end of what is paid for."""
    record_id = live.subscribe({"unit_amount": 1_000, "quantity": 2})

    def after(step: str, **stated: object) -> tuple[SubscriptionStatus, int, bool]:
        live.clock.advance(86_400)
        live.control("POST", f"subscriptions/{record_id}/{step}", **stated)
        read = live.subscribed(record_id)
        return read.status, sum(each.monthly.amount_minor for each in read.items), read.end_date is not None

    active, paused = SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED
    assert after("change", items=[{"unit_amount": 1_000, "quantity": 5}]) == (active, 5_000, False)
    assert after("change", items=[{"unit_amount": 900, "quantity": 1}]) == (active, 900, False)
    assert after("pause") == (paused, 0, False)
    assert after("resume") == (active, 900, False)
    assert after("cancel", at_period_end=True) == (active, 900, True)
    assert after("stay") == (active, 900, False)
    assert after("renew") == (active, 900, False)
    assert after("fall-due") == (SubscriptionStatus.PAST_DUE, 900, False)
    assert after("cancel") == (SubscriptionStatus.ENDED, 900, True)
    assert live.subscribed(record_id).end_date == live.clock.now().date()


@pytest.mark.irregular
def test_a_subscription_that_is_not_there_or_cannot_be_read_is_told_so(live: LiveStripe) -> None:
    """One that was cancelled is still there."""
    missing = live.statement("sub_9")
    assert (missing.absence, missing.source_version) == (Absence.DELETED, "")
    reading = live.read(live.subscribe(status="dormant"))
    assert isinstance(reading, UnreadableRecordError)
    assert reading.reason == "field status: not_known"


def test_cancelled_ones_are_listed_too(live: LiveStripe) -> None:
    """Stripe leaves them out of a list unless they are asked for."""
    record_id, other = live.subscribe(), live.subscribe()
    live.control("POST", f"subscriptions/{other}/cancel")
    assert {each["id"] for each in live.shown("subscriptions")["data"]} == {record_id}
    assert {each["id"] for each in live.shown("subscriptions?status=all")["data"]} == {record_id, other}
