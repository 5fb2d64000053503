"""Turns the feeds of a landscape into what they want of one target, so that it can be compared with what the target has. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tieout.calendars import EntityCalendars, OutsideCalendarError
from tieout.discovering import WantedCube
from tieout.landscape import Dimension, Feed, Landscape
from tieout.money import minor_exponent
from tieout.periods import Period, months_later

_MONTHS_AROUND = range(-1, 13)  # what changes still, and what is forecast at least


def cubes_wanted(landscape: Landscape, target: str) -> tuple[WantedCube, ...]:
    """What the feeds of a target write to, in their order; feeds with the same cube and the same dimensions count as one.

    Which currencies the transactions will have nobody knows: their measures are expected to hold what the connections'
    own currencies and the reporting currency need.
    """
    together: dict[tuple[str, tuple[str, ...]], list[Feed]] = {}
    for feed in landscape.feeds:
        if landscape.target(target).is_given(feed.name):
            names = tuple(dimension.name for dimension in feed.dimensions)
            together.setdefault((feed.cube, names), []).append(feed)
    reporting = landscape.reporting_currency
    places = max(minor_exponent(each) for each in (reporting, *(c.default_currency for c in landscape.connections)))
    return tuple(
        WantedCube(
            cube=cube,
            dimensions=names,
            measures=_measures(feeds, places, minor_exponent(reporting)),
            members=tuple(dict.fromkeys(each for feed in feeds for each in _named(feed.dimensions))),
            time_dimension=next((each.name for each in feeds[0].dimensions if each.attribute == "period"), ""),
        )
        for (cube, names), feeds in together.items()
    )


def periods_wanted(landscape: Landscape, today: date) -> tuple[Period, ...]:
    """The periods of all companies from a month ago to a year from now, each once, in order.

    Where a calendar's table ends before, those it has.
    """
    calendars = EntityCalendars.of_landscape(landscape)
    companies = {connection.legal_entity for connection in landscape.connections}
    companies |= {entity.name for entity in landscape.legal_entities}
    days = [day for months in _MONTHS_AROUND if (day := months_later(today, months)) is not None]
    found: set[Period] = set()
    for company in companies:
        for day in days:
            try:
                found.add(calendars.period_of(company, day))
            except OutsideCalendarError:
                continue
    return tuple(sorted(found))


def _measures(feeds: Iterable[Feed], transaction_places: int, reporting_places: int) -> dict[str, int]:
    measures: dict[str, int] = {}
    for feed in feeds:
        for measure in feed.measures:
            measures.setdefault(measure.transaction, transaction_places)
            measures.setdefault(measure.reporting, reporting_places)
    return measures


def _named(dimensions: Iterable[Dimension]) -> Iterable[tuple[str, str]]:
    """The members a feed names itself."""
    for dimension in dimensions:
        for member in (dimension.constant, dimension.absent):
            if member:
                yield dimension.name, member
