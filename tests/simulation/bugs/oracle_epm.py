"""Slips in writing data slices to Oracle EPM Planning."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug
from tests.unit.oracle_epm import test_oracle_epm_discovery as checked
from tests.unit.oracle_epm import test_oracle_epm_rejections as rejected
from tieout.systems.oracle_epm import cells, discovery, grids, period_names, rejections, writing


def _a_calculated_member_is_named() -> None:
    checked.test_a_member_that_is_not_written_to_is_named({"dataStorage": "DYNAMICCALC"}, "member_calculated")


def _a_parent_is_named() -> None:
    checked.test_a_member_that_is_not_written_to_is_named({"children": True}, "member_parent")


def _a_user_who_is_shown_no_members_is_told_so() -> None:
    checked.test_a_role_that_is_shown_no_members_is_told_so_once(None)


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
