"""Slips in deliver and in the sweep that repairs it."""

from __future__ import annotations

from functions.deliver import answering
from functions.deliver import pipeline as deliver
from functions.sweep import pipeline as sweep
from tests.flow import test_a_load_keeps_forecasts_fresh as loading
from tests.flow import test_overlapping_writers as writers
from tests.simulation.bugs.bug import Bug
from tests.support.planning_desk import Desk
from tests.unit.deliver import test_halved_writes as halved
from tieout.ledger import cells, intersections

BUGS = (
    Bug(
        "measures that were not sent count as written",
        intersections.mark,
        "elif cell.cell_id in sent:",
        "else:",
        "planning",
    ),
    Bug(
        "an intersection is done when some of it is written",
        intersections.mark,
        "if _is_settled_by(intersection, sent):",
        "if True:",
        "planning",
    ),
    Bug(
        "marked written whatever happened meanwhile",
        intersections.mark,
        'Equals("generation", intersection.generation)',
        "None",
        "writers",
    ),
    Bug(
        "the overtaken are not written again",
        cells.CellLedger.mark_written,
        "in overtaken",
        "in ()",
        "writers",
    ),
    Bug("no receipt before a write", cells.CellLedger.open_receipt, "self._table.write(", "tuple(", "planning"),
    Bug(
        "a lost answer counts as not written",
        deliver._write,
        "except LostAnswerError",
        "except ZeroDivisionError",
        "planning",
    ),
    Bug(
        "stale receipts are only closed",
        sweep._reopen_stale,
        "step.cells.dirty_again(receipt, step.clock.now())",
        "pass",
        "planning",
    ),
    Bug("nobody asks again for a lost flush", sweep._ask_for_flush, "step.flush_queue.ask(target)", "pass", "queue"),
    Bug(
        "an overtaken cell keeps its generation",
        intersections.write_again,
        'adds={"generation": 1},',
        "",
        proof=lambda: writers.test_an_older_value_that_lands_between_a_newer_write_and_its_mark_is_written_over(Desk()),
    ),
    Bug(
        "half a batch written is none written",
        answering.written,
        "in_part=True)",
        "in_part=in_part)",
        proof=lambda: writers.test_a_part_of_a_batch_that_landed_before_the_rest_failed_is_not_called_unwritten(Desk()),
    ),
    Bug(
        "what is refused in part counts as refused as a whole",
        answering.written,
        "in_part = in_part or isinstance(error, RefusedInPartError)",
        "pass",
        proof=halved.test_a_target_that_refuses_a_part_and_then_stops_is_not_one_that_has_written_nothing,
    ),
    Bug(
        "refused cells are given up",
        cells.CellLedger.retry_refused,
        "self.write_again(target, by_intersection(refused), now)",
        "pass",
        "planning",
    ),
    Bug(
        "cells of all cubes are written in one order",
        cells._some_of_each_cube,
        'entry.get("cube")',
        "None",
        proof=loading.forecasts_stay_fresh,
    ),
)
