"""Turns Salesforce's rows into statements: the pure middle of the record step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tieout.arriving.notice import RecordKey
from tieout.columns import day_of, money_of, share_of, text_of, unreadable
from tieout.facts.opportunity import ForecastCategory, Opportunity
from tieout.facts.statement import Absence, Statement
from tieout.systems.salesforce.contracts import contract_of
from tieout.systems.salesforce.fields import currency_of, version_of
from tieout.systems.salesforce.line_items import opportunity_line
from tieout.systems.salesforce.options import ContractFields, LineFields
from tieout.systems.salesforce.rates import Rates

FORECAST_CATEGORIES = {
    "Pipeline": ForecastCategory.PIPELINE,
    "BestCase": ForecastCategory.BEST_CASE,
    "MostLikely": ForecastCategory.MOST_LIKELY,
    "Forecast": ForecastCategory.COMMIT,
    "Closed": ForecastCategory.CLOSED,
    "Omitted": ForecastCategory.OMITTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """What the translation must know of the organisation.

    Attributes:
        default_currency: for organisations with one currency, which name none.
        line_fields: its own fields of an opportunity's products.
        contract_fields: its own fields of contracts.
        master_data: which of accounts and products are facts.
        account_ids, product_ids: see `options.Options`.
    """

    default_currency: str
    line_fields: LineFields
    contract_fields: ContractFields
    master_data: frozenset[str] = frozenset()
    account_ids: Mapping[str, str] = field(default_factory=dict)
    product_ids: Mapping[str, str] = field(default_factory=dict)


def opportunity_statement(
    key: RecordKey,
    row: Mapping[str, Any],
    line_items: Sequence[Mapping[str, Any]],
    rates: Rates | None,
    organization: Organization,
) -> Statement:
    """What an opportunity is, at its own last change; its lines in order of their ids, its rate that of its close date.

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
        forecast_category=_forecast_category(row),
        rate=rates.rate(currency, close_date) if rates else None,
    )
    return Statement(key=key, source_version=version_of(row), fact=opportunity)


def contract_statement(
    key: RecordKey, row: Mapping[str, Any], rates: Rates | None, organization: Organization
) -> Statement:
    """What a contract is, at its own last change; raises as `contracts.contract_of`."""
    if row.get("IsDeleted") is True:
        return deleted_statement(key, row)
    contract = contract_of(row, organization.default_currency, organization.contract_fields, rates)
    return Statement(key=key, source_version=version_of(row), fact=contract)


def part_statement(key: RecordKey, related: Sequence[RecordKey]) -> Statement:
    """What a product of an opportunity is, or master data that is left out: nothing that is recorded; others are read for it."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.NOT_POSTED, related=tuple(related))


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


def _forecast_category(row: Mapping[str, Any]) -> ForecastCategory | None:
    """By the API's own names: what people read (`ForecastCategoryName`) may be renamed and translated."""
    stated = text_of(row, "ForecastCategory")
    if stated is not None and stated not in FORECAST_CATEGORIES:
        raise unreadable("ForecastCategory", "not_known")
    return FORECAST_CATEGORIES[stated] if stated else None
