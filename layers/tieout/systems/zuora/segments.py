"""The segments of recurring charges: from which day to which each recurs, what it comes to, and what discounts leave; pure.

Every version of a subscription has all segments of its charges, with the days on which they begin and end: an order that changes a
charge from a day on ends one segment there and begins another. So the last version says of each charge it has what has recurred
and what will. What a version does not have any more recurs no further than the day on which that was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.facts.recurring import recurring_item
from tieout.facts.subscription import RecurringItem
from tieout.fields import Row, objects_in, required, text_in
from tieout.systems.zuora.fields import day_in, moment_in, money_of, word_in
from tieout.systems.zuora.pricing import annual_of, discount_of, percentage_of
from tieout.systems.zuora.resources import MOST_AT_ONCE

_PERCENTAGE, _FIXED = "discountpercentage", "discountfixedamount"


class Segment(NamedTuple):
    """A charge from one day to another.

    Attributes:
        number: of the charge, by which it is the same in every version.
        plan: the rate plan it belongs to, by which it is the same in every version.
        until: the first day on which it does not recur any more; None: it has no end.
        is_to_the_end: it ends with the subscription's term, if at all.
        annual: what it comes to in a year; of a discount by a fixed amount what that takes off; zero for one by percentage.
        leaves: the share that a discount by percentage leaves of what it is taken off; None: it is none.
        is_discount: whether it takes something off.
        off_plan: whether it takes that off its own rate plan alone.
    """

    number: str
    product: str | None
    plan: str
    since: date
    until: date | None
    is_to_the_end: bool
    annual: Fraction
    leaves: Fraction | None = None
    is_discount: bool = False
    off_plan: bool = False

    def recurs_on(self, day: date) -> bool:
        """Whether it does on a day."""
        return self.since <= day and (self.until is None or day < self.until)


def segments_of(versions: Sequence[Row], currency: str, zone: ZoneInfo) -> list[Segment]:
    """The segments of all charges that any of the versions has, which are in their order.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    known: dict[str, list[Segment]] = {}
    for version in versions:
        stated: dict[str, list[Segment]] = {}
        for each in _stated(version, currency):
            stated.setdefault(each.number, []).append(each)
        gone = known.keys() - _numbers(version)
        made = moment_in(version, "createdDate").astimezone(zone).date() if gone else date.max
        known = {number: _until(known[number], made) for number in gone} | stated
    return [each for segments in known.values() for each in segments]


def items_on(day: date, segments: Iterable[Segment], currency: str) -> tuple[RecurringItem, ...]:
    """What recurs from a day on, charge by charge, less what discounts take off; never less than nothing."""
    recurring = sorted((each for each in segments if each.recurs_on(day)), key=lambda each: each.number)
    worth = {each: each.annual for each in recurring if not each.is_discount}
    for each in recurring:
        if each.is_discount:
            _take_off(each, worth)
    return tuple(
        recurring_item(each.number, each.product, annual, lambda amount: money_of(amount, currency, "mRR"))
        for each, annual in worth.items()
    )


def _take_off(discount: Segment, worth: dict[Segment, Fraction]) -> None:
    """Let a discount act on what others have left: a fixed amount is shared out by what each charge is worth."""
    meant = [each for each in worth if each.plan == discount.plan or not discount.off_plan]
    whole = sum((worth[each] for each in meant), Fraction(0))
    left = discount.leaves
    if left is None:
        left = max(1 - discount.annual / whole, Fraction(0)) if whole else Fraction(1)
    for each in meant:
        worth[each] *= left


def _stated(version: Row, currency: str) -> Iterator[Segment]:
    for plan in _all_of(version, "ratePlans"):
        for charge in _all_of(plan, "ratePlanCharges"):
            if word_in(charge, "chargeType") == "recurring":
                yield from _segment(plan, charge, currency)


def _segment(plan: Row, charge: Row, currency: str) -> Iterator[Segment]:
    """The segment that a charge is; none where it has not begun to count, or ends where it begins."""
    since, until = day_in(charge, "effectiveStartDate"), day_in(charge, "effectiveEndDate")
    if since is None or (until is not None and until <= since):
        return
    model = word_in(charge, "chargeModel")
    segment = Segment(
        number=required(text_in(charge, "chargeNumber"), "chargeNumber"),
        product=text_in(plan, "productId"),
        plan=text_in(plan, "originalRatePlanId") or required(text_in(plan, "id"), "id"),
        since=since,
        until=until,
        is_to_the_end=word_in(charge, "endDateCondition") == "subscriptionend",
        annual=Fraction(0),
        is_discount=True,
        off_plan=word_in(charge, "discountLevel") == "rateplan",
    )
    if model not in {_PERCENTAGE, _FIXED}:
        annual = annual_of(charge, currency)
        # A charge below zero is how some tenants write a discount: it is taken off the whole subscription.
        yield segment._replace(annual=abs(annual), is_discount=annual < 0, off_plan=False)
    elif "recurring" in word_in(charge, "applyDiscountTo"):
        leaves = percentage_of(charge) if model == _PERCENTAGE else None
        yield segment._replace(leaves=leaves, annual=discount_of(charge) if leaves is None else Fraction(0))


def _numbers(version: Row) -> set[str]:
    """The numbers of all charges that a version has, whether they count or not."""
    return {
        str(charge.get("chargeNumber"))
        for plan in objects_in(version, "ratePlans")
        for charge in objects_in(plan, "ratePlanCharges")
    }


def _all_of(row: Row, name: str) -> Sequence[Row]:
    """The parts that were asked for with an object; Zuora cuts them off, and shows no others, where they are too many."""
    parts = objects_in(row, name)
    if len(parts) >= MOST_AT_ONCE:
        raise unreadable(name, "more_than_zuora_shows")
    return parts


def _until(segments: Iterable[Segment], day: date) -> list[Segment]:
    """The segments, none of which recurs further than to a day."""
    ended = (each if each.until is not None and each.until <= day else each._replace(until=day) for each in segments)
    return [each for each in ended if each.until is None or each.since < each.until]


def boundaries(segments: Iterable[Segment]) -> Sequence[date]:
    """The days on which what recurs may change, in their order."""
    found: Mapping[date, None] = dict.fromkeys(
        day for each in segments for day in (each.since, each.until) if day is not None
    )
    return sorted(found)
