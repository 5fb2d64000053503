"""Turns a fact into contributions to planning cells: pure, by the planning model and the mapping tables alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, partial
from typing import NamedTuple, Self

from tieout.calendars import EntityCalendars
from tieout.closing import Books
from tieout.facts.families import lines_of
from tieout.facts.family import Fact, Line
from tieout.facts.statement import fact_kind
from tieout.landscape import Dimension, Feed, Landscape, Measure
from tieout.money import Money
from tieout.ownership import Ownership
from tieout.planning.cells import Amount, Contribution, Intersection, Unmapped
from tieout.planning.mapping import Found, MappingKey, Used
from tieout.planning.rates import leads_to, rate_wanted, stands_in, stood_in_for
from tieout.planning.resolving import CALENDAR_MONTHS, Asked, MissingEntryError, OwnLines, Resolver
from tieout.rate_types import RateType

# Rates that are no lookup have an identity too.
AT_PAR = "par"
TIME = "Time"
VERSION = "Version"  # the dimension of plan versions, in every cube that has one
FUNCTIONAL = "functional"  # the ERP's own amount in the legal entity's currency


@dataclass(frozen=True)
class PlanningModel:
    """The feeds of a stage, applied to facts of its connections.

    Attributes:
        legal_entities: connection name to the company whose records it has where they do not say.
        calendars: how each company divides time.
        targets: feed to the targets that are given it, each in cells of its own.
        ownership: whose facts are planned.
        through: the currency that two rates may meet in where nobody has stored one; empty: none.
    """

    feeds: tuple[Feed, ...]
    reporting_currency: str
    legal_entities: Mapping[str, str] = field(default_factory=dict)
    calendars: EntityCalendars = CALENDAR_MONTHS
    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ownership: Ownership = field(default_factory=Ownership)
    through: str = ""

    @classmethod
    def of(cls, landscape: Landscape) -> Self:
        """The planning model a landscape declares, its days divided by the fiscal calendars of its companies."""
        entities = {connection.name: connection.legal_entity for connection in landscape.connections}
        targets = {
            feed.name: tuple(target.name for target in landscape.targets if target.is_given(feed.name))
            for feed in landscape.feeds
        }
        calendars = EntityCalendars.of_landscape(landscape)
        owned, through = Ownership(landscape.owners), landscape.rates.through
        return cls(landscape.feeds, landscape.reporting_currency, entities, calendars, targets, owned, through)

    def mapping_keys(self, connection: str, fact: Fact, found: Found) -> frozenset[MappingKey]:
        """Every mapping entry that planning this fact may ask for, as far as those found so far tell.

        Which rate is asked for may follow from an entry that was not found yet: ask again when one was that `leads_on`.
        """
        return frozenset(self._keys(connection, fact, found))

    def implied(self, entries: Iterable[MappingKey]) -> dict[MappingKey, str]:
        """Of entries that nobody has stored those that an owner's numbers imply, each with its member."""
        members = ((each, self.ownership.implied(each.connection, each.table, each.key)) for each in entries)
        return {entry: member for entry, member in members if member is not None}

    def used(self, found: Found) -> Used:
        """What a fact is planned with: the entries found, and the rates that two of them stand in for."""
        return {**found, **dict.fromkeys(stood_in_for(found, self.through, self.reporting_currency))}

    def contributions(self, connection: str, fact: Fact, found: Found) -> tuple[Contribution, ...] | Unmapped:
        """The fact's contributions, one per intersection in a fixed order, zeros left out; or the first entry that is missing.

        A fact without amount, close date or a member whose dimension declares no stand-in is planned nowhere: it
        contributes nothing, which is not the same as waiting for a mapping.
        """
        try:
            return _summed(self._contribute(connection, fact, found), self.books_of)
        except MissingEntryError as missing:
            return Unmapped(missing.key, leads_to(missing.key, found, self.through))

    def feed(self, name: str) -> Feed:
        """The feed of that name, which there is."""
        return next(each for each in self.feeds if each.name == name)

    def books_of(self, intersection: Intersection) -> Books:
        """The books its cells belong to: those of a period of a company, in the plan version that is constant in its cube."""
        place = self._places[intersection.cube]
        members = dict(intersection.members)
        return Books(members[place.legal_entity], members[place.period], members.get(VERSION, ""))

    def moved(self, intersection: Intersection, period: str) -> Intersection:
        """The same place in another period; of a cube that no feed has any more, by the name all cubes give to time."""
        place = self._places.get(intersection.cube)
        name = place.period if place else TIME
        members = tuple((each, period if each == name else member) for each, member in intersection.members)
        return replace(intersection, members=members)

    @cached_property
    def _places(self) -> Mapping[str, _Place]:
        """Cube to the names of its dimensions of companies and of time, which every feed has."""
        return {
            feed.cube: _Place(*(_name_of(feed, attribute) for attribute in ("legal_entity", "period")))
            for feed in self.feeds
        }

    @cached_property
    def _feeds_by_kind(self) -> Mapping[str, Sequence[Feed]]:
        """The feeds that are given facts of a kind, in their order."""
        found: defaultdict[str, list[Feed]] = defaultdict(list)
        for feed in self.feeds:
            for kind in feed.facts:
                found[kind].append(feed)
        return found

    def _contribute(self, connection: str, fact: Fact, found: Found) -> Iterator[tuple[Intersection, Amount]]:
        resolve = Resolver(connection, found, self.legal_entities[connection], self.calendars, self.through)
        for line in self._lines(connection, fact, resolve):
            for feed in self._feeds_of(fact, line):
                for measure in feed.measures:
                    yield from self._measured(feed, measure, line, resolve)

    def _lines(self, connection: str, fact: Fact, resolve: Resolver) -> Iterator[Line]:
        """What is planned of a fact: nothing of what another connection owns, whose entries need not be there either."""
        kind = fact_kind(fact)
        if not self.ownership.is_owned(kind):
            return lines_of(fact, resolve)
        is_planned = partial(self.ownership.is_planned, connection, kind)
        return (line for line in lines_of(fact, OwnLines(resolve, is_planned)) if is_planned(line.legal_entity))

    def _feeds_of(self, fact: Fact, line: Line) -> Iterator[Feed]:
        for feed in self._feeds_by_kind.get(fact_kind(fact), ()):
            if all(line.attribute(attribute) in values for attribute, values in feed.where.items()):
                yield feed

    def _measured(
        self, feed: Feed, measure: Measure, line: Line, resolve: Resolver
    ) -> Iterator[tuple[Intersection, Amount]]:
        amount = line.amounts.get(measure.amount)
        if amount is None or _is_nothing(amount, line):
            return
        members = _members(feed.dimensions, line, resolve)
        if members is None or line.period is None:
            return
        converted, rate = self.reported(measure.amount, line, resolve, feed.rates)
        for target in self.targets[feed.name]:
            intersection = Intersection(target, feed.cube, members)
            for name, money, identity in ((measure.transaction, amount, AT_PAR), (measure.reporting, converted, rate)):
                yield intersection, Amount(name, money.currency, feed.sign * money.amount_minor, identity)

    def rates_of(self, fact: Fact, line: Line) -> RateType:
        """By which rates a line is planned: those of the feed that wants it, else of any that facts of its kind feed."""
        return next((feed.rates for feed in self._feeds_of(fact, line)), self._rates_asked(fact)[0])

    def _rates_asked(self, fact: Fact) -> tuple[RateType, ...]:
        """The types of rates that facts of a kind may be planned by, each once; an average, where they are planned nowhere."""
        kind = fact_kind(fact)
        return tuple(dict.fromkeys(feed.rates for feed in self.feeds if kind in feed.facts)) or ("average",)

    def reported(self, name: str, line: Line, resolve: Resolver, rates: RateType) -> tuple[Money, str]:
        """An amount of a line, which it has, in the reporting currency, and what says so.

        The source's own where it has one, else what a rate of that type makes of it.

        Raises:
            MissingEntryError: nobody has said the rate.
        """
        stated_in_line = line.amounts[name]
        assert stated_in_line is not None, "an amount that is there"
        amount = _worth(stated_in_line, line)
        stated = self._stated(amount, line)
        if stated is not None:
            return stated
        rate, identity = resolve.rate(rate_wanted(rates, amount.currency, self.reporting_currency, line))
        return _moved_by(amount, line.onto.get(name), rate, self.reporting_currency), identity

    def _stated(self, amount: Money, line: Line) -> tuple[Money, str] | None:
        """The amount in the reporting currency as the source keeps it, else by its own rate; None where it has neither."""
        for known, rate in ((line.group, line.group_rate), (line.functional, FUNCTIONAL), (amount, AT_PAR)):
            if known is not None and known.currency == self.reporting_currency:
                return known, rate or AT_PAR
        if line.rate is not None and line.rate.currency == self.reporting_currency:
            return amount.converted(line.rate.per_unit, self.reporting_currency), line.rate.identity
        return None

    def _keys(self, connection: str, fact: Fact, found: Found) -> Iterator[MappingKey]:
        asked = Asked(connection, found, self.legal_entities[connection], self.calendars, self.through)
        types = self._rates_asked(fact)
        for line in self._lines(connection, fact, asked):
            for feed in self._feeds_by_kind.get(fact_kind(fact), ()):
                _members(feed.dimensions, line, asked)
            for money in (_worth(each, line) for each in line.amounts.values() if each is not None):
                if line.period is not None and self._stated(money, line) is None:
                    asked.keys.update(self._rate_keys(money.currency, types, line))
        yield from asked.keys

    def _rate_keys(self, currency: str, types: tuple[RateType, ...], line: Line) -> Iterator[MappingKey]:
        """The rates that may convert a line's amounts in a currency, and those that may stand in for them."""
        for each in types:
            wanted = rate_wanted(each, currency, self.reporting_currency, line)
            yield from (wanted, *stands_in(wanted, self.through))


