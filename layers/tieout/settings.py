"""How a function's typed environment is read: one precise error for a variable that is missing or unreadable.

The settings classes of `functions/<step>/settings.py` stand on this: the infrastructure fills them, the handlers read
them. Standard library only, because the receive step pays for every import while a sender waits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class SettingsError(Exception):
    """The environment of a function is not what its settings class promises: a deployment is broken, nothing to retry.

    Attributes:
        variable: the environment variable at fault.
    """

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"environment variable {variable} {problem}")
        self.variable = variable


def text(environ: Mapping[str, str], variable: str) -> str:
    """The variable's text, never empty.

    Raises:
        SettingsError: if it is missing or empty.
    """
    value = environ.get(variable, "")
    if not value:
        raise SettingsError(variable, "is missing or empty")
    return value


def number(environ: Mapping[str, str], variable: str) -> int:
    """The variable as a whole number above zero.

    Raises:
        SettingsError: if it is missing or anything else.
    """
    value = text(environ, variable)
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise SettingsError(variable, f"is {value!r}, not a whole number above zero")
    return int(value)


def mapping(environ: Mapping[str, str], variable: str) -> dict[str, Any]:
    """The variable as a JSON object with any values.

    Raises:
        SettingsError: if it is missing or anything else.
    """
    value = text(environ, variable)
    try:
        found = json.loads(value)
    except ValueError as error:
        raise SettingsError(variable, "is not JSON") from error
    if not isinstance(found, dict):
        raise SettingsError(variable, "is not a JSON object")
    return found


def texts(environ: Mapping[str, str], variable: str) -> dict[str, str]:
    """The variable as a JSON object of texts.

    Raises:
        SettingsError: if it is missing or anything else.
    """
    found = mapping(environ, variable)
    for name, value in found.items():
        if not isinstance(value, str):
            raise SettingsError(variable, f"has a value under {name!r} that is not a text")
    return found


def compact(value: Mapping[str, object]) -> str:
    """A mapping as the JSON text `mapping` and `texts` read, the same for equal mappings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
