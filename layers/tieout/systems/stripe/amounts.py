"""Turns Stripe's amounts, integers in units of its own, into money: the one table of what those units are; pure.

https://docs.stripe.com/currencies#zero-decimal, #three-decimal and #special-cases. They are ISO 4217's minor units but for
three: the ariary has two decimals by ISO 4217 and none here; the krona and the shilling of Uganda have none and two here, always
zero. Forint and Taiwan dollar are paid out in whole units alone, and have two decimals all the same.
"""

from __future__ import annotations

from decimal import Decimal

from tieout.columns import unreadable
from tieout.errors import MalformedError
from tieout.money import EXACT, Money

_EXPONENTS = dict.fromkeys(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"], 0
)
_EXPONENTS |= dict.fromkeys(["BHD", "JOD", "KWD", "OMR", "TND"], 3)
_DEFAULT_EXPONENT = 2


def money_of_units(units: int | Decimal, currency: str, name: str) -> Money:
    """So many of Stripe's units of a currency, fractions of one included, rounded half up to the currency's minor unit.

    Raises:
        UnreadableRecordError: naming the field, for an amount or a currency that is none.
    """
    exponent = _EXPONENTS.get(currency, _DEFAULT_EXPONENT)
    try:
        return Money.of(Decimal(units).scaleb(-exponent, EXACT), currency)
    except MalformedError as error:
        raise unreadable(name, error.reason) from error
