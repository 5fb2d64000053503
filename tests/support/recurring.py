"""Subscriptions that tests make up in a word, and the movements that are planned of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tieout.facts.families import lines_of
from tieout.facts.family import Line
from tieout.facts.subscription import RecurringItem, Subscription, SubscriptionStatus, SubscriptionVersion
from tieout.money import Money
from tieout.planning.resolving import Asked

JANUARY, FEBRUARY, MARCH = date(2026, 1, 10), date(2026, 2, 20), date(2026, 3, 5)


def item(monthly: int, product: str = "seats", currency: str = "EUR") -> RecurringItem:
    """So many cents a month of a product."""
    return RecurringItem(
        item_id=product, product=product, monthly=Money(monthly, currency), annual=Money(12 * monthly, currency)
    )


def version(
    day: date, *items: RecurringItem, end: date | None = None, start: date = date(2026, 1, 10)
) -> SubscriptionVersion:
    """What a subscription was from a day on."""
    return SubscriptionVersion(
        version=f"{day}T08:00:00.000Z#evt",
        day=day,
        status=SubscriptionStatus.ACTIVE,
        customer="cus_1",
        start_date=start,
        end_date=end,
        items=items,
    )


def read(day: date, *items: RecurringItem, end: date | None = None) -> SubscriptionVersion:
    """What the source answered on a day."""
    return replace(version(day, *items, end=end), version=f"{day}T20:00:00.000Z~", was_read=True)


def moved(*versions: SubscriptionVersion) -> list[tuple[str, str, str | None, int]]:
    """Period, movement, product and cents a month of each line that is planned."""
    lines = lines_of(Subscription(versions=versions), Asked("billing", {}, "EMEA"))
    return [
        (str(line.period), str(line.attributes["movement"]), line.attributes["product"], moved_by(line, "monthly"))
        for line in lines
    ]


def moved_by(line: Line, span: str) -> int:
    """The minor units a month or a year that a line moves."""
    amount = line.amounts[span]
    assert amount is not None
    return amount.amount_minor
