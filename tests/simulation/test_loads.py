"""Worlds in which Anaplan is given its cells by imports, which queue, are cancelled, leave rows out and outlive their functions."""

from __future__ import annotations

from collections import Counter

from tests.simulation.seeds import violations_of
from tests.simulation.world import Scenario, World

_SEEDS = range(12)
_FAULTS = ("task_slow", "task_cancelled", "task_file_gone", "landing_late", "row_left_out")


def test_loads_end_in_what_the_sources_say_whatever_happens_to_their_imports() -> None:
    """And each kind of trouble that imports make has been met."""
    met: Counter[str] = Counter()
    for seed in _SEEDS:
        world = World(Scenario(seed=seed, theme="loads", changes=40))
        assert violations_of(world) == [], seed
        met += world.weather.counts
    assert all(met[name] for name in _FAULTS), met
