"""When a target is compared with the planning model, what is remembered of it, and that writing never depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from functions.deliver.checking import CheckStep, check, check_when_due
from infra.landscape import read_landscape
from sandbox.places import ROOT
from tests.support.clock import ManualClock
from tests.support.members_desk import declaring
from tests.support.memory_table import MemoryTable
from tieout.discovering import Discovered, Finding, WantedCube
from tieout.errors import AccessDeniedError, TieoutError, UnavailableError
from tieout.landscape import Landscape
from tieout.ledger.checks import Checked, CheckLedger
from tieout.ledger.members import KeptMembers
from tieout.maintenance import Maintenance
from tieout.member_sources import MemberSource
from tieout.periods import Period

LANDSCAPE = read_landscape(ROOT, "sandbox")
UNFIT = Finding(code="line_item_missing", cube="Cash", measure="Collected", says="add it")
COARSE = Finding(code="format_too_coarse", says="widen it", is_in_the_way=False)


@dataclass
class Checker:
    """A target that is found as a test says, or cannot be asked."""

    findings: tuple[Finding, ...] = ()
    error: TieoutError | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)
    members: set[str] = field(default_factory=set)

    def discover(self, wanted: Sequence[WantedCube], periods: Sequence[Period]) -> Discovered:
        """What was put here."""
        assert periods
        self.asked.append(tuple(each.cube for each in wanted))
        self.members |= {name for cube in wanted for name, _ in cube.members}
        if self.error is not None:
            raise self.error
        return Discovered(told={"state": "UNLOCKED"}, findings=self.findings)


@dataclass
class Desk:
    """A target, what asks it, and what remembers the answers."""

    checker: Checker = field(default_factory=Checker)
    clock: ManualClock = field(default_factory=ManualClock)
    checks: CheckLedger = field(default_factory=lambda: CheckLedger(MemoryTable()))

    def step(self, landscape: Landscape = LANDSCAPE, kept: KeptMembers | None = None) -> CheckStep:
        """What the check works with."""
        return CheckStep(
            target="anaplan",
            landscape=landscape,
            kept=lambda: kept,
            open_checker=lambda: self.checker,
            checks=self.checks,
            clock=self.clock,
        )

    def when_due(self) -> Checked | None:
        """The check at the beginning of a flush."""
        return check_when_due(self.step())


def test_a_target_is_checked_before_the_first_write_and_then_every_six_hours() -> None:
    """In between the last check is remembered, by whichever function made it."""
    desk = Desk()
    first = desk.when_due()
    assert first is not None
    assert (first.at, first.in_the_way) == (desk.clock.now(), 0)
    assert "Pipeline" in desk.checker.asked[0]
    desk.clock.advance(timedelta(hours=6).total_seconds() - 1)
    assert desk.when_due() == first
    assert len(desk.checker.asked) == 1
    desk.clock.advance(1)
    assert desk.when_due() != first
    assert len(desk.checker.asked) == 2


def test_one_that_lacks_something_is_checked_every_hour_until_it_is_mended() -> None:
    """What is only worth knowing does not count."""
    desk = Desk(Checker((UNFIT, COARSE)))
    found = desk.when_due()
    assert found is not None
    assert found.in_the_way == 1
    desk.checker.findings = ()
    desk.clock.advance(3599)
    assert desk.when_due() == found
    desk.clock.advance(1)
    mended = desk.when_due()
    assert mended is not None
    assert mended.in_the_way == 0


def test_one_that_cannot_be_asked_now_is_as_it_was_last_found() -> None:
    """A busy model is no finding."""
    desk = Desk(Checker(error=UnavailableError("busy")))
    assert desk.when_due() is None
    desk.checker.error = None
    first = desk.when_due()
    desk.checker.error = UnavailableError("busy")
    desk.clock.advance(timedelta(hours=7).total_seconds())
    assert desk.when_due() == first
    with pytest.raises(UnavailableError):
        check(desk.step())


def test_one_that_denies_our_role_is_found_to_do_so() -> None:
    """A person has to act, so it is remembered."""
    desk = Desk(Checker(error=AccessDeniedError("anaplan refuses our role (403)")))
    found = desk.when_due()
    assert found is not None
    assert [each.code for each in found.found.findings] == ["access_denied"]
    assert "refuses our role" in found.found.findings[0].says
    assert desk.checks.last("anaplan") == found


def test_one_whose_system_cannot_be_asked_is_told_so_and_nothing_is_due() -> None:
    """Such a target goes on as it did before there were checks."""
    desk = Desk()
    step = CheckStep(target="x", landscape=LANDSCAPE, open_checker=None, checks=desk.checks, clock=desk.clock)
    assert check_when_due(step) is None
    says = "its system cannot be asked what it has: look at the cells it refuses"
    assert check(step).found == Discovered(findings=(Finding(code="not_checked", says=says, is_in_the_way=False),))


def test_a_check_is_remembered_whole_up_to_a_hundred_findings() -> None:
    """It is one item of the ledger."""
    desk = Desk(Checker((UNFIT, COARSE)))
    made = check(desk.step())
    assert desk.checks.last("anaplan") == made
    assert made.plain()["findings"][0] == {
        "code": "line_item_missing", "cube": "Cash", "measure": "Collected", "says": "add it", "is_in_the_way": True
    }  # fmt: skip
    desk.checker.findings = (UNFIT,) * 101
    check(desk.step())
    kept = desk.checks.last("anaplan")
    assert kept is not None
    assert kept.in_the_way == 100


def test_members_that_are_kept_are_told_of_as_they_were_found_and_not_looked_up() -> None:
    """What lacks of them is about to be added, so that alone calls nobody."""
    desk = Desk()
    refused = Finding(code="member_refused", says="mend it")
    landscape = declaring({"Customer": MemberSource(table="customer")})
    found = check(desk.step(landscape, KeptMembers(desk.clock.now(), "d", (refused,)))).found
    assert found.findings == (refused,)
    assert "Customer" not in desk.checker.members
    assert "Supplier" in desk.checker.members


def test_a_target_is_not_asked_in_its_maintenance() -> None:
    """Not by itself, where the last check stands; whoever asks is told until when."""
    desk = Desk()
    first = desk.when_due()
    target = replace(LANDSCAPE.target("anaplan"), maintenance=Maintenance(begins="15:00", time_zone="UTC", minutes=30))
    maintained = replace(desk.step(), landscape=replace(LANDSCAPE, targets=(target,)))
    desk.clock.advance(6 * 3600 + 60)
    assert check_when_due(maintained) == first
    with pytest.raises(UnavailableError, match="in maintenance until"):
        check(maintained)
    assert len(desk.checker.asked) == 1
    desk.clock.advance(30 * 60)
    assert check_when_due(maintained) != first
