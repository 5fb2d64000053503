"""Turns a HubSpot deal with its companies and line items into a statement: the pure middle of the record step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Absence, Statement
from tieout.moments import moment_text
from tieout.money import decimal_of
from tieout.systems.hubspot.line_items import opportunity_line
from tieout.systems.hubspot.properties import day_of, moment_of, money_of, text_of, unreadable

DEAL_PROPERTIES = (
    "amount",
    "closedate",
    "deal_currency_code",
    "dealname",
    "dealstage",
    "dealtype",
    "hs_deal_stage_probability",
    "hs_lastmodifieddate",
    "hs_merged_object_ids",
    "hubspot_owner_id",
    "pipeline",
)

PRIMARY_COMPANY = 5  # HubSpot's own association type "deal to primary company"; 341 is the same without the label

_SIX_DECIMALS = Decimal("0.000001")
_LONGEST_ID = 19


@dataclass(frozen=True, slots=True)
class Link:
    """A record a deal is associated with, and by which of HubSpot's own association types."""

    record_id: str
    type_ids: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the translation must know of the account.

    Attributes:
        time_zone: its close dates are cut there.
        default_currency: for accounts with one currency, which name none.
        worth: see `options.Options.line_worth`.
    """

    time_zone: str
    default_currency: str
    worth: str = "tcv"


def deal_statement(
    key: RecordKey,
    deal: Mapping[str, Any],
    companies: Sequence[Link],
    line_items: Sequence[Mapping[str, Any]],
    account: Account,
) -> Statement:
    """What a live deal is: an opportunity at the deal's own last modification, its lines in order of their ids.

    A change of a line item need not modify the deal: then the version is the same and the content another, which the
    ledger applies.

    Raises:
        UnreadableRecordError: naming the property that cannot be read, never its value.
    """
    pipeline, stage = text_of(deal, "pipeline"), text_of(deal, "dealstage")
    currency = currency_of(deal, account)
    lines = [opportunity_line(item, currency, account.worth) for item in line_items]
    opportunity = Opportunity(
        name=text_of(deal, "dealname"),
        amount=money_of(deal, "amount", currency),
        stage=f"{pipeline or '-'}/{stage or '-'}",
        probability=_probability(deal),
        close_date=day_of(deal, "closedate", account.time_zone),
        customer=customer_of(companies),
        product=pipeline,
        owner=text_of(deal, "hubspot_owner_id"),
        deal_type=text_of(deal, "dealtype"),
        lines=tuple(sorted(lines, key=lambda line: (len(line.line_id), line.line_id))),
    )
    return Statement(key=key, source_version=version_of(deal), fact=opportunity)


def deleted_statement(key: RecordKey, archived: Mapping[str, Any]) -> Statement:
    """What a record in the recycling bin is.

    Its version is the last modification, as for a live one, and not the moment of archiving: a restore need not modify
    the record, and would otherwise look older than the deletion it takes back.
    """
    return Statement(key=key, source_version=version_of(archived), fact=None, absence=Absence.DELETED)


def unknown_statement(key: RecordKey) -> Statement:
    """What a record is that HubSpot knows nothing of any more: deleted, at no version."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)


def merged_statement(key: RecordKey, survivor: Mapping[str, Any]) -> Statement:
    """What a record is that a merge replaced: absent, with the new one to be read in its place.

    The version is the survivor's: the merge that made it came after every change of the old one.
    """
    related = RecordKey(key.connection, key.entity, str(survivor["id"]))
    return Statement(
        key=key, source_version=version_of(survivor), fact=None, absence=Absence.MERGED, related=(related,)
    )


def line_item_statement(key: RecordKey, deals: Sequence[Link]) -> Statement:
    """What a line item is: nothing that is recorded by itself, with the deal it belongs to read in its place.

    One that was deleted belongs to none any more; its deal tells of that itself, by the association that ended.
    """
    related = tuple(RecordKey(key.connection, "opportunity", deal.record_id) for deal in deals)
    return Statement(key=key, source_version="", fact=None, absence=Absence.NOT_POSTED, related=related)


def unread_statement(key: RecordKey) -> Statement:
    """A record of a kind that the options leave out: it is in no books."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.NOT_POSTED)


def is_record_id(text: str) -> bool:
    """Whether it has the form of an id: a number that HubSpot's own have room for."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID


def merged_ids_of(record: Mapping[str, Any]) -> frozenset[str]:
    """The ids of the records that were merged into this one (`hs_merged_object_ids`, separated by semicolons)."""
    return frozenset(
        part.strip() for part in (text_of(record, "hs_merged_object_ids") or "").split(";") if part.strip()
    )


def changed_at(record: Mapping[str, Any]) -> datetime:
    """The record's last modification.

    Raises:
        UnreadableRecordError: where it has none.
    """
    text = text_of(record, "hs_lastmodifieddate") or record.get("updatedAt")
    if not isinstance(text, str):
        raise UnreadableRecordError("the record has no hs_lastmodifieddate and no updatedAt")
    return moment_of("hs_lastmodifieddate", text)


def version_of(record: Mapping[str, Any]) -> str:
    """The record's last modification as a text that sorts as time does; raises as `changed_at`."""
    return moment_text(changed_at(record))


def currency_of(deal: Mapping[str, Any], account: Account) -> str:
    """What its amounts are in: deals of accounts with one currency name none."""
    return text_of(deal, "deal_currency_code") or account.default_currency


def customer_of(companies: Sequence[Link]) -> str | None:
    """The primary company; where none or several are labelled primary, the one with the lowest id, so that reads agree."""
    primary = [each for each in companies if PRIMARY_COMPANY in each.type_ids]
    return min((each.record_id for each in primary or companies), key=lambda text: (len(text), text), default=None)


def _probability(deal: Mapping[str, Any]) -> Decimal | None:
    """0 to 1 at six decimals: HubSpot sends 0.2 as `0.200000000000000011102230246251565404236316680908203125`."""
    text = text_of(deal, "hs_deal_stage_probability")
    if text is None:
        return None
    try:
        number = decimal_of(text)
    except MalformedError as error:
        raise unreadable("hs_deal_stage_probability", error.reason) from error
    if -1 < number < 2:  # noqa: PLR2004 no artefact is as large, and numbers without bounds have no six decimals
        number = number.quantize(_SIX_DECIMALS, ROUND_HALF_UP)
    if not 0 <= number <= 1:
        raise unreadable("hs_deal_stage_probability", "not_between_0_and_1")
    return number.copy_abs()  # a negative zero is no other probability
