"""What a schema promised and a later one of the same version does not keep: pure.

The promise is that whatever was valid stays valid, that each field stands where it stood, and that its absence means what it
meant. So a message of before can be read by the code of after, and a reader of facts finds what it read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.contracts.schemas import Schema

_TOLD = frozenset({"$schema", "$id", "title", "description"})  # for people
_COMPARED = frozenset(
    {"type", "enum", "const", "pattern", "format", "minimum", "properties", "required", "items", "default"}
)
_ANY_TYPE = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})


def breaks(before: Schema, after: Schema, at: str = "") -> list[str]:
    """Each promise that is not kept, as where it stands and what became of it; none where `after` only adds and widens.

    Raises:
        ValueError: a schema has a word that nobody here compares, so nobody can say.
    """
    unknown = (before.keys() | after.keys()) - _TOLD - _COMPARED
    if unknown:
        raise ValueError(f"{at or '/'}: nobody compares {', '.join(sorted(unknown))}")
    return [f"{at or '/'} {flaw}" for flaw in _of_value(before, after)] + list(_of_parts(before, after, at))


def _of_value(before: Schema, after: Schema) -> Iterator[str]:
    """What of a value itself is not kept."""
    if not _types(before) <= _types(after):
        yield f"was {_listed(_types(before))} and is {_listed(_types(after))}"
    elif not _kept_values(before, after):
        yield "takes fewer values"
    for word in ("pattern", "format"):
        if after.get(word, before.get(word)) != before.get(word):
            yield f"has another {word}"
    if "minimum" in after and after["minimum"] > before.get("minimum", float("-inf")):
        yield "has a greater minimum"


def _of_parts(before: Schema, after: Schema, at: str) -> Iterator[str]:
    """What of the fields and items of a value is not kept."""
    was, now = before.get("properties", {}), after.get("properties", {})
    for name in was:
        if name not in now:
            yield f"{at}/{name} was removed"
            continue
        yield from breaks(was[name], now[name], f"{at}/{name}")
        if name not in before.get("required", ()) and was[name].get("default") != now[name].get("default"):
            yield f"{at}/{name} means something else where it is absent"
    for name in sorted(set(after.get("required", ())) - set(before.get("required", ()))):
        yield f"{at}/{name} must be there now"
    if "items" in before or "items" in after:
        yield from breaks(before.get("items", {}), after.get("items", {}), f"{at}[]")


def _types(schema: Schema) -> frozenset[str]:
    stated = schema.get("type", _ANY_TYPE)
    named = frozenset([stated] if isinstance(stated, str) else stated)
    return named | {"integer"} if "number" in named else named


def _kept_values(before: Schema, after: Schema) -> bool:
    was, now = _values(before), _values(after)
    return now is None or (was is not None and all(each in now for each in was))


def _values(schema: Schema) -> list[Any] | None:
    """The values there may be; None where they are not counted."""
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _listed(types: frozenset[str]) -> str:
    return "anything" if types == _ANY_TYPE else " or ".join(sorted(types))
