"""Slips in undoing writes to planning, and in keeping undone what was undone."""

from __future__ import annotations

from tests.flow import test_undone_writes as undone
from tests.simulation.bugs.bug import Bug
from tieout.ledger import intersections, undoing

BUGS = (
    Bug(
        "an undone cell lacks its total",
        intersections.CellState.is_lacking,
        "self.written_minor != self.wanted_minor",
        "self.written_minor != self.total_minor",
        "planning",
    ),
    Bug(
        "an undone cell counts as given its total",
        intersections.mark,
        "cell.wanted_minor",
        "cell.total_minor",
        proof=lambda: undone.test_undone_cells_stay_undone_whatever_the_sources_say(undone.Undoing()),
    ),
    Bug(
        "planning is given the total of an undone cell",
        intersections.CellState.value,
        "Money(self.wanted_minor, self.currency)",
        "Money(self.total_minor, self.currency)",
        "planning",
    ),
    Bug(
        "nobody writes what is undone",
        intersections.undo,
        '{"cell_state": keys.dirty(intersection.target)}',
        "{}",
        "planning",
    ),
    Bug(
        "what is released stays undone",
        intersections.release,
        "(keys.UNDONE, keys.REFUSED)",
        "(keys.REFUSED,)",
        "planning",
    ),
    Bug(
        "undone whatever happened since it was shown",
        intersections.undo,
        'condition=Equals("generation", intersection.generation),',
        "",
        proof=lambda: undone.test_a_cell_that_changed_since_the_effect_was_shown_is_not_undone(undone.Undoing()),
    ),
    Bug(
        "what nobody knew is restored",
        undoing._undone,
        "elif row.is_doubtful:",
        "elif False:",
        proof=lambda: undone.test_what_nobody_knew_is_left_as_it_is(undone.Undoing()),
    ),
    Bug(
        "what was refused is restored",
        undoing._undone,
        "elif row.refused is not None:",
        "elif False:",
        proof=lambda: undone.test_a_refused_cell_has_nothing_to_restore(undone.Undoing()),
    ),
)
