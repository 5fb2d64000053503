"""Run after run, stages are compared: breaks are kept, opened again, resolved, and people's links hold as long as they may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from functions.reconcile.pipeline import ReconcileReport, ReconcileStep, compare_stages
from tests.support.clock import ManualClock
from tests.support.memory_table import MemoryTable
from tests.support.stages_compared import AS_OF, DECLARED, amount, item, place
from tieout.ledger.breaks import BreakLedger, KeptBreak, KeptLink
from tieout.reconciliations import Reconciliation
from tieout.reconciling.breaks import BreakKind
from tieout.reconciling.items import Item
from tieout.reconciling.linking import came_to
from tieout.reconciling.matching import Link
from tieout.reconciling.tracking import BreakState

NAME = DECLARED.name
BILLED = item("billing", "A-1", {place(): amount(10_000)})
BOOKED = item("books", "A-1", {place(): amount(10_000)})
OTHER = item("books", "Z-9", {place(): amount(10_000)})


@dataclass
class Desk:
    """Two stages as a test has them, and what is kept of comparing them."""

    clock: ManualClock = field(default_factory=ManualClock)
    left: Sequence[Item] = ()
    right: Sequence[Item] = ()

    def __post_init__(self) -> None:
        self.table = MemoryTable()
        self.ledger = BreakLedger(self.table)
        self.step = ReconcileStep(self, self.ledger, self.clock)

    def sides(self, declared: Reconciliation) -> tuple[list[Item], list[Item]]:
        """The stages as they are now, of the one reconciliation there is."""
        return {DECLARED.name: (list(self.left), list(self.right))}[declared.name]

    def run(self, left: Sequence[Item], right: Sequence[Item]) -> ReconcileReport:
        """Compare these, a day later."""
        self.left, self.right = left, right
        self.clock.advance(timedelta(days=1).total_seconds())
        return compare_stages(self.step, DECLARED, AS_OF)

    def breaks(self) -> list[KeptBreak]:
        """The breaks that are kept."""
        return list(self.ledger.breaks(NAME))

    def say(self, kept: KeptBreak, note: str) -> None:
        """Explain a break, and have somebody else accept it."""
        now = self.clock.now()
        tracked = kept.tracked.explained(note, "ana", now).accepted("ben", now)
        assert self.ledger.keep(NAME, [replace(kept, tracked=tracked)], now) == frozenset()

    def link(self) -> None:
        """Confirm that what is billed is the other that is booked, as both are now."""
        left, right = self.breaks()
        if not left.tracked.found.left:
            left, right = right, left
        came = came_to(left.tracked.found.residuals, right.tracked.found.residuals)
        link = Link(left.tracked.found.left[0], right.tracked.found.right[0])
        self.ledger.link(NAME, KeptLink(link=link, came_to=came, by="ana", at=self.clock.now()))


@pytest.fixture
def desk() -> Desk:
    """Nothing compared yet."""
    return Desk()


def test_what_ties_out_leaves_sums_and_no_break(desk: Desk) -> None:
    """By company, period and currency, whatever else is kept apart."""
    assert desk.run([BILLED], [BOOKED]) == ReconcileReport(found=0, open=0, resolved=0, left_to_the_next=0)
    run = desk.ledger.run(NAME)
    assert run is not None
    assert dict(run.left) == dict(run.right) == {place()._replace(apart=()): amount(10_000)}
    assert (run.tied_out, run.as_of, run.at, desk.breaks()) == (1, AS_OF, desk.clock.now(), [])


def test_a_break_is_news_once(desk: Desk) -> None:
    """However often it is found again, and nothing is written for it."""
    assert desk.run([BILLED], []).found == 1
    first = desk.breaks()
    assert desk.run([BILLED], []) == ReconcileReport(found=0, open=1, resolved=0, left_to_the_next=0)
    assert desk.breaks() == first


def test_what_nobody_has_to_look_at_is_no_news(desk: Desk) -> None:
    """What is tolerated, and what may still follow; once it might have followed and has not, it is."""
    cent = replace(BOOKED, amounts={place(): amount(9_999)})
    young = replace(OTHER, day=AS_OF - timedelta(days=9))
    assert desk.run([BILLED], [cent, young]) == ReconcileReport(found=0, open=0, resolved=0, left_to_the_next=0)
    assert len(desk.breaks()) == 2
    older = replace(young, day=AS_OF - timedelta(days=10))
    assert desk.run([BILLED], [cent, older]) == ReconcileReport(found=1, open=1, resolved=0, left_to_the_next=0)
    assert desk.run([BILLED], [cent, older]).found == 0


def test_a_break_that_newer_facts_make_good_is_resolved(desk: Desk) -> None:
    """By itself, and is kept for those who ask what became of it."""
    desk.run([BILLED], [])
    assert desk.run([BILLED], [BOOKED]) == ReconcileReport(found=0, open=0, resolved=1, left_to_the_next=0)
    [kept] = desk.breaks()
    assert kept.tracked.state is BreakState.RESOLVED
    assert desk.run([BILLED], []).found == 1


def test_what_somebody_answers_for_is_open_no_more_until_it_comes_to_something_else(desk: Desk) -> None:
    """Run after run it stays accepted; a cent more opens it again."""
    desk.run([BILLED], [])
    desk.say(desk.breaks()[0], "billed in advance")
    assert desk.run([BILLED], []).open == 0
    more = replace(BILLED, amounts={place(): amount(10_001)})
    assert desk.run([more], []) == ReconcileReport(found=1, open=1, resolved=0, left_to_the_next=0)
    assert desk.breaks()[0].tracked.remarks[-1].note == "it has come to something else"


def test_what_somebody_says_while_stages_are_compared_is_not_overwritten(desk: Desk) -> None:
    """The next run looks at it."""
    desk.run([BILLED], [])
    [kept] = desk.breaks()
    read = iter(["the links", "the breaks"])

    def meanwhile(moment: str) -> None:
        if moment == "after ledger.query" and next(read, "") == "the breaks":
            desk.say(kept, "billed in advance")

    desk.table.io = meanwhile
    report = desk.run([BILLED], [BOOKED])
    assert (report.resolved, report.left_to_the_next) == (0, 1)
    assert desk.breaks()[0].tracked.state is BreakState.ACCEPTED
    assert desk.run([BILLED], [BOOKED]).resolved == 1


def test_a_link_makes_two_breaks_good_until_one_of_its_records_changes(desk: Desk) -> None:
    """Then it is named, and has no effect until somebody confirms it again."""
    desk.run([BILLED], [OTHER])
    desk.link()
    assert desk.run([BILLED], [OTHER]).resolved == 2
    more = replace(OTHER, amounts={place(): amount(10_001)})
    assert desk.run([BILLED], [more]).found == 2
    run = desk.ledger.run(NAME)
    assert run is not None
    assert run.outdated == (Link(BILLED.record, OTHER.record),)
    why = f"{BILLED.record} and {OTHER.record} were linked, and one of them has come to something else"
    assert [(each.tracked.remarks[-1].what, each.tracked.remarks[-1].note) for each in desk.breaks()] == [
        ("reopened", why),
        ("reopened", why),
    ]
    desk.link()
    desk.run([BILLED], [more])
    still = [each.tracked.found.kind for each in desk.breaks() if each.tracked.state is BreakState.OPEN]
    assert still == [BreakKind.ROUNDING]


def test_a_link_of_a_record_that_is_gone_has_no_effect(desk: Desk) -> None:
    """And is not outdated: there is nothing to confirm."""
    desk.run([BILLED], [OTHER])
    desk.link()
    desk.run([BILLED], [])
    run = desk.ledger.run(NAME)
    assert run is not None
    assert run.outdated == ()


def test_a_link_that_is_taken_back_parts_its_records(desk: Desk) -> None:
    """They are breaks again."""
    desk.run([BILLED], [OTHER])
    desk.link()
    desk.run([BILLED], [OTHER])
    desk.ledger.part(NAME, Link(BILLED.record, OTHER.record))
    assert desk.run([BILLED], [OTHER]).found == 2
