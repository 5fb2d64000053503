"""Slips in reading cells before they are written: what a receipt claims to have read, and what others changed."""

from __future__ import annotations

from functions.deliver.before import ReadingBefore
from tests.simulation.bugs.bug import Bug
from tests.unit.deliver import test_cells_are_read_before_they_are_written as reading
from tieout import reading_back
from tieout.errors import ThrottledError
from tieout.ledger import receipts
from tieout.ledger.readbacks import ReadbackLedger
from tieout.systems.oracle_epm import readback

BUGS = (
    Bug(
        "what was read of one cell is taken for another",
        readback._values,
        "data[position]",
        "data[0]",
        "planning",
    ),
    Bug(
        "what was last given is called read",
        receipts._row,
        "if cell.cell_id not in held:\n        return before",
        "if cell.cell_id not in held:\n        return before._replace(is_read=True)",
        "planning",
    ),
    Bug(
        "a cell that was read counts as changed because its total has",
        reading_back.changed_by_others,
        "_Seen(place, cell, cell.written_minor,",
        "_Seen(place, cell, cell.wanted_minor,",
        "planning",
    ),
    Bug(
        "a write fails because its cells could not be read",
        ReadingBefore.held,
        "except TieoutError:\n        self.has_failed = True",
        "except TieoutError:\n        raise",
        proof=lambda: reading.test_a_write_is_made_though_planning_could_not_be_read(
            reading.reading(), ThrottledError("rate"), 0
        ),
    ),
    Bug(
        "nobody is told of what a write hides",
        ReadingBefore._read,
        "self.ledger.keep(different)",
        "different = ()",
        proof=lambda: reading.test_what_somebody_changed_is_told_of_before_the_write_hides_it(reading.reading()),
    ),
    Bug(
        "a total that changes meanwhile hides somebody else's change",
        ReadbackLedger.given_meanwhile,
        "lambda each: each.given()",
        "lambda each: each",
        proof=lambda: reading.test_a_total_that_changes_meanwhile_hides_nobody_elses_change(reading.reading()),
    ),
    Bug(
        "what another writer gave meanwhile is called somebody else's change",
        ReadbackLedger.given_meanwhile,
        "lambda each: each.given()",
        "lambda each: each.key",
        proof=lambda: reading.test_a_cell_that_another_writer_gave_meanwhile_is_not_called_changed(reading.reading()),
    ),
    Bug(
        "what was read is in doubt all the same",
        receipts._row,
        "before_minor=read, is_doubtful=False,",
        "before_minor=read,",
        proof=lambda: reading.test_what_planning_holds_is_known_again_after_a_write_nobody_answered(reading.reading()),
    ),
)
