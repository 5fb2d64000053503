"""Whatever calendar is declared, time is divided without gap and overlap; judged by walking through the days one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import groupby, pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tieout.calendars import Calendar, OutsideCalendarError, calendar_of
from tieout.fiscal import FiscalCalendar, StatedPeriod, YearEnd
from tieout.periods import Period

DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PATTERNS = {"4-4-5": [4, 4, 5] * 4, "4-5-4": [4, 5, 4] * 4, "5-4-4": [5, 4, 4] * 4, "13-periods": [4] * 13}
LABELS = st.from_regex(r"[A-Z]{2}", fullmatch=True)
NAMED_BY = st.sampled_from(("start", "end"))
YEAR_ENDS = st.builds(
    YearEnd, rule=st.sampled_from(("last", "nearest")), weekday=st.sampled_from(WEEKDAYS), month=st.integers(1, 12)
)
IN_TWELVE = st.builds(
    FiscalCalendar,
    name=st.just("weeks"),
    kind=st.sampled_from(("4-4-5", "4-5-4", "5-4-4")),
    year_named_by=NAMED_BY,
    year_end=YEAR_ENDS,
    extra_week_in=st.integers(0, 12),
    label=LABELS,
)
IN_THIRTEEN = st.builds(
    FiscalCalendar,
    name=st.just("weeks"),
    kind=st.just("13-periods"),
    year_named_by=NAMED_BY,
    year_end=YEAR_ENDS,
    extra_week_in=st.integers(0, 13),
    label=LABELS,
)
OF_WEEKS = IN_TWELVE | IN_THIRTEEN
OF_MONTHS = st.builds(
    FiscalCalendar,
    name=st.just("months"),
    kind=st.just("months"),
    year_named_by=NAMED_BY,
    first_month=st.integers(1, 12),
)
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
LONG_AGO_TO_FAR_AHEAD = st.dates(date(3, 1, 1), date(9996, 12, 31))


@st.composite
def tables(draw: st.DrawFn) -> FiscalCalendar:
    """A table of dates with periods of any length, whose fiscal years have any number of them."""
    label, first, rows = draw(LABELS), draw(DAYS), []
    year = draw(st.integers(1, 9000))
    for count in draw(st.lists(st.integers(1, 8), min_size=1, max_size=4)):
        for number in range(1, count + 1):
            last = first + timedelta(days=draw(st.integers(0, 60)))
            rows.append(
                StatedPeriod(
                    period=str(Period(year, number, label)), first_day=first.isoformat(), last_day=last.isoformat()
                )
            )
            first = last + DAY
        year += 1
    return FiscalCalendar(name="table", kind="table", label=label, table=tuple(rows))


def days_from(first: date, count: int) -> Iterator[date]:
    """That many days, the given one first."""
    return (first + DAY * number for number in range(count))


def ends_a_year(day: date, year_end: YearEnd) -> bool:
    """Whether a fiscal year ends on the day, in the words of an annual report rather than by arithmetic on years."""

    def ends_the_month(other: date) -> bool:
        return other.month == year_end.month and (other + DAY).month != year_end.month

    if WEEKDAYS[day.weekday()] != year_end.weekday:
        return False
    if year_end.rule == "last":
        return day.month == year_end.month and (day + 7 * DAY).month != year_end.month
    return any(ends_the_month(day + DAY * distance) for distance in range(-3, 4))


def month_ended(day: date, year_end: YearEnd) -> date:
    """The month's end that a fiscal year's last day stands for."""
    return next(
        day + DAY * distance
        for distance in (0, 1, -1, 2, -2, 3, -3, 4, 5, 6)
        if (day + DAY * distance).month == year_end.month and (day + DAY * (distance + 1)).month != year_end.month
    )


def walked(declared: FiscalCalendar, first_year: int) -> Iterator[tuple[date, Period]]:
    """Some years of days, each with the period that counting weeks from one year end to the next gives it."""
    assert declared.year_end is not None
    day = date(first_year, 1, 1)
    while not ends_a_year(day, declared.year_end):
        day += DAY
    for _ in range(8):
        year = [day := day + DAY]
        while not ends_a_year(day, declared.year_end):
            year.append(day := day + DAY)
        weeks = list(PATTERNS[declared.kind])
        if len(year) > 7 * 52:
            weeks[(declared.extra_week_in or len(weeks)) - 1] += 1
        ended = month_ended(day, declared.year_end)
        named = (
            ended.year if declared.year_named_by == "end" else (ended + DAY).year - 1
        )  # a year before it begins again
        numbers = [number for number, count in enumerate(weeks, 1) for _ in range(7 * count)]
        yield from zip(year, (Period(named, number, declared.label) for number in numbers), strict=True)


def in_one_period_each(calendar: Calendar, first: date, count: int) -> list[Period]:
    """The periods those days lie in, in order, after seeing that each day is where its period says and nowhere else."""
    periods = []
    for period, group in groupby(days_from(first, count), key=calendar.period_of):
        days, (begins, ends) = list(group), calendar.span_of(period)
        periods.append(period)
        assert begins <= days[0]
        assert days[-1] <= ends
        assert days[0] in {first, begins}, "a period begins where its first day is, so there is no gap before it"
        assert days[-1] in {ends, first + DAY * (count - 1)}, "and ends where its last day is"
    assert len(set(periods)) == len(periods), "a period that comes back would be in two places"
    return periods


@given(OF_WEEKS | OF_MONTHS, DAYS)
@settings(max_examples=60)
def test_every_day_is_in_exactly_one_period_and_texts_sort_as_time_does(declared: FiscalCalendar, first: date) -> None:
    """Four years of days in a row: no gap, no overlap, and no period whose text sorts before an earlier one's."""
    periods = in_one_period_each(calendar_of(declared), first, 4 * 366)
    assert [str(each) for each in periods] == sorted(map(str, periods))
    assert periods == sorted(periods)
    assert [Period.parse(str(each)) for each in periods] == periods


