"""Worlds in which entries change by proposals, and periods are certified, while anything goes wrong and at rest."""

from __future__ import annotations

from collections import Counter

from tests.simulation.governing import THEME
from tests.simulation.seeds import violations_of
from tests.simulation.world import Scenario, World

_SEEDS = (0, 1, 2, 15, 20, 45)
_ONE_OF_THEM = 7  # an ordinary day on which something is proposed, and certified


def test_what_is_approved_does_what_was_shown_and_what_was_certified_can_be_told_again() -> None:
    """By whomever, whatever moves meanwhile, and to the byte; nobody approves what they have proposed themselves."""
    met: Counter[str] = Counter()
    certified = 0
    for seed in _SEEDS:
        world = World(Scenario(seed=seed, theme=THEME, changes=24))
        assert violations_of(world) == [], seed
        met += world.weather.counts + world.proposing.said
        certified += sum(not isinstance(each.said, str) for each in world.certifying.certified)
    ends = ("proposed", "approved", "own", "moved", "not what is shown", "refused", "carried out")
    became = ("released at rest", "held at rest", "moved at rest", "late at rest", "unchanged at rest")
    faults = ("crash_before", "crash_after", "lost_answer", "throttled", "conflict")
    assert [name for name in (*ends, *became, *faults) if not met[name]] == []
    assert certified > len(_SEEDS)


def test_something_is_proposed_and_certified_on_some_ordinary_days() -> None:
    """And on no other, which cost what they did."""
    days = [World(Scenario(seed=seed)) for seed in range(32)]
    some = [_ONE_OF_THEM, 16 + _ONE_OF_THEM]
    assert [seed for seed, day in enumerate(days) if day.proposing.is_part] == some
    assert [seed for seed, day in enumerate(days) if day.certifying.is_part] == some
