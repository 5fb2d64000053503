"""Worlds in which Anaplan has hardly a member at first, and is given those that are declared, whatever becomes of the calls."""

from __future__ import annotations

from collections import Counter

from tests.simulation.keeping_members import THEME
from tests.simulation.seeds import violations_of
from tests.simulation.world import Scenario, World

_SEEDS = range(5)
_FAULTS = ("landing_late", "member_refused", "lost_answer", "target_busy", "crash_after")


def test_every_declared_member_ends_up_there_once_whatever_happens_to_the_calls() -> None:
    """No cell stays refused for want of one, and each kind of trouble has been met."""
    met: Counter[str] = Counter()
    for seed in _SEEDS:
        world = World(Scenario(seed=seed, theme=THEME, changes=14))
        assert violations_of(world) == [], seed
        met += world.weather.counts
    assert [name for name in _FAULTS if not met[name]] == []
