"""The one JSON parser of the project: what it accepts, the bus, the queues and the ledger can carry.

Parsers disagree about what JSON is, and two in one pipeline disagree at the customer's cost: bytes from outside are
parsed once, here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from json import JSONDecoder, JSONEncoder
from typing import Any

from tieout.errors import MalformedError

_MAX_DEPTH = 64  # the deepest real payload (a NetSuite record with sublists) nests 8
_SAFE_RECURSION = 1000  # levels that the recursive parser bears on any thread's stack
_INT64 = 2**63
_MAX_INTEGER_CHARACTERS = 20  # a sign and 19 digits hold every 64-bit integer
_MAX_NUMBER_CHARACTERS = 64  # longer than any real amount; stops digit bombs
_MAX_NUMBER_EXPONENT = 64  # stops exponent bombs: `1e999999` is a megabyte once written out
_PLAIN_TYPES = frozenset((str, int, bool, type(None), Decimal))  # most values; passed over without a call
# Characters SQS refuses in a message body or that cannot be encoded as UTF-8, and what a text must hold for one to come out.
_UNCARRIABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SUSPICIOUS = ("\\u", "\\b", "\\f", "\ufffe", "\uffff")
# A string (to the end of the text where it never closes, so that the search stays linear) or a bracket.
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parse(raw: bytes) -> Any:  # noqa: ANN401 JSON is any shape until its reader has looked
    """The value of one JSON document in UTF-8: numbers with a fraction or exponent become `Decimal`, never float.

    Raises:
        MalformedError: for invalid UTF-8, a byte-order mark, NaN and infinities, duplicate keys, integers beyond
            64 bits, lone surrogates and control characters, nesting beyond 64, and anything RFC 8259 refuses.
    """
    return parse_taken(raw, lambda value: value)


def parse_items(raw: bytes) -> list[Any]:
    """The items of a JSON array, each judged alone: an item `parse` would refuse is a `MalformedError` in its place.

    So one bad item of a delivery loses none of its neighbours.

    Raises:
        MalformedError: if the bytes as a whole are no JSON array (see `parse`).
    """
    text = _decode(raw)
    value = _read(text)
    if isinstance(value, MalformedError):
        raise value
    if not isinstance(value, list):
        raise MalformedError("json_not_an_array")
    suspicious = _is_suspicious(text)
    return [_first_flaw(item, suspicious) or item for item in value]


def parse_with_items(raw: bytes, member: str) -> tuple[dict[str, Any], list[Any]]:
    """A JSON object without the member that is an array, and the items of that, each judged alone as by `parse_items`.

    Raises:
        MalformedError: if the bytes are no such object, or anything of it but the items is flawed (see `parse`).
    """
    text = _decode(raw)
    value, items = _parted(text, member)
    if not isinstance(items, list):
        raise MalformedError("json_items_missing")
    suspicious = _is_suspicious(text)
    return value, [_first_flaw(item, suspicious) or item for item in items]


def object_in(raw: bytes) -> dict[str, Any]:
    """The JSON object in an answer of which no more than a code is looked for; an empty one where it holds none."""
    try:
        value = parse(raw)
    except MalformedError:
        return {}
    return value if isinstance(value, dict) else {}


def parse_beside(raw: bytes, member: str) -> tuple[dict[str, Any], Any]:
    """A JSON object without one member, and that member as it stands, in which nobody has looked for flaws yet.

    For what is handed on byte for byte to somebody who judges it. A member that is absent is None.

    Raises:
        MalformedError: if the bytes are no object, or anything of it but the member is flawed (see `parse`).
    """
    return _parted(_decode(raw), member)


def parse_part(raw: bytes, *names: str) -> Any:  # noqa: ANN401 as `parse`
    """What stands at the end of a path of names, judged without what stands around it; None where nothing does.

    For documents of which a part is used, and whose other fields may hold what people typed.

    Raises:
        MalformedError: for a flaw of the part, or of the document's form (see `parse`).
    """
    return parse_taken(raw, lambda value: _at(value, names))


def parse_parts(raw: bytes, paths: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What stands at the ends of paths in a JSON object, by the paths' names: each judged alone, None where nothing does.

    One that `parse` would refuse is a `MalformedError` in its place. For documents of which parts are used, and whose other parts
    may hold what people typed.

    Raises:
        MalformedError: if the bytes as a whole are no JSON object (see `parse`).
    """
    text = _decode(raw)
    value = _read(text)
    if isinstance(value, MalformedError):
        raise value
    if not isinstance(value, dict):
        raise MalformedError("json_not_an_object")
    suspicious = _is_suspicious(text)
    found = {name: _at(value, path) for name, path in paths.items()}
    return {name: _first_flaw(each, suspicious) or each for name, each in found.items()}