def _is_nothing(amount: Money, line: Line) -> bool:
    """Whether nothing is planned of an amount. A currency gain has no transaction amount, but one in the other currencies."""
    return not any(known is not None and known.amount_minor for known in (amount, line.functional, line.group))


def _worth(amount: Money, line: Line) -> Money:
    """What is converted of an amount: itself, or what was posted in the company's own currency alone, as a currency gain is."""
    own = line.functional
    return own if own is not None and own.amount_minor and not amount.amount_minor else amount


def _moved_by(amount: Money, onto: Money | None, rate: Decimal, currency: str) -> Money:
    """An amount in another currency: of what moves a balance the difference that this makes to it."""
    if onto is None:
        return amount.converted(rate, currency)
    return (onto + amount).converted(rate, currency) + -onto.converted(rate, currency)


def _members(dimensions: tuple[Dimension, ...], line: Line, resolve: Resolver) -> tuple[tuple[str, str], ...] | None:
    """The member of every dimension, or None where the line has no place in the cube."""
    members: list[tuple[str, str]] = []
    for dimension in dimensions:
        value = line.attribute(dimension.attribute) if dimension.attribute else dimension.constant
        if value is None and not dimension.absent:
            return None
        if value is None:
            value = dimension.absent
        elif dimension.table:
            value = resolve.member(dimension.table, value, line.naming_period())
        members.append((dimension.name, value))
    return tuple(members)


