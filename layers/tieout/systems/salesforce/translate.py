"""Turns Salesforce's rows into statements: the pure middle of the record step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.arriving.notice import RecordKey
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Absence, Statement
from tieout.systems.salesforce.fields import currency_of, day_of, money_of, share_of, text_of, unreadable, version_of
from tieout.systems.salesforce.line_items import opportunity_line
from tieout.systems.salesforce.options import LineFields


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """What the translation must know of the organisation.

    Attributes:
        default_currency: for organisations with one currency, which name none.
        line_fields: its own fields of an opportunity's products.
    """

    default_currency: str
    line_fields: LineFields


def opportunity_statement(
    key: RecordKey, row: Mapping[str, Any], line_items: Sequence[Mapping[str, Any]], organization: Organization
) -> Statement:
    """What an opportunity is, at its own last change; its lines in order of their ids.

    A change of a line need not change the opportunity: then the version is the same and the content another, which the
    ledger applies. A version that took the lines' own changes in would fall back when the line that changed last is
    deleted, and the deletion would look older than what it undoes.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    if row.get("IsDeleted") is True:
        return deleted_statement(key, row)
    currency = currency_of(row, organization.default_currency)
    close_date = day_of(row, "CloseDate")
    record_type = _record_type(row)
    lines = [opportunity_line(each, currency, organization.line_fields, close_date) for each in line_items]
    opportunity = Opportunity(
        name=text_of(row, "Name") if "Name" in row else None,
        amount=money_of(row, "Amount", currency),
        stage=f"{record_type or '-'}/{text_of(row, 'StageName') or '-'}",
        probability=share_of(row, "Probability"),
        close_date=close_date,
        customer=text_of(row, "AccountId"),
        product=record_type,
        owner=text_of(row, "OwnerId"),
        deal_type=text_of(row, "Type"),
        lines=tuple(sorted(lines, key=lambda line: line.line_id)),
    )
    return Statement(key=key, source_version=version_of(row), fact=opportunity)


def deleted_statement(key: RecordKey, row: Mapping[str, Any]) -> Statement:
    """What a record in the recycle bin is: deleted, at the change that put it there."""
    return Statement(key=key, source_version=version_of(row), fact=None, absence=Absence.DELETED)


def unknown_statement(key: RecordKey) -> Statement:
    """What a record is that Salesforce does not show: purged, never there, or hidden from our user; at no version."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)


def _record_type(row: Mapping[str, Any]) -> str | None:
    """The developer name of the record type; None for the master type, and in organisations without any."""
    related = row.get("RecordType")
    if related is None:
        return None
    if not isinstance(related, Mapping):
        raise unreadable("RecordType", "not_an_object")
    return text_of(related, "DeveloperName")
