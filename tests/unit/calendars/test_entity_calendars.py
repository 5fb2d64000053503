"""Which calendar a legal entity goes by."""

from __future__ import annotations

from datetime import date

import pytest

from tieout.calendars import EntityCalendars, OutsideCalendarError
from tieout.fiscal import FiscalCalendar, LegalEntity, YearEnd
from tieout.periods import Period

DAY = date(2026, 11, 18)
FOUR_FOUR_FIVE = FiscalCalendar(
    name="weeks", kind="4-4-5", year_end=YearEnd(rule="last", weekday="saturday", month=12), label="WK"
)
THIRTEEN = FiscalCalendar(
    name="default", kind="13-periods", year_end=YearEnd(rule="last", weekday="saturday", month=12)
)
EMEA = LegalEntity(name="EMEA", calendar="weeks")


def test_a_date_is_read_by_the_calendar_of_its_entity() -> None:
    """Two companies of a group close the same deal in periods of their own."""
    calendars = EntityCalendars([FOUR_FOUR_FIVE, THIRTEEN], [EMEA])
    assert str(calendars.period_of("EMEA", DAY)) == "WK2026-P11"
    assert str(calendars.period_of("GROUP", DAY)) == "FY2026-P12"


def test_without_any_calendar_months_are_calendar_months() -> None:
    """An entity that nobody has declared, in a landscape without a default."""
    assert str(EntityCalendars([FOUR_FOUR_FIVE], [EMEA]).period_of("GROUP", DAY)) == "2026-11"
    assert str(EntityCalendars([], []).period_of("", DAY)) == "2026-11"
    months = EntityCalendars([], []).calendar_of("")
    assert [months.place_of(Period(2026, month)) for month in (1, 12)] == [(2026, 1), (2026, 12)]


def test_a_posting_period_is_compared_with_the_calendar_of_its_entity() -> None:
    """What is a period in one company is none in another, and is left to the mapping table."""
    calendars = EntityCalendars([FOUR_FOUR_FIVE], [EMEA])
    month = (date(2026, 11, 1), date(2026, 11, 30))
    weeks = (date(2026, 10, 25), date(2026, 11, 21))
    assert str(calendars.period_of_span("GROUP", *month)) == "2026-11"
    assert calendars.period_of_span("EMEA", *month) is None
    assert str(calendars.period_of_span("EMEA", *weeks)) == "WK2026-P11"
    assert calendars.period_of_span("GROUP", *weeks) is None


def test_what_lies_outside_a_calendar_is_told() -> None:
    """People are told the date or the period, not only that there was one."""
    weeks = EntityCalendars([FOUR_FOUR_FIVE], [EMEA]).calendar_of("EMEA")
    with pytest.raises(OutsideCalendarError) as refused:
        weeks.span_of(Period(2026, 99, "WK"))
    assert refused.value.what == "WK2026-P99"
