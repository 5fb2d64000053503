"""Looks mapping entries up while a fact is planned, or finds out which ones planning it would ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tieout.calendars import EntityCalendars, OutsideCalendarError
from tieout.facts.families import TABLES as FAMILY_TABLES
from tieout.facts.family import PERIOD_TABLE
from tieout.planning.mapping import LEGAL_ENTITY, Found, MappingKey
from tieout.planning.rates import by_way, product
from tieout.planning.validity import member_in, renamings_of

CALENDAR_MONTHS = EntityCalendars((), ())  # of every company, where nothing is declared


class MissingEntryError(Exception):
    """A fact cannot be planned before the entry `key` exists."""

    def __init__(self, key: MappingKey) -> None:
        super().__init__(str(key))
        self.key = key


@dataclass(frozen=True)
class Resolver:
    """Looks up what a fact of one connection asks for, or says which entry is missing: the families' `Lookup`.

    Attributes:
        own_entity: the connection's legal entity.
        calendars: how each company divides time.
        through: the currency that two rates may meet in where none is stored; empty: none.
    """

    connection: str
    found: Found
    own_entity: str
    calendars: EntityCalendars = CALENDAR_MONTHS
    through: str = ""

    def entry(self, key: MappingKey) -> str:
        """What an entry says; `MissingEntryError` where there is none."""
        said = self.found.get(key)
        return self.unsaid(key) if said is None else said

    def unsaid(self, key: MappingKey) -> str:
        """What an entry says of which nobody has said anything."""
        raise MissingEntryError(key)

    def member(self, table: str, value: str, period: str | None = None) -> str:
        """What a value of the source is called in planning in a period; `MissingEntryError` where nobody has said."""
        key = MappingKey(self.connection, table, value)
        member = member_in(self.entry(key), period)
        return self.unsaid(key) if member is None else member

    def renamings(self, table: str, value: str) -> Sequence[tuple[str, str]]:
        """Where what a value is called changes, as far as its entry says; nothing of what nobody has said."""
        said = self.found.get(MappingKey(self.connection, table, value))
        return () if said is None else renamings_of(said)

    def rate(self, wanted: MappingKey) -> tuple[Decimal, str]:
        """A rate and its identity; where nobody has stored it, that of the two that stand in for it."""
        legs = by_way(wanted, self.found, self.through)
        if legs:
            return product(legs, self.found)
        text = self.entry(wanted)
        return Decimal(text), f"{wanted.key}={text}"

    def legal_entity(self, stated: str | None) -> str:
        """The company the record states, as planning calls it; where it states none, the connection's own."""
        return self.own_entity if stated is None else self.member(LEGAL_ENTITY, stated)

    def period_of(self, legal_entity: str, day: date) -> str:
        """The planning period a day falls in by the company's calendar.

        Where the calendar does not reach that far, the table `period` has to say, under the day itself.
        """
        try:
            return str(self.calendars.period_of(legal_entity, day))
        except OutsideCalendarError:
            return self.member(PERIOD_TABLE, day.isoformat())

    def period_of_span(self, legal_entity: str, first_day: date, last_day: date) -> str | None:
        """The planning period that has exactly these days by the company's calendar; None where none has."""
        period = self.calendars.period_of_span(legal_entity, first_day, last_day)
        return None if period is None else str(period)


@dataclass(frozen=True)
class Asked(Resolver):
    """Remembers what is asked for; for an entry that is not found yet it answers with a value the entry could have."""

    keys: set[MappingKey] = field(default_factory=set)

    def entry(self, key: MappingKey) -> str:
        """What the entry says or could say."""
        self.keys.add(key)
        return super().entry(key)

    def unsaid(self, key: MappingKey) -> str:
        """What it could say. A company has a calendar: that of its connection has one, whatever the others have."""
        return self.own_entity if key.table == LEGAL_ENTITY else _stand_in(key.table)


@dataclass
class OwnLines:
    """Looks up for the lines of a fact that are planned: another's need no entry but the one that says whose they are.

    A family asks for the company of a line before it asks for anything else of it. Of another's line it is answered what an entry
    could say, since nobody plans it.

    Attributes:
        resolve: looks up for the others.
        is_planned: whether what the connection says of a company is planned.
    """

    resolve: Resolver
    is_planned: Callable[[str], bool]
    _is_ours: bool = True

    def member(self, table: str, value: str, period: str | None = None) -> str:
        """See `Resolver.member`."""
        return self.resolve.member(table, value, period) if self._is_ours else _stand_in(table)

    def renamings(self, table: str, value: str) -> Sequence[tuple[str, str]]:
        """See `Resolver.renamings`."""
        return self.resolve.renamings(table, value) if self._is_ours else ()

    def legal_entity(self, stated: str | None) -> str:
        """See `Resolver.legal_entity`; the company of what is asked next."""
        company = self.resolve.legal_entity(stated)
        self._is_ours = self.is_planned(company)
        return company

    def period_of(self, legal_entity: str, day: date) -> str:
        """See `Resolver.period_of`."""
        return self.resolve.period_of(legal_entity, day) if self._is_ours else _stand_in(PERIOD_TABLE)

    def period_of_span(self, legal_entity: str, first_day: date, last_day: date) -> str | None:
        """See `Resolver.period_of_span`."""
        return self.resolve.period_of_span(legal_entity, first_day, last_day) if self._is_ours else None


def _stand_in(table: str) -> str:
    """A value that an entry of a table could have."""
    if table == PERIOD_TABLE:
        return "2000-01"
    return next(iter(FAMILY_TABLES.get(table, ())), "1")
