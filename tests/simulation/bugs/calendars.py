"""Slips in how companies divide time, and in whose lines a document has."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug
from tieout import calendars
from tieout.facts import commitment, documents
from tieout.planning import resolving
from tieout.systems.anaplan import period_names

BUGS = (
    Bug(
        "the first day of a period lies in the one before",
        calendars.WeekCalendar.period_of,
        "bisect_right(year.starts, ordinal)",
        "bisect_right(year.starts, ordinal - 1)",
    ),
    Bug(
        "a period ends where the next one has begun",
        calendars.WeekCalendar.span_of,
        "date.fromordinal(following - 1)",
        "date.fromordinal(following)",
    ),
    Bug(
        "the years of a company that counts weeks begin a day late",
        calendars.WeekCalendar._lay_out,
        "ends_in - 1) + 1, ",
        "ends_in - 1) + 2, ",
    ),
    Bug(
        "every company goes by the same calendar",
        calendars.EntityCalendars.calendar_of,
        "self._of_entity.get(legal_entity, self._default)",
        "self._default",
    ),
    Bug(
        "a period of the ERP is the one its first day lies in",
        calendars.Calendar.period_of_span,
        "period if self.span_of(period) == (first_day, last_day) else None",
        "period",
    ),
    Bug(
        "the connection's company decides the period of another company's date",
        resolving.Resolver.period_of_span,
        "period_of_span(legal_entity,",
        "period_of_span(self.own_entity,",
    ),
    Bug(
        "all lines of a document are posted by the company of the first",
        documents._lines,
        "lookup.legal_entity(line.legal_entity)",
        "lookup.legal_entity(document.lines[0].legal_entity)",
        "mappings",
    ),
    Bug(
        "a period of another calendar gets the name of one that the model has",
        period_names.PeriodNames.name_of,
        "period.label != self.label or ",
        "",
    ),
    Bug(
        "all lines of an order have the period of the first",
        commitment._lines,
        "lookup.period_of(legal_entity, line.date)",
        "lookup.period_of(legal_entity, commitment.lines[0].date)",
    ),
    Bug(
        "all lines of a report have the day of the first",
        documents._lines,
        "document.posting_period or line.posting_date",
        "document.posting_period or document.lines[0].posting_date",
    ),
)
