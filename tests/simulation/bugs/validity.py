"""Slips in which member of an entry is valid in a period."""

from __future__ import annotations

from functools import partial

from tests.flow import test_members_by_period as by_period
from tests.simulation.bugs.bug import Bug
from tests.unit.core import test_validity as validities
from tieout.ledger import writes
from tieout.planning import model, resolving, validity

_WEEKS = partial(validities.test_an_entry_says_the_member_of_a_period, "FY2026-P02", None)

BUGS = (
    Bug("a member is not valid in its last period any more", validity._reached, "period <= ", "period < "),
    Bug("a member is not valid in its first period yet", validity._reaches, "<= period", "< period"),
    Bug(
        "a member is valid in the periods of every calendar",
        validity.Term.covers,
        "self.label in {None, period.label} and ",
        "",
        proof=_WEEKS,
    ),
    Bug(
        "what an entry says last is valid in all periods", model._members, ", value, line.naming_period())", ", value)"
    ),
    Bug(
        "what an entry says nothing of is called by its last member",
        resolving.Resolver.member,
        "self.unsaid(key) if member is None else member",
        'member or "M"',
    ),
    Bug(
        "a fact is held for an entry that says more by now",
        writes.hold_writes,
        'Equals("member", said)',
        'Equals("member", str(said)) if False else Absent("nothing")',
        proof=by_period.test_a_fact_is_not_held_for_a_member_that_has_just_been_said,
    ),
)
