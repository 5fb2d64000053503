"""Slips in keeping members that cells see only once an operator has them published."""

from __future__ import annotations

from functions.deliver import members, publishing
from tests.simulation.bugs.bug import Bug, held_by
from tests.simulation.planning_outline import THEME
from tests.support.members_desk import SOURCES, MembersDesk
from tests.support.published_members import PublishedMembers
from tests.unit.deliver import test_members_are_published as tests
from tieout.systems.oracle_epm.members import ApplicationMembers


def _desk() -> tuple[MembersDesk, PublishedMembers]:
    keeper = PublishedMembers()
    return MembersDesk(sources={"Cost centre": SOURCES["Cost centre"]}, keeper=keeper), keeper


BUGS = (
    Bug(
        "members that have to be published are added by themselves",
        members.keep_all,
        "isinstance(step.open_keeper(), PublishingKeeper)",
        "False",
        THEME,
        changes=10,
    ),
    Bug(
        "cells have members added that a person has to ask for",
        members.make_sure,
        "by_dimension and isinstance(step.open_keeper(), PublishingKeeper)",
        "False",
        THEME,
        changes=10,
    ),
    Bug(
        "members that were added are never published",
        publishing.keep_and_publish,
        "if is_published:",
        "if False:",
        THEME,
        changes=10,
    ),
    Bug(
        "cells stay refused though their members are published",
        publishing._Acting._ended,
        "_write_again(self.step, _unpublished(self.step))",
        "pass",
        proof=held_by(
            lambda: (
                tests.test_a_cell_that_is_refused_behind_the_publishing_is_written_again_when_it_is_asked_for_once_more(
                    PublishedMembers()
                )
            )
        ),
    ),
    Bug(
        "a refresh that was cancelled counts as done",
        ApplicationMembers.published,
        "if result.status != SUCCESS:",
        "if False:",
        THEME,
        changes=10,
    ),
    Bug(
        "what an earlier run began is begun once more beside it",
        publishing._Acting.settle,
        "list(self.step.ledger.begun(self.step.target))",
        "()",
        proof=held_by(
            lambda: tests.test_what_has_not_ended_is_found_by_the_next_run_and_nothing_is_begun_beside_it(*_desk())
        ),
    ),
    Bug(
        "a member that is always refused is begun anew in each run",
        publishing._Acting.done,
        "if key in self.told",
        "if False",
        proof=held_by(lambda: tests.test_a_member_that_is_always_refused_keeps_no_other_from_being_published(*_desk())),
    ),
    Bug(
        "what was added without an end is not published",
        publishing._unpublished,
        '{_TAKEN, "", LostAnswerError.__name__}',
        "{_TAKEN}",
        proof=held_by(
            lambda: tests.test_members_whose_task_was_begun_without_an_answer_are_published(PublishedMembers())
        ),
    ),
)
