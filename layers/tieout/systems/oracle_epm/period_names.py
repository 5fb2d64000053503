"""Turns the ledger's periods into the members of Years and Period that hold them in a Planning application. Pure.

An application has one calendar. A period of another calendar has no members there: its cells are refused, where members that
only look right would set the cells of other days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

from tieout.errors import MalformedError
from tieout.periods import Period

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = 12
_CENTURY = range(2000, 2100)
_YEARS = {"previous": -1, "year": 0, "next": 1}
_NUMBERS = {("number", ""), ("number", "02")}


@dataclass(frozen=True, slots=True)
class PeriodNames:
    """How one application calls years and periods.

    Attributes:
        year_name: what a fiscal year is called, with `{year}` for the one it ends in, `{previous}` or `{next}` for a neighbour.
        year_digits: 2 or 4 of those.
        period_names: empty for months called `Jan` to `Dec`. Else one pattern with `{number}` or `{number:02}` for every
            period of a fiscal year, or one name for each in order.
        label: which calendar's periods these are (`tieout.landscape.FiscalCalendar.label`); empty for calendar months.
        first_month: of calendar months, the one the fiscal year begins with.
    """

    year_name: str = "FY{year}"
    year_digits: int = 2
    period_names: Sequence[str] = ()
    label: str = ""
    first_month: int = 1

    def members_of(self, period: Period) -> tuple[str, str]:
        """The member of Years and the member of Period.

        Raises:
            MalformedError: where the application's calendar has no such period.
        """
        if period.label != self.label:
            raise MalformedError("period_of_another_calendar")
        year, number = self._place_of(period)
        return self._year(year), self._period(number)

    def flaw(self) -> str:
        """Why the patterns cannot name years and periods, or nothing where they can.

        Two periods with one name would be two cells of the ledger that write to one of planning's, each undoing the other.
        """
        try:
            years = {name for name, _ in _fields(self.year_name)}
            numbers = {field for pattern in self.period_names for field in _fields(pattern)}
        except ValueError:
            return "year_name or period_names has a brace too many"
        if not years or not years <= _YEARS.keys():
            return "year_name has no field, or another than year, previous and next"
        if not numbers <= _NUMBERS:
            return "period_names has another field than number"
        if self.label and not self.period_names:
            return "period_names is empty, but periods of a fiscal year have no names of their own"
        return self._flaw_of_names()

    def _flaw_of_names(self) -> str:
        if not self.label and len(self.period_names) not in {0, 1, _MONTHS}:
            return "period_names names neither all months nor every one alike"
        count = _MONTHS if len(self.period_names) in {0, 1} else len(self.period_names)
        names = [self._period(number).casefold() for number in range(1, count + 1)]
        twice = next((name for name in names if names.count(name) > 1), None)
        return "" if twice is None else f"period_names calls two periods {twice!r}"

    def _place_of(self, period: Period) -> tuple[int, int]:
        """The fiscal year, by the year it ends in, and the place in it."""
        if self.label:
            return period.year, period.number
        begins_late = self.first_month > 1 and period.number >= self.first_month
        return period.year + begins_late, (period.number - self.first_month) % _MONTHS + 1

    def _year(self, year: int) -> str:
        texts = {}
        for field, _ in _fields(self.year_name):
            distance = _YEARS[field]
            if self.year_digits == 2 and year + distance not in _CENTURY:  # noqa: PLR2004
                raise MalformedError("year_that_two_digits_do_not_name")
            texts[field] = f"{(year + distance) % 10**self.year_digits:0{self.year_digits}d}"
        return self.year_name.format(**texts)

    def _period(self, number: int) -> str:
        if not self.period_names:
            return _MONTH_NAMES[(number + self.first_month - 2) % _MONTHS]
        if len(self.period_names) == 1:
            return self.period_names[0].format(number=number)
        if number > len(self.period_names):
            raise MalformedError("period_beyond_the_year")
        return self.period_names[number - 1].format(number=number)


def _fields(pattern: str) -> Iterator[tuple[str, Any]]:
    """The fields of a pattern, each with how it is written; raises `ValueError` for braces that do not close."""
    for _, name, form, conversion in Formatter().parse(pattern):
        if name is not None:
            yield name, f"{form}!{conversion}" if conversion else form
