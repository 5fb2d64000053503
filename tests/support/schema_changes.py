"""What somebody may do to a field of a published schema: break what it promised, or add and widen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from infra.contracts.schemas import Schema

_OTHER = {"string": "integer", "integer": "string", "boolean": "string", "array": "object", "object": "array"}

type Change = Callable[[Schema, str], bool]
"""Changes a field of an object's schema; whether there was anything of the kind to change."""


def remove(owner: Schema, name: str) -> bool:
    """The field is gone."""
    del owner["properties"][name]
    owner["required"] = [each for each in owner.get("required", []) if each != name]
    return True


def retype(owner: Schema, name: str) -> bool:
    """It is of another type."""
    schema = owner["properties"][name]
    if not isinstance(schema.get("type"), str):
        return False
    owner["properties"][name] = {"type": _OTHER[schema["type"]]}
    return True


def take_fewer_types(owner: Schema, name: str) -> bool:
    """It is never null any more."""
    schema = owner["properties"][name]
    if not isinstance(schema.get("type"), list):
        return False
    schema["type"] = schema["type"][0]
    return True


def take_fewer_values(owner: Schema, name: str) -> bool:
    """One of its values is gone."""
    schema = owner["properties"][name]
    if "enum" not in schema:
        return False
    schema["enum"] = schema["enum"][1:]
    return True


def count_values(owner: Schema, name: str) -> bool:
    """It may say one thing alone."""
    schema = owner["properties"][name]
    if schema.get("type") != "string" or "enum" in schema:
        return False
    schema["enum"] = ["the only one"]
    return True


def name_another(owner: Schema, name: str) -> bool:
    """It says another thing."""
    schema = owner["properties"][name]
    if "const" not in schema:
        return False
    schema["const"] = "Another"
    return True


def take_other_texts(owner: Schema, name: str) -> bool:
    """It has a form."""
    schema = owner["properties"][name]
    if schema.get("type") != "string":
        return False
    schema["pattern"] = "^only this$"
    return True


def take_other_moments(owner: Schema, name: str) -> bool:
    """It is written in another way."""
    schema = owner["properties"][name]
    if "string" not in schema.get("type", ()):
        return False
    schema["format"] = "time"
    return True


def take_greater_numbers(owner: Schema, name: str) -> bool:
    """It has a least value."""
    schema = owner["properties"][name]
    if schema.get("type") != "integer":
        return False
    schema["minimum"] = 7
    return True


def require(owner: Schema, name: str) -> bool:
    """It has to be there."""
    if name in owner.get("required", []):
        return False
    owner["required"] = [*owner.get("required", []), name]
    return True


def require_a_new_one(owner: Schema, _name: str) -> bool:
    """Another has to be there beside it."""
    owner["properties"]["a_new_one"] = {"type": "string"}
    owner["required"] = [*owner.get("required", []), "a_new_one"]
    return True


def mean_something_else_by_nothing(owner: Schema, name: str) -> bool:
    """Where it is absent, it means what it did not."""
    if name in owner.get("required", []):
        return False
    owner["properties"][name]["default"] = "something else"
    return True


def take_any_items(owner: Schema, name: str) -> bool:
    """Nothing is refused any more, but the fields of the items are gone."""
    items = owner["properties"][name].get("items", {})
    if "properties" not in items:
        return False
    del owner["properties"][name]["items"]
    return True


BREAKING: tuple[Change, ...] = (
    *(remove, retype, take_fewer_types, take_fewer_values, count_values, name_another, take_other_texts),
    *(take_other_moments, take_greater_numbers, require, require_a_new_one, mean_something_else_by_nothing),
    take_any_items,
)


def add(owner: Schema, _name: str) -> bool:
    """Another may be there beside it."""
    owner["properties"]["a_new_one"] = {"type": "array", "items": {"type": "integer", "minimum": 1}}
    return True


def leave_out(owner: Schema, name: str) -> bool:
    """It need not be there."""
    owner["required"] = [each for each in owner.get("required", []) if each != name]
    return True


def take_null(owner: Schema, name: str) -> bool:
    """It may be null."""
    schema = owner["properties"][name]
    if "type" not in schema or "enum" in schema:
        return False
    stated = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    schema["type"] = sorted({*stated, "null"})
    return True


def take_another_value(owner: Schema, name: str) -> bool:
    """It may say one thing more."""
    schema = owner["properties"][name]
    if "enum" not in schema:
        return False
    schema["enum"] = ["another", *reversed(schema["enum"])]
    return True


def take_any_text(owner: Schema, name: str) -> bool:
    """It may say anything of its type."""
    for word in ("pattern", "format", "enum", "minimum", "const"):
        owner["properties"][name].pop(word, None)
    return True


def take_any_number(owner: Schema, name: str) -> bool:
    """It may be a fraction."""
    if owner["properties"][name].get("type") == "integer":
        owner["properties"][name]["type"] = "number"
    return True


def say_it_better(owner: Schema, name: str) -> bool:
    """It is told in other words."""
    owner["properties"][name]["description"] = "in better words"
    return True


WIDENING: tuple[Change, ...] = (
    *(add, leave_out, take_null, take_another_value, take_any_text, take_any_number, say_it_better),
)


def fields_in(schema: Schema) -> Iterator[tuple[Schema, str]]:
    """Every field of a schema with the object's schema it stands in."""
    for name, field in schema.get("properties", {}).items():
        yield schema, name
        yield from fields_in(field)
        yield from fields_in(field.get("items", {}))
