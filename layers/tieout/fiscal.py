"""How companies divide time, as the landscape declares it; `tieout.calendars` turns it into something that can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEnd:
    """The day on which every fiscal year of whole weeks ends.

    Attributes:
        rule: the `last` such weekday of the month, or the one `nearest` to the month's last day, which may lie in the next month.
        month: 1 to 12.
    """

    rule: Literal["last", "nearest"]
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    month: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPeriod:
    """One period of a calendar that is a table of dates.

    Attributes:
        period: `FY2026-P03`.
        first_day: `2026-03-01`.
        last_day: the last day that belongs to it.
    """

    period: str
    first_day: str
    last_day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FiscalCalendar:
    """How a company divides time into periods (`tieout.calendars` turns it into one that can be asked).

    Attributes:
        kind: calendar months; quarters of weeks in one of three patterns; 13 periods of four weeks; or a table of dates.
        year_named_by: whether a fiscal year has the number of the year it starts or ends in, by the month of its first or
            last period: a year that ends on the Saturday nearest to the end of December is never named by a day in January.
        first_month: where the fiscal year of a calendar of months starts, 1 to 12.
        year_end: where the years of a calendar of weeks end.
        extra_week_in: which period of a year with 53 weeks has the extra one; 0: the last.
        label: the two capitals its periods start with, `FY2026-P03`; calendars of months have no use for it.
        table: the periods of a table of dates, in order and without gaps.
    """

    name: str
    kind: Literal["months", "4-4-5", "4-5-4", "5-4-4", "13-periods", "table"]
    year_named_by: Literal["start", "end"] = "end"
    first_month: int = 1
    year_end: YearEnd | None = None
    extra_week_in: int = 0
    label: str = "FY"
    table: tuple[StatedPeriod, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalEntity:
    """A company whose books or deals are planned.

    Attributes:
        calendar: the fiscal calendar its dates and posting periods are read by.
    """

    name: str
    calendar: str


def calendar_of_plain(plain: Mapping[str, Any]) -> FiscalCalendar:
    """The calendar as it is compiled into a function's asset: already checked, so nothing is checked here."""
    year_end = plain.get("year_end")
    return FiscalCalendar(
        **{
            **plain,
            "year_end": YearEnd(**year_end) if year_end else None,
            "table": tuple(StatedPeriod(**each) for each in plain.get("table", ())),
        }
    )
