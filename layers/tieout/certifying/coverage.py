"""Which days of a period no census has listed: windows that were complete, and the gaps between them; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from tieout.facts.listing import Window


def span_of_days(first: date, last: date, now: datetime) -> Window:
    """The changes of some days, by UTC, as far as they lie behind `now`."""
    since, until = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    return Window(since, max(since, min(until, now)))


def gaps(span: Window, windows: Iterable[Window]) -> list[Window]:
    """What of a span none of the windows covers, in order."""
    found, reached = [], span.since
    for each in sorted(windows):
        found.append(Window(reached, min(each.since, span.until)))
        reached = max(reached, each.until)
    found.append(Window(reached, span.until))
    return [each for each in found if each.since < each.until]


def overlaps(span: Window, window: Window) -> bool:
    """Whether a window covers any of a span."""
    return window.since < span.until and span.since < window.until
