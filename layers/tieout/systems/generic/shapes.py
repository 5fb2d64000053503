"""What a fact is made of, read from its declaration: so that any family can be filled from a payload (pure)."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from tieout.facts.family import SAME_AS
from tieout.money import Money
from tieout.systems.generic.values import READERS, member_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShape:
    """One field of a fact, of a line of it, or of a part.

    Attributes:
        may_be_absent: whether None is one of its values.
        must_be_mapped: whether there is no fact without it.
        same_as: the field before it that it equals where it is not mapped; empty: none.
        read: turns one value of JSON into it; None where it has parts instead.
        parts: the class whose fields are its parts, `Money` among them; None where one value is enough.
        line: the class of its lines; None where it has none.
    """

    name: str
    may_be_absent: bool
    must_be_mapped: bool
    same_as: str = ""
    read: Callable[[Any, str], object] | None = None
    parts: type | None = None
    line: type | None = None


@lru_cache(maxsize=64)
def shape_of(kind: type) -> tuple[FieldShape, ...]:
    """The fields of a fact's class, in order.

    Raises:
        TypeError: for a field that no value of JSON could be.
    """
    hints = get_type_hints(kind)
    shapes = (_field_shape(each.name, hints[each.name], may_go=_has_stand_in(each)) for each in fields(kind))
    same_as = (each.metadata.get(SAME_AS, "") for each in fields(kind))
    return tuple(replace(shape, same_as=other) for shape, other in zip(shapes, same_as, strict=True))


def _has_stand_in(field: Any) -> bool:  # noqa: ANN401 dataclasses.Field of anything
    return field.default is not MISSING or field.default_factory is not MISSING or SAME_AS in field.metadata


def _field_shape(name: str, hint: Any, *, may_go: bool) -> FieldShape:  # noqa: ANN401 a type as it is written
    kind, may_be_absent = _without_none(hint)
    needed = not may_be_absent and not may_go
    if get_origin(kind) is tuple:
        line = get_args(kind)[0]
        return FieldShape(name=name, may_be_absent=False, must_be_mapped=needed, line=line)
    assert isinstance(kind, type)
    if kind is Money or (is_dataclass(kind) and kind not in READERS):
        return FieldShape(name=name, may_be_absent=may_be_absent, must_be_mapped=needed, parts=kind)
    read = member_of(kind) if issubclass(kind, StrEnum) else READERS.get(kind)
    if read is None:
        raise TypeError(f"no value of JSON is a {kind.__name__}")
    return FieldShape(name=name, may_be_absent=may_be_absent, must_be_mapped=needed, read=read)


def _without_none(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401 as above
    if get_origin(hint) not in {Union, types.UnionType}:
        return hint, False
    kinds = [each for each in get_args(hint) if each is not type(None)]
    return kinds[0], len(kinds) < len(get_args(hint))
