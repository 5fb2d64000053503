"""What is paid for some days, weeks, months or years -> what recurs of it in a month and in a year, each rounded once; pure."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tieout.facts.subscription import RecurringItem
from tieout.money import Money

_TIMES_A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
_MONTHS = 12


def is_period(unit: str | None, count: int) -> bool:
    """Whether it is a time for which something can be paid: so many days, weeks, months or years."""
    return unit in _TIMES_A_YEAR and count > 0


def in_a_year(paid: Fraction, unit: str, count: int) -> Fraction:
    """What is paid in a year by whom pays this much for such a period (`is_period`), exactly."""
    return paid * _TIMES_A_YEAR[unit] / count


def recurring_item(
    item_id: str, product: str | None, annual: Fraction, money: Callable[[Fraction], Money]
) -> RecurringItem:
    """What recurs of an item, `money` being what an exact amount comes to in its currency."""
    return RecurringItem(item_id=item_id, product=product, monthly=money(annual / _MONTHS), annual=money(annual))
