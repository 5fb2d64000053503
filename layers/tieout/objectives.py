"""Judges whether a change was in planning soon enough, by the objective that held when it occurred. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

from tieout.calendars import EntityCalendars, OutsideCalendarError
from tieout.freshness import Objective
from tieout.landscape import Landscape


class Objectives:
    """The declared objectives beside the calendars that say when companies close; keep one per process: it remembers days."""

    def __init__(self, landscape: Landscape) -> None:
        self._declared = landscape.freshness
        self._calendars = EntityCalendars.of_landscape(landscape)
        self._is_close_day = cache(self._closes_on)

    def within_seconds(self, flow: str, target: str, legal_entity: str, occurred_at: datetime) -> int | None:
        """How soon a change of a company is to be in a target; None where no objective is declared."""
        objective = self._declared.objective(flow, target)
        if objective is None:
            return None
        return self._tighter(objective, legal_entity, occurred_at.astimezone(UTC).date()) or objective.within_seconds

    def _tighter(self, objective: Objective, legal_entity: str, day: date) -> int:
        """How soon in close days; 0 on other days, and where nothing else is declared for them."""
        is_tighter = objective.within_seconds_in_close and self._is_close_day(legal_entity, day)
        return objective.within_seconds_in_close if is_tighter else 0

    def _closes_on(self, legal_entity: str, day: date) -> bool:
        """Whether a company closes its books on a day; a day outside its calendar is like any other."""
        calendar, close_days = self._calendars.calendar_of(legal_entity), self._declared.close_days
        try:
            first, last = calendar.span_of(calendar.period_of(day))
        except OutsideCalendarError:
            return False
        return (day - first).days < close_days.first or (last - day).days < close_days.last
