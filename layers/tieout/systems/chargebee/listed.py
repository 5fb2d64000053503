"""Says of a resource what a listing does: its version, what it is worth by Chargebee's own sums, and on which day; pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.errors import PermanentError
from tieout.facts.listing import Listed
from tieout.fields import Row, day_in
from tieout.money import Money
from tieout.systems.chargebee import billing, cash
from tieout.systems.chargebee.fields import currency_in, version_of
from tieout.systems.chargebee.ids import CREDIT_NOTES, CUSTOMERS, INVOICES, SUBSCRIPTIONS, Kind
from tieout.systems.chargebee.subscriptions import version_stated


def listed_of(key: RecordKey, kind: Kind, row: Row, zone: ZoneInfo) -> Listed:
    """One resource as it is listed; raises `UnreadableRecordError` where it states no version."""
    version = version_of(row)
    if row.get("deleted") is True:
        return Listed(key=key, version=version, deleted=True)
    if kind == CUSTOMERS:
        return Listed(key=key, version=version)
    day: Callable[[], date] = lambda: day_in(row, "date", zone)  # noqa: E731 it is read where it can be
    if kind == SUBSCRIPTIONS:
        day = lambda: version_stated(row, {}, zone).start_date  # noqa: E731
    return Listed(key=key, version=version, amount=_if_readable(lambda: _worth(kind, row, zone)), day=_if_readable(day))


def _worth(kind: Kind, row: Row, zone: ZoneInfo) -> Money | None:
    if kind == SUBSCRIPTIONS:
        return _recurring(row, zone)
    if kind == INVOICES:
        return billing.net_of(row)
    if kind == CREDIT_NOTES:
        return -billing.net_of(row)
    return cash.moved_by(row)


def _recurring(row: Row, zone: ZoneInfo) -> Money:
    """What recurs of it in a year, as far as a list says by itself: a coupon is named by its id."""
    total = Money(0, currency_in(row))
    for each in version_stated(row, {}, zone).items:
        total += each.annual
    return total


def _if_readable[Value](read: Callable[[], Value]) -> Value | None:
    """A value; None where it cannot be read, which must not cost the others of its page."""
    try:
        return read()
    except PermanentError:
        return None
