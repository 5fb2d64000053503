"""What a recurring charge of Zuora comes to in a year, and what a discount takes off; pure.

Zuora states a charge's monthly recurring revenue (`mRR`), perhaps rounded, and the prices of its tiers. Its own figure decides;
where the prices come to the same but for less than a minor unit, they say it exactly: 1,000.00 a year are 83.33 a month and not
999.96 a year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from tieout.columns import unreadable
from tieout.fields import Row, fraction_in, number_in, objects_in
from tieout.money import minor_exponent
from tieout.systems.zuora.fields import word_in

_MONTHS = 12
_WEEKS = 52
_DAYS = 365
# By billing period, and by what else a price may be stated for: how often a year it is paid.
_TIMES_A_YEAR: Mapping[str, Fraction] = MappingProxyType(
    {
        "month": Fraction(12),
        "permonth": Fraction(12),
        "quarter": Fraction(4),
        "semiannual": Fraction(2),
        "annual": Fraction(1),
        "peryear": Fraction(1),
        "eighteenmonths": Fraction(2, 3),
        "twoyears": Fraction(1, 2),
        "threeyears": Fraction(1, 3),
        "fiveyears": Fraction(1, 5),
        "week": Fraction(_WEEKS),
        "perweek": Fraction(_WEEKS),
    }
)
# Those of so many months, weeks or days, which stand beside them.
_SPECIFIC = {"specificmonths": _MONTHS, "specificweeks": _WEEKS, "specificdays": _DAYS}
_PERCENT = 100


def annual_of(charge: Row, currency: str) -> Fraction:
    """What a charge comes to in a year, before discounts.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value; so do all functions here.
    """
    priced = _priced(charge)
    if charge.get("mRR") is None:
        if priced is None:
            raise unreadable("mRR", "missing")
        return priced
    stated = fraction_in(charge, "mRR") * _MONTHS
    if priced is None:
        return stated
    is_the_same = abs(priced - stated) / _MONTHS < Fraction(1, 10 ** minor_exponent(currency))
    return priced if is_the_same else stated


def percentage_of(charge: Row) -> Fraction:
    """The share that a discount by percentage leaves of what it is taken off."""
    [tier, *_] = _tiers(charge)
    share = fraction_in(tier, "discountPercentage") / _PERCENT
    if not 0 <= share <= 1:
        raise unreadable("discountPercentage", "not_between_0_and_100")
    return 1 - share


def discount_of(charge: Row) -> Fraction:
    """What a discount by a fixed amount takes off in a year."""
    [tier, *_] = _tiers(charge)
    times = _times_a_year(charge)
    if times is None:
        raise unreadable("billingPeriod", "not_known")
    return fraction_in(tier, "discountAmount") * times


def _priced(charge: Row) -> Fraction | None:
    """What its prices come to in a year; None for a model, or a period, of which that is not known."""
    times, model, tiers = (
        _times_a_year(charge),
        word_in(charge, "chargeModel"),
        objects_in(charge, "ratePlanChargeTiers"),
    )
    if times is None or not tiers:
        return None
    if model.startswith("flatfee"):
        return fraction_in(tiers[0], "price") * times
    if charge.get("quantity") is None:
        return None
    quantity = fraction_in(charge, "quantity")
    if model.startswith("perunit"):
        return fraction_in(tiers[0], "price") * quantity * times
    if model.startswith(("tiered", "volume")) and not model.startswith("tieredwithoverage"):
        return _of_tiers(tiers, quantity, is_volume=model.startswith("volume")) * times
    return None


def _of_tiers(tiers: Sequence[Row], quantity: Fraction, *, is_volume: bool) -> Fraction:
    """By volume one tier is the price of all; otherwise each tier is that of the units which lie in it."""
    below, total = Fraction(0), Fraction(0)
    for tier in sorted(tiers, key=lambda each: number_in(each, "tier")):
        last = fraction_in(tier, "endingUnit") if tier.get("endingUnit") is not None else None
        reached = quantity if last is None else min(quantity, last)
        if is_volume and reached == quantity:
            return _of_tier(tier, quantity)
        if reached > below:
            total += _of_tier(tier, reached - below)
            below = reached
    return total


def _of_tier(tier: Row, units: Fraction) -> Fraction:
    price = fraction_in(tier, "price")
    return price if word_in(tier, "priceFormat") == "flatfee" else price * units


def _times_a_year(charge: Row) -> Fraction | None:
    """How often what its price is stated for is paid in a year; None where that is not known, such as for a whole term."""
    base, period = word_in(charge, "listPriceBase"), word_in(charge, "billingPeriod")
    word = base if base in _TIMES_A_YEAR else period
    if word in _SPECIFIC and charge.get("specificBillingPeriod") is not None:
        count = number_in(charge, "specificBillingPeriod")
        return Fraction(_SPECIFIC[word], count) if count > 0 else None
    return _TIMES_A_YEAR.get(word)


def _tiers(charge: Row) -> Sequence[Row]:
    tiers = objects_in(charge, "ratePlanChargeTiers")
    if not tiers:
        raise unreadable("ratePlanChargeTiers", "missing")
    return tiers
