"""Fiscal calendars: turns a date, or the days of a posting period, into the planning period it belongs to, and back. Pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from tieout.errors import PermanentError
from tieout.fiscal import FiscalCalendar, LegalEntity, YearEnd
from tieout.landscape import Landscape
from tieout.periods import Period

DEFAULT = "default"
"""The name of the calendar of every legal entity that declares none."""

WEEKS: Mapping[str, tuple[int, ...]] = {
    "4-4-5": (4, 4, 5) * 4,
    "4-5-4": (4, 5, 4) * 4,
    "5-4-4": (5, 4, 4) * 4,
    "13-periods": (4,) * 13,
}
"""The weeks of each period, for every kind of calendar whose years have 52 of them, and in some years 53."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YEARS = range(2, 9999)  # a fiscal year of weeks reaches into the years beside it, and a `date` holds 1 to 9999
_DECEMBER = 12
_HALF_A_WEEK = 3  # days: no weekday is as near to one as to the next


class OutsideCalendarError(PermanentError):
    """A date in no period, or a period without days: the calendar's table ends before it, or it is another calendar's.

    Attributes:
        what: the date or the period, as text.
    """

    def __init__(self, what: date | Period) -> None:
        super().__init__(str(what))
        self.what = str(what)


class Calendar(ABC):
    """One way to divide time: periods follow each other without gap or overlap, so that every date is in exactly one."""

    @abstractmethod
    def period_of(self, day: date) -> Period:
        """The period a date belongs to.

        Raises:
            OutsideCalendarError: no period is declared there. Calendars of months know every date, those of weeks all
                but the first and last year or two of what a date can hold, a table what it states.
        """

    @abstractmethod
    def span_of(self, period: Period) -> tuple[date, date]:
        """The first and the last day of a period.

        Raises:
            OutsideCalendarError: the calendar has no such period.
        """

    @abstractmethod
    def place_of(self, period: Period) -> tuple[int, int]:
        """The fiscal year of one of this calendar's periods, and which of its periods it is, counted from 1."""

    def period_of_span(self, first_day: date, last_day: date) -> Period | None:
        """The period that has exactly these days, for the periods of an ERP; None where there is none."""
        try:
            period = self.period_of(first_day)
        except OutsideCalendarError:
            return None
        return period if self.span_of(period) == (first_day, last_day) else None


class MonthCalendar(Calendar):
    """Calendar months. Where the fiscal year starts changes how they are counted, never what they are called."""

    def __init__(self, first_month: int, *, named_by_start: bool) -> None:
        self._first_month = first_month
        self._named_later = first_month > 1 and not named_by_start

    def period_of(self, day: date) -> Period:
        """The month of a date."""
        return Period(day.year, day.month)

    def span_of(self, period: Period) -> tuple[date, date]:
        """The first and the last day of a month."""
        if period.label:
            raise OutsideCalendarError(period)
        return date(period.year, period.number, 1), _last_day(period.year, period.number)

    def place_of(self, period: Period) -> tuple[int, int]:
        """With a year from April named by its end, `2026-04` is (2027, 1)."""
        started = period.year if period.number >= self._first_month else period.year - 1
        return started + self._named_later, (period.number - self._first_month) % 12 + 1


class _Year(NamedTuple):
    """A fiscal year of whole weeks, its days as ordinals of `date`."""

    starts: tuple[int, ...]
    end: int
    periods: tuple[Period, ...]


class WeekCalendar(Calendar):
    """Years of 52 or 53 whole weeks, each ending on the same weekday; a year is laid out when it is first asked for."""

    def __init__(
        self, weeks: Sequence[int], year_end: YearEnd, *, extra_week_in: int, label: str, named_by_start: bool
    ) -> None:
        self._weeks = tuple(weeks)
        self._longer = tuple(count + (number == (extra_week_in or len(weeks))) for number, count in enumerate(weeks, 1))
        self._year_end = year_end
        self._label = label
        # A year that ends with December starts with January: it has one name, whichever way it is named.
        self._named_before = int(named_by_start and year_end.month != _DECEMBER)
        self._years: dict[int, _Year] = {}

    def period_of(self, day: date) -> Period:
        """The period of a date: one look-up of its year, and a search among its 12 or 13 periods."""
        ordinal = day.toordinal()
        year = self._laid_out(min(max(day.year, _YEARS[0]), _YEARS[-1]))
        if ordinal > year.end:
            year = self._year(day.year + 1, day)
        elif ordinal < year.starts[0]:
            year = self._year(day.year - 1, day)
        return year.periods[bisect_right(year.starts, ordinal) - 1]

    def span_of(self, period: Period) -> tuple[date, date]:
        """The first and the last day of a period."""
        if period.label != self._label or not 1 <= period.number <= len(self._weeks):
            raise OutsideCalendarError(period)
        year = self._year(period.year + self._named_before, period)
        following = (*year.starts, year.end + 1)[period.number]
        return date.fromordinal(year.starts[period.number - 1]), date.fromordinal(following - 1)

    def place_of(self, period: Period) -> tuple[int, int]:
        """What its name says."""
        return period.year, period.number

    def _year(self, ends_in: int, asked: date | Period) -> _Year:
        """The fiscal year whose last month is of that year, though its last day may lie in the next."""
        if ends_in not in _YEARS:
            raise OutsideCalendarError(asked)
        return self._laid_out(ends_in)

    def _laid_out(self, ends_in: int) -> _Year:
        if ends_in not in self._years:
            self._years[ends_in] = self._lay_out(ends_in)
        return self._years[ends_in]

    def _lay_out(self, ends_in: int) -> _Year:
        first, end = _end_of_year(self._year_end, ends_in - 1) + 1, _end_of_year(self._year_end, ends_in)
        weeks = self._weeks if end - first + 1 == 7 * sum(self._weeks) else self._longer
        starts = tuple(accumulate((7 * count for count in weeks[:-1]), initial=first))
        named = ends_in - self._named_before
        return _Year(starts, end, tuple(Period(named, number, self._label) for number, _ in enumerate(weeks, 1)))


