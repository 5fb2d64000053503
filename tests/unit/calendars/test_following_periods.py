"""Which period follows which, in each company's own calendar."""

from __future__ import annotations

import pytest

from tieout.calendars import EntityCalendars, OutsideCalendarError
from tieout.fiscal import FiscalCalendar, LegalEntity, StatedPeriod, YearEnd
from tieout.periods import Period

CALENDARS = EntityCalendars(
    (
        FiscalCalendar(
            name="retail",
            kind="4-4-5",
            label="RT",
            year_end=YearEnd(rule="last", weekday="saturday", month=9),
        ),
        FiscalCalendar(
            name="agreed",
            kind="table",
            label="AG",
            table=(
                StatedPeriod(period="AG2026-P01", first_day="2026-01-01", last_day="2026-01-25"),
                StatedPeriod(period="AG2026-P02", first_day="2026-01-26", last_day="2026-01-26"),
                StatedPeriod(period="AG2026-P03", first_day="2026-01-27", last_day="9999-12-31"),
            ),
        ),
    ),
    (LegalEntity(name="Shops", calendar="retail"), LegalEntity(name="Club", calendar="agreed")),
)


@pytest.mark.parametrize(
    ("company", "period", "following"),
    [
        ("EMEA", "2026-03", "2026-04"),
        ("EMEA", "2026-12", "2027-01"),
        ("Shops", "RT2026-P01", "RT2026-P02"),
        ("Shops", "RT2026-P12", "RT2027-P01"),
        ("Club", "AG2026-P01", "AG2026-P02"),  # of one day
        ("Club", "AG2026-P02", "AG2026-P03"),
    ],
)
def test_a_period_is_followed_by_that_of_the_next_day(company: str, period: str, following: str) -> None:
    """Over the end of a year, and by whichever calendar the company goes."""
    assert str(CALENDARS.following(company, Period.parse(period))) == following


@pytest.mark.parametrize(
    ("company", "period", "outside"),
    [("Shops", "2026-03", "2026-03"), ("Club", "AG2026-P03", "9999-12-31"), ("EMEA", "9999-12", "9999-12-31")],
)
def test_nothing_follows_what_the_calendar_lacks_or_ends_with(company: str, period: str, outside: str) -> None:
    """A period of another calendar, the last one of a table, and the last day there is."""
    with pytest.raises(OutsideCalendarError) as caught:
        CALENDARS.following(company, Period.parse(period))
    assert caught.value.what == outside
