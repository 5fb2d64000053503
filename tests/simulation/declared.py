"""The landscape of a simulated world: what ships, over its own connections and companies."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.simulation.aging import FRESHNESS
from tests.simulation.companies import CALENDARS, LEGAL_ENTITIES
from tests.simulation.owners import OWNERS, SELLS_TOO
from tests.simulation.systems import connections
from tests.simulation.targets import ALSO_FED, ANAPLAN
from tieout.landscape import Landscape

_LANDSCAPE = Path(__file__).parents[2] / "landscape"


@cache
def landscape(targets: Sequence[str] = (ANAPLAN,), *, is_owned: bool = False) -> Landscape:
    """The flows and the planning model as they ship, over the connections and companies of the simulation.

    Args:
        targets: those of a world; each is fed what `targets.ALSO_FED` says, Anaplan everything.
        is_owned: whether customers have an owner, and a company's opportunities.
    """
    plain: dict[str, Any] = {"stage": "simulated", "connections": []}
    plain |= {"calendars": CALENDARS, "legal_entities": LEGAL_ENTITIES}
    for name in ("flows", "planning"):
        plain |= tomllib.loads((_LANDSCAPE / f"{name}.toml").read_text(encoding="utf-8"))
    plain["freshness"] = FRESHNESS
    plain["rates"] = {"through": "EUR"}
    plain["owners"] = OWNERS if is_owned else []
    plain["targets"] = [_declared(name, plain["feeds"]) for name in targets]
    sells = SELLS_TOO if is_owned else {}
    known = (replace(each, legal_entity=sells.get(each.name, each.legal_entity)) for each in connections())
    return replace(Landscape.of_plain(plain), connections=tuple(known))


def _declared(target: str, feeds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    given = {} if target == ANAPLAN else {"feeds": [each["name"] for each in feeds if each["cube"] in ALSO_FED[target]]}
    return {"name": target, "system": "", "api_base_url": "", **given}
