"""Turns all versions of a subscription of Zuora into what it has been, is and will be: what recurs from each day on; pure.

Zuora keeps every version where it can be asked for, and dates what an order changes: a movement is planned in the month from which
it counts, whenever it was agreed. So nothing is kept of callouts, and the history is stated whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.facts.subscription import Subscription, SubscriptionStatus, SubscriptionVersion
from tieout.fields import Row, number_in, required, text_in
from tieout.moments import moment_text
from tieout.systems.zuora.fields import currency_in, day_in, word_in
from tieout.systems.zuora.segments import Segment, boundaries, items_on, segments_of

STATUSES: Mapping[str, SubscriptionStatus] = MappingProxyType(
    {
        "active": SubscriptionStatus.ACTIVE,
        "pendingactivation": SubscriptionStatus.PENDING,
        "pendingacceptance": SubscriptionStatus.PENDING,
        "suspended": SubscriptionStatus.PAUSED,
        "cancelled": SubscriptionStatus.ENDED,
        "expired": SubscriptionStatus.ENDED,
    }
)
_DRAFT = "draft"


def in_order(versions: Sequence[Row]) -> Sequence[Row]:
    """The versions from the first to the last, which is what the subscription is now; none of them is a draft but where all are."""
    ordered = sorted(versions, key=lambda each: number_in(each, "version"))
    agreed = [each for each in ordered if word_in(each, "status") != _DRAFT]
    return agreed or ordered


def subscription_of(versions: Sequence[Row], zone: ZoneInfo) -> Subscription | None:
    """What recurs of a subscription, day by day, by its versions in their order; None: it is a draft.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    now = versions[-1]
    said = word_in(now, "status")
    if said == _DRAFT:
        return None
    status = STATUSES.get(said)
    if status is None:
        raise unreadable("status", "not_known")
    currency = currency_in(now)
    segments = [_going_on(each, now, status) for each in segments_of(versions, currency, zone)]
    first = _first_day(segments, now)
    stated = SubscriptionVersion(
        version=_name(first),
        day=first,
        status=SubscriptionStatus.ACTIVE,
        customer=text_in(now, "accountId"),
        start_date=first,
    )
    days = [(day, items_on(day, segments, currency)) for day in boundaries(segments) if day >= first] or [(first, ())]
    changes = [days[0], *(after for before, after in pairwise(days) if before[1] != after[1])]
    if len(changes) > 1 and not changes[-1][1]:
        *changes, (end, _) = changes
    else:
        end = None
    history = [replace(stated, version=_name(day), day=day, items=items) for day, items in changes]
    history = [each if each.items else replace(each, status=SubscriptionStatus.PAUSED) for each in history]
    renewal = day_in(now, "termEndDate") if end is None and _is_renewed(now, status) else None
    history[-1] = replace(history[-1], status=status, end_date=end, renewal_date=renewal)
    return Subscription(versions=tuple(history))


def _going_on(segment: Segment, now: Row, status: SubscriptionStatus) -> Segment:
    """The segment without an end, where that is the end of a term which will be followed by another."""
    term_end = day_in(now, "termEndDate")
    is_last = segment.is_to_the_end and segment.until is not None and term_end is not None and segment.until >= term_end
    return segment._replace(until=None) if is_last and _is_renewed(now, status) else segment


def _is_renewed(now: Row, status: SubscriptionStatus) -> bool:
    """Whether another term follows unless somebody cancels: who has done so for a day to come may still be called active."""
    is_over = status is SubscriptionStatus.ENDED or day_in(now, "cancelledDate") is not None
    return now.get("autoRenew") is True and word_in(now, "termType") == "termed" and not is_over


def _first_day(segments: Sequence[Segment], now: Row) -> date:
    """The first day on which anything recurs; of a subscription of which nothing does, that on which it begins."""
    begins = [each.since for each in segments if not each.is_discount]
    stated = day_in(now, "subscriptionStartDate") or day_in(now, "contractEffectiveDate")
    return min(begins) if begins else required(stated, "subscriptionStartDate")


def _name(day: date) -> str:
    """What names what recurs from a day on: nothing else is told apart by it, since the whole is stated at once."""
    return moment_text(datetime.combine(day, time(), UTC))
