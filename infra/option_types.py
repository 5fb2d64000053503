"""Lets pydantic check the options of a system, whose classes are written without it: they are loaded where a sender waits."""

from __future__ import annotations

import functools
import operator
import types
from dataclasses import dataclass, field
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from tieout.declared import Declared


@functools.cache
def options_adapter(options: type) -> TypeAdapter[Any]:
    """Checks the options of a system; what is `Declared` is shown to pydantic as the dataclass it looks like."""
    return TypeAdapter(_shown(options))


def _shown(hint: Any) -> Any:  # noqa: ANN401 a type as it is written
    """A type in which every `Declared` stands as a dataclass."""
    if isinstance(hint, type) and issubclass(hint, Declared):
        body = {name: _default(value) for name, value in vars(hint).items() if name not in {"__dict__", "__weakref__"}}
        annotations = {name: _shown(each) for name, each in get_type_hints(hint).items()}
        return dataclass(kw_only=True)(
            type(hint.__name__, (), {"plain": Declared.plain, **body, "__annotations__": annotations})
        )
    parts = () if get_origin(hint) is Literal else tuple(_shown(each) for each in get_args(hint))
    if parts == get_args(hint) or not parts:
        return hint
    origin = get_origin(hint)
    return functools.reduce(operator.or_, parts) if origin in {Union, types.UnionType} else origin[parts]


def _default(value: Any) -> Any:  # noqa: ANN401 whatever a class holds
    """What stands in a class, as a dataclass lets it stand: a default that could be changed comes from a factory."""
    if isinstance(value, types.MappingProxyType):
        return field(default_factory=lambda: dict(value))
    return field(default_factory=lambda: value) if isinstance(value, Declared) else value