@given(OF_WEEKS, st.integers(1930, 2140))
@settings(max_examples=60)
def test_weeks_counted_one_by_one_give_the_same_periods(declared: FiscalCalendar, first_year: int) -> None:
    """The calendar agrees, for every day of eight years, with somebody who goes through the days with a pencil."""
    calendar = calendar_of(declared)
    for day, period in walked(declared, first_year):
        assert calendar.period_of(day) == period


@given(OF_WEEKS, st.integers(1900, 2300))
@settings(max_examples=25)
def test_years_have_52_or_53_weeks_and_the_extra_one_is_where_it_was_declared(
    declared: FiscalCalendar, first_year: int
) -> None:
    """In the 400 years after which dates repeat there are exactly 71 years of 53 weeks, and 371 days is the most."""
    calendar, pattern = calendar_of(declared), PATTERNS[declared.kind]
    longer = [count + (number == (declared.extra_week_in or len(pattern))) for number, count in enumerate(pattern, 1)]
    long_years = 0
    for year in range(first_year, first_year + 400):
        spans = [calendar.span_of(Period(year, number, declared.label)) for number in range(1, len(pattern) + 1)]
        weeks = [((last - first).days + 1) / 7 for first, last in spans]
        assert weeks in (pattern, longer)
        long_years += weeks == longer
        assert all(following[0] - span[1] == DAY for span, following in pairwise(spans))
        assert calendar.span_of(Period(year + 1, 1, declared.label))[0] - spans[-1][1] == DAY
    assert long_years == 71


@given(OF_WEEKS | OF_MONTHS, LONG_AGO_TO_FAR_AHEAD)
def test_the_days_of_a_period_and_the_period_of_a_day_are_inverse(declared: FiscalCalendar, day: date) -> None:
    """A period's first and last day belong to it, the days around them to its neighbours, in any century."""
    calendar = calendar_of(declared)
    period = calendar.period_of(day)
    first, last = calendar.span_of(period)
    assert first <= day <= last
    assert calendar.period_of(first) == calendar.period_of(last) == period
    assert calendar.period_of(first - DAY) < period < calendar.period_of(last + DAY)


@given(OF_WEEKS | OF_MONTHS | tables(), DAYS, st.integers(-2, 2), st.integers(-2, 2))
def test_a_posting_period_becomes_one_of_ours_only_where_its_days_are_the_same(
    declared: FiscalCalendar, day: date, earlier: int, later: int
) -> None:
    """An ERP's period that is a day longer or shorter is another period, and is left to the mapping table."""
    calendar = calendar_of(declared)
    try:
        period = calendar.period_of(day)
    except OutsideCalendarError:
        assert calendar.period_of_span(day, day) is None
        return
    first, last = calendar.span_of(period)
    found = calendar.period_of_span(first + DAY * earlier, last + DAY * later)
    if (earlier, later) == (0, 0):
        assert found == period
    elif found is not None:  # a period of a table may have one day, so that a shifted span is a neighbour's
        assert calendar.span_of(found) == (first + DAY * earlier, last + DAY * later)
        assert found != period


