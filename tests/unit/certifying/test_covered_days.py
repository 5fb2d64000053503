"""Which of a period's days no census has listed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tieout.certifying.coverage import gaps, overlaps, span_of_days
from tieout.facts.listing import Window


def day(number: int, hour: int = 0) -> datetime:
    """A moment of March."""
    return datetime(2026, 3, number, hour, tzinfo=UTC)


MARCH = Window(day(1), datetime(2026, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("windows", "left"),
    [
        ([], [MARCH]),
        ([MARCH], []),
        ([Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))], []),
        ([Window(day(10), day(20)), Window(day(1), day(10))], [Window(day(20), MARCH.until)]),
        (
            [Window(day(2), day(5)), Window(day(3), day(4)), Window(day(6), MARCH.until)],
            [
                Window(day(1), day(2)),
                Window(day(5), day(6)),
            ],
        ),
        ([Window(datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC))], [MARCH]),
    ],
)
def test_what_no_window_covers_is_a_gap(windows: list[Window], left: list[Window]) -> None:
    """Windows may lie over each other, reach beyond the period, and come in any order."""
    assert gaps(MARCH, windows) == left


def test_days_that_have_not_come_yet_lack_nothing() -> None:
    """The days of a period end with the moment that is asked for."""
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    assert span_of_days(first, last, datetime(2026, 5, 1, tzinfo=UTC)) == MARCH
    assert span_of_days(first, last, day(10, 7)) == Window(day(1), day(10, 7))
    assert gaps(span_of_days(first, last, datetime(2026, 2, 1, tzinfo=UTC)), []) == []


def test_windows_that_only_touch_do_not_overlap() -> None:
    """What is before `until` and from `since` on is in a window."""
    assert not overlaps(MARCH, Window(datetime(2026, 2, 1, tzinfo=UTC), day(1)))
    assert not overlaps(MARCH, Window(MARCH.until, datetime(2026, 5, 1, tzinfo=UTC)))
    assert overlaps(MARCH, Window(day(31, 23), datetime(2026, 5, 1, tzinfo=UTC)))
