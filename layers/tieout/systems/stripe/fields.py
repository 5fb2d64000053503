"""Reads what of the fields of Stripe's objects is peculiar to them: ids that may be expanded, lists in pages, currencies; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tieout.columns import unreadable
from tieout.fields import Row, moment_in, number_in, objects_in, required, text_in
from tieout.moments import moment_text
from tieout.money import Money, is_currency
from tieout.systems.stripe.amounts import money_of_units


def id_in(row: Row, name: str) -> str | None:
    """The id of another object, which stands there itself where it was expanded; None where there is none.

    Raises:
        UnreadableRecordError: naming the field, never its value; so do all functions here.
    """
    value = row.get(name)
    return text_in(value, "id") if isinstance(value, Mapping) else text_in(row, name)


def parts_of(row: Row, name: str) -> Sequence[Row]:
    """The objects of a list, be it an array or a page that is embedded; none where there is no list."""
    value = row.get(name)
    return objects_in({name: value.get("data")} if isinstance(value, Mapping) else row, name)


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
