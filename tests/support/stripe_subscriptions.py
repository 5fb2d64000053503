"""Subscriptions as Stripe states them, and what is made of one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tieout.facts.subscription import SubscriptionVersion
from tieout.money import Money
from tieout.systems.stripe.subscriptions import version_stated

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 20)
TIERS = [
    {"up_to": 10, "unit_amount": 500, "flat_amount": 100},
    {"up_to": 20, "unit_amount": 400, "flat_amount_decimal": "50.5"},
    {"up_to": None, "unit_amount": 300},
]


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """A moment in seconds, as Stripe writes it."""
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def price(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
    """Twenty euros a month."""
    return {
        "id": "price_1", "billing_scheme": "per_unit", "currency": "eur", "product": "prod_1", "unit_amount": 2000,
        "unit_amount_decimal": "2000", "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
    } | changed  # fmt: skip


def item(quantity: int | None = 1, number: int = 1, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 as above
    """So many of a price."""
    ends = at(2026, 12, 10)
    return {"id": f"si_{number}", "quantity": quantity, "current_period_end": ends, "price": price(**changed)}


def subscription(*items: dict[str, Any], **changed: Any) -> dict[str, Any]:  # noqa: ANN401 as above
    """An active subscription of these items."""
    return {
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active", "currency": "eur",
        "start_date": at(2026, 11, 9, 23, 30), "items": {"data": [*items], "has_more": False}, "discounts": [],
    } | changed  # fmt: skip


def stated(row: dict[str, Any]) -> SubscriptionVersion:
    """The version a subscription states."""
    return version_stated(row, BERLIN, "v", DAY)


def recurring(*items: dict[str, Any], **changed: Any) -> list[tuple[Money, Money]]:  # noqa: ANN401 as above
    """What recurs in a month and in a year, item by item."""
    return [(each.monthly, each.annual) for each in stated(subscription(*items, **changed)).items]


def eur(month: str, year: str) -> list[tuple[Money, Money]]:
    """One item."""
    return [(Money.parse(month, "EUR"), Money.parse(year, "EUR"))]


def coupon(**stated_in_it: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
    """A discount of a coupon that holds for good."""
    return {"id": "di_1", "coupon": {"duration": "forever", **stated_in_it}}
