"""One folder per system at either end, one module per capability: a step looks for the ones it needs by name."""

from __future__ import annotations

import importlib
from typing import Any


def capability(system: str, name: str) -> Any:  # noqa: ANN401 each capability's module has the shape its users state
    """The module that is one capability of a system, such as its `reader`.

    That a system has what the landscape asks of it was checked at synth (`infra/landscape_rules.py`).

    Raises:
        ModuleNotFoundError: if it lacks the capability all the same.
    """
    return importlib.import_module(f"{__name__}.{system}.{name}")
