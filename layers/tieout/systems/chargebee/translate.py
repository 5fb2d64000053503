"""Turns Chargebee's resources into statements, each at its `resource_version`: the pure middle of the record step."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.facts.family import Fact
from tieout.facts.statement import Absence, Statement
from tieout.facts.subscription import Subscription
from tieout.fields import Row
from tieout.systems.chargebee import billing, cash, subscriptions
from tieout.systems.chargebee.customers import customer_of
from tieout.systems.chargebee.fields import version_of
from tieout.systems.chargebee.ids import CREDIT_NOTES, CUSTOMERS, INVOICES, SUBSCRIPTIONS, Kind
from tieout.systems.chargebee.options import Options


def statement_of(
    key: RecordKey, kind: Kind, row: Row, coupons: Mapping[str, Row], options: Options, zone: ZoneInfo
) -> Statement:
    """What a resource is: a fact, deleted, or in no books.

    Args:
        key: the record.
        kind: of the resource.
        row: the resource, with all of its lines.
        coupons: those that a subscription names, by their ids.
        options: the connection's.
        zone: in which moments become days.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    version = version_of(row)
    if row.get("deleted") is True:
        return Statement(key=key, source_version=version, fact=None, absence=Absence.DELETED)
    number = key.record_id.removeprefix(kind.prefix)
    fact: Fact | None
    if kind == SUBSCRIPTIONS:
        fact = Subscription(versions=(subscriptions.version_stated(row, coupons, zone),))
    elif kind == INVOICES:
        fact = billing.invoice_of(number, row, zone)
    elif kind == CREDIT_NOTES:
        fact = billing.credit_note_of(number, row, zone)
    elif kind == CUSTOMERS:
        fact = customer_of(number, row)
    else:
        fact = cash.payment_of(number, row, options, zone)
    absence = Absence.NOT_POSTED if fact is None else None
    return Statement(key=key, source_version=version, fact=fact, absence=absence)


def missing_statement(key: RecordKey) -> Statement:
    """What Chargebee does not have, or has no more. At no version."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)