class _Place(NamedTuple):
    legal_entity: str
    period: str


def _name_of(feed: Feed, attribute: str) -> str:
    """The dimension of a feed that has the values of an attribute as they are."""
    return next(each.name for each in feed.dimensions if each.attribute == attribute and not each.table)


def _summed(
    measured: Iterator[tuple[Intersection, Amount]], books_of: Callable[[Intersection], Books]
) -> tuple[Contribution, ...]:
    """One contribution per intersection: the lines of a document that share a cell are added up."""
    cells: dict[Intersection, dict[str, list[Amount]]] = {}
    for intersection, amount in measured:
        cells.setdefault(intersection, {}).setdefault(amount.measure, []).append(amount)
    contributions = []
    for intersection, by_measure in sorted(cells.items()):
        sums = (_sum_of(amounts) for _, amounts in sorted(by_measure.items()))
        amounts = tuple(each for each in sums if each.amount_minor)
        if amounts:
            contributions.append(Contribution(intersection, amounts, books_of(intersection)))
    return tuple(contributions)


def _sum_of(amounts: list[Amount]) -> Amount:
    """The amounts of one cell as one, with the identity of every rate they were converted with."""
    total = sum(each.amount_minor for each in amounts)
    rates = " ".join(sorted({each.rate for each in amounts}))
    return Amount(amounts[0].measure, amounts[0].currency, total, rates)
