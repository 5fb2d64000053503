"""Turns Salesforce's accounts and products into statements: customers as sellers keep them, and what they sell; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.arriving.notice import RecordKey
from tieout.columns import text_of, unreadable
from tieout.errors import MalformedError
from tieout.facts.master_data import Customer, ExternalId, Product, external_ids
from tieout.facts.statement import Absence, Statement
from tieout.systems.salesforce.fields import version_of
from tieout.systems.salesforce.translate import Organization

Row = Mapping[str, Any]


def account_statement(
    key: RecordKey, row: Row | None, related: Sequence[RecordKey], organization: Organization
) -> Statement:
    """What an account is, at its own last change; what belongs to it is read because of it, whatever became of it.

    Args:
        key: the account.
        row: None where Salesforce does not show it.
        related: what belongs to it.
        organization: says which fields hold external ids.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    also = tuple(related)
    if row is None:
        return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED, related=also)
    version = version_of(row)
    if row.get("IsDeleted") is True:
        absence = Absence.DELETED if text_of(row, "MasterRecordId") is None else Absence.MERGED
        return Statement(key=key, source_version=version, fact=None, absence=absence, related=also)
    return Statement(key=key, source_version=version, fact=_customer(key, row, organization), related=also)


def product_statement(key: RecordKey, row: Row, organization: Organization) -> Statement:
    """What a product that is not deleted is, at its own last change; raises as `account_statement`.

    Its parent is its family, a word of a list that is no record of its own.
    """
    fact = Product(
        number=key.record_id,
        name=_if_asked(row, "Name"),
        parent=text_of(row, "Family"),
        external_ids=_external_ids(row, organization.product_ids),
        is_active=row.get("IsActive") is not False,
    )
    return Statement(key=key, source_version=version_of(row), fact=fact)


def _customer(key: RecordKey, row: Row, organization: Organization) -> Customer:
    try:
        return Customer(
            number=key.record_id,
            name=_if_asked(row, "Name"),
            parent=text_of(row, "ParentId"),
            external_ids=_external_ids(row, organization.account_ids),
            country=text_of(row, "BillingCountry"),
            currency=_if_asked(row, "CurrencyIsoCode"),
        )
    except MalformedError as error:
        raise unreadable("ParentId", error.reason) from error


def _if_asked(row: Row, name: str) -> str | None:
    """A text of a column that may be left out of the query: a name that spoils the answer, a code that there is none of."""
    return text_of(row, name) if name in row else None


def _external_ids(row: Row, columns: Mapping[str, str]) -> tuple[ExternalId, ...]:
    return external_ids({name: text_of(row, column) for name, column in columns.items()})
