"""Turns values of JSON into what facts are made of, strictly: what is not plainly of the form is refused, never guessed (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tieout.errors import MalformedError
from tieout.moments import parse_moment
from tieout.money import Money, decimal_of, is_currency, minor_exponent
from tieout.periods import local_date

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile("-?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_LONGEST_TEXT = 1000
_VERSION_DIGITS = 20  # every 64-bit number, so that texts compare as the numbers do
MONEY_PARTS = ("amount", "minor", "currency")


def text_of(value: object, _zone: str) -> str | None:
    """A text without surrounding space, None where it is empty; a whole number is an id written as one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise MalformedError("not_a_text")
    if len(value) > _LONGEST_TEXT:
        raise MalformedError("text_too_long")
    return value.strip() or None


def whole_of(value: object, _zone: str) -> int | None:
    """A whole number, as a JSON number or its digits as a text; None for an empty text."""
    if isinstance(value, str):
        if not value.strip():
            return None
        if _WHOLE.fullmatch(value) is None:
            raise MalformedError("not_a_whole_number")
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedError("not_a_whole_number")
    return value


def number_of(value: object, _zone: str = "") -> Decimal | None:
    """An exact number, as a JSON number or a plain decimal text with a point; None for an empty text; never a float."""
    if isinstance(value, str):
        if not value.strip():
            return None
        if (
            _NUMBER.fullmatch(value) is None
        ):  # no separator of thousands, no comma, no exponent: each may mean two numbers
            raise MalformedError("not_a_number")
        return decimal_of(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise MalformedError("not_a_number")
    return Decimal(value)


def date_of(value: object, zone: str) -> date | None:
    """A calendar date (`2026-03-31`), or a moment with a zone, cut in the connection's own zone; None for an empty text."""
    if not isinstance(value, str):
        raise MalformedError("not_a_date")
    text = value.strip()
    if not text:
        return None
    try:
        if _DATE.fullmatch(text) is None:
            return local_date(parse_moment(text), zone)
        return date.fromisoformat(text)
    except (ValueError, OverflowError, MalformedError) as error:
        raise MalformedError("not_a_date") from error


def member_of(kind: type[StrEnum]) -> Callable[[object, str], StrEnum | None]:
    """Reads one of a closed set of values, written exactly so; None for an empty text."""

    def read(value: object, _zone: str) -> StrEnum | None:
        if not isinstance(value, str) or (value and value not in set(kind)):
            raise MalformedError("not_one_of_" + "_".join(kind))
        return kind(value) if value else None

    return read


def money_of(parts: Mapping[str, object], default_currency: str | None) -> Money | None:
    """An amount of whole units (`amount`) or of minor units (`minor`), in the currency said, else in the connection's.

    None where the amount is absent. An amount finer than its currency's minor unit is refused: rounding is nobody's here.
    """
    number = number_of(_some(parts.get("amount", parts.get("minor"))))
    if number is None:
        return None
    currency = parts.get("currency", default_currency)  # a declared one that the event lacks is not the connection's
    if not isinstance(currency, str) or not is_currency(currency):
        raise MalformedError("currency_not_iso4217")
    if "minor" in parts:
        number = number.scaleb(-minor_exponent(currency))
    money = Money.of(number, currency)
    if money.decimal() != number:
        raise MalformedError("finer_than_the_minor_unit")
    return money


def version_of(value: object, version_is: str) -> str:
    """A record's version as a text that compares as the source's versions do.

    Raises:
        MalformedError: if it is absent or of another form than the connection says.
    """
    if version_is == "number":
        number = whole_of(_some(value), "")
        if number is None or number < 0:
            raise MalformedError("not_a_version_number")
        return f"{number:0{_VERSION_DIGITS}d}"
    if not isinstance(value, str):
        raise MalformedError("not_a_moment")
    # To the microsecond: two changes within a millisecond are two versions.
    return parse_moment(value).astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def truth_of(value: object) -> bool:
    """Whether a condition holds: a payload that does not say is not taken for one that says no."""
    if not isinstance(value, bool):
        raise MalformedError("not_true_or_false")
    return value


READERS: Mapping[type, Callable[[Any, str], object]] = {
    bool: lambda value, _zone: truth_of(value),
    str: text_of,
    int: whole_of,
    Decimal: number_of,
    date: date_of,
}


def _some(value: object) -> object:
    """An absent value as an empty text, which every reader takes for absent."""
    return "" if value is None else value
