"""Turns Stripe's customers and products into statements, of customers nothing that is personal but their name; pure."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.arriving.notice import RecordKey
from tieout.facts.master_data import TAX_ID, Customer, ExternalId, Product, external_ids
from tieout.facts.statement import Statement
from tieout.fields import Row, moment_in, part_of, text_in
from tieout.systems.stripe.fields import parts_of, version_of
from tieout.systems.stripe.options import Options


def customer_statement(key: RecordKey, row: Row, options: Options) -> Statement:
    """What a customer is; at the moment it was made, since Stripe states no other, so that contents alone decide.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    fact = Customer(
        number=key.record_id,
        name=text_in(row, "name") if options.customer_names else None,
        external_ids=_external_ids(row, options.customer_ids, _tax_id(row)),
        country=text_in(part_of(row, "address") or {}, "country"),
        currency=(text_in(row, "currency") or "").upper() or None,
    )
    return Statement(key=key, source_version=customer_version(row), fact=fact)


def product_statement(key: RecordKey, row: Row, options: Options) -> Statement:
    """What a product is, at its last update; raises as `customer_statement`."""
    fact = Product(
        number=key.record_id,
        name=text_in(row, "name"),
        external_ids=_external_ids(row, options.product_ids),
        is_active=row.get("active") is not False,
    )
    return Statement(key=key, source_version=product_version(row), fact=fact)


def customer_version(row: Row) -> str:
    """The moment a customer was made."""
    return version_of(row)


def product_version(row: Row) -> str:
    """The moment of a product's last update."""
    return version_of(row, moment_in(row, "updated"))


def is_deleted(row: Row) -> bool:
    """Whether nothing but its id is left of it."""
    return row.get("deleted") is True


def _tax_id(row: Row) -> str | None:
    """The first of a customer's tax numbers, by their types: only one can stand for it."""
    found = [(text_in(each, "type") or "", text_in(each, "value")) for each in parts_of(row, "tax_ids")]
    return min(found, key=lambda each: each[0])[1] if found else None


def _external_ids(row: Row, keys: Mapping[str, str], tax_id: str | None = None) -> tuple[ExternalId, ...]:
    """What the account's own metadata says under some keys, beside the tax number that Stripe keeps itself."""
    metadata = part_of(row, "metadata") or {}
    return external_ids({TAX_ID: tax_id} | {name: text_in(metadata, each) for name, each in keys.items()})
