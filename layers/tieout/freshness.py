"""How soon changes are to be in planning, as the landscape declares it; `tieout.objectives` judges by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDays:
    """The days around the end of each period of a company's fiscal calendar in which its books are closed; days are UTC's.

    Attributes:
        last: how many days at the end of a period are.
        first: how many at the beginning of the next.
    """

    last: int = 0
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """How many of a flow's changes are to be in planning how soon after they occurred.

    Attributes:
        targets: in which planning systems; empty: in all for which no other objective of the flow is declared.
        within_seconds: from `occurred_at` at the source to `written_at` in planning.
        within_seconds_in_close: the same for changes that occur in close days; 0: no sooner than ever.
        late_of_thousand: how many of a thousand changes may be later than that: the error budget.
    """

    name: str
    flow: str
    targets: tuple[str, ...] = ()
    within_seconds: int
    within_seconds_in_close: int = 0
    late_of_thousand: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What is declared of the freshness of planning.

    Attributes:
        window_days: over how many days an error budget is spent.
        objectives: by flow; what a flow without one brings is not judged.
    """

    window_days: int = 28
    close_days: CloseDays = field(default_factory=CloseDays)
    objectives: tuple[Objective, ...] = ()

    def objective(self, flow: str, target: str) -> Objective | None:
        """The one that holds for what a flow brings to a target: its own before the flow's; None where there is none."""
        found = [each for each in self.objectives if each.flow == flow and (not each.targets or target in each.targets)]
        return max(found, key=lambda each: bool(each.targets), default=None)


def freshness_of_plain(plain: Mapping[str, Any]) -> Freshness:
    """What is declared, as it is compiled into a function's asset: already checked, so nothing is checked here."""
    return Freshness(
        **{
            **plain,
            "close_days": CloseDays(**plain.get("close_days", {})),
            "objectives": tuple(
                Objective(**{**each, "targets": tuple(each["targets"])}) for each in plain.get("objectives", ())
            ),
        }
    )
