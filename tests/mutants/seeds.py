"""Seeds of the simulation that judge mutants: few enough to be shown to each, of every theme."""

from __future__ import annotations

import pytest

from tests.simulation.seeds import violations_of
from tests.simulation.weather import THEMES
from tests.simulation.world import Scenario, World

_SEEDS_OF_A_THEME = 3


@pytest.mark.parametrize("theme", sorted(THEMES))
@pytest.mark.parametrize("seed", range(_SEEDS_OF_A_THEME))
def test_planning_ends_with_what_the_sources_say(seed: int, theme: str) -> None:
    """Whatever goes wrong on the way, everything adds up at rest."""
    assert violations_of(World(Scenario(seed=seed, theme=theme))) == []
