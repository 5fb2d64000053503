"""Worlds in which planning is given its cells by tasks of its own, which queue, are cancelled, leave rows out or go on alone."""

from __future__ import annotations

from collections import Counter

from tests.simulation.planning_loads import FATES, LoadingApplication
from tests.simulation.planning_loads import THEME as FILE_LOADS_THEME
from tests.simulation.seeds import violations_of
from tests.simulation.targets import ORACLE
from tests.simulation.world import Scenario, World

_SEEDS, _SEEDS_OF_FILES = range(12), range(5, 5 + len(FATES))
_FAULTS = ("task_slow", "task_cancelled", "task_file_gone", "landing_late", "row_left_out")

_FAULTS_OF_FILES = ("job_slow", *FATES, "landing_late")


def test_loads_end_in_what_the_sources_say_whatever_happens_to_their_imports() -> None:
    """And each kind of trouble that imports make has been met."""
    met: Counter[str] = Counter()
    for seed in _SEEDS:
        world = World(Scenario(seed=seed, theme="loads", changes=40))
        assert violations_of(world) == [], seed
        met += world.weather.counts
    assert all(met[name] for name in _FAULTS), met


def test_loads_by_file_end_in_what_the_sources_say_whatever_happens_to_their_jobs() -> None:
    """Oracle EPM beside Anaplan; most of its cells go by files, and each kind of trouble that jobs make has been met."""
    met: Counter[str] = Counter()
    loaded = 0
    for seed in _SEEDS_OF_FILES:
        world = World(Scenario(seed=seed, theme=FILE_LOADS_THEME, changes=40))
        assert violations_of(world) == [], seed
        met += world.weather.counts
        application = world.targets[ORACLE].planning
        assert isinstance(application, LoadingApplication)
        loaded += application.loaded
    assert loaded > 0
    assert [name for name in _FAULTS_OF_FILES if not met[name]] == []
