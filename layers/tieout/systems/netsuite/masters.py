"""Translates rows of customers, items, accounts and departments into statements: master data as documents name it; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.master_data import Account, CostCentre, Customer, ExternalId, MasterData, Product, external_ids
from tieout.facts.statement import Statement
from tieout.systems.netsuite import translate
from tieout.systems.netsuite.accounts import ACCOUNT_TYPES, account_name
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.rows import Row


def statement(key: RecordKey, row: Row, options: Options, time_zone: str) -> Statement:
    """What a record of master data is, at its last modification.

    Raises:
        UnreadableRecordError: if the row lacks what every record has, or makes none.
    """
    try:
        version = translate.version(row, time_zone)
        fact = _FACT_OF[key.entity](row, options)
    except (MalformedError, KeyError) as error:
        reason = error.reason if isinstance(error, MalformedError) else type(error).__name__
        raise UnreadableRecordError(f"the {key.entity} cannot be read: {reason}") from error
    return Statement(key=key, source_version=version, fact=fact)


def _customer(row: Row, options: Options) -> MasterData:
    """Somebody who is sold to, named by its internal id; a person has no name here, which is nobody's business."""
    return Customer(
        number=row["id"],
        name=row.get("companyname"),
        parent=row.get("parent"),
        external_ids=_external_ids(row, options.customer_ids),
        is_active=_is_active(row),
        legal_entity=row.get("subsidiary"),
        country=row.get("country"),
        currency=row.get("currency"),
    )


def _product(row: Row, options: Options) -> MasterData:
    return Product(
        number=row["id"],
        name=row.get("displayname") or row.get("itemid"),
        parent=row.get("parent"),
        external_ids=_external_ids(row, options.product_ids),
        is_active=_is_active(row),
    )


def _account(row: Row, _options: Options) -> MasterData:
    """An account by the number that lines name it by: its own, else its internal id; its parent likewise."""
    parent = row.get("parent")
    return Account(
        number=account_name({**row, "accountid": row["id"]}),
        name=row.get("fullname"),
        parent=row.get("parentnumber") or parent,
        is_active=_is_active(row),
        account_class=ACCOUNT_TYPES.get(row.get("accttype", "").lower()),
    )


def _cost_centre(row: Row, _options: Options) -> MasterData:
    return CostCentre(number=row["id"], name=row.get("name"), parent=row.get("parent"), is_active=_is_active(row))


def _external_ids(row: Row, columns: Mapping[str, str]) -> tuple[ExternalId, ...]:
    return external_ids({name: row.get(column) for name, column in columns.items()})


def _is_active(row: Row) -> bool:
    return row.get("isinactive") != "T"


_FACT_OF: Mapping[str, Callable[[Row, Options], MasterData]] = {
    "customer": _customer,
    "product": _product,
    "gl_account": _account,
    "cost_centre": _cost_centre,
}
