"""What a subscription is, as Chargebee states it: since when, to when, and what recurs of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.chargebee_rows import (
    CHANGED_AT,
    VERSION,
    Row,
    at,
    item,
    recurring,
    statement,
    subscription,
    version_of_subscription,
)
from tieout.errors import UnreadableRecordError
from tieout.facts.statement import Absence
from tieout.facts.subscription import SubscriptionStatus

MONTHLY = ("200.00", "2400.00")


def flaw(row: Row) -> str:
    """Why it cannot be read."""
    with pytest.raises(UnreadableRecordError) as caught:
        statement(row)
    return caught.value.reason


def test_a_subscription_is_stated_with_all_that_finance_asks_of_it() -> None:
    """Its days are those of the connection's zone, and its version is the moment of its last change."""
    version = version_of_subscription(subscription(business_entity_id="be_1"))
    [only] = version.items
    assert (version.version, version.day) == (VERSION, date(2026, 12, 1))
    assert (version.status, version.customer, version.legal_entity) == (SubscriptionStatus.ACTIVE, "cus_1", "be_1")
    assert (version.start_date, version.end_date, version.renewal_date) == (
        date(2026, 11, 10),
        None,
        date(2026, 12, 10),
    )
    assert (only.item_id, only.product, version.was_read) == ("PRO-EUR-M", "PRO-EUR-M", False)
    assert statement(subscription()).source_version == VERSION


@pytest.mark.parametrize(
    ("status", "changed", "stated", "start", "end", "renewal"),
    [
        ("active", {}, "active", (11, 10), None, (12, 10)),
        ("active", {"trial_end": at(2026, 11, 20)}, "active", (11, 20), None, (12, 10)),
        ("active", {"trial_end": at(2026, 11, 1)}, "active", (11, 10), None, (12, 10)),
        (
            "active",
            {"trial_end": at(2026, 12, 24), "activated_at": at(2026, 11, 20)},
            "active",
            (11, 20),
            None,
            (12, 10),
        ),
        ("active", {"trial_end": at(2026, 12, 24)}, "active", (12, 1), None, (12, 10)),
        (
            "cancelled",
            {"trial_end": at(2026, 12, 24), "cancelled_at": at(2026, 11, 30)},
            "ended",
            (12, 24),
            (11, 30),
            None,
        ),
        ("active", {"cancelled_at": at(2026, 11, 1)}, "active", (11, 10), None, (12, 10)),
        ("active", {"cancelled_at": CHANGED_AT + 3600}, "active", (11, 10), (12, 1), None),
        ("active", {"started_at": ..., "start_date": at(2026, 11, 12)}, "active", (11, 12), None, (12, 10)),
        ("active", {"started_at": ...}, "active", (11, 10), None, (12, 10)),
        ("active", {"current_term_end": ...}, "active", (11, 10), None, None),
        ("in_trial", {"trial_end": at(2026, 12, 24)}, "trial", (12, 24), None, None),
        (
            "in_trial",
            {"trial_end": at(2026, 12, 24), "cancelled_at": at(2026, 12, 24)},
            "trial",
            (12, 24),
            (12, 24),
            None,
        ),
        ("future", {"started_at": ..., "start_date": at(2026, 12, 24)}, "pending", (12, 24), None, None),
        ("non_renewing", {"cancelled_at": at(2026, 12, 9, 23, 30)}, "active", (11, 10), (12, 10), None),
        ("non_renewing", {}, "active", (11, 10), (12, 10), None),
        ("paused", {}, "paused", (11, 10), None, None),
        ("cancelled", {"cancelled_at": at(2026, 11, 30, 23, 30)}, "ended", (11, 10), (12, 1), None),
    ],
)
def test_a_status_says_from_when_to_when_something_recurs(
    status: str,
    changed: dict[str, Any],
    stated: str,
    start: tuple[int, int],
    end: tuple[int, int] | None,
    renewal: tuple[int, int] | None,
) -> None:
    """A trial is for nothing; an end to come is known, and one that is past counts only where it has ended."""
    version = version_of_subscription(subscription(status=status, **changed))
    assert version.status == stated
    assert version.start_date == date(2026, *start)
    assert version.end_date == (date(2026, *end) if end else None)
    assert version.renewal_date == (date(2026, *renewal) if renewal else None)
    assert bool(version.items) is (status != "paused")


