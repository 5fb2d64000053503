"""The landscape of a simulated world: what ships, over its own connections and companies."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.simulation.companies import CALENDARS, LEGAL_ENTITIES
from tests.simulation.systems import connections
from tieout.landscape import Landscape

_LANDSCAPE = Path(__file__).parents[2] / "landscape"


@cache
def landscape() -> Landscape:
    """The flows and the planning model as they ship, over the connections and companies of the simulation."""
    plain: dict[str, Any] = {"stage": "simulated", "connections": [], "targets": []}
    plain |= {"calendars": CALENDARS, "legal_entities": LEGAL_ENTITIES}
    for name in ("flows", "planning"):
        plain |= tomllib.loads((_LANDSCAPE / f"{name}.toml").read_text(encoding="utf-8"))
    return replace(Landscape.of_plain(plain), connections=connections())
