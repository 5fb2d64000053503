"""What an application calls the ledger's periods: a member of Years and a member of Period."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedError
from tieout.periods import Period
from tieout.systems.oracle_epm.period_names import PeriodNames

FISCAL = PeriodNames(period_names=("P{number:02}",), label="FY")


@pytest.mark.parametrize(
    ("names", "period", "members"),
    [
        (PeriodNames(), "2026-03", ("FY26", "Mar")),
        (PeriodNames(), "2026-12", ("FY26", "Dec")),
        (PeriodNames(), "2099-01", ("FY99", "Jan")),
        (PeriodNames(), "2000-01", ("FY00", "Jan")),
        (PeriodNames(first_month=4), "2026-03", ("FY26", "Mar")),
        (PeriodNames(first_month=4), "2026-04", ("FY27", "Apr")),
        (PeriodNames(first_month=4, year_name="FY{previous}"), "2026-04", ("FY26", "Apr")),
        (PeriodNames(first_month=12), "2026-12", ("FY27", "Dec")),
        (PeriodNames(first_month=12), "2026-11", ("FY26", "Nov")),
        (PeriodNames(year_name="{year}", year_digits=4), "2126-03", ("2126", "Mar")),
        (PeriodNames(year_name="FY{year}-{next}"), "2026-03", ("FY26-27", "Mar")),
        (PeriodNames(period_names=("M{number}",), first_month=4), "2026-04", ("FY27", "M1")),
        (FISCAL, "FY2026-P03", ("FY26", "P03")),
        (FISCAL, "FY2026-P13", ("FY26", "P13")),
        (PeriodNames(period_names=("Feb", "Mar", "Apr"), label="FY"), "FY2026-P01", ("FY26", "Feb")),
    ],
)
def test_a_period_is_a_year_and_a_period(names: PeriodNames, period: str, members: tuple[str, str]) -> None:
    """By the calendar that the application has."""
    assert not names.flaw() or len(names.period_names) == 3
    assert names.members_of(Period.parse(period)) == members


@pytest.mark.parametrize(
    ("names", "period", "reason"),
    [
        (PeriodNames(), "FY2026-P03", "period_of_another_calendar"),
        (FISCAL, "2026-03", "period_of_another_calendar"),
        (FISCAL, "WK2026-P03", "period_of_another_calendar"),
        (PeriodNames(), "2126-03", "year_that_two_digits_do_not_name"),
        (PeriodNames(), "1999-03", "year_that_two_digits_do_not_name"),
        (PeriodNames(year_name="FY{year}-{next}"), "2099-03", "year_that_two_digits_do_not_name"),
        (PeriodNames(period_names=("A", "B"), label="FY"), "FY2026-P03", "period_beyond_the_year"),
    ],
)
def test_a_period_that_the_application_lacks_has_no_members(names: PeriodNames, period: str, reason: str) -> None:
    """A mistyped year is not added to this one's numbers, nor the days of one calendar to another's."""
    with pytest.raises(MalformedError, match=reason):
        names.members_of(Period.parse(period))


@pytest.mark.parametrize(
    "parts",
    [
        {"year_name": "FY26"},
        {"year_name": "FY{number}"},
        {"year_name": "FY{year"},
        {"period_names": ["{year}"]},
        {"period_names": ["{number:03}"]},
        {"period_names": ["{number!r}"]},
        {"period_names": ["Jan"]},
        {"period_names": ["Jan", "Feb"]},
        {"label": "FY"},
        {"label": "FY", "period_names": ["A", "a"]},
    ],
)
def test_patterns_that_cannot_name_periods_are_flawed(parts: dict[str, Any]) -> None:
    """Two periods with one name would be two cells that write to one."""
    assert PeriodNames(**parts).flaw()


@given(st.integers(1, 12), st.integers(2001, 2097), st.integers(1, 12))
def test_no_two_months_have_the_same_members(first_month: int, year: int, month: int) -> None:
    """Wherever the fiscal year begins, a month and the next one are other members, and a year later it is the same period."""
    names = PeriodNames(first_month=first_month)
    here = names.members_of(Period(year, month))
    following = Period(year + month // 12, month % 12 + 1)
    assert names.members_of(following) != here
    assert names.members_of(Period(year + 1, month))[1] == here[1]
    assert names.members_of(Period(year + 1, month))[0] != here[0]