def test_what_was_cancelled_before_it_began_never_recurred() -> None:
    """It was to begin some day, and has no such day any more."""
    version = version_of_subscription(subscription(status="cancelled", started_at=..., cancelled_at=at(2026, 11, 30)))
    assert (version.status, version.items) == ("ended", ())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": "transferred"}, "field status: not_known"),
        ({"status": ...}, "field status: not_known"),
        ({"status": "cancelled"}, "field cancelled_at: missing"),
        ({"status": "future"}, "field start_date: missing"),
        ({"resource_version": ..., "updated_at": ...}, "field resource_version: missing"),
        ({"resource_version": "1"}, "field resource_version: not_a_whole_number"),
        ({"resource_version": 2**62}, "field resource_version: moment_out_of_range"),
        ({"currency_code": "euro"}, "field currency_code: not_iso4217"),
        ({"billing_period": 0}, "field billing_period: not_known"),
        ({"billing_period_unit": "quarter"}, "field billing_period: not_known"),
        ({"billing_period_unit": ...}, "field billing_period: not_known"),
        ({"subscription_items": [item(item_type=...)]}, "field item_type: missing"),
        ({"subscription_items": [item(item_price_id=...)]}, "field item_price_id: missing"),
        ({"subscription_items": [item() | {"amount": "200"}]}, "field amount: not_a_whole_number"),
        (
            {"subscription_items": [item(amount=None)], "item_tiers": [{"item_price_id": "PRO-EUR-M"}]},
            "field amount: missing",
        ),
    ],
)
def test_what_cannot_be_made_out_is_named(changed: dict[str, Any], reason: str) -> None:
    """For a person, and never with its value."""
    assert flaw(subscription(**changed)) == reason


def test_one_that_was_never_changed_since_there_are_versions_has_its_second() -> None:
    """Which is when it was changed last."""
    assert statement(subscription(resource_version=...)).source_version == "2026-11-30T23:30:00.000Z"


def test_one_that_is_deleted_is_gone() -> None:
    """At the version of its deletion, whatever else it says."""
    found = statement(subscription(deleted=True, status="odd"))
    assert (found.fact, found.absence, found.source_version) == (None, Absence.DELETED, VERSION)


@pytest.mark.parametrize(
    ("unit", "count", "month", "year"),
    [
        ("day", 1, "6083.33", "73000.00"),
        ("week", 2, "433.33", "5200.00"),
        ("month", 1, "200.00", "2400.00"),
        ("month", 3, "66.67", "800.00"),
        ("year", 1, "16.67", "200.00"),
        ("year", 3, "5.56", "66.67"),
    ],
)
def test_a_month_and_a_year_are_each_rounded_once(unit: str, count: int, month: str, year: str) -> None:
    """In the rhythm of the subscription, or in an item's own."""
    rhythm = {"billing_period": count, "billing_period_unit": unit}
    assert recurring(subscription(**rhythm)) == {"PRO-EUR-M": (month, year)}
    assert recurring(subscription(item() | rhythm)) == {"PRO-EUR-M": (month, year)}


@pytest.mark.parametrize(
    ("currency", "month"), [("EUR", "200.00"), ("JPY", "20000"), ("KWD", "20.000"), ("UGX", "20000"), ("HUF", "200.00")]
)
def test_amounts_are_in_the_minor_units_of_iso_4217(currency: str, month: str) -> None:
    """Of which a yen has none, and a dinar a thousand."""
    assert recurring(subscription(currency_code=currency))["PRO-EUR-M"][0] == month


@pytest.mark.parametrize(
    ("stated", "month"),
    [
        ({}, "200.00"),
        ({"amount": ...}, "200.00"),
        ({"amount": ..., "free_quantity": 4}, "120.00"),
        ({"amount": ..., "free_quantity": 40}, "0.00"),
        ({"amount": ..., "free_quantity": ..., "quantity": ...}, "20.00"),
        ({"amount": ..., "unit_price": ...}, "0.00"),
        ({"amount": 0}, "0.00"),
        ({"amount": ..., "quantity_in_decimal": "2.5"}, "50.00"),
        ({"amount": ..., "unit_price_in_decimal": "0.00125", "quantity_in_decimal": "10000"}, "12.50"),
        ({"amount": 1, "amount_in_decimal": "12.345"}, "12.35"),
        ({"amount": ..., "free_quantity_in_decimal": "2.5", "quantity_in_decimal": "3"}, "10.00"),
    ],
)
def test_an_item_costs_what_it_says_or_its_quantity_at_its_price(stated: dict[str, Any], month: str) -> None:
    """Decimals are the truth where a site prices in more of them than its currency has."""
    assert recurring(subscription(item(**stated)))["PRO-EUR-M"][0] == month


def test_charges_and_what_is_metered_do_not_recur() -> None:
    """One is paid once, the other is agreed by nobody."""
    once = item("SETUP", item_type="charge")
    metered = item("USAGE", item_type="addon", metered_quantity="0", amount=0)
    assert recurring(subscription(item(), once, metered)) == {"PRO-EUR-M": MONTHLY}


def test_a_subscription_of_the_first_product_catalog_has_a_plan_and_addons() -> None:
    """All paid in the rhythm of the plan; of what the plan costs it says the sum, or quantity and price."""
    plan = {"plan_id": "pro", "plan_quantity": 10, "plan_unit_price": 2_000, "plan_free_quantity": 0}
    addons = [{"id": "support", "quantity": 1, "unit_price": 500, "amount": 500, "object": "addon"}]
    row = subscription(subscription_items=..., **plan, addons=addons)
    assert recurring(row) == {"pro": MONTHLY, "support": ("5.00", "60.00")}
    assert recurring({**row, "plan_amount": 15_000})["pro"] == ("150.00", "1800.00")
    assert recurring({**row, "plan_unit_price_in_decimal": "20.5"})["pro"] == ("205.00", "2460.00")
