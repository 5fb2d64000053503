"""Compares a target with what the planning model writes to: before the first write, then every few hours, and when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tieout.discovering import Discovered, Finding, TargetChecker, WantedCube
from tieout.errors import PermanentError, TransientError
from tieout.landscape import Landscape
from tieout.ledger.checks import Checked, CheckLedger
from tieout.ledger.members import KeptMembers
from tieout.maintenance import demand_no_maintenance
from tieout.planning.wanted import cubes_wanted, periods_wanted
from tieout.ports import Clock

_EVERY = timedelta(hours=6)
_EVERY_WHILE_UNFIT = timedelta(hours=1)  # somebody may be mending it


@dataclass(frozen=True, kw_only=True)
class CheckStep:
    """Everything the check works with, for one target.

    Attributes:
        open_checker: what asks the target; None where its system cannot be asked.
        kept: how the members that are kept from here were found last: what is wrong with those is part of a check.
    """

    target: str
    landscape: Landscape
    open_checker: Callable[[], TargetChecker] | None
    checks: CheckLedger
    clock: Clock
    kept: Callable[[], KeptMembers | None] = lambda: None


def check_when_due(step: CheckStep) -> Checked | None:
    """The last check, made now where it is due; None where the target cannot be checked or was not reached now.

    It never keeps cells from being written: what is in the way of some is refused cell by cell, with its reason.
    """
    if step.open_checker is None:
        return None
    last = step.checks.last(step.target)
    every = _EVERY if last is None or not last.in_the_way else _EVERY_WHILE_UNFIT
    if last is not None and step.clock.now() - last.at < every:
        return last
    try:
        return check(step)
    except TransientError:
        return last


def check(step: CheckStep) -> Checked:
    """Check the target now and remember how it was found.

    Raises:
        TransientError: it cannot be asked now, as in its maintenance; nothing is remembered.
    """
    now = step.clock.now()
    checked = Checked(now, _discovered(step))
    step.checks.keep(step.target, checked)
    return checked


def _discovered(step: CheckStep) -> Discovered:
    if step.open_checker is None:
        says = "its system cannot be asked what it has: look at the cells it refuses"
        return Discovered(findings=(Finding(code="not_checked", says=says, is_in_the_way=False),))
    demand_no_maintenance(step.landscape.target(step.target).maintenance, step.clock.now())
    try:
        wanted = [_without_kept(step, cube) for cube in cubes_wanted(step.landscape, step.target)]
        found = step.open_checker().discover(wanted, periods_wanted(step.landscape, step.clock.now().date()))
        kept = step.kept()
        return replace(found, findings=(*found.findings, *(kept.findings if kept else ())))
    except PermanentError as error:
        says = f"{error}: grant the integration user's role what it lacks, or mend the credentials"
        return Discovered(findings=(Finding(code="access_denied", says=says),))


def _without_kept(step: CheckStep, cube: WantedCube) -> WantedCube:
    """A cube without the members that are kept from here: what lacks of those is about to be added, or was refused."""
    kept = step.landscape.target(step.target).members
    return replace(cube, members=tuple(each for each in cube.members if each[0] not in kept))
