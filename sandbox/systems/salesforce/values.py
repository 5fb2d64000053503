"""Values of fields: as they are entered, as they are stored, and as REST, SOAP and change events write them.

Stored are texts (numbers as decimals, moments in UTC with milliseconds), and 0 or 1 for booleans.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sandbox.systems.salesforce.ids import expand
from sandbox.systems.salesforce.schema import IDS, NUMBERS, Field

Stored = str | int | None
_CENT = Decimal("0.01")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stored(field: Field, value: object) -> Stored:
    """A value as it is kept; an empty text is none.

    Raises:
        ValueError: if it is not of the field's kind.
    """
    if value is None or value == "":
        return None
    if field.kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{field.name} is true or false")
        return int(value)
    if field.kind in NUMBERS:
        return str(_number(field, value))
    if field.kind in IDS:
        return expand(str(value))
    if field.kind == "date":
        return date.fromisoformat(str(value)).isoformat()
    return moment_text(datetime.fromisoformat(str(value))) if field.kind == "datetime" else str(value)


def moment_text(moment: datetime) -> str:
    """A moment as it is stored, and as SOAP and change events write it: `2026-09-21T14:13:20.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rest_value(field: Field, value: Stored) -> str | float | bool | None:
    """A value as a query answers it."""
    if value is not None and field.kind == "datetime":
        return str(value).replace("Z", "+0000")
    return event_value(field, value)


def event_value(field: Field, value: Stored) -> str | float | bool | None:
    """A value as a change event on the bus carries it."""
    if value is None:
        return None
    if field.kind == "boolean":
        return bool(value)
    if field.kind in NUMBERS:
        return int(Decimal(value)) if field.kind == "int" else float(Decimal(value))
    return value


def avro_value(field: Field, value: Stored) -> str | float | bool | None:
    """A value as a change event of the Pub/Sub API carries it: dates and moments in milliseconds."""
    if value is None or field.kind not in {"date", "datetime"}:
        return event_value(field, value)
    moment = datetime.fromisoformat(str(value))
    return (moment.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


def soap_text(field: Field, value: Stored) -> str:
    """A value as XML Schema writes it; `value` is not None."""
    shown = event_value(field, value)
    return str(shown).lower() if isinstance(shown, bool) else str(shown)


def _number(field: Field, value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{field.name} is a number") from error
    return number.quantize(_CENT, ROUND_HALF_UP) if field.kind == "currency" else number
