"""Planning periods: calendar months and periods of fiscal years, how moments become dates, and dates later ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from tieout.errors import MalformedError

_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<number>0[1-9]|1[0-2])")
_FISCAL = re.compile(r"(?P<label>[A-Z]{2})(?P<year>[0-9]{4})-P(?P<number>0[1-9]|[1-9][0-9])")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One planning period: a calendar month, `2026-03`, or a period of a fiscal year, `FY2026-P03`.

    Texts of one calendar sort as time does; which days a period has only its calendar knows (`tieout.calendars`).

    Attributes:
        year: the month's own year, or the fiscal year the period belongs to.
        number: the month, 1 to 12, or the period's place in its fiscal year, 1 to 99.
        label: empty for a calendar month, else the two capitals that tell the calendars of fiscal years apart.
    """

    year: int
    number: int
    label: str = ""

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period written as `2026-03` or `FY2026-P03`.

        Raises:
            MalformedError: for any other form.
        """
        if match := _MONTH.fullmatch(text):
            return cls(int(match["year"]), int(match["number"]))
        if match := _FISCAL.fullmatch(text):
            return cls(int(match["year"]), int(match["number"]), match["label"])
        raise MalformedError("period_neither_month_nor_fiscal")

    @classmethod
    def of(cls, day: date) -> Period:
        """The calendar month a date lies in. A date has no time zone, so none is applied."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        if self.label:
            return f"{self.label}{self.year:04d}-P{self.number:02d}"
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, slots=True)
class PostingPeriod:
    """The accounting period a document was posted to, as its ERP names it.

    The ERP's period decides, never the document's date: a real NetSuite invoice dated 2020 is posted to January 2018.

    Attributes:
        first_day, last_day: None for an adjustment or special period, which has the days of another: then the mapping table
            `period` must say where it goes, as for days that are no period of the company's own calendar.
    """

    period_id: str
    name: str
    first_day: date | None = None
    last_day: date | None = None


def local_date(moment: datetime, zone: str) -> date:
    """The calendar date of a moment in the account's own time zone (cutting in UTC moves deals over a month end).

    Raises:
        ValueError: for a moment without a time zone.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415 13 M instructions that a cold receive function does not need

    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(ZoneInfo(zone)).date()


def months_later(day: date, months: int) -> date | None:
    """The same day of a later month, or its last one where it is shorter; None beyond the calendar."""
    from calendar import monthrange  # noqa: PLC0415 a cold receive function has no use for it

    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
