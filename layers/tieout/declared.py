"""Values that are stated by name and never change: what settings and options are.

To whoever reads or checks types it is a frozen dataclass. It is none, because `dataclasses` imports `inspect`: 57 million
instructions of a cold receive, which has 330, and 4 more for every dataclass. Things that come in numbers are named tuples.
"""

from __future__ import annotations

from typing import Any, dataclass_transform


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Declared:
    """The fields are the annotations of the subclass, their defaults what it assigns: values nobody can change.

    Raises:
        TypeError: if a field is neither stated nor has a default, or what is stated is no field.
    """

    def __init__(self, **stated: Any) -> None:  # noqa: ANN401 each field has its own type
        names = type(self).__annotations__
        wrong = [name for name in names if name not in stated and not hasattr(type(self), name)]
        wrong += sorted(stated.keys() - names.keys())
        if wrong:
            raise TypeError(f"{type(self).__name__}: missing or unknown: {', '.join(wrong)}")
        self.__dict__.update(stated)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Refuse values that no field alone can refuse; raises `ValueError` naming the field."""

    def plain(self) -> dict[str, Any]:
        """Every field with its value, in the order declared."""
        return {name: getattr(self, name) for name in type(self).__annotations__}

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} is declared once")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Declared) and other.plain() == self.plain()

    __hash__ = None  # type: ignore[assignment]  # lists and mappings are among the values

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.plain().items())})"
