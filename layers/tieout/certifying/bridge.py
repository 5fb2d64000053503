"""The bridge of a certificate: what either stage comes to in the period, and every break between them, leg by leg; pure.

left = right + breaks, currency by currency, to the minor unit: what does not add up is no certificate at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tieout.certifying.subject import Plain, Subject
from tieout.errors import PermanentError
from tieout.moments import moment_text
from tieout.reconciliations import Reconciliation
from tieout.reconciling.breaks import Break
from tieout.reconciling.items import NOTHING, Amount, Item, Place
from tieout.reconciling.matching import Link
from tieout.reconciling.reconcile import Reconciled
from tieout.reconciling.tracking import BreakState, TrackedBreak

NEEDS_NOBODY = "needs nobody"


class DoesNotAddUpError(PermanentError):
    """What two stages differ by is not what their breaks come to: the certificate would not be exact, so there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """Two stages of a value, compared.

    Attributes:
        left, right: the records of either side.
        said: the breaks that are known, with what people have said of them, by their names.
        outdated: links that somebody has confirmed and that hold no more.
    """

    declared: Reconciliation
    left: Sequence[Item]
    right: Sequence[Item]
    found: Reconciled
    said: Mapping[str, TrackedBreak]
    outdated: Sequence[Link] = ()

    def plain(self, subject: Subject) -> Plain:
        """The leg as far as the period is concerned.

        Raises:
            DoesNotAddUpError: breaks do not come to what the stages differ by.
        """
        if self.declared.across_periods:  # what both stages come to stands in no period, and is told of all of them
            subject = replace(subject, period="")
        breaks = [each for each in self.found.breaks if any(map(subject.has, each.residuals))]
        return {
            "reconciliation": self.declared.name,
            "left": self.declared.left.name,
            "right": self.declared.right.name,
            "across_periods": self.declared.across_periods,
            "left_records": sum(any(map(subject.has, each.amounts)) for each in self.left),
            "right_records": sum(any(map(subject.has, each.amounts)) for each in self.right),
            "sums": list(self._sums(subject, breaks)),
            "breaks": [self._break(subject, each) for each in breaks],
            "of_no_period": [
                self._break(subject, each)
                for each in self.found.breaks
                if each not in breaks and any(map(subject.may_have, each.residuals))
            ],
            "outdated_links": [f"{each.left}|{each.right}" for each in self.outdated],
        }

    def _sums(self, subject: Subject, breaks: Iterable[Break]) -> Iterator[Plain]:
        left, right = subject.by_currency([self.found.left]), subject.by_currency([self.found.right])
        off = subject.by_currency(each.residuals for each in breaks)
        for currency in sorted(left.keys() | right.keys() | off.keys()):
            one, other, between = (some.get(currency, NOTHING) for some in (left, right, off))
            if one.plus(other, -1) != between:
                raise DoesNotAddUpError(
                    f"{self.declared.name}: breaks are not what both stages differ by in {currency}"
                )
            yield {
                "currency": currency,
                "left": subject.said(currency, one),
                "off": subject.said(currency, between),
                "right": subject.said(currency, other),
            }

    def _break(self, subject: Subject, found: Break) -> Plain:
        tracked = self.said.get(found.name)
        return {
            "break": found.name,
            "kind": str(found.kind),
            "matching": found.matching,
            "since": found.since.isoformat() if found.since else "",
            "waits_for": list(found.waits_for),
            "left": [str(each) for each in found.left],
            "right": [str(each) for each in found.right],
            "may_be": [str(each) for each in found.may_be],
            "off": [_residual(subject, *each) for each in found.residuals.items() if subject.has(each[0])],
            "elsewhere": [
                {"legal_entity": each[0].legal_entity, "period": each[0].period, **_residual(subject, *each)}
                for each in found.residuals.items()
                if not subject.has(each[0])
            ],
            **_standing(found, tracked),
        }


def _residual(subject: Subject, place: Place, amount: Amount) -> Plain:
    return {**subject.said(place.currency, amount), "apart": list(place.apart)}


def _standing(found: Break, tracked: TrackedBreak | None) -> Plain:
    """How far people have come with a break: what was said of another state of it is no word on this one."""
    told = tracked.remarks if tracked else ()
    is_said = tracked is not None and tracked.found.state == found.state and tracked.state is not BreakState.RESOLVED
    state = str(tracked.state) if is_said and tracked else str(BreakState.OPEN)
    explained = [each for each in told if each.what == "explained"] if state != BreakState.OPEN else []
    accepted = [each for each in told if each.what == "accepted"] if state == BreakState.ACCEPTED else []
    return {
        "state": state if found.needs_somebody or state != BreakState.OPEN else NEEDS_NOBODY,
        "reason": explained[-1].note if explained else "",
        "explained_by": explained[-1].by if explained else "",
        "accepted_by": accepted[-1].by if accepted else "",
        "accepted_at": moment_text(accepted[-1].at) if accepted else "",
    }
