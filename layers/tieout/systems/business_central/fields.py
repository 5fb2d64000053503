"""Reads single fields of Business Central's rows; what is wrong with one is named, never its value. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tieout.errors import MalformedError, UnreadableRecordError
from tieout.moments import parse_moment

Row = Mapping[str, Any]

# What a name in XML cannot hold is escaped in the words of an enumeration: `Credit_x0020_Memo`, `_x0020_` for none.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def unreadable(field: str, reason: str) -> UnreadableRecordError:
    """The error for a field that cannot be read."""
    return UnreadableRecordError(f"{field}: {reason}")


def text_of(row: Mapping[str, Any], field: str) -> str | None:
    """The text in a field; None where it is empty or absent."""
    value = row.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise unreadable(field, "not_a_text")
    return value.strip() or None


def word_of(row: Mapping[str, Any], field: str) -> str:
    """The word of an enumeration in lower case, words joined by underscores; empty where it is blank."""
    unescaped = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text_of(row, field) or "")
    return "_".join(unescaped.lower().split())


def number_of(row: Mapping[str, Any], field: str) -> Decimal:
    """The number in a field; absent is zero, as an amount that is not shown."""
    value = row.get(field)
    if value is None:
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise unreadable(field, "not_a_number")
    return Decimal(value)


def day_of(row: Mapping[str, Any], field: str) -> date | None:
    """The date in a field; None where it is empty, absent or 0001-01-01, as Business Central writes none."""
    text = text_of(row, field)
    if text is None or text.startswith("0001-01-01"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise unreadable(field, "not_a_date") from None


def moment_of(row: Mapping[str, Any], field: str) -> datetime:
    """The moment in a field, which must be there."""
    text = text_of(row, field)
    if text is None:
        raise unreadable(field, "missing")
    try:
        return parse_moment(text)
    except MalformedError as error:
        raise unreadable(field, error.reason) from None
