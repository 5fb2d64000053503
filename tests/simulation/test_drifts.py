"""Worlds in which sources drift, in what they answer and in what they post, whatever else goes wrong."""

from __future__ import annotations

from collections import Counter

from tests.simulation.drifts import THEME
from tests.simulation.seeds import violations_of
from tests.simulation.world import Scenario, World

_SEEDS = range(5)
_DRIFTS = {"unknown", "absent", "null", "retyped", "new_value", "exponent"}
_ONE_OF_THEM = 11  # an ordinary day on which sources drift


def test_what_drifts_is_known_and_told_once_and_stops_nothing() -> None:
    """In every way; nothing else is called a drift, and planning holds what the sources say."""
    met: Counter[str] = Counter()
    drifted: set[str] = set()
    died = 0
    for seed in _SEEDS:
        world = World(Scenario(seed=seed, theme=THEME, changes=14))
        assert violations_of(world) == [], seed
        met += world.weather.counts
        drifted |= {drift for _, _, _, drift in world.drifting.known()}
        died += len(world.line.processes.died)
    assert drifted == _DRIFTS
    assert died
    assert [name for name in ("lost_answer", "throttled", "delivered_twice") if not met[name]] == []


def test_sources_drift_on_some_ordinary_days() -> None:
    """And on no other, which stay as they are."""
    days = [World(Scenario(seed=seed)).drifting.is_part for seed in range(32)]
    assert [seed for seed, is_part in enumerate(days) if is_part] == [_ONE_OF_THEM, 16 + _ONE_OF_THEM]
