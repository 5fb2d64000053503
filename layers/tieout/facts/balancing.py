"""Turns the amounts of one posted document into minor units without losing the balance between its lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from tieout.errors import UnreadableRecordError
from tieout.money import EXACT, Money


def balanced(numbers: Sequence[Decimal], currency: str) -> list[Money]:
    """The numbers in minor units of a currency, still adding up to zero.

    Where a source keeps more decimals than ISO 4217 knows (NetSuite two for yen, S/4HANA three for every currency), each
    line is rounded half up and the rest goes to the largest line.

    Raises:
        UnreadableRecordError: if they did not add up to zero in the first place: part of the document is missing.
        MalformedError: for something that is no currency, or an amount beyond any document.
    """
    rounded = [Money.of(number, currency) for number in numbers]
    with localcontext(EXACT):
        if sum(numbers, Decimal(0)) != 0:
            raise UnreadableRecordError(f"the lines in {currency} do not balance")
    rest = sum(each.amount_minor for each in rounded)
    if rest:
        largest = max(range(len(rounded)), key=lambda place: abs(rounded[place].amount_minor))
        rounded[largest] = Money(rounded[largest].amount_minor - rest, currency)
    return rounded
