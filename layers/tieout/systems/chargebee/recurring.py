"""What recurs of a subscription of Chargebee, item by item: quantities at their prices, less what is taken off for good; pure.

What is metered is billed and agreed by nobody, and a charge is paid once. Chargebee's own sum (`mrr`) is not used: it is reckoned
some time after a change, rounded to a month, and by a rule that each site chooses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from tieout.columns import unreadable
from tieout.facts.recurring import in_a_year, is_period, recurring_item
from tieout.facts.subscription import RecurringItem
from tieout.fields import Row, number_in, objects_in, required, text_in
from tieout.money import EXACT, Money
from tieout.systems.chargebee.discounts import Named, Off, taken_off
from tieout.systems.chargebee.fields import currency_in, exact_in, quantity_in

_CHARGE = "charge"
_PLAN, _ADDON = "plan", "addon"


class _Agreed(NamedTuple):
    """What is agreed of an item: paid each period, in whole units of the subscription's currency."""

    named: Named
    paid: Fraction
    period: tuple[str, int]


def recurring_items(row: Row, coupons: Mapping[str, Row]) -> Iterator[RecurringItem]:
    """What recurs, `coupons` being those that it names (`discounts.coupons_named`), by their ids.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    currency, agreed = currency_in(row), [*_agreed(row)]
    off = taken_off(row, [each.named for each in agreed], coupons, currency)
    for item, paid in zip(agreed, _discounted(agreed, off), strict=True):
        product = item.named[0]
        yield recurring_item(product, product, in_a_year(paid, *item.period), partial(_money, currency=currency))


def _money(amount: Fraction, currency: str) -> Money:
    return Money.of(EXACT.divide(Decimal(amount.numerator), Decimal(amount.denominator)), currency)


def _agreed(row: Row) -> Iterator[_Agreed]:
    """The items of either product catalog: of the first one a plan with its addons, all paid in the rhythm of the plan."""
    for item in objects_in(row, "subscription_items"):
        kind = required(text_in(item, "item_type"), "item_type")
        if kind != _CHARGE and item.get("metered_quantity") is None:
            price = required(text_in(item, "item_price_id"), "item_price_id")
            yield _Agreed((price, kind), _paid(row, item, price), _period(item, row))
    plan = text_in(row, "plan_id")
    if plan is not None:
        named = {name.removeprefix("plan_"): value for name, value in row.items() if name.startswith("plan_")}
        yield _Agreed((plan, _PLAN), _paid(row, named, plan), _period(row, row))
    for addon in objects_in(row, "addons"):
        name = required(text_in(addon, "id"), "addons.id")
        yield _Agreed((name, _ADDON), _paid(row, addon, name), _period(row, row))


def _paid(row: Row, item: Row, name: str) -> Fraction:
    """What an item costs for one period: as it says, else its quantity at its price, which tiers have none of."""
    currency = currency_in(row)
    amount = exact_in(item, "amount", currency)
    if amount is not None:
        return amount
    if any(text_in(each, "item_price_id") == name for each in objects_in(row, "item_tiers")):
        raise unreadable("amount", "missing")
    price = exact_in(item, "unit_price", currency) or Fraction(0)
    quantity = quantity_in(item, "quantity")
    paid_for = (Fraction(1) if quantity is None else quantity) - (quantity_in(item, "free_quantity") or 0)
    return max(paid_for, Fraction(0)) * price


def _period(item: Row, row: Row) -> tuple[str, int]:
    """What is paid for at once: by the item's own rhythm where it has one."""
    stating = item if item.get("billing_period_unit") is not None else row
    unit, count = text_in(stating, "billing_period_unit"), number_in(stating, "billing_period")
    if unit is None or not is_period(unit, count):
        raise unreadable("billing_period", "not_known")
    return unit, count


def _discounted(agreed: Sequence[_Agreed], off: Sequence[Off]) -> Sequence[Fraction]:
    """What is left of each item; what goes off the whole is shared out by what each of them is worth."""
    left = [each.paid for each in agreed]
    for each in off:
        if each.on is not None:
            left = [
                each.left_of(paid) if item.named in each.on else paid for item, paid in zip(agreed, left, strict=True)
            ]
            continue
        if each.amount and len({item.period for item in agreed}) > 1:
            raise unreadable("discounts", "off_items_of_several_periods")
        whole = sum(left, Fraction(0))
        left = [paid * each.left_of(whole) / whole if whole else paid for paid in left]
    return left
