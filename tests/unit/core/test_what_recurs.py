"""What recurs in a month and in a year of what is paid for some time."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.facts.recurring import in_a_year, is_period, recurring_item
from tieout.money import Money

units = st.sampled_from(["day", "week", "month", "year"])
amounts = st.integers(0, 10**12).map(lambda minor: Fraction(minor, 100))


def euros(amount: Fraction) -> Money:
    """Rounded half up to the cent."""
    return Money(int(amount * 100 + Fraction(1, 2)), "EUR")


@pytest.mark.parametrize(
    ("paid", "unit", "count", "annual"),
    [
        (1, "day", 1, 365),
        (1, "week", 1, 52),
        (1, "month", 1, 12),
        (1, "year", 1, 1),
        (6, "month", 6, 12),
        (9, "year", 3, 3),
    ],
)
def test_a_year_has_so_many_of_a_period(paid: int, unit: str, count: int, annual: int) -> None:
    """Of several at once, as many times fewer."""
    assert is_period(unit, count)
    assert in_a_year(Fraction(paid), unit, count) == annual


@pytest.mark.parametrize(("unit", "count"), [("month", 0), ("month", -1), ("quarter", 1), (None, 1), ("", 1)])
def test_anything_else_is_no_period(unit: str | None, count: int) -> None:
    """For which nothing could be paid."""
    assert not is_period(unit, count)


@given(paid=amounts, unit=units, count=st.integers(1, 60))
def test_a_month_and_a_year_are_each_rounded_once(paid: Fraction, unit: str, count: int) -> None:
    """So each is within half a cent of what is paid, and twelve months within six cents of a year."""
    annual = in_a_year(paid, unit, count)
    item = recurring_item("i", "p", annual, euros)
    assert abs(item.annual.amount_minor - annual * 100) <= Fraction(1, 2)
    assert abs(item.monthly.amount_minor * 12 - annual * 100) <= 6
    assert (item.item_id, item.product) == ("i", "p")


@given(paid=amounts, count=st.integers(1, 60))
def test_the_same_paid_in_another_rhythm_recurs_alike(paid: Fraction, count: int) -> None:
    """Twelve months are a year, whatever is counted."""
    assert in_a_year(paid, "month", 12 * count) == in_a_year(paid, "year", count)
    assert in_a_year(paid * count, "week", count) == in_a_year(paid, "week", 1)
