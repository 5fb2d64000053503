"""Reads what of the fields of Chargebee's resources is peculiar to them: amounts in either form, and versions; pure.

Amounts are integers in minor units as ISO 4217 has them (a yen is one, a fils a thousandth); where a site prices in more decimals,
a field of the same name and `_in_decimal` has the amount in whole units as a text.
https://www.chargebee.com/docs/billing/2.0/kb/product-catalog/what-are-zero-decimal-currencies
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from tieout.columns import unreadable
from tieout.errors import MalformedError
from tieout.fields import Row, fraction_in, moment_in, number_in, required, text_in
from tieout.moments import moment_of_milliseconds, moment_text
from tieout.money import Money, is_currency, minor_exponent

_IN_DECIMAL = "_in_decimal"
_VERSION = "resource_version"


def currency_in(row: Row) -> str:
    """The currency; raises `UnreadableRecordError` naming the field, never its value, as all functions here do."""
    currency = text_in(row, "currency_code") or ""
    if not is_currency(currency):
        raise unreadable("currency_code", "not_iso4217")
    return currency


def money_in(row: Row, name: str, currency: str) -> Money:
    """An amount in minor units, which must be there."""
    return Money(number_in(row, name), currency)


def money_if_any(row: Row, name: str, currency: str) -> Money:
    """An amount in minor units; zero where there is none."""
    return money_in(row, name, currency) if row.get(name) is not None else Money(0, currency)


def exact_in(row: Row, name: str, currency: str) -> Fraction | None:
    """An amount in whole units, as its decimals say where it has some; None where neither is said."""
    if row.get(f"{name}{_IN_DECIMAL}") is not None:
        return fraction_in(row, f"{name}{_IN_DECIMAL}")
    if row.get(name) is None:
        return None
    return Fraction(number_in(row, name), 10 ** minor_exponent(currency))


def quantity_in(row: Row, name: str) -> Fraction | None:
    """A quantity, likewise."""
    if row.get(f"{name}{_IN_DECIMAL}") is not None:
        return fraction_in(row, f"{name}{_IN_DECIMAL}")
    return Fraction(number_in(row, name)) if row.get(name) is not None else None


def changed_at(row: Row) -> datetime:
    """When a resource was last changed: every change gives it a later version, a count of milliseconds since 1970.

    One that was never changed since there are versions has the second of its last change alone.
    """
    if row.get(_VERSION) is None:
        return required(moment_in(row, "updated_at"), _VERSION)
    try:
        return moment_of_milliseconds(number_in(row, _VERSION))
    except MalformedError as error:
        raise unreadable(_VERSION, error.reason) from error


def version_of(row: Row) -> str:
    """The version of a resource; sorts as time does."""
    return moment_text(changed_at(row))
