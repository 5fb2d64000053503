"""Slips in writing data slices to Oracle EPM Planning."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug
from tests.unit.oracle_epm import test_oracle_epm_rejections as rejected
from tieout.systems.oracle_epm import cells, grids, period_names, rejections, writing

BUGS = (
    Bug(
        "rejected cells count as written",
        writing.SliceWriting._put_grid,
        "self.refused.update(outcome.refused)",
        "pass",
        "planning",
        changes=40,
    ),
    Bug(
        "what is rejected and not listed counts as written",
        rejections._settled,
        "() if is_complete else [cell for cell in cells if cell.cell_id not in named]",
        "()",
        proof=lambda: rejected.test_a_rejected_cell_that_is_not_named_is_looked_for([]),
    ),
    Bug(
        "a cell without members of the calendar is written all the same",
        period_names.PeriodNames.members_of,
        "if period.label != self.label:",
        "if False:",
        "planning",
    ),
    Bug(
        "a grid has a hole where a row has another measure",
        grids.grids_of,
        "(dimensions, frozenset(measures))",
        "(dimensions, frozenset())",
        "planning",
    ),
    Bug(
        "a row has the point of view of the first one",
        grids._grid_of,
        "if len({place[dimension] for place in places}) == 1",
        "if len({place[dimension] for place in places}) <= 2",
        "planning",
    ),
    Bug(
        "cells that have no place are forgotten",
        cells._placed,
        "refused[cell.cell_id] = error.reason",
        "pass",
        "planning",
    ),
)
