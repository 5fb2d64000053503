"""Reads the fields of JSON objects whose sources leave out what has no value: texts, whole numbers, moments in seconds; pure.

A field that is missing is like one that is null, unlike a column of a row that was asked for (`columns.py`); what a fact cannot be
made without is asked for by `required`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.errors import MalformedError
from tieout.money import decimal_of

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


def part_of(row: Row, name: str) -> Row | None:
    """An object within the object; None where there is none."""
    value = row.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise unreadable(name, "no_object")
    return value


def objects_in(row: Row, name: str) -> Sequence[Row]:
    """The objects of a list; none where there is no list."""
    rows = row.get(name)
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


def fraction_in(row: Row, name: str) -> Fraction:
    """A number that may have a fraction, which must be there: some are written as texts, and those of kept payloads all are."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise unreadable(name, "not_a_number")
    try:
        return Fraction(decimal_of(str(value)))
    except MalformedError as error:
        raise unreadable(name, error.reason) from error


def moment_in(row: Row, name: str) -> datetime | None:
    """A moment that is stated in seconds since 1970; None where there is none."""
    if row.get(name) is None:
        return None
    try:
        return datetime.fromtimestamp(number_in(row, name), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise unreadable(name, "moment_out_of_range") from error


def day_in(row: Row, name: str, zone: ZoneInfo) -> date:
    """The day in a time zone that a moment falls on, which must be there."""
    return required(moment_in(row, name), name).astimezone(zone).date()
