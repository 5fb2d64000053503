"""A function's typed environment: declared fields become environment variables at synth, and fields again at a cold start.

The settings classes of `functions/<step>/settings.py` stand on this: the infrastructure fills them, the handlers read
them. Standard library only, because the receive step pays for every import while a sender waits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Self

from tieout.declared import Declared


class SettingsError(Exception):
    """The environment of a function is not what its settings class promises: a deployment is broken, nothing to retry.

    Attributes:
        variable: the environment variable at fault.
    """

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"environment variable {variable} {problem}")
        self.variable = variable


class Settings(Declared):
    """What a function is told; the field `bus_name` of a subclass is the variable `TIEOUT_BUS_NAME`.

    A field is a text that is not empty, a whole number above zero, or a mapping, which travels as JSON. The module of the
    subclass must postpone annotations: a field's type is read as it is written.
    """

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings an environment states.

        Raises:
            SettingsError: naming the first variable that is missing or unreadable.
        """
        return cls(
            **{name: _READERS[written](environ, _variable(name)) for name, written in cls.__annotations__.items()}
        )

    def environment(self) -> dict[str, str]:
        """The environment `of_environment` reads back, the same for equal settings."""
        return {_variable(name): _written(value) for name, value in self.plain().items()}


def _variable(name: str) -> str:
    return f"TIEOUT_{name.upper()}"


def _written(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":")) if isinstance(value, Mapping) else str(value)


def _text(environ: Mapping[str, str], variable: str) -> str:
    value = environ.get(variable, "")
    if not value:
        raise SettingsError(variable, "is missing or empty")
    return value


def _number(environ: Mapping[str, str], variable: str) -> int:
    value = _text(environ, variable)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise SettingsError(variable, f"is {value!r}, not a whole number above zero")
    return int(value)


def _mapping(environ: Mapping[str, str], variable: str) -> dict[str, Any]:
    value = _text(environ, variable)
    try:
        found = json.loads(value)
    except ValueError as error:
        raise SettingsError(variable, "is not JSON") from error
    if not isinstance(found, dict):
        raise SettingsError(variable, "is not a JSON object")
    return found


def _texts(environ: Mapping[str, str], variable: str) -> dict[str, str]:
    found = _mapping(environ, variable)
    for name, value in found.items():
        if not isinstance(value, str):
            raise SettingsError(variable, f"has a value under {name!r} that is not a text")
    return found


# By the type as it is written: to look up what it means costs a cold start more than all the rest of this.
_READERS: Mapping[str, Callable[[Mapping[str, str], str], Any]] = {
    "str": _text,
    "int": _number,
    "Mapping[str, str]": _texts,
    "Mapping[str, Option]": _mapping,
}
