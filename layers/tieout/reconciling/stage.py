"""Makes the items of one stage of a value: from what facts say, or from what is planned of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

from tieout.arriving.notice import RecordKey
from tieout.facts.families import KINDS, TABLES, lines_of
from tieout.facts.family import Fact, Line
from tieout.facts.statement import Absence, fact_kind
from tieout.landscape import Feed
from tieout.planning.cells import Intersection
from tieout.planning.mapping import LEGAL_ENTITY, RATE, Found, MappingKey
from tieout.planning.model import PlanningModel
from tieout.planning.resolving import Resolver
from tieout.reconciliations import Side
from tieout.reconciling.items import NOTHING, Amount, Item, Place

GONE = frozenset(Absence)
"""What stands for the kind of a record that is there no more."""

OWN_NAMES: Mapping[str, Callable[[RecordKey], str]] = {"record": str, "id": attrgetter("record_id")}
"""What every record goes by: connection, entity and id together, and the id alone, which a record of another entity may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the ledger holds of a record, as far as a stage asks for it.

    Attributes:
        fact: what it is; None where it is nothing any more, and something may still be planned of it.
        found: the mapping entries it was planned with.
        planned: each intersection it contributes to, with minor units by measure.
        waits_for: why it is not planned, or not as it is stated; empty where nothing is in the way.
    """

    record: RecordKey
    fact: Fact | None
    found: Found
    planned: tuple[tuple[Intersection, Mapping[str, int]], ...] = ()
    waits_for: str = ""


@dataclass(frozen=True)
class Stage:
    """One side of a reconciliation.

    Attributes:
        keys: for each matching what records of this side go by.
        apart: attributes besides company, period and currency that are kept apart.
        across_periods: that periods are not.
    """

    model: PlanningModel
    side: Side
    keys: tuple[tuple[str, ...], ...]
    apart: tuple[str, ...]
    across_periods: bool = False

    @cached_property
    def _nobody(self) -> frozenset[tuple[str, str]]:
        """Attributes, each with the member that planning has for facts without it."""
        return frozenset((each.attribute, each.absent) for feed in self.model.feeds for each in feed.dimensions)

    def asks_for(self, record: RecordKey, kind: str) -> bool:
        """Whether facts of that kind, of the connection whose record it is, are part of it.

        A record that is gone is part of what is planned: closed books keep what it was.
        """
        if self.side.connections and record.connection not in self.side.connections:
            return False
        if self.side.is_planned:
            return kind in self.model.feed(self.side.feed).facts or kind in GONE
        return kind in self.side.facts

    def item(self, recorded: Recorded) -> Item:
        """What a record comes to in this stage; nothing, where it is no part of it."""
        said = _Said(self.apart, self.across_periods)
        if self.side.is_planned:
            self._add_planned(recorded, said)
        else:
            self._add_stated(recorded, said)
        names = _names(recorded) | said.attributes()
        day = getattr(recorded.fact, KINDS[fact_kind(recorded.fact)].day, None) if recorded.fact else None
        return Item(
            record=recorded.record,
            amounts={place: amount for place, amount in sorted(said.amounts.items()) if amount != NOTHING},
            keys=tuple(_key(names, wanted) for wanted in self.keys),
            day=day,
            waits_for=recorded.waits_for,
        )

    def _add_stated(self, recorded: Recorded, said: _Said) -> None:
        assert recorded.fact is not None, "a record that is gone says nothing"
        connection = recorded.record.connection
        resolve = _AsFarAsKnown(
            connection,
            recorded.found,
            self.model.legal_entities[connection],
            self.model.calendars,
            self.model.through,
            self._nobody,
        )
        for line in lines_of(recorded.fact, resolve):
            money = line.amounts.get(self.side.amount)
            if money is None or not self._counts(line, resolve):
                continue
            rates = self.model.rates_of(recorded.fact, line)
            reported, _ = self.model.reported(self.side.amount, line, resolve, rates)
            members = {each: _member(each, line, resolve) or "" for each in _attributes(line)}
            if self.side.as_partner:
                members |= {"legal_entity": members["partner"], "partner": members["legal_entity"]}
            said.add(members, Amount(money.amount_minor, reported.amount_minor), self.side.sign)

    def _counts(self, line: Line, resolve: _AsFarAsKnown) -> bool:
        if self.side.as_partner and _member("partner", line, resolve) is None:
            return False
        return all(line.attribute(attribute) in values for attribute, values in self.side.where.items())

    def _add_planned(self, recorded: Recorded, said: _Said) -> None:
        feed = self.model.feed(self.side.feed)
        [measure] = [each for each in feed.measures if each.transaction == self.side.measure]
        for intersection, minor in recorded.planned:
            if (intersection.target, intersection.cube) == (self.side.target, feed.cube):
                amount = Amount(minor.get(measure.transaction, 0), minor.get(measure.reporting, 0))
                said.add(_members(feed, intersection), amount, self.side.sign)


@dataclass
class _Said:
    """What lines, or intersections, of one record come to, and what they say of it."""

    apart: tuple[str, ...]
    across_periods: bool
    amounts: dict[Place, Amount] = field(default_factory=dict)
    _members: dict[str, set[str]] = field(default_factory=dict)

    def add(self, members: Mapping[str, str], amount: Amount, sign: int) -> None:
        """One more of them, with its attributes."""
        company, period, currency = (members[each] for each in ("legal_entity", "period", "currency"))
        place = Place(
            company,
            "" if self.across_periods else period,
            currency,
            tuple(members[each] for each in self.apart),
        )
        self.amounts[place] = self.amounts.get(place, NOTHING).plus(amount, sign)
        for attribute, member in members.items():
            self._members.setdefault(attribute, set()).add(member)

    def attributes(self) -> dict[str, str]:
        """The attributes of which all of them say the same."""
        return {attribute: next(iter(said)) for attribute, said in self._members.items() if len(said) == 1}


@dataclass(frozen=True)
class _AsFarAsKnown(Resolver):
    """For an entry that is missing it answers with nothing, or with what nothing follows from.

    Attributes:
        nobody: attributes, each with the member that planning has for facts without it.
    """

    nobody: frozenset[tuple[str, str]] = frozenset()

    def member(self, table: str, value: str, period: str | None = None) -> str:
        """See `Resolver.member`; what nobody knows the period of is called what was said last."""
        return super().member(table, value, period or None)

    def unsaid(self, key: MappingKey) -> str:
        """What nothing follows from."""
        stand_ins = {LEGAL_ENTITY: self.own_entity, RATE: "0"}
        return stand_ins.get(key.table) or next(iter(TABLES.get(key.table, ())), "")


def _attributes(line: Line) -> Iterable[str]:
    return ("legal_entity", "period", "currency", *line.attributes)


def _member(attribute: str, line: Line, resolve: _AsFarAsKnown) -> str | None:
    """What planning calls the value of an attribute, empty where nobody has said; None where it has none, or that is said of it."""
    value = line.attribute(attribute)
    if value is None or attribute not in TABLES:
        return value
    member = resolve.member(attribute, value, line.naming_period())
    return None if (attribute, member) in resolve.nobody else member


def _members(feed: Feed, intersection: Intersection) -> dict[str, str]:
    """Attribute to member of an intersection; empty where it is the one for facts without the attribute."""
    members = dict(intersection.members)
    return {
        each.attribute: "" if members[each.name] == each.absent else members[each.name]
        for each in feed.dimensions
        if each.attribute
    }


def _names(recorded: Recorded) -> dict[str, str]:
    """What a record is called, by the names its family declares and those that every record has."""
    references = KINDS[fact_kind(recorded.fact)].references if recorded.fact else {}
    stated = {name: getattr(recorded.fact, field) for name, field in references.items()}
    own = {name: told(recorded.record) for name, told in OWN_NAMES.items()}
    return own | {name: value for name, value in stated.items() if value}


def _key(names: Mapping[str, str], wanted: Iterable[str]) -> tuple[str, ...] | None:
    """What the record goes by; None where it lacks some of it."""
    key = tuple(names.get(each, "") for each in wanted)
    return key if all(key) else None
