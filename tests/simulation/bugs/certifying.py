"""Slips in what a certificate says, and in telling it again from the journal."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug
from tests.simulation.governing import THEME
from tests.unit.certifying import test_what_rounding_comes_to as rounding
from tieout.certifying import cells
from tieout.ledger import closed_period, recalled
from tieout.planning import rates
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
        "of two rates the second alone is what amounts were converted by",
        rates.rate_in,
        "identity.split(_TIMES)",
        "identity.split(_TIMES)[-1:]",
        proof=rounding.test_two_rates_that_stand_in_for_one_convert_by_their_product,
    ),
    Bug(
        "what a source has converted itself is rounded here",
        rates.rate_in,
        "_STORED.fullmatch(each)",
        're.search("=(?P<rate>.+)", each)',
        THEME,
    ),
    Bug(
        "what is gone from closed books is missing",
        classifying.Classifier._missing,
        "if group.right and _is_taken_back(",
        "if False and _is_taken_back(",
        THEME,
    ),
)
