"""Turns the amounts of one entry into minor units without losing the balance between its lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from tieout.errors import UnreadableRecordError
from tieout.money import EXACT, Money


def rounded(numbers: Sequence[Decimal], currency: str) -> list[Money]:
    """The numbers in minor units of a currency, each rounded half up; what added up to zero still does.

    Dynamics keeps two decimals of every amount, and ISO 4217 has none for yen: the rest goes to the largest line.

    Raises:
        MalformedError: for something that is no currency, or an amount beyond any document.
    """
    amounts = [Money.of(number, currency) for number in numbers]
    rest = sum(each.amount_minor for each in amounts)
    if rest and _total(numbers) == 0:
        largest = max(range(len(amounts)), key=lambda place: abs(amounts[place].amount_minor))
        amounts[largest] = Money(amounts[largest].amount_minor - rest, currency)
    return amounts


def balanced(numbers: Sequence[Decimal], currency: str) -> list[Money]:
    """The same of amounts of which none may be missing; raises `UnreadableRecordError` where they do not add up to zero."""
    if _total(numbers) != 0:
        raise UnreadableRecordError(f"the lines in {currency} do not balance")
    return rounded(numbers, currency)


def _total(numbers: Sequence[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(numbers, Decimal(0))
