"""Slips in writing data slices and load files to Oracle EPM Planning."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug, held_by
from tests.simulation.planning_loads import THEME
from tests.support.oracle_epm_jobs import counted
from tests.unit.oracle_epm import test_oracle_epm_discovery as checked
from tests.unit.oracle_epm import test_oracle_epm_load_file as files
from tests.unit.oracle_epm import test_oracle_epm_loads as loads
from tests.unit.oracle_epm import test_oracle_epm_rejections as rejected
from tieout.systems.oracle_epm import (
    coordinates,
    discovery,
    grids,
    job_results,
    jobs,
    load_file,
    loading,
    period_names,
    rejections,
    writing,
)


def _a_calculated_member_is_named() -> None:
    checked.test_a_member_that_is_not_written_to_is_named({"dataStorage": "DYNAMICCALC"}, "member_calculated")


def _a_parent_is_named() -> None:
    checked.test_a_member_that_is_not_written_to_is_named({"children": True}, "member_parent")


def _a_user_who_is_shown_no_members_is_told_so() -> None:
    checked.test_a_role_that_is_shown_no_members_is_told_so_once(None)


BUGS = (
    Bug(
        "records that a load rejected count as written",
        loading.LoadingWriter.outcome,
        "{**load.left_out, **rejected}",
        "load.left_out",
        THEME,
        changes=40,
    ),
    Bug(
        "a load that is a success has set whatever it was given",
        loading.LoadingWriter._rejected,
        "if is_short or len(rejected) != result.rejected or (result.status == ERROR and not rejected):",
        "if False:",
        proof=held_by(loads.test_a_success_may_have_rejected_records_which_its_details_say),
    ),
    Bug(
        "a load that was cancelled has set everything",
        loading.LoadingWriter._rejected,
        "result.status not in {SUCCESS, ERROR} or",
        "",
        proof=held_by(lambda: loads.test_anything_but_whole_counts_leaves_nobody_knowing(3, [counted(5, 0, 5)])),
    ),
    Bug(
        "a load file has no credits",
        load_file._row_of,
        'f"{cell.value:f}"',
        'f"{abs(cell.value):f}"',
        THEME,
        changes=40,
    ),
    Bug(
        "a load file sets a cell to be cleared to 0",
        load_file._row_of,
        "MISSING if cell.value is None",
        '"0" if cell.value is None',
        proof=held_by(files.test_a_total_of_zero_clears_its_cell_where_that_is_wanted),
    ),
    Bug(
        "a job of a status that nobody knows has ended",
        job_results.has_ended,
        "status in _ENDED",
        "not is_running(status)",
        proof=held_by(loads.test_a_job_is_asked_for_until_it_has_ended),
    ),
    Bug(
        "a load whose start was lost may still find its file",
        loading.LoadingWriter.outcome,
        """self._jobs.remove(name.file)
        raise""",
        "raise",
        proof=held_by(loads.test_a_load_whose_start_was_lost_finds_no_file_any_more),
    ),
    Bug(
        "every load of the same cells has the same file",
        jobs.JobName.of_file,
        "-{stamp}-",
        "-",
        proof=held_by(loads.test_a_load_uploads_a_file_of_its_own_and_imports_it_in_the_mode_that_sets),
    ),
    Bug(
        "a load is tried again though it told too little",
        loading.LoadingWriter.takes_as_task,
        "if self._clock.now() < self._distrusted_until:",
        "if False:",
        proof=held_by(loads.test_loads_are_left_alone_for_an_hour_after_one_that_told_too_little),
    ),
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
        coordinates.place_cells,
        "refused[cell.cell_id] = error.reason",
        "pass",
        "planning",
    ),
    Bug(
        "a member that is calculated counts as written to",
        discovery._flaws,
        "_STORAGE.get(storage, storage)",
        '"storedata"',
        proof=_a_calculated_member_is_named,
    ),
    Bug(
        "a member with others below it counts as written to",
        discovery._flaws,
        'member.get("children") not in (None, False, "", [], "false")',
        "False",
        proof=_a_parent_is_named,
    ),
    Bug(
        "every member counts as missing where none is shown",
        discovery.ApplicationChecker._members,
        "if asked and not any(member is not None for member in found.values()):",
        "if False:",
        proof=_a_user_who_is_shown_no_members_is_told_so,
    ),
    Bug(
        "members are looked for without their prefix",
        discovery.ApplicationChecker._asked,
        "prefix + member)",
        "member)",
        proof=checked.test_an_application_that_has_everything_is_told_and_nothing_is_found,
    ),
)
