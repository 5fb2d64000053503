"""Turns a HubSpot deal and its companies into a statement: the pure middle of the record step.

Property values are text or null, whatever their type (https://developers.hubspot.com/docs/guides/api/crm/properties).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Absence, Statement
from tieout.landscape import Connection
from tieout.money import Money, decimal_of
from tieout.periods import local_date, moment_of_milliseconds, moment_text, parse_moment

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

# A person may type anything into a name, and a character no queue carries in it must not cost the deal its amount.
PROPERTIES_WITHOUT_NAME = tuple(name for name in DEAL_PROPERTIES if name != "dealname")

PRIMARY_COMPANY = 5  # HubSpot's own association type "deal to primary company"; 341 is the same without the label

_EPOCH_MILLISECONDS = re.compile("-?[0-9]{1,15}")
_PLAIN_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SIX_DECIMALS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class CompanyLink:
    """A company a deal is associated with, and by which of HubSpot's own association types."""

    company_id: str
    type_ids: frozenset[int]


def deal_statement(
    key: RecordKey, deal: Mapping[str, Any], companies: Sequence[CompanyLink], connection: Connection
) -> Statement:
    """What a live deal is: an opportunity at the deal's own last modification.

    Raises:
        UnreadableRecordError: naming the property that cannot be read, never its value.
    """
    pipeline, stage = _text(deal, "pipeline"), _text(deal, "dealstage")
    opportunity = Opportunity(
        name=_text(deal, "dealname"),
        amount=_amount(deal, connection.default_currency),
        stage=f"{pipeline or '-'}/{stage or '-'}",
        probability=_probability(deal),
        close_date=_close_date(deal, connection.time_zone),
        customer=customer_of(companies),
        product=pipeline,
        owner=_text(deal, "hubspot_owner_id"),
        deal_type=_text(deal, "dealtype"),
    )
    return Statement(key=key, source_version=version_of(deal), fact=opportunity)


def deleted_statement(key: RecordKey, archived_deal: Mapping[str, Any]) -> Statement:
    """What a deal in the recycling bin is.

    Its version is the last modification, as for a live deal, and not the moment of archiving: a restore need not modify
    the deal, and would otherwise look older than the deletion it takes back.
    """
    return Statement(key=key, source_version=version_of(archived_deal), fact=None, absence=Absence.DELETED)


def unknown_statement(key: RecordKey) -> Statement:
    """What a deal is that HubSpot knows nothing of any more: deleted, at no version."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)


def merged_statement(key: RecordKey, survivor: Mapping[str, Any]) -> Statement:
    """What a deal is that a merge replaced: absent, with the new deal to be read in its place.

    The version is the survivor's: the merge that made it came after every change of the old deal.
    """
    related = RecordKey(key.connection, key.entity, str(survivor["id"]))
    return Statement(
        key=key, source_version=version_of(survivor), fact=None, absence=Absence.MERGED, related=(related,)
    )


def merged_ids_of(deal: Mapping[str, Any]) -> frozenset[str]:
    """The ids of the deals that were merged into this one (`hs_merged_object_ids`, separated by semicolons)."""
    return frozenset(part.strip() for part in (_text(deal, "hs_merged_object_ids") or "").split(";") if part.strip())


def version_of(deal: Mapping[str, Any]) -> str:
    """The deal's last modification as a text that sorts as time does.

    Raises:
        UnreadableRecordError: where the deal has none.
    """
    text = _text(deal, "hs_lastmodifieddate") or deal.get("updatedAt")
    if not isinstance(text, str):
        raise UnreadableRecordError("the deal has no hs_lastmodifieddate and no updatedAt")
    return moment_text(_moment("hs_lastmodifieddate", text))


def customer_of(companies: Sequence[CompanyLink]) -> str | None:
    """The primary company; where none or several are labelled primary, the one with the lowest id, so that reads agree."""
    primary = [each for each in companies if PRIMARY_COMPANY in each.type_ids]
    return min((each.company_id for each in primary or companies), key=lambda text: (len(text), text), default=None)


def _amount(deal: Mapping[str, Any], default_currency: str) -> Money | None:
    text = _text(deal, "amount")
    if text is None:
        return None
    currency = _text(deal, "deal_currency_code") or default_currency  # absent in accounts with one currency
    try:
        return Money.parse(text, currency.upper())
    except MalformedError as error:
        raise _unreadable("amount", error.reason) from error


def _probability(deal: Mapping[str, Any]) -> Decimal | None:
    """0 to 1 at six decimals: HubSpot sends 0.2 as `0.200000000000000011102230246251565404236316680908203125`."""
    text = _text(deal, "hs_deal_stage_probability")
    if text is None:
        return None
    try:
        number = decimal_of(text)
    except MalformedError as error:
        raise _unreadable("hs_deal_stage_probability", error.reason) from error
    if -1 < number < 2:  # noqa: PLR2004 no artefact is as large, and numbers without bounds have no six decimals
        number = number.quantize(_SIX_DECIMALS, ROUND_HALF_UP)
    if not 0 <= number <= 1:
        raise _unreadable("hs_deal_stage_probability", "not_between_0_and_1")
    return number.copy_abs()  # a negative zero is no other probability


def _close_date(deal: Mapping[str, Any], zone: str) -> date | None:
    """The day in the account's time zone: cut in UTC, a deal closed late on the last of a month lands in the next."""
    text = _text(deal, "closedate")
    if text is None:
        return None
    try:
        if _PLAIN_DATE.fullmatch(text) is None:
            return local_date(_moment("closedate", text), zone)
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unreadable("closedate", "date_not_iso8601") from error
    except OverflowError as error:  # the last evening of the year 9999 is in no year further east
        raise _unreadable("closedate", "moment_out_of_range") from error


def _moment(name: str, text: str) -> datetime:
    """A moment in either of HubSpot's forms: ISO 8601, or milliseconds since 1970."""
    try:
        if _EPOCH_MILLISECONDS.fullmatch(text) is not None:
            return moment_of_milliseconds(int(text))
        return parse_moment(text)
    except (MalformedError, OverflowError) as error:
        raise _unreadable(name, str(error)) from error


def _text(deal: Mapping[str, Any], name: str) -> str | None:
    """A property's text without surrounding space; None where it is null, empty or was not answered."""
    properties = deal.get("properties")
    value = properties.get(name) if isinstance(properties, Mapping) else None
    if value is None:
        return None
    if not isinstance(value, str):
        raise _unreadable(name, "not_text")
    return value.strip() or None


def _unreadable(name: str, reason: str) -> UnreadableRecordError:
    return UnreadableRecordError(f"deal property {name}: {reason}")
