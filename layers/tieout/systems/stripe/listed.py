"""Says of an object what a listing does: its version, what it is worth by Stripe's own sums, and on which day; pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.listing import Listed
from tieout.fields import Row, day_in, text_in
from tieout.money import Money
from tieout.systems.stripe import billing, cash, masters
from tieout.systems.stripe.fields import currency_in, money_in, version_of
from tieout.systems.stripe.resources import CREDIT_NOTES, CUSTOMERS, INVOICES, PRODUCTS, SUBSCRIPTIONS, resource_of
from tieout.systems.stripe.subscriptions import version_stated


def listed_of(key: RecordKey, row: Row, zone: ZoneInfo) -> Listed:
    """One object as it is listed; raises `UnreadableRecordError` where it does not say when it was made."""
    resource = resource_of(key.record_id)
    if resource == INVOICES:
        return _listed(
            key, billing.invoice_version(row), lambda: _billed(row, 1), lambda: billing.invoiced_on(row, zone)
        )
    if resource == SUBSCRIPTIONS:
        return _listed(key, version_of(row), lambda: _recurring(row, zone), lambda: day_in(row, "start_date", zone))
    if resource in {CUSTOMERS, PRODUCTS}:
        stated = masters.customer_version if resource == CUSTOMERS else masters.product_version
        return Listed(key=key, version=stated(row))
    if resource == CREDIT_NOTES:
        version = billing.credit_note_version(row)
        return _listed(key, version, lambda: _billed(row, -1), lambda: billing.credited_on(row, zone))
    return _listed(key, cash.cash_version(row), lambda: cash.net_of(row), lambda: day_in(row, "created", zone))


def _listed(key: RecordKey, version: str, amount: Callable[[], Money | None], day: Callable[[], date | None]) -> Listed:
    return Listed(key=key, version=version, amount=_if_readable(amount), day=_if_readable(day))


def _recurring(row: Row, zone: ZoneInfo) -> Money:
    """What recurs of it in a year, as far as a list says by itself: coupons and tiers are named by their ids."""
    total = Money(0, currency_in(row))
    for each in version_stated(row, zone, "", day_in(row, "created", zone)).items:
        total += each.annual
    return total


def _billed(row: Row, sign: int) -> Money:
    """What is billed, or taken back, by Stripe's own sum without taxes; nothing once it is void."""
    currency = currency_in(row)
    if text_in(row, "status") == "void":
        return Money(0, currency)
    total = money_in(row, "total_excluding_tax", currency)
    return total if sign > 0 else -total


def _if_readable[Value](read: Callable[[], Value]) -> Value | None:
    """A value; None where it cannot be read, which must not cost the others of its page."""
    try:
        return read()
    except UnreadableRecordError:
        return None
