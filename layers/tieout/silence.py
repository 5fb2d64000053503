"""Whether a source has been silent for longer than it should be, by its own business hours; pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tieout.arrivals import Expected

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH_END_DAYS = 2  # business days, on either side of the end of a month
LOOKED_BACK = timedelta(days=14)
"""Whoever has not delivered for so long has been silent for as long."""


def is_silent(last: datetime | None, now: datetime, expected: Expected, zone: str) -> bool:
    """Whether more business time than is allowed has passed since the last delivery; None: there was none within `LOOKED_BACK`.

    Outside its business hours nobody is told of a silence that began in them: the alarm stands until something is delivered.
    """
    since = max(last, now - LOOKED_BACK) if last is not None else now - LOOKED_BACK
    here = now.astimezone(ZoneInfo(zone))
    allowed = expected.within_hours
    if expected.month_end_within_hours and _is_month_end(here.date(), expected):
        allowed = expected.month_end_within_hours
    return business_time(since, now, expected, zone) > timedelta(hours=allowed)


def business_time(since: datetime, until: datetime, expected: Expected, zone: str) -> timedelta:
    """How much of the time between two moments lies in the business hours of a source; elapsed time, clock changes included."""
    spent = timedelta()
    for opens, closes in _business_hours(since, until, expected, ZoneInfo(zone)):
        spent += max(timedelta(), min(closes, until) - max(opens, since))
    return spent


def _business_hours(
    since: datetime, until: datetime, expected: Expected, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """When each business day between two moments, and around them, begins and ends; as moments."""
    utc = since.tzinfo
    day = since.astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        if _WEEK[day.weekday()] in expected.days:
            midnight = datetime.combine(day, time(), tzinfo=zone)
            yield (
                (midnight + timedelta(hours=expected.opens)).astimezone(utc),
                (midnight + timedelta(hours=expected.closes)).astimezone(utc),
            )
        day += timedelta(days=1)


def _is_month_end(day: date, expected: Expected) -> bool:
    """Whether fewer than two business days lie between a day and the end of a month, behind it or before it."""
    return any(
        sum(_WEEK[each.weekday()] in expected.days for each in days) < _MONTH_END_DAYS
        for days in (_days_left(day), _days_gone(day))
    )


def _days_left(day: date) -> Iterator[date]:
    while (day + timedelta(days=1)).month == day.month:
        day += timedelta(days=1)
        yield day


def _days_gone(day: date) -> Iterator[date]:
    while (day - timedelta(days=1)).month == day.month:
        day -= timedelta(days=1)
        yield day
