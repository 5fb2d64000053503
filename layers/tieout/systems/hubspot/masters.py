"""Turns HubSpot's companies and library products into statements: customers as sellers keep them, and what they sell; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError
from tieout.facts.master_data import Customer, ExternalId, Product, external_ids
from tieout.facts.statement import Statement
from tieout.systems.hubspot.kinds import ACCOUNT
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.properties import text_of, unreadable
from tieout.systems.hubspot.translate import version_of


def master_statement(key: RecordKey, record: Mapping[str, Any], options: Options) -> Statement:
    """What a live company or product is, at its last modification; its number is its id, as deals and line items have it.

    Raises:
        UnreadableRecordError: naming the property that cannot be read, never its value.
    """
    version = version_of(record)
    try:
        fact = _company(key, record, options) if key.entity == ACCOUNT else _product(key, record, options)
    except MalformedError as error:
        raise unreadable("hs_parent_company_id", error.reason) from error
    return Statement(key=key, source_version=version, fact=fact)


def _company(key: RecordKey, company: Mapping[str, Any], options: Options) -> Customer:
    return Customer(
        number=key.record_id,
        name=text_of(company, "name"),
        parent=text_of(company, "hs_parent_company_id"),
        external_ids=_external_ids(company, options.company_ids),
        country=text_of(company, "country"),
    )


def _product(key: RecordKey, product: Mapping[str, Any], options: Options) -> Product:
    return Product(
        number=key.record_id,
        name=text_of(product, "name"),
        external_ids=_external_ids(product, options.product_ids),
    )


def _external_ids(record: Mapping[str, Any], properties: Mapping[str, str]) -> tuple[ExternalId, ...]:
    return external_ids({name: text_of(record, each) for name, each in properties.items()})
