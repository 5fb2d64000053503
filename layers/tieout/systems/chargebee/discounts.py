"""What discounts and coupons take off for good from what recurs of a subscription of Chargebee; pure.

A discount states its own worth; a coupon is named, and has to be asked for. What is taken off once, or for some months, will be
paid again, so it is no part of what recurs. https://apidocs.chargebee.com/docs/api/coupons
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tieout.columns import unreadable
from tieout.fields import Row, fraction_in, number_in, objects_in, required, text_in
from tieout.money import minor_exponent

_PERCENT = 100
FOREVER = "forever"
ON_ALL, ON_ONE, ON_EACH = "invoice_amount", "specific_item_price", "each_specified_item"
KINDS = _BY_PERCENT, _BY_AMOUNT = "percentage", "fixed_amount"
CONSTRAINTS = _ALL, _NONE, _SPECIFIC = "all", "none", "specific"

Named = tuple[str, str]
"""A product and what kind of item it is: `plan` or `addon`."""


class Off(NamedTuple):
    """What is taken off for good.

    Attributes:
        share: of what is paid.
        amount: of each period, in whole units.
        on: the items it is taken off, each; None: the whole.
    """

    share: Fraction
    amount: Fraction
    on: frozenset[Named] | None

    def left_of(self, paid: Fraction) -> Fraction:
        """What it leaves of an amount; never less than nothing."""
        return max(paid * (1 - self.share) - self.amount, Fraction(0))


def coupons_named(row: Row) -> Sequence[str]:
    """The coupons of a subscription that no discount of it states the worth of; each once."""
    stated = {text_in(each, "coupon_id") for each in objects_in(row, "discounts")}
    named = [text_in(each, "coupon_id") for each in objects_in(row, "coupons")] or [text_in(row, "coupon")]
    return list(dict.fromkeys(each for each in named if each is not None and each not in stated))


def taken_off(row: Row, items: Sequence[Named], coupons: Mapping[str, Row], currency: str) -> Sequence[Off]:
    """What is taken off for good: first what goes off single items, then off the whole.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, or `coupons` where one that is named is not there.
    """
    found = [*_of_discounts(row, items, currency), *_of_coupons(row, items, coupons, currency)]
    return sorted(found, key=lambda each: each.on is None)


def _of_discounts(row: Row, items: Sequence[Named], currency: str) -> Iterator[Off]:
    for each in objects_in(row, "discounts"):
        if text_in(each, "duration_type") != FOREVER:
            continue
        apply_on = text_in(each, "apply_on")
        if apply_on not in {ON_ALL, ON_ONE}:
            raise unreadable("discounts.apply_on", "not_known")
        price = text_in(each, "item_price_id")
        on = None if apply_on == ON_ALL else frozenset(named for named in items if named[0] == price)
        yield _off(each, "type", "percentage", "amount", on, currency)


def _of_coupons(row: Row, items: Sequence[Named], coupons: Mapping[str, Row], currency: str) -> Iterator[Off]:
    for name in coupons_named(row):
        coupon = required(coupons.get(name), "coupons")
        if text_in(coupon, "duration_type") != FOREVER:
            continue
        apply_on = text_in(coupon, "apply_on")
        if apply_on not in {ON_ALL, ON_EACH}:
            raise unreadable("coupon.apply_on", "not_known")
        on = None if apply_on == ON_ALL else frozenset(each for each in items if _is_meant(coupon, each))
        yield _off(coupon, "discount_type", "discount_percentage", "discount_amount", on, currency)


def _off(row: Row, kind: str, share: str, amount: str, on: frozenset[Named] | None, currency: str) -> Off:
    stated = text_in(row, kind)
    if stated == _BY_PERCENT:
        return Off(fraction_in(row, share) / _PERCENT, Fraction(0), on)
    if stated != _BY_AMOUNT:
        raise unreadable(f"discounts.{kind}", "not_known")
    if text_in(row, "currency_code") not in {None, currency}:
        raise unreadable("discounts.currency_code", "other_currency")
    return Off(Fraction(0), Fraction(number_in(row, amount), 10 ** minor_exponent(currency)), on)


def _is_meant(coupon: Row, named: Named) -> bool:
    """Whether a coupon is taken off an item: of its kind all, none, or those that are listed."""
    product, kind = named
    for each in objects_in(coupon, "item_constraints"):
        if text_in(each, "item_type") != kind:
            continue
        constraint = text_in(each, "constraint")
        if constraint not in CONSTRAINTS:
            raise unreadable("coupon.item_constraints", "not_known")
        listed = each.get("item_price_ids") or ()
        return constraint == _ALL or (constraint == _SPECIFIC and product in listed)
    return False
