"""The accounting period of a company that a document is posted to. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tieout.errors import UnreadableRecordError
from tieout.periods import PostingPeriod


class PeriodStart(NamedTuple):
    """The first day of an accounting period, and the name people gave it."""

    day: date
    name: str


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
