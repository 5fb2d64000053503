"""Reads the properties of OData V2 entities in JSON: decimals as texts, dates as counts of milliseconds, empty texts; pure.

A property that was asked for stands in every entity. One that is missing has another name on this tenant, and reading it as
empty would leave its amounts out unseen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tieout.errors import MalformedError, UnreadableRecordError
from tieout.moments import moment_of_milliseconds
from tieout.money import decimal_of
from tieout.systems.sap_s4hana.ids import bare

Row = Mapping[str, Any]

# `/Date(1774915200000)/` is a day at midnight UTC, `/Date(1774999198000+0000)/` a moment: an offset is shown and changes nothing.
_TICKS = re.compile(r"/Date\((-?[0-9]{1,15})([+-][0-9]{4})?\)/", re.ASCII)
_TIME = re.compile(r"PT(?:([0-9]{1,2})H)?(?:([0-9]{1,2})M)?(?:([0-9]{1,2})S)?", re.ASCII)


def text_of(row: Row, name: str) -> str | None:
    """A property's text without surrounding space; None where it is null or empty, which SAP does not tell apart.

    Raises:
        UnreadableRecordError: naming the property, never its value; so do all functions here.
    """
    value = _value(row, name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise unreadable(name, "not_text")
    return value.strip() or None


def required_text(row: Row, name: str) -> str:
    """A text that is never empty."""
    text = text_of(row, name)
    if text is None:
        raise unreadable(name, "empty")
    return text


def number_text(row: Row, name: str) -> str | None:
    """The number of a document, a partner, an account, without leading zeros; None where there is none, or only zeros."""
    text = text_of(row, name)
    return (bare(text) or None) if text is not None else None


def is_set(row: Row, name: str) -> bool:
    """Whether a flag is set."""
    value = _value(row, name)
    if not isinstance(value, bool):
        raise unreadable(name, "not_a_flag")
    return value


def decimal_in(row: Row, name: str) -> Decimal:
    """An amount, exactly as written; its scale says nothing of its currency, since SAP writes three decimals for each."""
    try:
        return decimal_of(required_text(row, name))
    except MalformedError as error:
        raise unreadable(name, error.reason) from error


def day_of(row: Row, name: str) -> date | None:
    """A day, which has no time zone: that of midnight UTC."""
    moment = moment_of(row, name)
    return moment.date() if moment is not None else None


def moment_of(row: Row, name: str) -> datetime | None:
    """A moment in UTC; None where it is null."""
    text = text_of(row, name)
    if text is None:
        return None
    found = _TICKS.fullmatch(text)
    if found is None:
        raise unreadable(name, "not_a_date")
    try:
        return moment_of_milliseconds(int(found[1]))
    except MalformedError as error:
        raise unreadable(name, error.reason) from error


def time_of(row: Row, name: str) -> tuple[int, int, int]:
    """A time of day as hours, minutes and seconds; midnight where it is null."""
    text = text_of(row, name)
    found = _TIME.fullmatch(text or "PT")
    if found is None:
        raise unreadable(name, "not_a_time")
    hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return hours, minutes, seconds


def items_of(row: Row, name: str) -> Sequence[Row]:
    """The entities behind a navigation property that was expanded."""
    value = _value(row, name)
    items = value.get("results") if isinstance(value, Mapping) else None
    if not isinstance(items, list) or not all(isinstance(each, Mapping) for each in items):
        raise unreadable(name, "not_expanded")
    if isinstance(value, Mapping) and "__next" in value:
        raise unreadable(name, "expanded_in_part")
    return items


def unreadable(name: str, reason: str) -> UnreadableRecordError:
    """The error that names a property and what is wrong with it."""
    return UnreadableRecordError(f"property {name}: {reason}")


def _value(row: Row, name: str) -> object:
    if name not in row:
        raise unreadable(name, "not_answered")
    value: object = row[name]
    return value
