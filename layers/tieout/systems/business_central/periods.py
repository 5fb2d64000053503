"""The period a document is posted to: a calendar month, or one of the company's accounting periods. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tieout.errors import UnreadableRecordError
from tieout.periods import PostingPeriod, months_later


class PeriodStart(NamedTuple):
    """The first day of an accounting period, and the name people gave it."""

    day: date
    name: str


def month_of(day: date) -> PostingPeriod:
    """The calendar month of a day."""
    first = day.replace(day=1)
    following = months_later(first, 1)
    last = following - timedelta(days=1) if following else date.max
    return PostingPeriod(f"{first:%Y-%m}", f"{first:%Y-%m}", first, last)


def accounting_period_of(day: date, starts: Sequence[PeriodStart]) -> PostingPeriod:
    """The accounting period a day lies in, by the day it begins on; it ends where the next one begins.

    The last one of the list has no end that anybody entered, so its days are not known: the mapping table `period` must say
    where it goes.

    Args:
        day: the posting date.
        starts: in order of their days.

    Raises:
        UnreadableRecordError: if the day lies before all of them.
    """
    place = bisect_right([each.day for each in starts], day) - 1
    if place < 0:
        raise UnreadableRecordError("posted before the first accounting period of the company")
    period_id, name = starts[place].day.isoformat(), f"{starts[place].name} {starts[place].day.year}".strip()
    if place + 1 == len(starts):
        return PostingPeriod(period_id, name)
    return PostingPeriod(period_id, name, starts[place].day, starts[place + 1].day - timedelta(days=1))
