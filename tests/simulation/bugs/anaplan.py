"""Slips in having loads set by Anaplan's own imports, and in finding out what became of them."""

from __future__ import annotations

from functions.deliver import tasks
from tests.simulation.bugs.bug import Bug, held_by
from tests.support.tasked_planning import loaded
from tests.unit.anaplan import test_anaplan_imports as imports_tests
from tests.unit.deliver import test_tasks as tasks_tests
from tieout.ledger import cells
from tieout.systems.anaplan import bulk, imports, upload

BUGS = (
    Bug(
        "what a task has set is marked on what is wanted now",
        cells.CellLedger.as_begun,
        "generation=receipt.generations[state.cells[0].intersection_id]",
        "generation=state.generation",
        "loads",
        changes=40,
    ),
    Bug(
        "rows that an import left out without naming them count as written",
        bulk.BulkWriter._refused,
        "is_short or (has_left_out and not is_told)",
        "False",
        "loads",
        changes=40,
    ),
    Bug(
        "nobody asks what became of a task",
        tasks.settle,
        "step.cells.open_tasks(step.target).items()",
        "()",
        "loads",
        changes=40,
    ),
    Bug(
        "rows that a dump names count as written",
        bulk.BulkWriter.outcome,
        "WriteAnswer(refused=refused,",
        "WriteAnswer(refused=left_out,",
        "loads",
        changes=40,
    ),
    Bug(
        "a load has no credits",
        upload.upload_of,
        'f"{cell.value:f}"',
        'f"{abs(cell.value):f}"',
        "loads",
        changes=40,
    ),
    Bug(
        "a task whose start was lost counts as never started",
        tasks.write_as_task,
        "except LostAnswerError:",
        "except StillRunningError:",
        proof=lambda: tasks_tests.test_a_task_whose_start_was_lost_may_begin_for_twenty_minutes(*loaded()),
    ),
    Bug(
        "a task that runs is taken for one that has ended",
        imports.ModelImports.ended,
        "if has_ended(task):",
        "if task:",
        proof=held_by(imports_tests.test_a_task_is_asked_for_until_it_has_ended),
    ),
    Bug(
        "cells of a task that may still begin are written again at once",
        tasks._write_again,
        "and not _is_started(reference)",
        "and False",
        proof=lambda: tasks_tests.test_a_task_whose_start_was_lost_may_begin_for_twenty_minutes(*loaded()),
    ),
    Bug(
        "an import that read fewer rows than were sent has set them all",
        bulk.BulkWriter._refused,
        "result.taken_rows + len(refused) < rows",
        "False",
        proof=held_by(imports_tests.test_an_import_that_took_fewer_rows_than_were_sent_has_not_set_them_all),
    ),
    Bug(
        "a file is replaced while an import reads it",
        imports.ModelImports.upload,
        "if self.is_running(action):",
        "if False:",
        proof=held_by(imports_tests.test_a_file_is_not_replaced_while_a_task_of_its_import_has_not_ended),
    ),
)