class TableCalendar(Calendar):
    """The periods that somebody has written down, in order and without gaps (`infra/calendar_rules.py` sees to it)."""

    def __init__(self, stated: Sequence[tuple[Period, date, date]]) -> None:
        self._periods = tuple(period for period, _, _ in stated)
        self._starts = tuple(first.toordinal() for _, first, _ in stated)
        self._end = stated[-1][2].toordinal()
        self._spans = {period: (first, last) for period, first, last in stated}

    def period_of(self, day: date) -> Period:
        """The period of a date that the table covers."""
        ordinal = day.toordinal()
        if not self._starts[0] <= ordinal <= self._end:
            raise OutsideCalendarError(day)
        return self._periods[bisect_right(self._starts, ordinal) - 1]

    def span_of(self, period: Period) -> tuple[date, date]:
        """The days stated for a period."""
        if period not in self._spans:
            raise OutsideCalendarError(period)
        return self._spans[period]

    def place_of(self, period: Period) -> tuple[int, int]:
        """What its name says."""
        return period.year, period.number


def calendar_of(declared: FiscalCalendar) -> Calendar:
    """The calendar that a checked declaration describes."""
    named_by_start = declared.year_named_by == "start"
    if declared.kind == "table":
        return TableCalendar([_stated(each.period, each.first_day, each.last_day) for each in declared.table])
    if declared.kind == "months":
        return MonthCalendar(declared.first_month, named_by_start=named_by_start)
    assert declared.year_end is not None
    return WeekCalendar(
        WEEKS[declared.kind],
        declared.year_end,
        extra_week_in=declared.extra_week_in,
        label=declared.label,
        named_by_start=named_by_start,
    )


class EntityCalendars:
    """The calendar of each legal entity; keep one per process, because it remembers the years it has laid out."""

    def __init__(self, calendars: Sequence[FiscalCalendar], legal_entities: Sequence[LegalEntity]) -> None:
        by_name = {declared.name: calendar_of(declared) for declared in calendars}
        self._default = by_name.get(DEFAULT) or MonthCalendar(1, named_by_start=False)
        self._of_entity = {entity.name: by_name[entity.calendar] for entity in legal_entities}

    @classmethod
    def of_landscape(cls, landscape: Landscape) -> EntityCalendars:
        """The calendars a stage declares."""
        return cls(landscape.calendars, landscape.legal_entities)

    def calendar_of(self, legal_entity: str) -> Calendar:
        """The entity's own calendar; the one named `default`, or calendar months, where it declares none."""
        return self._of_entity.get(legal_entity, self._default)

    def period_of(self, legal_entity: str, day: date) -> Period:
        """The period a date belongs to in the entity's calendar; raises as `Calendar.period_of`."""
        return self.calendar_of(legal_entity).period_of(day)

    def following(self, legal_entity: str, period: Period) -> Period:
        """The period after one of the entity's own; raises as `Calendar.span_of` and `Calendar.period_of`."""
        calendar = self.calendar_of(legal_entity)
        _, last_day = calendar.span_of(period)
        if last_day == date.max:
            raise OutsideCalendarError(last_day)
        return calendar.period_of(last_day + timedelta(days=1))

    def period_of_span(self, legal_entity: str, first_day: date, last_day: date) -> Period | None:
        """The entity's period that has exactly these days; None where the mapping table `period` has to say."""
        return self.calendar_of(legal_entity).period_of_span(first_day, last_day)


def _stated(period: str, first_day: str, last_day: str) -> tuple[Period, date, date]:
    return Period.parse(period), date.fromisoformat(first_day), date.fromisoformat(last_day)


def _last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def _end_of_year(year_end: YearEnd, year: int) -> int:
    """The ordinal of the day on which the fiscal year ends whose last month is of that year."""
    last = _last_day(year, year_end.month)
    days_before = (last.weekday() - _WEEKDAYS.index(year_end.weekday)) % 7
    if year_end.rule == "nearest" and days_before > _HALF_A_WEEK:  # the next one is nearer
        days_before -= 7
    return last.toordinal() - days_before
