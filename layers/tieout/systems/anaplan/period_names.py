"""Turns the ledger's periods into the names that a model's Time dimension gives them. Pure.

A model has one calendar. A period of another calendar keeps the ledger's own text, which no model has: its cells are refused
and seen, where a name that only looks right would set the cell of other days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter

from tieout.periods import Period

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CENTURY = range(2000, 2100)
_YEARS = {"previous": -1, "year": 0, "next": 1}
_FORMS = {("number", "", None), ("number", "02", None), *((field, "", None) for field in _YEARS)}


@dataclass(frozen=True, slots=True)
class PeriodNames:
    """How one model names periods.

    Attributes:
        patterns: empty for a model of calendar months. Else one pattern for every period of a fiscal year, or one for each in
            order, with the fields `{number}` or `{number:02}`, and `{year}`, `{previous}` or `{next}` for the fiscal year or
            its neighbours.
        label: which calendar's periods these are (`tieout.landscape.FiscalCalendar.label`).
        year_digits: 2 or 4, as the model's timescale format says.
    """

    patterns: Sequence[str] = ()
    label: str = "FY"
    year_digits: int = 2

    def name_of(self, period: Period) -> str:
        """The period as the model names it: `Mar 26`; the ledger's own text where the model's calendar has no such period.

        With two digits, a year of another century is written in full (`Mar 2126`): no model has it, so its cells are refused
        and seen, where two digits would add a mistyped year to this one's numbers.
        """
        if not period.label and not self.patterns:
            return f"{_MONTH_NAMES[period.number - 1]} {self._year(period.year)}"
        if period.label != self.label or not (pattern := self._pattern(period.number)):
            return str(period)
        years = {field: self._year(period.year + distance) for field, distance in _YEARS.items()}
        return pattern.format(number=period.number, **years)

    def _pattern(self, number: int) -> str:
        """The pattern of a period; empty where the model's years have no such period."""
        if len(self.patterns) == 1:
            return self.patterns[0]
        return self.patterns[number - 1] if number <= len(self.patterns) else ""

    def _year(self, year: int) -> str:
        return f"{year % 100:02d}" if self.year_digits == 2 and year in _CENTURY else f"{year:04d}"  # noqa: PLR2004


def flaw_of(patterns: Sequence[str]) -> str:
    """Why patterns cannot name the periods of a model, or nothing where they can.

    Two periods with one name would be two cells of the ledger that write to one of planning's, each undoing the other.
    """
    for pattern in patterns:
        try:
            fields = {each[1:] for each in Formatter().parse(pattern) if each[1] is not None}
        except ValueError:
            return f"{pattern!r} has a brace too many"
        if not fields <= _FORMS:
            return f"{pattern!r} has another field than number, year, previous and next"
    names = PeriodNames(tuple(patterns))
    numbers = range(1, 14 if len(patterns) == 1 else len(patterns) + 1)
    given = [names.name_of(Period(year, number, "FY")).casefold() for year in (2030, 2031, 2032) for number in numbers]
    twice = next((name for name in given if given.count(name) > 1), None)
    return f"two periods would be named {twice!r}" if patterns and twice is not None else ""
