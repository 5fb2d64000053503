"""What changes of planning cells come to, in sums that people compare with what they expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ops.display import Row
from tieout.ledger.intersections import CellState
from tieout.money import Money


def sums_of(changes: Iterable[tuple[CellState, int]]) -> list[Row]:
    """What planning holds in these cells, what it is to hold then, and the difference."""
    now: Counter[tuple[str, str, str]] = Counter()
    then: Counter[tuple[str, str, str]] = Counter()
    for cell, wanted_minor in changes:
        at = (cell.cube, cell.measure, cell.currency)
        now[at] += cell.written_minor or 0
        then[at] += wanted_minor
    return [
        {"cube": cube, "measure": measure, "currency": currency}
        | {
            name: str(Money(minor, currency).decimal())
            for name, minor in {
                "in_planning": now[at],
                "then": then[at],
                "difference": then[at] - now[at],
            }.items()
        }
        for at in sorted(then)
        for cube, measure, currency in (at,)
    ]
