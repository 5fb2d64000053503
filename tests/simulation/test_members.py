"""Worlds in which planning has hardly a member at first, and is given those that are declared, whatever becomes of the calls."""

from __future__ import annotations

from collections import Counter

from tests.simulation.keeping_members import THEME
from tests.simulation.planning_loads import FATES
from tests.simulation.planning_outline import THEME as PUBLISHED_THEME
from tests.simulation.planning_outline import OutlinedApplication
from tests.simulation.seeds import violations_of
from tests.simulation.targets import ORACLE
from tests.simulation.world import Scenario, World

_SEEDS = range(2, 7)
_SEEDS_OF_PUBLISHING = range(7, 7 + len(FATES))
_FAULTS = ("landing_late", "member_refused", "lost_answer", "target_busy", "crash_after")


def test_every_declared_member_ends_up_there_once_whatever_happens_to_the_calls() -> None:
    """No cell stays refused for want of one, and each kind of trouble has been met."""
    met: Counter[str] = Counter()
    for seed in _SEEDS:
        world = World(Scenario(seed=seed, theme=THEME, changes=14))
        assert violations_of(world) == [], seed
        met += world.weather.counts
    assert [name for name in _FAULTS if not met[name]] == []


def test_members_that_operators_have_published_are_seen_whatever_happens_to_the_jobs() -> None:
    """In Oracle EPM beside Anaplan; nothing is added by itself, and each kind of trouble that jobs make has been met."""
    met: Counter[str] = Counter()
    for seed in _SEEDS_OF_PUBLISHING:
        world = World(Scenario(seed=seed, theme=PUBLISHED_THEME, changes=10))
        assert violations_of(world) == [], seed
        application = world.targets[ORACLE].planning
        assert isinstance(application, OutlinedApplication)
        assert application.refreshed
        met += world.weather.counts
    assert [name for name in ("job_slow", *FATES, "lost_answer", "crash_after") if not met[name]] == []
