"""Slips about the maintenance of targets."""

from __future__ import annotations

from functions.deliver import pipeline as deliver
from functions.readback import pipeline as readback
from functions.sweep import pipeline as sweep
from tests.simulation.bugs.bug import Bug
from tests.support.planning_desk import Desk
from tests.unit.readback import test_cycles_go_on as read_back
from tests.unit.sweep import test_dirty_cells_are_written as swept
from tieout import maintenance


def _the_lag_is_without_it() -> None:
    swept.test_a_target_is_left_alone_in_its_maintenance_and_its_lag_is_without_it(Desk())


def _planning_is_left_alone() -> None:
    read_back.test_planning_is_not_read_in_its_maintenance(read_back.filled())


BUGS = (
    Bug(
        "a target is written to in its maintenance",
        deliver._is_maintained,
        "is not None and step",
        "is None and step",
        "planning",
    ),
    Bug(
        "a write reaches into the maintenance",
        maintenance.Maintenance.ends_at,
        "if begins <= moment + lasting and",
        "if begins <= moment and",
        "planning",
    ),
    Bug(
        "a window is that of another zone",
        maintenance.Maintenance._windows,
        "tzinfo=zone).astimezone(utc)",
        "tzinfo=utc)",
        "planning",
    ),
    Bug(
        "planning is read back in its maintenance",
        readback._is_left_alone,
        "waits_until, ends_at)",
        "waits_until)",
        proof=_planning_is_left_alone,
    ),
    Bug(
        "the lag of a target counts its maintenance",
        sweep._ask_for_flush,
        "(now - dirty_since - maintained)",
        "(now - dirty_since)",
        proof=_the_lag_is_without_it,
    ),
)
