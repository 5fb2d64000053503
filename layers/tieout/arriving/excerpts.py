"""Takes out of what a sender states only what is wanted of it, by name, so that nothing else is kept (step 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Wanted = Any
"""All of a value (`...`), or by name what is wanted of an object, or of each in a list."""


def excerpt(value: Any, wanted: Wanted) -> Any:  # noqa: ANN401 JSON values
    """What is wanted of a value; a text or a number that stands where an object might is taken as it is."""
    if wanted is ...:
        return value
    if isinstance(value, list):
        return [excerpt(each, wanted) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {name: excerpt(value[name], wanted[name]) for name in wanted if name in value}
