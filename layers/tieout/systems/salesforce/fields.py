"""Reads what only Salesforce's records state of themselves: when they changed, and in which currency they are; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.columns import text_of, unreadable
from tieout.errors import MalformedError
from tieout.moments import moment_text, parse_moment


def version_of(row: Mapping[str, Any]) -> str:
    """The record's last change by anybody, automation included (`SystemModstamp`), as a text that sorts as time does."""
    text = text_of(row, "SystemModstamp")
    try:
        return moment_text(parse_moment(text or ""))
    except MalformedError as error:
        raise unreadable("SystemModstamp", error.reason) from error


def currency_of(row: Mapping[str, Any], default_currency: str) -> str:
    """What its amounts are in: organisations with one currency keep no codes."""
    return (text_of(row, "CurrencyIsoCode") if "CurrencyIsoCode" in row else None) or default_currency
