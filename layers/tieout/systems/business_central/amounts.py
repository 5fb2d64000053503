"""The amounts of one document in the currency of its invoice, which the books do not keep. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import localcontext

from tieout.facts.balancing import rest_to_largest
from tieout.money import EXACT, Money


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
    return rest_to_largest(amounts, rest) if is_balanced and rest else amounts
