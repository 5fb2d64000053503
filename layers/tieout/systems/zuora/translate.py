"""Turns Zuora's objects into statements, each at the moment of its last change: the pure middle of the record step.

A subscription is as new as its last version: an order makes another one, and one that is undone brings back the one before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.facts.family import Fact
from tieout.facts.statement import Absence, Statement
from tieout.fields import Row
from tieout.systems.zuora.billing import billing_document_of
from tieout.systems.zuora.cash import payment_of
from tieout.systems.zuora.fields import version_in
from tieout.systems.zuora.options import Options
from tieout.systems.zuora.subscriptions import in_order, subscription_of


def document_statement(key: RecordKey, kind: str, row: Row) -> Statement:
    """What an invoice or a memo is; a draft is in no books. Raises as `billing.billing_document_of`."""
    return _stated(key, version_in(row), billing_document_of(kind, row))


def payment_statement(key: RecordKey, kind: str, row: Row, options: Options) -> Statement:
    """What a payment or a refund is; what has moved nothing is in no books. Raises as `cash.payment_of`."""
    return _stated(key, version_in(row), payment_of(kind, row, options))


def subscription_statement(key: RecordKey, versions: Sequence[Row], zone: ZoneInfo) -> Statement:
    """All that a subscription has been, by its versions in any order. Raises as `subscriptions.subscription_of`."""
    ordered = in_order(versions)
    return _stated(key, version_in(ordered[-1]), subscription_of(ordered, zone))


def missing_statement(key: RecordKey) -> Statement:
    """What Zuora does not have, or has no more; at no version."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)


def _stated(key: RecordKey, version: str, fact: Fact | None) -> Statement:
    absence = Absence.NOT_POSTED if fact is None else None
    return Statement(key=key, source_version=version, fact=fact, absence=absence, is_whole=True)
