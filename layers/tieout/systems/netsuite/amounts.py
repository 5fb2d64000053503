"""Turns NetSuite's amounts into numbers at the decimals it keeps for their currency."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from tieout.money import EXACT


def at_precision(number: Decimal, precision: int | None) -> Decimal:
    """The number at the decimals NetSuite keeps for the currency, which drops the noise of floats on the way."""
    if precision is None:
        return number
    with localcontext(EXACT):
        return number.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP)
