"""Slips in reading planning back: what is called different, what is passed over, and what is written again."""

from __future__ import annotations

from functions.readback import pipeline
from tests.simulation.bugs.bug import Bug
from tests.unit.readback import test_cycles_find_what_differs as finding
from tests.unit.readback import test_cycles_go_on as going_on
from tests.unit.readback import test_samples_and_repairs as repairing
from tieout import reading_back
from tieout.ledger.readbacks import ReadbackLedger

BUGS = (
    Bug(
        "a write that may still land counts as a difference",
        reading_back._certain,
        " if each.cell.cell_id not in being_written",
        "",
        "planning",
    ),
    Bug(
        "a cell that changed while planning was read is called different",
        reading_back._certain,
        "overtaken = changed(each.place for each in differing)",
        "overtaken = frozenset()",
        proof=lambda: finding.test_a_cell_that_changes_while_planning_is_read_is_read_again(finding.filled()),
    ),
    Bug(
        "a refused cell is compared",
        reading_back._look,
        "if cell.is_settled",
        "if not cell.is_lacking",
        "planning",
    ),
    Bug(
        "an undone cell is compared with its total",
        reading_back._look,
        "cell.wanted_minor",
        "cell.total_minor",
        "planning",
    ),
    Bug(
        "what planning has no more counts as equal",
        reading_back._is_equal,
        "return False\n    try",
        "return True\n    try",
        "planning",
    ),
    Bug(
        "cells are compared in whole units",
        reading_back._is_equal,
        ".amount_minor == seen.wanted_minor",
        ".amount_minor // 100 == seen.wanted_minor // 100",
        "planning",
    ),
    Bug(
        "a page that was cut short counts as whole",
        pipeline._with_a_page,
        "some.behind if len(places) == len(some.found) else places[-1].intersection_id",
        "some.behind",
        "planning",
    ),
    Bug(
        "a cycle ends with its first page",
        pipeline._with_a_page,
        "if not behind:",
        "if True:",
        "planning",
    ),
    Bug(
        "a difference goes when its own cycle ends",
        ReadbackLedger.forget,
        "each.found_at < found_before",
        "each.found_at >= found_before",
        "planning",
    ),
    Bug(
        "what differs is written again, and nobody is told",
        pipeline._compare,
        "if done.different:",
        "if False:",
        "planning",
    ),
    Bug(
        "one measure of an intersection is repaired",
        ReadbackLedger.repair,
        "write_again(target, each, names, now)",
        "write_again(target, each, names[:0], now)",
        "planning",
    ),
    Bug(
        "a person is waited for where none is to be",
        pipeline._repair,
        "if each.cell_id not in before",
        "if each.cell_id in before",
        "planning",
    ),
    Bug(
        "who sets a cell back is fought",
        pipeline._repair,
        " if each.cell_id not in before",
        "",
        proof=repairing.test_whoever_sets_a_cell_back_again_is_not_fought_but_told_of,
    ),
    Bug(
        "a cell that changes again and again is called different",
        reading_back.compare,
        "Comparison(under_way=len(overtaken))",
        "Comparison(equal=len(overtaken))",
        proof=lambda: finding.test_one_that_changes_each_time_counts_as_under_way(finding.filled()),
    ),
    Bug(
        "a target that is left alone is read",
        pipeline._is_left_alone,
        "pause.until if pause is not None else None, waits_until",
        "None, waits_until",
        proof=lambda: going_on.test_a_target_that_deliver_leaves_alone_is_left_alone(going_on.filled()),
    ),
)
