"""Tells of changes that have reached planning which were in time and which were late, by flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.ledger.lags import Reached
from tieout.objectives import Objectives


@dataclass(frozen=True, kw_only=True)
class Judging:
    """What changes of one target are judged with.

    Attributes:
        tell: is told of a flow, how many of its changes there were, and how many of them were late.
    """

    target: str
    objectives: Objectives
    tell: Callable[[str, int, int], None]

    def judge(self, reached: Iterable[Reached], now: datetime) -> None:
        """Tell at once: what a run that is cut off has marked is marked, and nobody can count it again."""
        changes, late = Counter[str](), Counter[str]()
        for each in reached:
            occurred_at = now - timedelta(seconds=each.seconds)
            within = self.objectives.within_seconds(each.flow, self.target, each.legal_entity, occurred_at)
            if within is not None:
                changes[each.flow] += each.changes
                late[each.flow] += each.changes if each.seconds > within else 0
        for flow, count in changes.items():
            self.tell(flow, count, late[flow])
