"""The planning model as it ships, given to one target, so that a test sees each cell once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from infra.landscape import read_landscape
from tieout.landscape import Landscape
from tieout.planning.model import PlanningModel


def sandbox_landscape() -> Landscape:
    """What the sandbox declares, with Anaplan as the only target."""
    landscape = read_landscape(Path(__file__).parents[2], "sandbox")
    return replace(landscape, targets=(landscape.target("anaplan"),))


def sandbox_model(legal_entities: Mapping[str, str]) -> PlanningModel:
    """The planning model over made-up connections: by name, whose records each has."""
    return replace(PlanningModel.of(sandbox_landscape()), legal_entities=legal_entities)
