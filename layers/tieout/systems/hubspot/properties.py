"""Reads the property values of HubSpot's records, which are text or null, whatever their type.

https://developers.hubspot.com/docs/guides/api/crm/properties
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from tieout.errors import MalformedError, UnreadableRecordError
from tieout.moments import moment_of_milliseconds, parse_moment
from tieout.money import Money
from tieout.periods import local_date

_EPOCH_MILLISECONDS = re.compile("-?[0-9]{1,15}")
_PLAIN_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def text_of(record: Mapping[str, Any], name: str) -> str | None:
    """A property's text without surrounding space; None where it is null, empty or was not answered.

    Raises:
        UnreadableRecordError: naming the property, never its value; so do all functions here.
    """
    properties = record.get("properties")
    value = properties.get(name) if isinstance(properties, Mapping) else None
    if value is None:
        return None
    if not isinstance(value, str):
        raise unreadable(name, "not_text")
    return value.strip() or None


def money_of(record: Mapping[str, Any], name: str, currency: str) -> Money | None:
    """An amount in a currency; None where there is none."""
    text = text_of(record, name)
    if text is None:
        return None
    try:
        return Money.parse(text, currency.upper())
    except MalformedError as error:
        raise unreadable(name, error.reason) from error


def day_of(record: Mapping[str, Any], name: str, zone: str = "") -> date | None:
    """A day; one that is written as a moment is cut in `zone`, or in UTC for properties that hold days alone."""
    text = text_of(record, name)
    if text is None:
        return None
    try:
        if _PLAIN_DATE.fullmatch(text) is not None:
            return date.fromisoformat(text)
        moment = moment_of(name, text)
        return local_date(moment, zone) if zone else moment.astimezone(UTC).date()
    except ValueError as error:
        raise unreadable(name, "date_not_iso8601") from error
    except OverflowError as error:  # the last evening of the year 9999 is in no year further east
        raise unreadable(name, "moment_out_of_range") from error


def moment_of(name: str, text: str) -> datetime:
    """A moment in either of HubSpot's forms: ISO 8601, or milliseconds since 1970."""
    try:
        if _EPOCH_MILLISECONDS.fullmatch(text) is not None:
            return moment_of_milliseconds(int(text))
        return parse_moment(text)
    except (MalformedError, OverflowError) as error:
        raise unreadable(name, str(error)) from error


def unreadable(name: str, reason: str) -> UnreadableRecordError:
    """The error that names a property and what is wrong with it."""
    return UnreadableRecordError(f"property {name}: {reason}")
