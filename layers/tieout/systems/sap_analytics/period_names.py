"""Turns the ledger's periods into the members of a model's date dimension. Pure.

A model has one calendar. A period of another one is refused before anything is sent: what a model makes of it is not ours to guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter

from tieout.errors import MalformedError
from tieout.periods import Period

_YEARS = {"previous": -1, "year": 0, "next": 1}
_FORMS = {*(("number", width, None) for width in ("", "02", "03")), *((field, "", None) for field in _YEARS)}


@dataclass(frozen=True, slots=True)
class PeriodNames:
    """How the models of one target write periods.

    Attributes:
        patterns: empty for models of calendar months, `202603`. Else one pattern for every period of a fiscal year, or one for
            each in order, with the fields `{number}`, `{number:02}` or `{number:03}`, and `{year}`, `{previous}` or `{next}` for
            the fiscal year or its neighbours, in four digits.
        label: which calendar's periods these are (`tieout.landscape.FiscalCalendar.label`).
    """

    patterns: Sequence[str] = ()
    label: str = "FY"

    def name_of(self, period: Period) -> str:
        """The period as the models write it.

        Raises:
            MalformedError: for a period that the models' calendar does not have.
        """
        if not self.patterns and not period.label:
            return f"{period.year:04d}{period.number:02d}"
        if period.label != self.label or not (pattern := self._pattern(period.number)):
            raise MalformedError("period_of_another_calendar")
        years = {field: f"{period.year + distance:04d}" for field, distance in _YEARS.items()}
        return pattern.format(number=period.number, **years)

    def _pattern(self, number: int) -> str:
        """The pattern of a period; empty where the models' years have no such period."""
        if len(self.patterns) == 1:
            return self.patterns[0]
        return self.patterns[number - 1] if number <= len(self.patterns) else ""


def flaw_of(patterns: Sequence[str]) -> str:
    """Why patterns cannot name periods, or nothing where they can.

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
    given = [names.name_of(Period(year, number, "FY")) for year in (2030, 2031, 2032) for number in numbers]
    twice = next((name for name in given if given.count(name) > 1), None)
    return f"two periods would be named {twice!r}" if twice is not None else ""
