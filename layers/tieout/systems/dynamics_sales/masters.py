"""Turns Dataverse's accounts and products into statements: customers as sellers keep them, and what they sell; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from tieout.arriving.notice import RecordKey
from tieout.columns import number_of, text_of, unreadable
from tieout.errors import MalformedError
from tieout.facts.master_data import Customer, ExternalId, MasterData, Product, external_ids
from tieout.facts.statement import Statement
from tieout.moments import parse_moment
from tieout.systems.dynamics_sales.options import Options
from tieout.systems.dynamics_sales.translate import Row, version_of

STATES = {"account": (0, 1), "product": (0, 1, 2, 3)}
_USABLE = {"account": (0,), "product": (0, 3)}  # a product under revision is sold meanwhile; one in draft is not yet
_HALF_A_DAY = timedelta(hours=12)


def master_statement(key: RecordKey, row: Row, options: Options) -> Statement:
    """What an account or a product is, at its own row version; its number is its id, as opportunities and their products have it.

    Raises:
        UnreadableRecordError: naming the column that cannot be read, never its value.
    """
    version = version_of(row)
    try:
        fact = _customer(key, row, options) if key.entity == "account" else _product(key, row, options)
    except MalformedError as error:
        raise unreadable("parent", error.reason) from error
    return Statement(key=key, source_version=version, fact=fact)


def _customer(key: RecordKey, row: Row, options: Options) -> MasterData:
    currency = row.get("transactioncurrencyid")
    return Customer(
        number=key.record_id,
        name=_name(row),
        parent=text_of(row, "_parentaccountid_value"),
        external_ids=_external_ids(row, options.account_ids),
        is_active=_is_active(key, row),
        country=text_of(row, "address1_country"),
        currency=text_of(currency, "isocurrencycode") if isinstance(currency, Mapping) else None,
    )


def _product(key: RecordKey, row: Row, options: Options) -> MasterData:
    return Product(
        number=key.record_id,
        name=_name(row),
        parent=text_of(row, "_parentproductid_value"),
        external_ids=_external_ids(row, options.product_ids),
        is_active=_is_active(key, row),
        valid_from=_day(row, "validfromdate"),
        valid_until=_day(row, "validtodate"),
    )


def _name(row: Row) -> str | None:
    return text_of(row, "name") if "name" in row else None


def _is_active(key: RecordKey, row: Row) -> bool:
    return number_of(row, "statecode") in _USABLE[key.entity]


def _day(row: Row, name: str) -> date | None:
    """A day, which Dataverse may write as the moment at which it begins for somebody: the midnight nearest to it is meant."""
    text = text_of(row, name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if "T" not in text else (parse_moment(text) + _HALF_A_DAY).date()
    except (MalformedError, ValueError, OverflowError) as error:
        raise unreadable(name, "date_not_iso8601") from error


def _external_ids(row: Row, columns: Mapping[str, str]) -> tuple[ExternalId, ...]:
    return external_ids({name: text_of(row, column) for name, column in columns.items()})
