"""Values as the tables keep them and as the API writes them.

The tables keep amounts as decimal texts, moments as `2026-03-02T09:00:00.123000Z`, days as `2026-03-02`, truths as 0 and 1.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

Stored = str | int | None
Shown = str | int | float | bool | None

_CENT = Decimal("0.01")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_NEEDS_ESCAPING = re.compile("[^A-Za-z0-9_]")


def amount(value: object) -> Decimal:
    """A value somebody stated, as a number.

    Raises:
        ValueError: if it is none.
    """
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{value} is no amount") from error


def cents(value: Decimal) -> Decimal:
    """An amount of money rounded to two places, halves away from zero, as every currency of the environment has them."""
    return value.quantize(_CENT, ROUND_HALF_UP)


def moment_text(moment: datetime) -> str:
    """A moment as the tables keep it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def escaped(name: str) -> str:
    """The name of an enumeration's member as XML may write it: `Credit_x0020_Memo`."""
    return _NEEDS_ESCAPING.sub(lambda found: f"_x{ord(found[0]):04x}_", name)


def unescaped(name: str) -> str:
    """The member that a name in either form is."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), name)


def shown(kind: str, value: Stored, *, escape: bool) -> Shown:
    """A value as the API writes it; `escape` says in which form the members of enumerations come."""
    if value is None:
        return None
    if kind == "decimal":
        number = Decimal(str(value))
        return int(number) if number == number.to_integral_value() else float(number)
    if kind == "datetime":
        return _shortest(str(value))
    if kind == "boolean":
        return bool(value)
    return escaped(str(value)) if kind == "enumeration" and escape else value


def _shortest(moment: str) -> str:
    """Without zeros at the end of a second's fraction, as the vendor's answers have it: `22.37Z`, `22Z`."""
    seconds, _, fraction = moment.rstrip("Z").partition(".")
    digits = fraction.rstrip("0")
    return f"{seconds}.{digits}Z" if digits else f"{seconds}Z"
