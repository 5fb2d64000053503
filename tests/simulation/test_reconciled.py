"""Worlds in which stages are compared while anything goes wrong, and at rest with a mirror of the books that says other things."""

from __future__ import annotations

from collections import Counter

from tests.simulation.comparing import THEME
from tests.simulation.seeds import violations_of
from tests.simulation.world import Scenario, World
from tieout.reconciling.breaks import BreakKind

_SEEDS = (0, 1, 3, 10, 18, 35)
_ONE_OF_THEM = 3  # an ordinary day on which stages are compared


def test_what_differs_is_found_as_it_is_and_nothing_else_is() -> None:
    """Of every kind, whatever goes wrong and in whichever order it came; what people said of it stands."""
    met: Counter[str] = Counter()
    planted: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for seed in _SEEDS:
        world = World(Scenario(seed=seed, theme=THEME, changes=24))
        assert violations_of(world) == [], seed
        met += world.weather.counts
        planted.update(world.comparing.planted)
        said.update(world.comparing.said)
    assert planted.keys() == set(BreakKind)
    assert [what for what in ("explained", "accepted", "refused") if not said[what]] == []
    assert [name for name in ("crash_before", "crash_after", "lost_answer", "throttled") if not met[name]] == []


def test_stages_are_compared_on_some_ordinary_days() -> None:
    """And on no other, which cost what they did."""
    days = [World(Scenario(seed=seed)).comparing.is_part for seed in range(32)]
    assert [seed for seed, is_part in enumerate(days) if is_part] == [_ONE_OF_THEM, 16 + _ONE_OF_THEM]
