"""Reads the fields of Stripe's objects: ids that may be expanded, whole numbers, moments in seconds, lists; pure.

A field that an API version does not have is like one that is null; what a fact cannot be made without is asked for by `required`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.moments import moment_text
from tieout.money import Money, is_currency
from tieout.systems.stripe.amounts import money_of_units

Row = Mapping[str, Any]


def text_in(row: Row, name: str) -> str | None:
    """A text; None where it is null, empty or missing.

    Raises:
        UnreadableRecordError: naming the field, never its value; so do all functions here.
    """
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise unreadable(name, "not_text")
    return value or None


def required[Value](value: Value | None, name: str) -> Value:
    """The value of a field that must have one."""
    if value is None:
        raise unreadable(name, "missing")
    return value


def id_in(row: Row, name: str) -> str | None:
    """The id of another object, which stands there itself where it was expanded; None where there is none."""
    value = row.get(name)
    return text_in(value, "id") if isinstance(value, Mapping) else text_in(row, name)


def part_of(row: Row, name: str) -> Row | None:
    """An object within the object; None where there is none."""
    value = row.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise unreadable(name, "no_object")
    return value


def parts_of(row: Row, name: str) -> Sequence[Row]:
    """The objects of a list, be it an array or a page that is embedded; none where there is no list."""
    value = row.get(name)
    rows = value.get("data") if isinstance(value, Mapping) else value
    if rows is None:
        return ()
    if not isinstance(rows, list) or not all(isinstance(each, Mapping) for each in rows):
        raise unreadable(name, "no_list")
    return rows


def number_in(row: Row, name: str) -> int:
    """A whole number, which must be there."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise unreadable(name, "not_a_whole_number")
    return value


def moment_in(row: Row, name: str) -> datetime | None:
    """A moment, which Stripe states in seconds since 1970; None where there is none."""
    if row.get(name) is None:
        return None
    try:
        return datetime.fromtimestamp(number_in(row, name), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise unreadable(name, "moment_out_of_range") from error


def day_in(row: Row, name: str, zone: ZoneInfo) -> date:
    """The day that a moment which must be there falls on."""
    return required(moment_in(row, name), name).astimezone(zone).date()


def currency_in(row: Row) -> str:
    """The currency, which Stripe writes in small letters."""
    currency = (text_in(row, "currency") or "").upper()
    if not is_currency(currency):
        raise unreadable("currency", "not_iso4217")
    return currency


def money_in(row: Row, name: str, currency: str) -> Money:
    """An amount, which must be there."""
    return money_of_units(number_in(row, name), currency, name)


def version_of(row: Row, *later: datetime | None) -> str:
    """The version of an object: the last of the moments it states, its creation or one that came later; sorts as time does."""
    made = required(moment_in(row, "created"), "created")
    return moment_text(max([made, *(each for each in later if each is not None)]))
