"""Slips in keeping members as they are declared, before cells name them."""

from __future__ import annotations

from functions.deliver import declaring, members, pipeline
from tests.simulation.bugs.bug import Bug
from tests.unit.anaplan import test_anaplan_members as tests_of_anaplan
from tests.unit.deliver import test_members_are_kept as tests_of_members
from tieout import members as declared
from tieout.systems.anaplan.members import ModelMembers

BUGS = (
    Bug(
        "children are added before their parents",
        declared._levels,
        "return levels",
        "return [[each for level in levels for each in level][::-1]]",
        "members",
    ),
    Bug(
        "nobody makes sure of the members that cells name",
        pipeline._write,
        "for pair in each.cells[0].members)",
        "for pair in ())",
        "members",
    ),
    Bug(
        "cells that were refused for want of a member stay refused",
        members.keep,
        "write_again(step, dimension, [member.code for level in kept.differs.to_add for member in level])",
        "pass",
        proof=tests_of_members.test_cells_that_were_refused_for_want_of_a_member_are_written_once_it_is_added,
    ),
    Bug(
        "a member that was added without an answer counts as refused",
        ModelMembers.add,
        " if folded(code) not in there",
        "",
        proof=tests_of_anaplan.test_what_is_there_counts_as_added_whatever_was_answered,
    ),
    Bug(
        "whoever is there stays as it is",
        declared.difference,
        "to_change=tuple(each for each in changes if each is not None)",
        "to_change=()",
        "members",
    ),
    Bug(
        "upper and lower case tell two members apart",
        declared.folded,
        "code.casefold()",
        "code",
        "members",
    ),
    Bug(
        "only the first connection's entries name members",
        declaring.Declarations.of,
        "in self.landscape.connections:",
        "in self.landscape.connections[:1]:",
        "members",
    ),
    Bug(
        "a call that adds members is noted once it is answered",
        members._done,
        "step.ledger.note(step.target, token, write)",
        "pass",
        proof=tests_of_members.test_what_was_added_without_an_answer_is_not_added_twice,
    ),
)
