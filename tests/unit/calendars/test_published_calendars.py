"""Calendars that companies have published, as examples that nobody here has computed."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pytest

from tieout.calendars import Calendar, calendar_of
from tieout.fiscal import FiscalCalendar, YearEnd
from tieout.periods import Period

Kind = Literal["4-4-5", "4-5-4", "5-4-4", "13-periods"]

# The 4-5-4 calendar of the National Retail Federation (nrf.com/resources/4-5-4-calendar).
RETAIL = FiscalCalendar(
    name="retail",
    kind="4-5-4",
    year_named_by="start",
    year_end=YearEnd(rule="nearest", weekday="saturday", month=1),
    label="RT",
)
# "The 52- or 53-week period that ends on the last Saturday of September" (Form 10-K of Apple Inc.); months of 5, 4 and 4 weeks,
# and the first quarter takes the 53rd week.
LAST_SATURDAY_OF_SEPTEMBER = FiscalCalendar(
    name="apple-like", kind="5-4-4", year_end=YearEnd(rule="last", weekday="saturday", month=9), extra_week_in=3
)
# "A 52- or 53-week fiscal year that ends on the last Saturday in December" (Form 10-K of Intel Corporation).
LAST_SATURDAY_OF_DECEMBER = FiscalCalendar(
    name="intel-like", kind="4-4-5", year_end=YearEnd(rule="last", weekday="saturday", month=12), extra_week_in=3
)
# The fiscal years of Johnson & Johnson end on the Sunday nearest to the end of December (its Forms 10-K).
SUNDAY_NEAREST_TO_DECEMBER = FiscalCalendar(
    name="jnj-like", kind="4-4-5", year_end=YearEnd(rule="nearest", weekday="sunday", month=12)
)
# The Kroger Co. ends its year on the Saturday nearest to 31 January, with quarters of 16, 12, 12 and 12 weeks (Forms 10-Q).
THIRTEEN = FiscalCalendar(
    name="kroger-like",
    kind="13-periods",
    year_named_by="start",
    year_end=YearEnd(rule="nearest", weekday="saturday", month=1),
)
APRIL_TO_MARCH = FiscalCalendar(name="uk", kind="months", first_month=4, year_named_by="end")


def year_of(calendar: Calendar, declared: FiscalCalendar, year: int) -> tuple[date, date]:
    """The first and the last day of a fiscal year of weeks."""
    periods = 13 if declared.kind == "13-periods" else 12
    first, last = (calendar.span_of(Period(year, number, declared.label)) for number in (1, periods))
    return first[0], last[1]


@pytest.mark.parametrize(
    ("declared", "year", "first", "last"),
    [
        (RETAIL, 2023, date(2023, 1, 29), date(2024, 2, 3)),
        (RETAIL, 2022, date(2022, 1, 30), date(2023, 1, 28)),
        (LAST_SATURDAY_OF_SEPTEMBER, 2023, date(2022, 9, 25), date(2023, 9, 30)),
        (LAST_SATURDAY_OF_SEPTEMBER, 2022, date(2021, 9, 26), date(2022, 9, 24)),
        (LAST_SATURDAY_OF_SEPTEMBER, 2015, date(2014, 9, 28), date(2015, 9, 26)),
        (LAST_SATURDAY_OF_SEPTEMBER, 2004, date(2003, 9, 28), date(2004, 9, 25)),
        (LAST_SATURDAY_OF_DECEMBER, 2022, date(2021, 12, 26), date(2022, 12, 31)),
        (LAST_SATURDAY_OF_DECEMBER, 2024, date(2023, 12, 31), date(2024, 12, 28)),
        (SUNDAY_NEAREST_TO_DECEMBER, 2020, date(2019, 12, 30), date(2021, 1, 3)),
        (SUNDAY_NEAREST_TO_DECEMBER, 2019, date(2018, 12, 31), date(2019, 12, 29)),
        (SUNDAY_NEAREST_TO_DECEMBER, 2018, date(2018, 1, 1), date(2018, 12, 30)),
        (SUNDAY_NEAREST_TO_DECEMBER, 2017, date(2017, 1, 2), date(2017, 12, 31)),
        (THIRTEEN, 2023, date(2023, 1, 29), date(2024, 2, 3)),
    ],
)
def test_a_fiscal_year_has_the_days_its_company_reports(
    declared: FiscalCalendar, year: int, first: date, last: date
) -> None:
    """The dates stand in annual reports; a year that ends on 3 January 2021 is still the company's 2020."""
    assert year_of(calendar_of(declared), declared, year) == (first, last)


