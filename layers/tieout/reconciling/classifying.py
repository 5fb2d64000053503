"""Says why records that belong together, or to nothing, make two stages of a value differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tieout.arriving.notice import RecordKey
from tieout.reconciliations import Matching, Tolerance
from tieout.reconciling.breaks import Break, BreakKind
from tieout.reconciling.items import NOTHING, Amounts, Item, Place, difference, sums_by
from tieout.reconciling.matching import Group


def _whenever(place: Place) -> Place:
    return place._replace(period="")


# What of a place has to be the same, and what it is called where no more than the rest of it differs.
_LEVELS: tuple[tuple[BreakKind, Callable[[Place], Place]], ...] = (
    (BreakKind.ROUNDING, lambda place: place),
    (BreakKind.CUT_OFF, _whenever),
    (BreakKind.MAPPING, lambda place: Place("", "", place.currency)),
)


@dataclass(frozen=True, slots=True)
class Classifier:
    """Gives each difference its kind.

    Attributes:
        as_of: the day on which it is asked: what may follow in some days is not missing yet.
    """

    tolerance: Tolerance
    as_of: date

    def breaks(self, group: Group) -> Iterator[Break]:
        """What does not tie out of records that belong together: copies, and what else differs without them.

        What the breaks come to, place by place, is exactly what the left side has more than the right.
        """
        left, right = group.copies()
        if left:
            yield _break(BreakKind.DUPLICATE, group.matching, left, ())
        if right:
            yield _break(BreakKind.DUPLICATE, group.matching, (), right)
        rest = group.without(left, right)
        residuals = difference(rest.left, rest.right)
        if residuals:
            yield _break(self._kind(rest, residuals), rest.matching, rest.left, rest.right)

    def _kind(self, group: Group, residuals: Amounts) -> BreakKind:
        if any(each.waits_for for each in (*group.left, *group.right)):
            return BreakKind.HELD
        if not (group.left and group.right):
            return self._missing(group)
        for kind, level in _LEVELS:
            left = sums_by(level, (each.amounts for each in group.left))
            off = sums_by(level, (residuals,))
            if all(self._is_tolerated(place, amount.transaction, left) for place, amount in off.items()):
                return BreakKind.RATE if kind is BreakKind.ROUNDING and _is_other_rate(group, off, left) else kind
        return BreakKind.UNEXPLAINED

    def _missing(self, group: Group) -> BreakKind:
        [item] = group.left or group.right
        if group.right and _is_taken_back(item.amounts):
            return BreakKind.CUT_OFF  # as what is gone stands in closed books
        if item.day is not None and item.day + timedelta(days=self.tolerance.days) > self.as_of:
            return BreakKind.TIMING
        return BreakKind.MISSING_THERE if group.left else BreakKind.MISSING_HERE

    def _is_tolerated(self, place: Place, off: int, left: Amounts) -> bool:
        """Whether a transaction amount is no more off than declared, of which the smallest limit counts; else than nothing."""
        limits = [Decimal(each) for each in [self.tolerance.minor_units.get(place.currency)] if each is not None]
        if self.tolerance.percent:
            limits.append(abs(left.get(place, NOTHING).transaction) * Decimal(self.tolerance.percent) / 100)
        return abs(off) <= min(limits, default=Decimal(0))


def _is_taken_back(amounts: Amounts) -> bool:
    """Whether what counts in one period is taken back in another."""
    whole = sums_by(_whenever, (amounts,)).values()
    return len({place.period for place in amounts}) > 1 and not any(each.transaction for each in whole)


def _is_other_rate(group: Group, off: Amounts, left: Amounts) -> bool:
    """Whether more differs in the reporting currency than rounding each record, and what the transactions differ by, come to."""
    rounded = len(group.left) + len(group.right)
    for place, amount in off.items():
        stated = left.get(place, amount)  # what the right side alone has there has its own rate
        explained = rounded * abs(stated.transaction) + abs(amount.transaction * stated.reporting)
        if abs(amount.reporting * stated.transaction) > explained or (
            not stated.transaction and abs(amount.reporting) > rounded
        ):
            return True
    return False


def _break(kind: BreakKind, matching: Matching | None, left: Sequence[Item], right: Sequence[Item]) -> Break:
    items = (*left, *right)
    return Break(
        kind=kind,
        left=_records(left),
        right=_records(right),
        residuals=difference(left, right),
        matching=matching.name if matching else "",
        since=min((each.day for each in items if each.day is not None), default=None),
        waits_for=tuple(sorted({each.waits_for for each in items if each.waits_for})),
    )


def _records(items: Iterable[Item]) -> tuple[RecordKey, ...]:
    return tuple(sorted(each.record for each in items))
