"""Turns a subscription of Stripe into a version of one: what recurs of it, as the object states it at a moment; pure.

What recurs is what is agreed: quantities at their prices, less what is taken off for good. What is metered is billed and agreed by
nobody; what a coupon takes off once, or for some months, will be paid again. https://docs.stripe.com/api/subscriptions/object
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.facts.recurring import in_a_year, is_period, recurring_item
from tieout.facts.subscription import RecurringItem, SubscriptionStatus, SubscriptionVersion
from tieout.fields import Row, day_in, fraction_in, number_in, part_of, required, text_in
from tieout.money import EXACT, Money
from tieout.systems.stripe.amounts import money_of_units
from tieout.systems.stripe.coupons import coupons_of, is_by_amount, is_meant, left_by, listed
from tieout.systems.stripe.fields import currency_in, id_in, parts_of

STATUSES: Mapping[str, SubscriptionStatus] = {
    "trialing": SubscriptionStatus.TRIAL,
    "active": SubscriptionStatus.ACTIVE,
    "past_due": SubscriptionStatus.PAST_DUE,
    "unpaid": SubscriptionStatus.PAUSED,  # its invoices stay drafts until somebody pays
    "paused": SubscriptionStatus.PAUSED,
    "incomplete": SubscriptionStatus.PENDING,
    "incomplete_expired": SubscriptionStatus.ENDED,
    "canceled": SubscriptionStatus.ENDED,
}
_NEVER_PAID = frozenset({"incomplete", "incomplete_expired"})
_FOR_FREE = frozenset(
    {"void", "mark_uncollectible"}
)  # what becomes of invoices meanwhile; drafts are to be collected later
_GOING_ON = frozenset({SubscriptionStatus.TRIAL, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE})


def is_stated_whole(row: Row) -> bool:
    """Whether an object tells by itself what recurs: nothing of it is named by its id alone, and it has all of its items.

    An event never expands anything, so it does not where a coupon takes something off, or where a price has tiers or is stated
    in another currency than is paid; nor does it with more items than stand in one list.
    """
    licensed = _licensed(row)
    named = [each for holder in (row, *licensed) for each in listed(holder, "discounts")]
    untold = [each for each in licensed if not _is_told(_price(each), currency_in(row))]
    return not ((part_of(row, "items") or {}).get("has_more") or untold or any(isinstance(each, str) for each in named))


def _is_told(price: Row, currency: str) -> bool:
    """Whether a price says what is paid in a currency."""
    is_other = currency_in(price) != currency and part_of(price, "currency_options") is None
    return not (is_other or (_is_tiered(price) and not price.get("tiers")))


def version_stated(row: Row, zone: ZoneInfo, version: str, day: date, *, was_read: bool = False) -> SubscriptionVersion:
    """What a subscription object says it is from a day on; `version` and `was_read` are those of `SubscriptionVersion`.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    said = required(text_in(row, "status"), "status")
    status = STATUSES.get(said)
    if status is None:
        raise unreadable("status", "not_known")
    if _is_given_away(row) and status in _GOING_ON:
        status = SubscriptionStatus.PAUSED
    end = _end(row, status, zone)
    return SubscriptionVersion(
        version=version,
        day=day,
        status=status,
        customer=id_in(row, "customer"),
        start_date=_start(row, zone),
        end_date=end,
        renewal_date=_period_end(row, zone) if end is None else None,
        items=() if status is SubscriptionStatus.PAUSED or said in _NEVER_PAID else tuple(_items(row)),
        was_read=was_read,
    )


def _is_given_away(row: Row) -> bool:
    paused = part_of(row, "pause_collection")
    return paused is not None and text_in(paused, "behavior") in _FOR_FREE


def _start(row: Row, zone: ZoneInfo) -> date:
    """The first day on which something recurs: a trial is for nothing, whenever it was granted."""
    start = day_in(row, "start_date", zone)
    return start if row.get("trial_end") is None else max(start, day_in(row, "trial_end", zone))


def _end(row: Row, status: SubscriptionStatus, zone: ZoneInfo) -> date | None:
    """The first day on which nothing recurs any more; one to come where its customer has cancelled."""
    for name in ("ended_at", "cancel_at"):
        if row.get(name) is not None:
            return day_in(row, name, zone)
    if status is SubscriptionStatus.ENDED:
        return day_in(row, "canceled_at", zone)
    return _period_end(row, zone) if row.get("cancel_at_period_end") is True else None


def _period_end(row: Row, zone: ZoneInfo) -> date | None:
    """When the first of its terms ends: API versions since 2025-03-31 say it of each item, those before of all."""
    stating = (each for each in (row, *parts_of(row, "items")) if each.get("current_period_end") is not None)
    return min((day_in(each, "current_period_end", zone) for each in stating), default=None)


