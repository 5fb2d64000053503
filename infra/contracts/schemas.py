"""Turns a class of ours into the JSON Schema of what is written of it: from its fields, and in the words of its docstring."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from tieout.money import Money
from tieout.periods import Period

type Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# What is written as a text or a number of its own; dates and moments by ISO 8601.
_PLAIN: Mapping[type, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    Money: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)? [A-Z]{3}$"},
    Period: {"type": "string", "pattern": r"^([0-9]{4}-[0-9]{2}|[A-Z]{2}[0-9]{4}-P[0-9]{2})$"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
_ATTRIBUTE = re.compile(r"^(?P<names>\w+(?:, \w+)*): (?P<words>.*)$")


def schema_of(annotation: Any) -> Schema:  # noqa: ANN401 whatever a field is declared as
    """The schema of a value of a type, where there is one: that there may be none, its field says by being optional.

    Raises:
        TypeError: nobody has said how a value of that type is written.
    """
    if annotation in _PLAIN:
        return dict(_PLAIN[annotation])
    if optional := _without_none(annotation):
        return schema_of(optional)
    if get_origin(annotation) is tuple and get_args(annotation)[1:] == (...,):
        return {"type": "array", "items": schema_of(get_args(annotation)[0])}
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return {"type": "string", "enum": [str(each) for each in annotation]}
    if isinstance(annotation, type) and is_dataclass(annotation):
        return object_schema(annotation)
    raise TypeError(f"nobody has said how {annotation!r} is written")


def object_schema(kind: type) -> Schema:
    """The schema of a dataclass as facts are written: without what is not known, and what is as the class has it by default.

    It is open: a reader passes over names it does not know, since a later release may have more.
    """
    hints, words = get_type_hints(kind), words_of(kind)
    described = {
        each.name: schema_of(hints[each.name]) | _described(words, each.name) | _defaulted(each)
        for each in fields(kind)
    }
    required = [
        each.name for each in fields(kind) if each.default is MISSING and _without_none(hints[each.name]) is None
    ]
    return {
        "type": "object",
        "description": summary_of(kind),
        "properties": described,
        "required": sorted(required),
    }


def nullable(schema: Schema) -> Schema:
    """The schema of what is written as null where there is none."""
    return schema | {"type": [schema["type"], "null"]}


def summary_of(kind: type) -> str:
    """What a class says of itself, without what it says of its fields."""
    return " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split())


def words_of(kind: type) -> dict[str, str]:
    """What a class, or one it is made from, says of each of its fields under `Attributes:`."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        found |= _attributes(inspect.cleandoc(each.__doc__ or ""))
    return found


def _attributes(docstring: str) -> dict[str, str]:
    found: dict[str, str] = {}
    names: list[str] = []
    for line in docstring.partition("Attributes:\n")[2].splitlines():
        match = _ATTRIBUTE.match(line[4:]) if line.startswith(" " * 4) else None
        if match is not None:
            names = match["names"].split(", ")
            found |= dict.fromkeys(names, match["words"])
        elif line.startswith(" " * 8):
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
        elif line.strip():
            break
    return found


def _described(words: Mapping[str, str], name: str) -> Schema:
    return {"description": words[name]} if name in words else {}


def _defaulted(field: Field[Any]) -> Schema:
    """What a field is where it is absent, unless that is unknown; facts have no fields that are made anew for each."""
    value = field.default
    if value is MISSING or value is None:
        return {}
    return {"default": list(value) if isinstance(value, tuple) else value}


def _without_none(annotation: Any) -> Any:  # noqa: ANN401 as above
    """The type beside None; None where a value must be there."""
    if get_origin(annotation) not in {types.UnionType, Union}:
        return None
    beside = [each for each in get_args(annotation) if each is not types.NoneType]
    return beside[0] if len(beside) == 1 and len(get_args(annotation)) > 1 else None
