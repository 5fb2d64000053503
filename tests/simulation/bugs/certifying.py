"""Slips in what a certificate says, and in telling it again from the journal."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug
from tests.simulation.governing import THEME
from tieout.certifying import cells
from tieout.ledger import closed_period, recalled
from tieout.reconciling import classifying

BUGS = (
    Bug(
        "the last second is not past yet",
        recalled.Replay.take,
        'said["at"] <= self._until',
        'said["at"] < self._until',
        THEME,
    ),
    Bug("what is told last was last", recalled.Replay._take, "if sequence > known.last:", "if True:", THEME),
    Bug("what comes later was before", recalled.Replay.take, 'if said["at"] <= self._until:', "if True:", THEME),
    Bug("what is gone is there", recalled.Replay.table, "is not None", "is not ...", THEME),
    Bug(
        "the cells of any company are the company's",
        closed_period.PeriodLedger.places,
        "if state.books in books",
        "if state.books.period in {each.period for each in books}",
        THEME,
    ),
    Bug(
        "what planning holds is what the ledger says",
        cells.totals,
        "cell.total_minor",
        "cell.written_minor or 0",
        THEME,
    ),
    Bug(
        "a total is of all measures",
        cells.totals,
        "at = (cell.target, cell.cube, cell.measure, cell.currency)",
        "at = (cell.target, cell.cube, place.state.cells[0].measure, cell.currency)",
        THEME,
    ),
    Bug(
        "what is gone from closed books is missing",
        classifying.Classifier._missing,
        "if group.right and not any(",
        "if False and not any(",
        THEME,
    ),
)
