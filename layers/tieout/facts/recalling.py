"""Reads facts back from the canonical text they are kept as (`statement.canonical_text`), of whatever kind they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from tieout import strict_json
from tieout.facts.family import Fact
from tieout.money import Money

_Read = Callable[[Any], Any]


def fact_of_text[F: Fact](kind: type[F], text: str) -> F:
    """The fact of a kind that is kept as a text."""
    plain = strict_json.parse(text.encode())
    del plain["kind"]
    fact: F = _reader(cast("Any", kind))(plain)
    return fact


@cache
def _reader(kind: Any) -> _Read:  # noqa: ANN401 a type hint is of any class
    """What turns the JSON value of a field into what the field holds."""
    if isinstance(kind, UnionType):
        [some] = [each for each in get_args(kind) if each is not type(None)]
        return _reader(some)
    if get_origin(kind) is tuple:
        read = _reader(get_args(kind)[0])
        return lambda value: tuple(map(read, value))
    if kind is Money:
        return lambda value: Money.parse(*value.split())
    if kind is date:
        return date.fromisoformat
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    return kind if kind is Decimal or issubclass(kind, StrEnum) else _as_it_is


def _dataclass_reader(kind: Any) -> _Read:  # noqa: ANN401 as `_reader`
    hints = get_type_hints(kind)
    readers = {each.name: _reader(hints[each.name]) for each in fields(kind)}
    nothing = {each.name: None for each in fields(kind) if not _has_default(each)}  # a None is left out of the text

    def read(plain: Mapping[str, Any]) -> Any:  # noqa: ANN401 as `_reader`
        return kind(**nothing | {name: readers[name](value) for name, value in plain.items()})

    return read


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 a JSON value
    return value
