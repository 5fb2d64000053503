"""One folder per system at either end, one module per capability: a step looks for the ones it needs by name."""

from __future__ import annotations

import importlib
import importlib.util
from datetime import timedelta
from typing import Any


def capability(system: str, name: str) -> Any:  # noqa: ANN401 each capability's module has the shape its users state
    """The module that is one capability of a system, such as its `reader`.

    That a system has what the landscape asks of it was checked at synth (`infra/landscape_rules.py`).

    Raises:
        ModuleNotFoundError: if it lacks the capability all the same.
    """
    return importlib.import_module(f"{__name__}.{system}.{name}")


def has_capability(system: str, name: str) -> bool:
    """Whether a system has the module that is this capability."""
    return importlib.util.find_spec(f"{__name__}.{system}.{name}") is not None


def listable_entities(system: str) -> tuple[tuple[str, ...], timedelta]:
    """The ledger's entities a system can list, and how late a change may be seen in its lists; none where it cannot list."""
    if not has_capability(system, "listing"):
        return (), timedelta()
    listing = capability(system, "listing")
    return tuple(listing.ENTITIES), listing.LATENESS