def parse_taken(raw: bytes, take: Callable[[Any], Any]) -> Any:  # noqa: ANN401 as `parse`
    """What a function takes of a JSON document, of whose values nobody has judged any yet: what it leaves out costs nothing.

    Raises:
        MalformedError: for a flaw of what was taken, or of the document's form (see `parse`).
    """
    text = _decode(raw)
    taken = take(_read(text))
    flaw = _first_flaw(taken, _is_suspicious(text))
    if flaw is not None:
        raise flaw
    return taken


def dump(value: object) -> str:
    """Compact JSON with sorted keys, so that equal values give equal texts; `Decimal` becomes its plain text.

    Raises:
        TypeError: for anything JSON has no form for, floats included.
    """
    _refuse_floats(value)
    return _ENCODER.encode(value)


def carriable(text: str) -> str:
    """The text with U+FFFD, which no identifier holds, for each character that `parse` takes in no text."""
    return _UNCARRIABLE.sub("\ufffd", text)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form here")


_ENCODER = JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("float has no JSON form here")
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for each in value:
        if type(each) not in _PLAIN_TYPES:
            _refuse_floats(each)


def _decode(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("json_not_utf8") from error
    if text.startswith("\ufeff"):
        raise MalformedError("json_byte_order_mark")
    return text


def _read(text: str) -> Any:  # noqa: ANN401 as above
    _refuse_depth_bombs(text)
    try:
        return _DECODER.decode(text)
    except ValueError as error:
        raise MalformedError("json_invalid") from error


def _parted(text: str, member: str) -> tuple[dict[str, Any], Any]:
    """An object without one member, which has no flaw, and that member."""
    value = _read(text)
    found = value.pop(member, None) if isinstance(value, dict) else None
    flaw = _first_flaw(value, _is_suspicious(text))
    if flaw is not None:
        raise flaw
    if not isinstance(value, dict):
        raise MalformedError("json_not_an_object")
    return value, found


def _at(value: object, names: Sequence[str]) -> object:
    """What stands at the end of a path of names; where the path leads through a flaw, that."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else value if isinstance(value, MalformedError) else None
    return value


def _refuse_depth_bombs(text: str) -> None:
    """Refuse what the recursive parser must not see; `_first_flaw` draws the finer line, for each item alone."""
    if text.count("[") + text.count("{") <= _SAFE_RECURSION:
        return
    depth = 0
    for token in _STRUCTURE.finditer(text):
        character = token[0]
        if character in "[{":
            depth += 1
            if depth > _SAFE_RECURSION:
                raise MalformedError("json_too_deep")
        elif character in "]}":
            depth -= 1


def _is_suspicious(text: str) -> bool:
    """Whether a string of the document could hold a character nothing behind us carries; looked for only then."""
    if text.isascii() and "\\" not in text:  # as most are
        return False
    return any(sign in text for sign in _SUSPICIOUS)


def _first_flaw(value: object, suspicious: bool) -> MalformedError | None:  # noqa: FBT001 known once for all items
    flaw = _structural_flaw(value)
    if flaw is None and suspicious and _holds_uncarriable_text(value):
        return MalformedError("json_uncarriable_text")
    return flaw


def _structural_flaw(value: object) -> MalformedError | None:
    """What a hook left in a value, or too deep a nesting; walks level by level, so that depth costs no stack."""
    level = [value]
    for _ in range(_MAX_DEPTH + 1):
        inner: list[object] = []
        for each in level:
            if type(each) in _PLAIN_TYPES:
                continue
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
            elif isinstance(each, MalformedError):
                return each
        if not inner:
            return None
        level = inner
    return MalformedError("json_too_deep")


def _holds_uncarriable_text(value: object) -> bool:
    if isinstance(value, str):
        return _UNCARRIABLE.search(value) is not None
    if isinstance(value, dict):
        return any(_holds_uncarriable_text(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_holds_uncarriable_text(each) for each in value)


# The hooks leave a flaw as a value, so that it spoils only the item it stands in.


def _integer(digits: str) -> int | MalformedError:
    if len(digits) > _MAX_INTEGER_CHARACTERS:
        return MalformedError("json_integer_beyond_64_bits")
    number = int(digits)
    return number if -_INT64 <= number < _INT64 else MalformedError("json_integer_beyond_64_bits")


def _decimal(digits: str) -> Decimal | MalformedError:
    if len(digits) > _MAX_NUMBER_CHARACTERS:
        return MalformedError("json_number_too_long")
    try:
        number = Decimal(digits)
    except InvalidOperation:  # an exponent beyond 64 bits; no ValueError
        return MalformedError("json_number_out_of_range")
    in_range = abs(number.adjusted()) <= _MAX_NUMBER_EXPONENT
    return number if in_range else MalformedError("json_number_out_of_range")


def _constant(_name: str) -> MalformedError:
    return MalformedError("json_not_finite")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | MalformedError:
    found = dict(pairs)
    return found if len(found) == len(pairs) else MalformedError("json_duplicate_key")


_DECODER = JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant, strict=True
)
