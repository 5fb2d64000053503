"""The amounts of one document in minor units: as the books have them, and in the currency of its invoice. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal, localcontext

from tieout.errors import UnreadableRecordError
from tieout.money import EXACT, Money


def in_currency(numbers: Sequence[Decimal], currency: str, *, must_balance: bool) -> list[Money]:
    """The numbers in minor units of a currency; where they add up to zero, so do these.

    Where Business Central rounds to more decimals than ISO 4217 has, each is rounded half up and the rest goes to the largest.

    Raises:
        UnreadableRecordError: if they must add up to zero and do not: a part of the document is missing.
        MalformedError: for something that is no currency, or an amount beyond any document.
    """
    rounded = [Money.of(number, currency) for number in numbers]
    with localcontext(EXACT):
        is_balanced = sum(numbers, Decimal(0)) == 0
    if must_balance and not is_balanced:
        raise UnreadableRecordError(f"the entries in {currency} do not balance")
    return _rest_to_largest(rounded, range(len(rounded))) if is_balanced else rounded


def in_invoice_currency(functional: Sequence[Money], claims: Collection[int], total: Money) -> list[Money]:
    """The amounts in the currency of an invoice, of which the books keep none: the total on the claim, the rest in proportion.

    Every line of an invoice is converted at one rate, so what a line is in the invoice's currency is known to the rounding
    of a minor unit; the differences go to the largest line that is no claim.

    Args:
        functional: what the books have, in one currency.
        claims: the places of the lines on the accounts of debtors or creditors.
        total: of the invoice, tax included, with the sign that it has on the claim.
    """
    claimed = sum(functional[place].amount_minor for place in claims)
    with localcontext(EXACT):
        rate = total.decimal() / Money(claimed, functional[0].currency).decimal()
    amounts = [each.converted(rate, total.currency) for each in functional]
    largest = max(claims, key=lambda place: abs(amounts[place].amount_minor))
    others = sum(amounts[place].amount_minor for place in claims if place != largest)
    amounts[largest] = Money(total.amount_minor - others, total.currency)
    is_balanced = sum(each.amount_minor for each in functional) == 0
    rest = [place for place in range(len(amounts)) if place not in claims]
    return _rest_to_largest(amounts, rest) if is_balanced and rest else amounts


def _rest_to_largest(amounts: Sequence[Money], places: Sequence[int]) -> list[Money]:
    """The amounts, what is missing to zero added to the largest of some of them."""
    found = list(amounts)
    rest = sum(each.amount_minor for each in found)
    if rest:
        place = max(places, key=lambda place: abs(found[place].amount_minor))
        found[place] = Money(found[place].amount_minor - rest, found[place].currency)
    return found
