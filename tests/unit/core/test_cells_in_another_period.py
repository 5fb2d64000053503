"""Where a cell stands in another period, as what comes too late for closed books is booked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.planning_model import sandbox_landscape
from tieout.landscape import Feed
from tieout.planning.cells import Intersection
from tieout.planning.model import TIME, PlanningModel

LANDSCAPE = sandbox_landscape()


@pytest.mark.parametrize(("cube", "time"), [(LANDSCAPE.feeds[0].cube, "Month"), ("Gone", TIME)])
def test_a_cell_moves_by_what_its_cube_calls_time(cube: str, time: str) -> None:
    """Where no feed has the cube any more, by the name that all cubes give to time."""
    model = replace(PlanningModel.of(LANDSCAPE), feeds=tuple(map(by_month, LANDSCAPE.feeds)))
    place = Intersection("anaplan", cube, (("Customer", "ACME"), (time, "2026-03")))
    assert model.moved(place, "2026-04").members == (("Customer", "ACME"), (time, "2026-04"))


def by_month(feed: Feed) -> Feed:
    """The feed with its time called by another name."""
    named = (replace(each, name="Month") if each.attribute == "period" else each for each in feed.dimensions)
    return replace(feed, dimensions=tuple(named))
