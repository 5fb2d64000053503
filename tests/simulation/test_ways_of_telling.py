"""Salesforce tells of its changes in three ways: whichever of them is in use, planning ends with the same cells."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from tests.simulation.companies import COMPANY_OF
from tests.simulation.planning import Coordinates
from tests.simulation.sales_system import SALES
from tests.simulation.seeds import violations_of
from tests.simulation.targets import ANAPLAN
from tests.simulation.telling import CALLOUTS, EVENTS, MESSAGES, WAYS
from tests.simulation.turns import SALES_THEME
from tests.simulation.world import Scenario, World

SEEDS = range(12)
ONE_EACH = tuple((way,) for way in WAYS)


def _cells(seed: int, ways: tuple[str, ...], *, deletes: bool) -> Mapping[Coordinates, Decimal]:
    """What planning holds of the organisation's company after a day on which nothing goes wrong."""
    world = World(Scenario(seed=seed, theme=SALES_THEME, changes=14, fault_scale=0.0, ways=ways, deletes=deletes))
    assert violations_of(world) == []
    company = ("Legal entity", COMPANY_OF[SALES])
    return {at: value for at, value in world.targets[ANAPLAN].planning.cells.items() if company in at[2] and value}


@pytest.mark.parametrize("seed", SEEDS)
def test_each_way_alone_ends_in_the_same_cells(seed: int) -> None:
    """Of an organisation that deletes nothing, each way tells all there is to tell."""
    first, *others = (_cells(seed, ways, deletes=False) for ways in (*ONE_EACH, WAYS))
    assert first
    assert all(each == first for each in others)


@pytest.mark.parametrize("seed", SEEDS)
def test_deletions_and_merges_are_told_by_callouts_and_by_change_events(seed: int) -> None:
    """An outbound message tells of neither, and adds nothing wrong where others do."""
    first, *others = (_cells(seed, ways, deletes=True) for ways in ((CALLOUTS,), (EVENTS,), (MESSAGES, CALLOUTS), WAYS))
    assert first
    assert all(each == first for each in others)


@pytest.mark.parametrize("ways", ONE_EACH)
def test_each_way_alone_bears_what_goes_wrong(ways: tuple[str, ...]) -> None:
    """Nothing that is lost on one way needs another one."""
    for seed in SEEDS:
        found = violations_of(World(Scenario(seed=seed, theme=SALES_THEME, changes=10, ways=ways)))
        assert not found, f"seed {seed}: {found[0]}"


def test_callouts_and_messages_alone_lose_no_change() -> None:
    """Where there are no change events, what was given up would never be told of: so no callout is."""
    worlds = [World(Scenario(seed=seed, theme=SALES_THEME, changes=10, ways=(MESSAGES, CALLOUTS))) for seed in SEEDS]
    assert [found for world in worlds if (found := violations_of(world))] == []
    assert sum(world.weather.counts["delivery_refused"] for world in worlds)
    assert not sum(world.weather.counts["given_up"] for world in worlds)