@pytest.mark.parametrize(
    ("declared", "years", "long_years"),
    [
        (RETAIL, range(2000, 2024), [2000, 2006, 2012, 2017, 2023]),
        (LAST_SATURDAY_OF_DECEMBER, range(2016, 2026), [2016, 2022]),
        (LAST_SATURDAY_OF_SEPTEMBER, range(2018, 2025), [2023]),
        (SUNDAY_NEAREST_TO_DECEMBER, range(2016, 2021), [2020]),
    ],
)
def test_the_53_week_years_are_those_that_were_announced(
    declared: FiscalCalendar, years: range, long_years: list[int]
) -> None:
    """The federation lists its long years, and companies tell their shareholders of theirs."""
    calendar = calendar_of(declared)
    lengths = {year: first_and_last for year in years if (first_and_last := year_of(calendar, declared, year))}
    assert [year for year, (first, last) in lengths.items() if (last - first).days + 1 == 371] == long_years


def test_the_retail_year_2023_ends_with_a_january_of_five_weeks() -> None:
    """Without the 53rd week, Valentine's day would move into another month of the next year."""
    calendar = calendar_of(RETAIL)
    assert calendar.span_of(Period(2023, 1, "RT")) == (date(2023, 1, 29), date(2023, 2, 25))
    assert calendar.span_of(Period(2023, 12, "RT")) == (date(2023, 12, 31), date(2024, 2, 3))
    assert str(calendar.period_of(date(2024, 2, 3))) == "RT2023-P12"
    assert str(calendar.period_of(date(2024, 2, 4))) == "RT2024-P01"
    assert calendar.span_of(Period(2015, 9, "RT")) == (date(2015, 10, 4), date(2015, 10, 31))


def test_a_christmas_quarter_of_14_weeks_ends_with_the_year() -> None:
    """Where the first quarter takes the 53rd week, the others stay comparable."""
    calendar = calendar_of(LAST_SATURDAY_OF_SEPTEMBER)
    assert str(calendar.period_of(date(2022, 12, 31))) == "FY2023-P03"
    assert str(calendar.period_of(date(2023, 1, 1))) == "FY2023-P04"
    assert calendar.span_of(Period(2023, 3, "FY")) == (date(2022, 11, 27), date(2022, 12, 31))


def test_thirteen_periods_make_quarters_of_16_and_12_weeks() -> None:
    """The first quarter of 2023 ended on 20 May, the last of 2022 began on 6 November."""
    calendar = calendar_of(THIRTEEN)
    assert calendar.span_of(Period(2023, 4, "FY"))[1] == date(2023, 5, 20)
    assert calendar.span_of(Period(2022, 11, "FY"))[0] == date(2022, 11, 6)
    assert calendar.span_of(Period(2023, 13, "FY")) == (date(2023, 12, 31), date(2024, 2, 3))


def test_a_company_from_april_to_march_plans_calendar_months() -> None:
    """March 2027 closes the year 2026/27, and is called March 2027."""
    calendar = calendar_of(APRIL_TO_MARCH)
    assert str(calendar.period_of(date(2027, 3, 31))) == "2027-03"
    assert calendar.place_of(Period(2026, 4)) == (2027, 1)
    assert calendar.place_of(Period(2027, 3)) == (2027, 12)
    assert calendar.place_of(Period(2027, 4)) == (2028, 1)
