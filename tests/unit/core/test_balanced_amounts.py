"""Amounts of one document, in minor units: what adds up to zero before they are rounded adds up to zero after."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.balancing import balanced, rest_to_largest, rounded
from tieout.money import Money

AMOUNTS = st.lists(st.decimals(-(10**6), 10**6, places=4), min_size=1, max_size=6)


@given(AMOUNTS, st.sampled_from(["EUR", "JPY", "BHD"]))
def test_what_balances_still_does_and_no_line_but_the_largest_is_rounded_otherwise(
    numbers: list[Decimal], currency: str
) -> None:
    """Of whichever decimals the currency has."""
    numbers = [*numbers, -sum(numbers, Decimal(0))]
    amounts = balanced(numbers, currency)
    assert amounts == rounded(numbers, currency)
    assert sum(each.amount_minor for each in amounts) == 0
    moved = [
        place
        for place, (number, amount) in enumerate(zip(numbers, amounts, strict=True))
        if amount != Money.of(number, currency)
    ]
    alone = [abs(Money.of(number, currency).amount_minor) for number in numbers]
    assert [alone[place] for place in moved] in ([], [max(alone)])


def test_a_part_that_is_missing_is_refused_where_none_may_be() -> None:
    """Else each line is what it is by itself."""
    numbers = [Decimal("1.005"), Decimal("-0.50")]
    with pytest.raises(UnreadableRecordError, match=r"^the lines in EUR do not balance$"):
        balanced(numbers, "EUR")
    assert [str(each) for each in rounded(numbers, "EUR")] == ["1.01 EUR", "-0.50 EUR"]


def test_what_does_not_balance_by_a_decimal_that_no_currency_has_is_refused() -> None:
    """It is looked at to the last digit a source states, however many the largest amount has before it."""
    numbers = [Decimal("1000000000000000000.000000000001"), Decimal(-1000000000000000000)]
    with pytest.raises(UnreadableRecordError):
        balanced(numbers, "EUR")


def test_what_is_no_currency_is_malformed_whether_it_balances_or_not() -> None:
    """Nobody can say how it is rounded."""
    for state in (balanced, rounded):
        with pytest.raises(MalformedError):
            state([Decimal(1)], "E")


def test_the_rest_goes_only_where_it_may() -> None:
    """A claim is exactly what the invoice says."""
    amounts = [Money(1000, "EUR"), Money(-400, "EUR"), Money(-599, "EUR")]
    assert [each.amount_minor for each in rest_to_largest(amounts, [1, 2])] == [1000, -400, -600]