def _items(row: Row) -> Iterator[RecurringItem]:
    """What recurs, item by item: coupons of single items come first, then those of the whole."""
    currency = currency_in(row)
    agreed = [{**each, "price": _paid_in(currency, _price(each))} for each in _licensed(row)]
    worth = [_units(each) for each in agreed]
    for place, each in enumerate(agreed):
        for coupon in coupons_of(each):
            worth[place] = left_by(coupon, worth[place], currency)
    for coupon in coupons_of(row):
        worth = _shared(coupon, agreed, worth, currency)
    for item, units in zip(agreed, worth, strict=True):
        yield recurring_item(
            required(text_in(item, "id"), "id"),
            _product(item),
            in_a_year(units, *_interval(item)),
            partial(_money, currency=currency),
        )


def _licensed(row: Row) -> Sequence[Row]:
    """The items that are agreed: what is metered is not."""
    return [each for each in parts_of(row, "items") if _recurring(each).get("usage_type") != "metered"]


def _paid_in(currency: str, price: Row) -> Row:
    """A price as it is paid in a currency: one of several states its amounts in the first of them, and the others beside."""
    if currency_in(price) == currency:
        return price
    option = part_of(part_of(price, "currency_options") or {}, currency.lower())
    unsaid = dict.fromkeys(("unit_amount", "unit_amount_decimal", "tiers"))
    return {**price, **unsaid, **required(option, "price.currency_options")}


def _shared(coupon: Row, agreed: Sequence[Row], worth: Sequence[Fraction], currency: str) -> list[Fraction]:
    """What a coupon of the whole leaves of each item that it is meant for: shared out by what these are worth."""
    meant = [is_meant(coupon, _product(each)) for each in agreed]
    if (
        is_by_amount(coupon)
        and len({_interval(each) for each, is_one in zip(agreed, meant, strict=True) if is_one}) > 1
    ):
        raise unreadable("discounts", "off_items_of_several_intervals")
    whole = sum((units for units, is_one in zip(worth, meant, strict=True) if is_one), Fraction(0))
    left = left_by(coupon, whole, currency) / whole if whole else Fraction(1)
    return [units * left if is_one else units for units, is_one in zip(worth, meant, strict=True)]


def _money(units: Fraction, currency: str) -> Money:
    exact = EXACT.divide(Decimal(units.numerator), Decimal(units.denominator))
    return money_of_units(exact, currency, "unit_amount_decimal")


def _price(item: Row) -> Row:
    return required(part_of(item, "price"), "price")


def _product(item: Row) -> str | None:
    return id_in(_price(item), "product")


def _recurring(item: Row) -> Row:
    return required(part_of(_price(item), "recurring"), "price.recurring")


def _interval(item: Row) -> tuple[str, int]:
    """What is paid for at once: a number of days, weeks, months or years."""
    unit, count = text_in(_recurring(item), "interval"), number_in(_recurring(item), "interval_count")
    if unit is None or not is_period(unit, count):
        raise unreadable("price.recurring", "interval_not_known")
    return unit, count


def _is_tiered(price: Row) -> bool:
    return text_in(price, "billing_scheme") == "tiered"


def _units(item: Row) -> Fraction:
    """What an item costs for one interval, in Stripe's units."""
    price, quantity = _price(item), _quantity(item)
    if _is_tiered(price):
        return _of_tiers(price, quantity)
    return quantity * _amount(price, "unit_amount")


def _quantity(item: Row) -> int:
    """How many are paid for: of some prices by packs, of which a part counts as one, or as none."""
    quantity = number_in(item, "quantity")
    packs = part_of(_price(item), "transform_quantity")
    if packs is None:
        return quantity
    size = number_in(packs, "divide_by")
    if quantity < 0 or size < 1:
        raise unreadable("transform_quantity", "not_positive")
    return -(-quantity // size) if text_in(packs, "round") == "up" else quantity // size


def _amount(row: Row, name: str) -> Fraction:
    """An amount in Stripe's units, as the decimals say where it has some, which then are the truth; zero where neither is said."""
    exact = f"{name}_decimal"
    if row.get(exact) is not None:
        return fraction_in(row, exact)
    return Fraction(number_in(row, name)) if row.get(name) is not None else Fraction(0)


def _of_tiers(price: Row, quantity: int) -> Fraction:
    """By volume one tier is the price of all; graduated, each tier is that of those which lie in it."""
    mode, below, total = text_in(price, "tiers_mode"), 0, Fraction(0)
    if mode not in {"graduated", "volume"}:
        raise unreadable("tiers_mode", "not_known")
    for tier in parts_of(price, "tiers"):
        last = number_in(tier, "up_to") if tier.get("up_to") is not None else None
        reached = quantity if last is None else min(quantity, last)
        is_the_last = reached == quantity
        if quantity and mode == "graduated":
            total += (reached - below) * _amount(tier, "unit_amount") + _amount(tier, "flat_amount")
        elif quantity and is_the_last:
            total = quantity * _amount(tier, "unit_amount") + _amount(tier, "flat_amount")
        if is_the_last:
            return total
        below = reached
    raise unreadable("price.tiers", "missing")
