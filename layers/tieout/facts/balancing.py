"""Turns the amounts of one posted document into minor units without losing the balance between its lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from tieout.errors import UnreadableRecordError
from tieout.money import EXACT, Money


def balanced(numbers: Sequence[Decimal], currency: str) -> list[Money]:
    """As `rounded`, of amounts of which none may be missing.

    Raises:
        UnreadableRecordError: if they did not add up to zero in the first place: part of the document is missing.
        MalformedError: as `rounded`.
    """
    amounts = rounded(numbers, currency)
    if _total(numbers) != 0:
        raise UnreadableRecordError(f"the lines in {currency} do not balance")
    return amounts


def rounded(numbers: Sequence[Decimal], currency: str) -> list[Money]:
    """The numbers in minor units of a currency, each rounded half up; what added up to zero still does.

    Where a source keeps more decimals than ISO 4217 knows (NetSuite two for yen, S/4HANA three for every currency), the rest
    goes to the largest line.

    Raises:
        MalformedError: for something that is no currency, or an amount beyond any document.
    """
    amounts = [Money.of(number, currency) for number in numbers]
    return rest_to_largest(amounts, range(len(amounts))) if _total(numbers) == 0 else amounts


def rest_to_largest(amounts: Sequence[Money], places: Sequence[int]) -> list[Money]:
    """The amounts, what is missing to zero added to the largest of those at some places."""
    found = list(amounts)
    rest = sum(each.amount_minor for each in found)
    if rest:
        largest = max(places, key=lambda place: abs(found[place].amount_minor))
        found[largest] = Money(found[largest].amount_minor - rest, found[largest].currency)
    return found


def _total(numbers: Sequence[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(numbers, Decimal(0))
