"""Rows of a SuiteQL answer, whose keys and value types drift between releases, as plain texts; pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tieout.errors import UnreadableRecordError

Row = Mapping[str, str]


def lower_cased(item: object) -> object:
    """What is an object with its keys in lower case, as all our queries have them."""
    return {key.lower(): value for key, value in item.items()} if isinstance(item, dict) else item


def row_of(item: object) -> Row:
    """A row of a SuiteQL answer with lower-case keys and every value as text; nulls and links are left out.

    Raises:
        UnreadableRecordError: for something that is no row.
    """
    if not isinstance(item, dict):
        raise UnreadableRecordError("netsuite answered with a row that is no object")
    texts = {key.lower(): _text(value) for key, value in item.items() if key != "links"}
    return {key: text for key, text in texts.items() if text is not None}


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, str | int) and value != "" else None
