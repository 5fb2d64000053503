"""Reads the columns of rows that a source answers: JSON numbers, texts, dates and nulls; pure.

A column that was asked for stands in every row, null where it has no value. One that is missing has another name than the
options say, and reading it as null would leave its amounts out unseen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tieout.errors import MalformedError, UnreadableRecordError
from tieout.money import Money

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SIX_DECIMALS = Decimal("0.000001")
_MOST_MONTHS = 1_200


def text_of(row: Mapping[str, Any], name: str) -> str | None:
    """A column's text without surrounding space; None where it is null or empty.

    Raises:
        UnreadableRecordError: naming the column, never its value; so do all functions here.
    """
    value = _value(row, name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise unreadable(name, "not_text")
    return value.strip() or None


def number_of(row: Mapping[str, Any], name: str) -> Decimal | None:
    """A number, exactly as the source wrote it; None where there is none."""
    value = _value(row, name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise unreadable(name, "not_a_number")
    return Decimal(value)


def money_of(row: Mapping[str, Any], name: str, currency: str) -> Money | None:
    """An amount in a currency; None where there is none."""
    number = number_of(row, name)
    if number is None:
        return None
    try:
        return Money.of(number, currency)
    except MalformedError as error:
        raise unreadable(name, error.reason) from error


def share_of(row: Mapping[str, Any], name: str) -> Decimal | None:
    """A percent field as 0 to 1 at six decimals."""
    percent = number_of(row, name)
    if percent is None:
        return None
    if not 0 <= percent <= 100:  # noqa: PLR2004 percent
        raise unreadable(name, "not_between_0_and_100")
    return (percent / 100).quantize(_SIX_DECIMALS, ROUND_HALF_UP).copy_abs()


def months_of(row: Mapping[str, Any], name: str) -> int | None:
    """A number of whole months, 1 to 1200; None for null and for zero."""
    number = number_of(row, name)
    if number is None or number == 0:
        return None
    if not 1 <= number <= _MOST_MONTHS or number != number.to_integral_value():
        raise unreadable(name, "not_whole_months")
    return int(number)


def day_of(row: Mapping[str, Any], name: str) -> date | None:
    """A date field, which has no time zone."""
    text = text_of(row, name)
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text) is None:
            raise unreadable(name, "date_not_iso8601")
        return date.fromisoformat(text)
    except ValueError as error:
        raise unreadable(name, "date_not_iso8601") from error


def unreadable(name: str, reason: str) -> UnreadableRecordError:
    """The error that names a column and what is wrong with it."""
    return UnreadableRecordError(f"field {name}: {reason}")


def _value(row: Mapping[str, Any], name: str) -> object:
    if name not in row:
        raise unreadable(name, "not_answered")
    value: object = row[name]
    return value