@given(OF_MONTHS, DAYS)
def test_a_month_is_the_calendar_month_wherever_the_fiscal_year_starts(declared: FiscalCalendar, day: date) -> None:
    """March is called March in every company, and leap years make February longer."""
    calendar = calendar_of(declared)
    period = calendar.period_of(day)
    assert str(period) == day.isoformat()[:7]
    first, last = calendar.span_of(period)
    assert (first.day, (last + DAY).day, last.month) == (1, 1, day.month)


@given(OF_MONTHS, st.integers(1990, 2100))
def test_months_are_counted_from_the_first_month_of_the_fiscal_year(declared: FiscalCalendar, year: int) -> None:
    """Twelve months in a row are 1 to 12 of one fiscal year, which has the number of the year it starts or ends in."""
    calendar, counted = calendar_of(declared), []
    for number in range(12):
        months = declared.first_month - 1 + number
        counted.append(calendar.place_of(Period(year + months // 12, months % 12 + 1)))
    named = year if declared.year_named_by == "start" else year + (declared.first_month + 10) // 12
    assert counted == [(named, number) for number in range(1, 13)]


@given(OF_WEEKS | tables())
def test_a_period_of_a_fiscal_year_says_its_own_place(declared: FiscalCalendar) -> None:
    """`FY2026-P03` is the third period of 2026."""
    assert calendar_of(declared).place_of(Period(2026, 3, declared.label)) == (2026, 3)


@given(tables())
def test_a_table_of_dates_is_what_it_states(declared: FiscalCalendar) -> None:
    """Every day in it has the period of its row, and the days before and after it have none."""
    calendar = calendar_of(declared)
    for row in declared.table:
        first, last = date.fromisoformat(row.first_day), date.fromisoformat(row.last_day)
        assert calendar.span_of(Period.parse(row.period)) == (first, last)
        assert {str(calendar.period_of(day)) for day in days_from(first, (last - first).days + 1)} == {row.period}
    for outside in (
        date.fromisoformat(declared.table[0].first_day) - DAY,
        date.fromisoformat(declared.table[-1].last_day) + DAY,
    ):
        with pytest.raises(OutsideCalendarError, match=outside.isoformat()):
            calendar.period_of(outside)
    texts = [row.period for row in declared.table]
    assert texts == sorted(texts)


@given(OF_WEEKS, st.dates() | st.dates(max_value=date(3, 1, 1)) | st.dates(min_value=date(9996, 12, 31)))
def test_no_date_makes_a_calendar_of_weeks_crash(declared: FiscalCalendar, day: date) -> None:
    """In the first and last years that a date can hold there may be no period, and that is said."""
    calendar = calendar_of(declared)
    try:
        period = calendar.period_of(day)
    except OutsideCalendarError:
        assert not date(2, 12, 31) < day < date(9997, 12, 31)
        return
    first, last = calendar.span_of(period)
    assert first <= day <= last


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_first_and_the_last_date_are_months_and_nothing_else(day: date) -> None:
    """Months know every date there is; a year of weeks may end on a day after the last that a date can be."""
    months = calendar_of(FiscalCalendar(name="m", kind="months"))
    assert months.span_of(months.period_of(day))[0] == day.replace(day=1)
    weeks = FiscalCalendar(name="w", kind="4-4-5", year_end=YearEnd(rule="nearest", weekday="saturday", month=12))
    with pytest.raises(OutsideCalendarError):
        calendar_of(weeks).period_of(day)


def test_calendars_of_weeks_reach_to_the_last_year_whose_next_one_begins() -> None:
    """Beyond the first and the last day of theirs people are told which date it was."""
    ends = YearEnd(rule="last", weekday="saturday", month=12)
    calendar = calendar_of(FiscalCalendar(name="w", kind="4-4-5", year_end=ends))
    first, last = date(1, 12, 30), date(9998, 12, 26)
    assert [str(calendar.period_of(day)) for day in (first, last)] == ["FY0002-P01", "FY9998-P12"]
    for outside in (first - DAY, last + DAY):
        with pytest.raises(OutsideCalendarError, match=outside.isoformat()):
            calendar.period_of(outside)


@given(OF_WEEKS | OF_MONTHS | tables(), st.integers(1, 9998), st.integers(1, 99), LABELS | st.just(""))
def test_a_period_of_another_calendar_has_no_days_here(
    declared: FiscalCalendar, year: int, number: int, label: str
) -> None:
    """A label or a number that the calendar does not give is refused, never taken for the nearest that it has."""
    assume(label or number <= 12)
    calendar, asked = calendar_of(declared), Period(year, number, label)
    with suppress(OutsideCalendarError):
        first, last = calendar.span_of(asked)
        assert calendar.period_of(first) == calendar.period_of(last) == asked
        return
    with pytest.raises(OutsideCalendarError, match=str(asked)):
        calendar.span_of(asked)
