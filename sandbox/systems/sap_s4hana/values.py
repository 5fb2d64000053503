"""Values of properties: as they are entered, as they are stored, and as OData V2 writes them in JSON.

Stored are texts (numbers as decimals, dates and moments in ISO 8601, moments in UTC with microseconds), 0 or 1 for booleans, and
no leading zeros of numbers. An empty text is a value; a date that is not there is null.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from sandbox.systems.sap_s4hana.services import ALPHA, NUMBERS, Property

Stored = str | int | None
_DIGITS = 10
_PLACES = {"amount": Decimal("0.001"), "rate": Decimal("0.00001")}
_WRITTEN = re.compile(r"/Date\((-?\d+)(?:\+0000)?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def stored(described: Property, value: object) -> Stored:
    """A value as it is kept.

    Raises:
        ValueError: if it is not of the property's kind, or too long.
    """
    kind = described.kind
    if kind in {"date", "moment", "time"}:
        return None if value in {None, ""} else _when(kind, str(value))
    if kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{described.name} is true or false")
        return int(value)
    if kind in NUMBERS:
        return str(_number(described.name, value))
    text = "" if value is None else str(value)
    if len(text) > described.length:
        raise ValueError(f"{described.name} has at most {described.length} characters")
    return without_zeros(text) if kind in ALPHA else text


def missing(described: Property) -> Stored:
    """The value of a property that nobody has set."""
    if described.kind in NUMBERS:
        return "0"
    if described.kind == "boolean":
        return 0
    return None if described.kind in {"date", "moment", "time"} else ""


def shown(described: Property, value: Stored, *, leading_zeros: bool) -> str | bool | None:
    """A stored value as OData V2 writes it in JSON."""
    kind = described.kind
    if kind == "boolean":
        return bool(value)
    if value is None:
        return None
    if kind in {"date", "moment", "time"}:
        return _written(kind, str(value))
    if kind in _PLACES:
        return str(Decimal(value).quantize(_PLACES[kind]))
    padded = kind == "document" or (kind == "number" and leading_zeros and described.length == _DIGITS)
    return with_zeros(str(value)) if padded else str(value)


def etag_of(described: Property, value: Stored) -> str:
    """A weak ETag: of a moment it has more digits than the moment has in the body."""
    if described.kind == "moment":
        written = str(value).replace("Z", "0Z").replace(":", "%3A")
        return f"W/\"datetimeoffset'{written}'\""
    return f"W/\"'{value}'\""


def moment_text(moment: datetime) -> str:
    """A moment as it is stored: `2026-03-31T22:41:06.512345Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def without_zeros(text: str) -> str:
    """A number without its leading zeros; other texts as they are."""
    return text.lstrip("0") or text[:1] if text.isdecimal() else text


def with_zeros(text: str) -> str:
    """A number with ten digits; other texts, and an empty one, as they are."""
    return text.zfill(_DIGITS) if text.isdecimal() else text


def alpha_order(one: str, other: str) -> int:
    """Which of two numbers comes first, as SAP orders its own form of them, which has leading zeros."""
    ours, theirs = with_zeros(one), with_zeros(other)
    return (ours > theirs) - (ours < theirs)


def _when(kind: str, text: str) -> str:
    written = _WRITTEN.fullmatch(text)
    if written:  # as OData writes it itself
        text = (_EPOCH + int(written[1]) * _MILLISECOND).isoformat()
    if kind == "date":
        return date.fromisoformat(text.removesuffix("Z").removesuffix("+00:00").removesuffix("T00:00:00")).isoformat()
    if kind == "time":
        return time.fromisoformat(text).isoformat(timespec="seconds")
    return moment_text(datetime.fromisoformat(text))


def _written(kind: str, text: str) -> str:
    if kind == "time":
        hours, minutes, seconds = text.split(":")
        return f"PT{hours}H{minutes}M{seconds}S"
    moment = datetime.fromisoformat(text)
    if kind == "date":
        return f"/Date({(moment.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND})/"
    return f"/Date({(moment - _EPOCH) // _MILLISECOND}+0000)/"


def _number(name: str, value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{name} is a number") from error
    if not number.is_finite():
        raise ValueError(f"{name} is a number")
    return number
