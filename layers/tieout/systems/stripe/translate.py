"""Turns Stripe's objects into statements, each at the last moment that it states of itself: the pure middle of the record step.

Nothing of Stripe's has a stamp of its last change. What counts of these objects changes by steps of which each leaves a moment that
is set once, so the last of them is a version that only rises. Whatever changes beside them leaves the version as it is, and then
the contents decide. A subscription leaves none: it is a record with a history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.facts.family import Fact
from tieout.facts.statement import Absence, Statement
from tieout.facts.subscription import Subscription
from tieout.fields import Row
from tieout.moments import moment_text
from tieout.systems.stripe import billing, cash, subscriptions
from tieout.systems.stripe.options import Options

_WAS_READ = "~"  # behind whatever an event of that moment is called


def invoice_statement(key: RecordKey, row: Row, lines: Sequence[Row], zone: ZoneInfo) -> Statement:
    """What an invoice is; a draft is in no books. Raises as `billing.invoice_of`."""
    return _stated(key, billing.invoice_version(row), billing.invoice_of(key.record_id, row, lines, zone))


def credit_note_statement(
    key: RecordKey, row: Row, lines: Sequence[Row], credited: Sequence[Row], zone: ZoneInfo
) -> Statement:
    """What a credit note is, `credited` being the lines of its invoice. Raises as `billing.credit_note_of`."""
    products: Mapping[str, str | None] = {str(each.get("id")): billing.product_of(each) for each in credited}
    fact = billing.credit_note_of(key.record_id, row, lines, products, zone)
    return _stated(key, billing.credit_note_version(row), fact)


def payment_statement(key: RecordKey, row: Row, options: Options, zone: ZoneInfo) -> Statement:
    """What a charge, a refund, a dispute or a payout is; what has moved nothing is in no books. Raises as `cash.payment_of`."""
    return _stated(key, cash.cash_version(row), cash.payment_of(key.record_id, row, options, zone))


def subscription_statement(key: RecordKey, row: Row, begun: datetime, zone: ZoneInfo) -> Statement:
    """What a subscription is: nothing it states orders what it has been, so it is a version of when its reading was begun.

    It stands behind all that is known of it, since it was asked for after that had happened (`facts.subscription`).

    Raises:
        UnreadableRecordError: as `subscriptions.version_stated`.
    """
    version, day = f"{moment_text(begun)}{_WAS_READ}", begun.astimezone(zone).date()
    stated = subscriptions.version_stated(row, zone, version, day, was_read=True)
    return Statement(key=key, source_version=version, fact=Subscription(versions=(stated,)))


def unread_statement(key: RecordKey) -> Statement:
    """Master data that the options leave out: it is in no books."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.NOT_POSTED)


def missing_statement(key: RecordKey) -> Statement:
    """What Stripe does not have, or has no more: drafts, customers and products can be deleted. At no version."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)


def _stated(key: RecordKey, version: str, fact: Fact | None) -> Statement:
    absence = Absence.NOT_POSTED if fact is None else None
    return Statement(key=key, source_version=version, fact=fact, absence=absence)
