"""What a fiscal calendar must say so that every date has exactly one period, and no two calendars name different days alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise

from infra.landscape_files import Problem
from tieout.calendars import WEEKS
from tieout.errors import MalformedError
from tieout.fiscal import FiscalCalendar, LegalEntity, StatedPeriod
from tieout.landscape import Landscape
from tieout.periods import Period

_LABEL = re.compile(r"[A-Z]{2}")
_MONTHS = range(1, 13)
_NO_CALENDAR = FiscalCalendar(name="", kind="months")
_DAY = timedelta(days=1)


def calendar_problems(calendar: FiscalCalendar) -> Iterator[Problem]:
    """Every flaw of one calendar, with the place it stands at inside the calendar."""
    yield from _unused_problems(calendar)
    if not _LABEL.fullmatch(calendar.label):
        yield ("label",), f"{calendar.label!r} is not two capitals, as in FY2026-P03"
    if calendar.first_month not in _MONTHS:
        yield ("first_month",), f"{calendar.first_month} is no month (1 to 12)"
    if calendar.kind in WEEKS:
        yield from _week_problems(calendar)
    elif calendar.kind == "table":
        yield from _table_problems(calendar)


def shared_label_problems(landscape: Landscape) -> Iterator[Problem]:
    """Calendars that would give the same name to different days: their amounts and rates would meet."""
    labelled = [(position, each) for position, each in enumerate(landscape.calendars) if each.kind != "months"]
    for (_, first), (position, second) in combinations(labelled, 2):
        if first.label == second.label and replace(first, name=second.name) != second:
            problem = f"{second.label!r} is also the label of {first.name!r}, whose periods have other days"
            yield ("calendars", position, "label"), problem


def entity_problems(entity: LegalEntity, landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of one legal entity, with the place it stands at inside it."""
    if not entity.name or entity.name != entity.name.strip():
        yield ("name",), f"{entity.name!r} is empty or padded"
    names = [calendar.name for calendar in landscape.calendars]
    if entity.calendar not in names:
        yield ("calendar",), f"{entity.calendar!r} is no declared calendar ({', '.join(names) or 'there is none'})"


def misspelt_entity_problems(legal_entity: str, landscape: Landscape) -> Iterator[Problem]:
    """A connection's entity that is a declared one but for case or spaces: its dates would go by the default calendar."""
    declared = {_folded(entity.name): entity.name for entity in landscape.legal_entities}
    meant = declared.get(_folded(legal_entity), legal_entity)
    if meant != legal_entity:
        yield ("legal_entity",), f"{legal_entity!r} is declared as {meant!r}, and would not go by its calendar"


def _folded(name: str) -> str:
    return "".join(name.casefold().split())


def _unused_problems(calendar: FiscalCalendar) -> Iterator[Problem]:
    """What is stated and would be overlooked, because calendars of another kind have it."""
    has = {
        "first_month": calendar.kind == "months",
        "year_named_by": calendar.kind != "table",
        "year_end": calendar.kind in WEEKS,
        "extra_week_in": calendar.kind in WEEKS,
        "label": calendar.kind != "months",
        "table": calendar.kind == "table",
    }
    for field, is_read in has.items():
        if not is_read and getattr(calendar, field) != getattr(_NO_CALENDAR, field):
            yield (field,), f"a calendar of kind {calendar.kind!r} has no {field}"


def _week_problems(calendar: FiscalCalendar) -> Iterator[Problem]:
    periods = len(WEEKS[calendar.kind])
    if not 0 <= calendar.extra_week_in <= periods:
        yield ("extra_week_in",), f"{calendar.extra_week_in} is none of the {periods} periods of a {calendar.kind} year"
    if calendar.year_end is None:
        yield ("year_end",), f"a calendar of kind {calendar.kind!r} needs the day its years end on"
    elif calendar.year_end.month not in _MONTHS:
        yield ("year_end", "month"), f"{calendar.year_end.month} is no month (1 to 12)"


def _table_problems(calendar: FiscalCalendar) -> Iterator[Problem]:
    if not calendar.table:
        yield ("table",), "a table without periods has no place for any date"
    flaws = [flaw for row in calendar.table for flaw in _row_flaws(row, calendar.label)]
    for flaw in flaws or _order_flaws(calendar.table):
        yield ("table",), flaw


def _row_flaws(row: StatedPeriod, label: str) -> Iterator[str]:
    try:
        period = Period.parse(row.period)
    except MalformedError:
        yield f"{row.period!r} is not written as {label}2026-P03"
    else:
        if period.label != label:
            yield f"{row.period!r} does not start with the calendar's label {label!r}"
    undated = [text for text in (row.first_day, row.last_day) if not _is_date(text)]
    for text in undated:
        yield f"{row.period}: {text!r} is no date"
    if not undated and row.last_day < row.first_day:
        yield f"{row.period}: ends before it starts"


def _is_date(text: str) -> bool:
    """Only `2026-03-01`: the other forms of ISO 8601 do not sort as time does."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _order_flaws(table: Iterable[StatedPeriod]) -> Iterator[str]:
    """Rows that leave days out, share them, or are named out of order."""
    for before, row in pairwise(table):
        expected, first = date.fromisoformat(before.last_day) + _DAY, date.fromisoformat(row.first_day)
        if first > expected:
            yield f"{row.period}: no period has the days from {expected} to {first - _DAY}"
        elif first < expected:
            yield f"{row.period}: {first} is also in {before.period}, which ends on {before.last_day}"
        if row.period <= before.period:
            yield f"{row.period}: stands after {before.period}, but sorts before it or is the same"
