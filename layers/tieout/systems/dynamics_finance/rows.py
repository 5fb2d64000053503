"""Rows of Dynamics' entity sets, value by value; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.errors import MalformedError
from tieout.moments import moment_text, parse_moment

Row = Mapping[str, Any]

_DAY = re.compile("([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]+Z?)?", re.ASCII)
_NO_DAY = date(1900, 1, 1)


def text_of(row: Row, column: str) -> str:
    """The text in a column, a whole number as its digits; empty where there is none."""
    value = row.get(column)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def stated_text(row: Row, column: str) -> str:
    """The text in a column that every row has; raises `MalformedError`."""
    text = text_of(row, column)
    if not text:
        raise MalformedError(f"{column}_missing")
    return text


def company_of(row: Row) -> str:
    """The company whose row it is, as record ids have it; raises `MalformedError`."""
    return stated_text(row, "dataAreaId").lower()


def day_of(row: Row, column: str) -> date | None:
    """The date in a column, which is written as noon of it in no zone; None where there is none, which is 1900-01-01.

    Raises:
        MalformedError: for what is no date.
    """
    text = text_of(row, column)
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        day = date.fromisoformat(match[1]) if match else None
    except ValueError:
        day = None
    if day is None:
        raise MalformedError(f"{column}_no_date")
    return None if day == _NO_DAY else day


def number_of(row: Row, column: str) -> Decimal:
    """The amount in a column; raises `MalformedError` where there is none."""
    value = row.get(column)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise MalformedError(f"{column}_no_number")
    return Decimal(value)


def version_of(row: Row) -> str:
    """The source version of an entry: when it was last written, in UTC; raises `MalformedError`."""
    return moment_text(parse_moment(stated_text(row, "ModifiedDateTime")))
