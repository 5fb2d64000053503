"""The one JSON parser of the project: what it accepts, the bus, the queues and the ledger can carry.

Three parsers in one pipeline disagree (24 of the 318 files of JSONTestSuite), so bytes from outside are parsed once, here.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from tieout.errors import MalformedError

_MAX_DEPTH = 64  # the deepest real payload (a NetSuite record with sublists) nests 8
_INT64 = 2**63
# Characters SQS refuses in a message body or that cannot be encoded as UTF-8.
_UNCARRIABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse(raw: bytes) -> Any:  # noqa: ANN401 JSON is any shape until its reader has looked
    """The value of one JSON document in UTF-8: numbers with a fraction or exponent become `Decimal`, never float.

    Raises:
        MalformedError: for invalid UTF-8, a byte-order mark, NaN and infinities, duplicate keys, integers beyond
            64 bits, lone surrogates and control characters, nesting beyond 64, and anything RFC 8259 refuses.
    """
    value = _decode(raw)
    flaw = _flaw_in(value)
    if flaw is not None:
        raise flaw
    return value


def parse_items(raw: bytes) -> list[Any]:
    """The items of a JSON array, each judged alone: an item `parse` would refuse is a `MalformedError` in its place.

    So one bad item of a delivery loses none of its neighbours.

    Raises:
        MalformedError: if the bytes as a whole are no JSON array (see `parse`).
    """
    value = _decode(raw)
    if isinstance(value, MalformedError):
        raise value
    if not isinstance(value, list):
        raise MalformedError("json_not_an_array")
    return [_flaw_in(item) or item for item in value]


def _decode(raw: bytes) -> Any:  # noqa: ANN401 as above
    try:
        text = raw.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise MalformedError("json_not_utf8") from error
    if text.startswith("\ufeff"):
        raise MalformedError("json_byte_order_mark")
    _check_depth(text)
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError("json_invalid") from error


def _flaw_in(value: object) -> MalformedError | None:
    """The first flaw a hook left in a decoded value, or the first text nothing behind us can carry."""
    if isinstance(value, MalformedError):
        return value
    if isinstance(value, str):
        return MalformedError("json_uncarriable_text") if _UNCARRIABLE.search(value) else None
    if isinstance(value, dict):
        return next((flaw for pair in value.items() for part in pair if (flaw := _flaw_in(part))), None)
    if isinstance(value, list):
        return next((flaw for item in value if (flaw := _flaw_in(item))), None)
    return None


def dump(value: object) -> str:
    """Compact JSON with sorted keys, so that equal values give equal texts; `Decimal` becomes its plain text.

    Raises:
        TypeError: for anything JSON has no form for, floats included.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _check_depth(text: str) -> None:
    """Refuse depth bombs before the recursive parser sees them; brackets inside strings only count too much."""
    if text.count("[") + text.count("{") <= _MAX_DEPTH:
        return
    depth = 0
    for token in _STRUCTURE.finditer(text):
        character = token[0]
        if character in "[{":
            depth += 1
            if depth > _MAX_DEPTH:
                raise MalformedError("json_too_deep")
        elif character in "]}":
            depth -= 1


_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


# The hooks leave a flaw as a value, so that it spoils only the item it stands in.


def _integer(digits: str) -> int | MalformedError:
    if len(digits) > 20:  # noqa: PLR2004 a sign and 19 digits hold every 64-bit integer
        return MalformedError("json_integer_beyond_64_bits")
    number = int(digits)
    return number if -_INT64 <= number < _INT64 else MalformedError("json_integer_beyond_64_bits")


def _decimal(digits: str) -> Decimal | MalformedError:
    if len(digits) > 64:  # noqa: PLR2004 longer than any real amount; stops exponent and digit bombs
        return MalformedError("json_number_too_long")
    number = Decimal(digits)
    return number if abs(number.adjusted()) <= 64 else MalformedError("json_number_out_of_range")  # noqa: PLR2004 the same for 1e999999


def _constant(_name: str) -> MalformedError:
    return MalformedError("json_not_finite")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | MalformedError:
    found = dict(pairs)
    return found if len(found) == len(pairs) else MalformedError("json_duplicate_key")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant, strict=True
)
