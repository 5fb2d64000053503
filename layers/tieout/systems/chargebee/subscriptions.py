"""Turns a subscription of Chargebee into a version of one, which it has been since the moment of its last change; pure.

Whether an event showed it or it was read: each change gives it a later `resource_version`, so both say the same of one version.
https://apidocs.chargebee.com/docs/api/subscriptions
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.facts.subscription import SubscriptionStatus, SubscriptionVersion
from tieout.fields import Row, day_in, moment_in, required, text_in
from tieout.systems.chargebee.fields import changed_at, version_of
from tieout.systems.chargebee.recurring import recurring_items

_FUTURE, _CANCELLED, _NON_RENEWING = "future", "cancelled", "non_renewing"
STATUSES: Mapping[str, SubscriptionStatus] = {
    _FUTURE: SubscriptionStatus.PENDING,
    "in_trial": SubscriptionStatus.TRIAL,
    "active": SubscriptionStatus.ACTIVE,
    _NON_RENEWING: SubscriptionStatus.ACTIVE,  # to the end of its term
    "paused": SubscriptionStatus.PAUSED,
    _CANCELLED: SubscriptionStatus.ENDED,
}
_PAID_FOR = frozenset({"active", _NON_RENEWING, "paused"})


def version_stated(row: Row, coupons: Mapping[str, Row], zone: ZoneInfo) -> SubscriptionVersion:
    """What a subscription says it is since its last change, `coupons` being those that it names.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    said = text_in(row, "status") or ""
    status = STATUSES.get(said)
    if status is None:
        raise unreadable("status", "not_known")
    end = _end(row, said, zone)
    never_began = said == _CANCELLED and row.get("started_at") is None and row.get("start_date") is None
    goes_on = end is None and status is SubscriptionStatus.ACTIVE
    return SubscriptionVersion(
        version=version_of(row),
        day=changed_at(row).astimezone(zone).date(),
        status=status,
        customer=text_in(row, "customer_id"),
        start_date=_start(row, said, zone),
        end_date=end,
        renewal_date=day_in(row, "current_term_end", zone) if goes_on and row.get("current_term_end") else None,
        items=() if never_began or status is SubscriptionStatus.PAUSED else tuple(recurring_items(row, coupons)),
        legal_entity=text_in(row, "business_entity_id"),
    )


def _start(row: Row, said: str, zone: ZoneInfo) -> date:
    """The first day on which something recurs: a trial is for nothing until it ends or is cut short, one that is to begin will."""
    names = ("start_date",) if said == _FUTURE else ("started_at", "start_date", "created_at")
    named = next((name for name in names if row.get(name) is not None), names[0])
    start, trial_end = day_in(row, named, zone), moment_in(row, "trial_end")
    if trial_end is not None and said in _PAID_FOR and trial_end > changed_at(row):
        trial_end = moment_in(row, "activated_at") or changed_at(row)
    return start if trial_end is None else max(start, trial_end.astimezone(zone).date())


def _end(row: Row, said: str, zone: ZoneInfo) -> date | None:
    """The first day on which nothing recurs any more; one to come where its customer has cancelled, in a trial too."""
    if said == _CANCELLED:
        return day_in(row, "cancelled_at", zone)
    ends = moment_in(row, "cancelled_at")
    if said == _NON_RENEWING:
        return day_in(row, "current_term_end" if ends is None else "cancelled_at", zone)
    if ends is not None and ends > changed_at(row):
        return required(ends, "cancelled_at").astimezone(zone).date()
    return None
