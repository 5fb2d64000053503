"""The step that compares stages of a value: read both from the ledger, match their records, keep what does not tie out.

ledger ──> items of both sides ──> links that hold ──> matched, each difference a break ──> breaks as they were and are
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from tieout.arriving.notice import RecordKey
from tieout.ledger.breaks import BreakLedger, KeptBreak, Run
from tieout.ports import Clock
from tieout.reconciliations import Reconciliation
from tieout.reconciling.breaks import Break
from tieout.reconciling.items import Amounts, Item, sums_by
from tieout.reconciling.linking import standing
from tieout.reconciling.matching import Link
from tieout.reconciling.reconcile import reconcile
from tieout.reconciling.tracking import BreakState, TrackedBreak


class Stages(Protocol):
    """Where the stages of a value are read from (`tieout.ledger.stages.StageLedger`)."""

    def sides(self, declared: Reconciliation, /) -> tuple[list[Item], list[Item]]:
        """The records of the left stage and of the right one, each once."""
        ...


@dataclass(frozen=True, slots=True)
class ReconcileStep:
    """What comparing needs."""

    stages: Stages
    breaks: BreakLedger
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileReport:
    """What came of comparing two stages.

    Attributes:
        found: how many breaks wait for somebody that did not before.
        open: how many breaks wait for somebody.
        resolved: how many are gone.
        left_to_the_next: how many somebody changed while the stages were compared: the next run looks at them.
    """

    found: int
    open: int
    resolved: int
    left_to_the_next: int


def compare_stages(step: ReconcileStep, declared: Reconciliation, as_of: date) -> ReconcileReport:
    """Compare two stages and keep how they do.

    Raises:
        TieoutError: some breaks may be kept; once more does no harm.
    """
    left, right = step.stages.sides(declared)
    links = standing({each.link: each.came_to for each in step.breaks.links(declared.name)}, left, right)
    found = reconcile(declared, left, right, as_of, links.holding)
    now = step.clock.now()
    known = {each.tracked.found.name: each for each in step.breaks.breaks(declared.name)}
    outdated = {record: link for link in links.outdated for record in link}
    after = _after(known, {each.name: each for each in found.breaks}, outdated, now)
    changed = [each for name, each in after.items() if each != known.get(name)]
    missed = step.breaks.keep(declared.name, changed, now)
    step.breaks.keep_run(
        declared.name,
        Run(
            at=now,
            as_of=as_of,
            left=_whole(found.left),
            right=_whole(found.right),
            tied_out=found.tied_out,
            outdated=links.outdated,
        ),
    )
    return _report(known, after, missed)


def _after(
    known: Mapping[str, KeptBreak], found: Mapping[str, Break], outdated: Mapping[RecordKey, Link], now: datetime
) -> dict[str, KeptBreak]:
    """Every break by its name, as it is by now: found again, gone, or new; `outdated`: records to a link that holds no more."""
    still = {
        name: replace(
            kept,
            tracked=kept.tracked.seen(found[name], now, _parted(found[name], outdated))
            if name in found
            else kept.tracked.gone(now),
        )
        for name, kept in known.items()
    }
    return still | {
        name: KeptBreak(TrackedBreak.begun(each, now), 0) for name, each in found.items() if name not in known
    }


def _parted(found: Break, outdated: Mapping[RecordKey, Link]) -> str:
    """That a record of a break was linked to another, where that holds no more."""
    links = (outdated[each] for each in (*found.left, *found.right) if each in outdated)
    return next(
        (f"{left} and {right} were linked, and one of them has come to something else" for left, right in links), ""
    )


def _whole(amounts: Amounts) -> Amounts:
    """What a stage comes to, whatever else is kept apart."""
    return sums_by(lambda place: place._replace(apart=()), (amounts,))


def _report(known: Mapping[str, KeptBreak], after: Mapping[str, KeptBreak], missed: frozenset[str]) -> ReconcileReport:
    kept = {name: each for name, each in after.items() if name not in missed}
    waited, wait = ({name for name, each in some.items() if each.tracked.waits} for some in (known, kept))
    over, gone = (
        {name for name, each in some.items() if each.tracked.state is BreakState.RESOLVED} for some in (known, kept)
    )
    return ReconcileReport(
        found=len(wait - waited), open=len(wait), resolved=len(gone - over), left_to_the_next=len(missed)
    )
