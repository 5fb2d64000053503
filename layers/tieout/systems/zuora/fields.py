"""Reads the fields of Zuora's objects: decimal amounts in a currency, days of the tenant's zone, moments with an offset; pure.

A field without a value is left out of an answer, so one that is missing is like one that is null; a custom tenant may have it so
with anything that a fact can do without.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from tieout.columns import unreadable
from tieout.errors import MalformedError
from tieout.fields import Row, fraction_in, part_of, required, text_in
from tieout.moments import moment_text, parse_moment
from tieout.money import EXACT, Money, is_currency


def day_in(row: Row, name: str) -> date | None:
    """A day; None where there is none.

    Raises:
        UnreadableRecordError: naming the field, never its value; so do all functions here.
    """
    text = text_in(row, name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise unreadable(name, "date_not_iso8601") from error


def moment_in(row: Row, name: str) -> datetime:
    """A moment, which must be there."""
    try:
        return parse_moment(required(text_in(row, name), name))
    except MalformedError as error:
        raise unreadable(name, error.reason) from error


def version_in(row: Row) -> str:
    """The version of an object: when it was last changed, in whole seconds."""
    return moment_text(moment_in(row, "updatedDate"))


def currency_in(row: Row) -> str:
    """The currency of an object, else that of its account, where it was asked for with it."""
    currency = text_in(row, "currency") or text_in(part_of(row, "account") or {}, "currency") or ""
    if not is_currency(currency):
        raise unreadable("currency", "not_iso4217")
    return currency


def money_in(row: Row, name: str, currency: str) -> Money:
    """An amount, which must be there."""
    return money_of(fraction_in(row, name), currency, name)


def money_of(amount: Fraction, currency: str, name: str) -> Money:
    """An exact amount in units of a currency, rounded half up to its minor unit."""
    try:
        return Money.of(EXACT.divide(Decimal(amount.numerator), Decimal(amount.denominator)), currency)
    except MalformedError as error:
        raise unreadable(name, error.reason) from error


def word_in(row: Row, name: str) -> str:
    """A word out of a list of Zuora's, in small letters and without what parts them: some APIs write it otherwise than others."""
    return "".join(each for each in text_in(row, name) or "" if each.isalnum()).lower()
