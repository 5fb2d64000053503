"""What coupons take off for good from what recurs of a subscription of Stripe; pure.

What a coupon takes off once, or for some months, will be paid again. https://docs.stripe.com/api/coupons/object
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tieout.columns import unreadable
from tieout.fields import Row, fraction_in, number_in, part_of, required, text_in
from tieout.systems.stripe.fields import currency_in

_PERCENT = 100
_FOREVER = "forever"


def coupons_of(row: Row) -> list[Row]:
    """The coupons of a subscription, or of an item, that take something off for good, in their order.

    API versions since 2025-09-30 name a discount's coupon as its source. Those before 2025-03-31 say the only discount of a
    subscription a second time (`discount`), where it does not count.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value; so do all functions here.
    """
    coupons = []
    for each in listed(row, "discounts"):
        if not isinstance(each, Mapping):
            raise unreadable("discounts", "not_expanded")
        coupon = part_of(part_of(each, "source") or each, "coupon")
        coupons.append(required(coupon, "discounts.coupon"))
    return [each for each in coupons if text_in(each, "duration") == _FOREVER]


def is_meant(coupon: Row, product: str | None) -> bool:
    """Whether a coupon takes something off a product: off all of them, unless it says which."""
    restricted = part_of(coupon, "applies_to")
    return restricted is None or product in listed(restricted, "products")


def is_by_amount(coupon: Row) -> bool:
    """Whether it takes the same off every invoice, and no percentage of it."""
    return coupon.get("amount_off") is not None


def left_by(coupon: Row, units: Fraction, currency: str) -> Fraction:
    """What a coupon leaves of an amount; never less than nothing."""
    if not is_by_amount(coupon):
        return max(units * (1 - fraction_in(coupon, "percent_off") / _PERCENT), Fraction(0))
    if currency_in(coupon) != currency:
        raise unreadable("discounts.coupon", "other_currency")
    return max(units - number_in(coupon, "amount_off"), Fraction(0))


def listed(row: Row, name: str) -> Sequence[object]:
    """What stands in a list, objects or their ids; nothing where there is none."""
    value = row.get(name)
    if value is not None and not isinstance(value, list):
        raise unreadable(name, "no_list")
    return value or ()
