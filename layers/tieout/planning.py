"""Turns a fact into contributions to planning cells: pure, by the planning model and the mapping tables alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from tieout import strict_json
from tieout.fact import Fact, LedgerLine, Opportunity, PostedDocument, fact_kind
from tieout.landscape import Dimension, Feed, Measure
from tieout.mapping import STAGES, Found, MappingKey, Table
from tieout.money import Money
from tieout.periods import Period

# Rates that are no lookup have an identity too.
AT_PAR = "par"
FUNCTIONAL = "functional"  # the ERP's own amount in the legal entity's currency


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One intersection of a planning cube: where a value stands, and in which currency it is counted.

    Attributes:
        members: (dimension, member) pairs in the planning model's order.
        currency: ISO 4217 of the value's minor units; follows from measure and members.
    """

    target: str
    cube: str
    measure: str
    members: tuple[tuple[str, str], ...]
    currency: str

    def cell_id(self) -> str:
        """A short name that is the same for the same coordinates, whatever the order of events: 32 hexadecimal digits."""
        return _cell_id(self)

    def text(self) -> str:
        """The coordinates for people: `Pipeline / Amount / Customer=ACME / ...`."""
        return " / ".join([self.cube, self.measure, *(f"{name}={member}" for name, member in self.members)])


@lru_cache(maxsize=4096)  # a plan asks for the id of each of its cells several times, and hot cells come again
def _cell_id(cell: Cell) -> str:
    coordinates = strict_json.dump([cell.target, cell.cube, cell.measure, sorted(cell.members)])
    return hashlib.blake2b(coordinates.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Contribution:
    """What one fact adds to one cell's total, in minor units, and the identity of the rate it was converted with."""

    cell: Cell
    amount_minor: int
    rate: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A fact cannot be planned before this entry exists."""

    key: MappingKey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A fact, or one line of it, as the planning model addresses it: attributes by name and amounts by name."""

    attributes: dict[str, str | None]
    amounts: dict[str, Money | None]
    period: Period | None
    functional: Money | None = None
    group: Money | None = None
    group_rate: str | None = None


@dataclass(frozen=True, slots=True)
class PlanningModel:
    """The feeds of a stage, applied to facts of any connection."""

    feeds: tuple[Feed, ...]
    reporting_currency: str

    def mapping_keys(self, connection: str, fact: Fact) -> frozenset[MappingKey]:
        """Every mapping entry that planning this fact may ask for."""
        return frozenset(self._keys(connection, fact))

    def contributions(self, connection: str, fact: Fact, found: Found) -> tuple[Contribution, ...] | Unmapped:
        """The fact's contributions, one per cell in a fixed order, zeros left out; or the first entry that is missing.

        A fact without amount, close date or a member whose dimension declares no stand-in is planned nowhere: it
        contributes nothing, which is not the same as waiting for a mapping.
        """
        try:
            return _summed(self._contribute(connection, fact, found))
        except _MissingError as missing:
            return Unmapped(missing.key)

    def _contribute(self, connection: str, fact: Fact, found: Found) -> Iterator[Contribution]:
        resolve = _Resolver(connection, found)
        for line in _lines(fact, resolve):
            for feed in self._feeds_of(fact, line):
                for measure in feed.measures:
                    yield from self._measured(feed, measure, line, resolve)

    def _feeds_of(self, fact: Fact, line: _Line) -> Iterator[Feed]:
        for feed in self.feeds:
            wanted = all(line.attributes.get(attribute) in values for attribute, values in feed.where.items())
            if fact_kind(fact) in feed.facts and wanted:
                yield feed

    def _measured(self, feed: Feed, measure: Measure, line: _Line, resolve: _Resolver) -> Iterator[Contribution]:
        amount = line.amounts.get(measure.amount)
        if amount is None or _is_nothing(amount, line):
            return
        members = _members(feed.dimensions, line, resolve)
        if members is None or line.period is None:
            return
        converted, rate = self._reported(amount, line, resolve)
        for name, money, identity in ((measure.transaction, amount, AT_PAR), (measure.reporting, converted, rate)):
            cell = Cell(feed.target, feed.cube, name, members, money.currency)
            yield Contribution(cell, feed.sign * money.amount_minor, identity)

    def _reported(self, amount: Money, line: _Line, resolve: _Resolver) -> tuple[Money, str]:
        """The amount in the reporting currency: the ERP's own where it has one, else by the planning rate of the month."""
        for known, rate in ((line.group, line.group_rate), (line.functional, FUNCTIONAL), (amount, AT_PAR)):
            if known is not None and known.currency == self.reporting_currency:
                return known, rate or AT_PAR
        key = MappingKey.rate(amount.currency, self.reporting_currency, str(line.period))
        text = resolve.entry(key)
        return amount.converted(Decimal(text), self.reporting_currency), f"{key.key}={text}"

    def _keys(self, connection: str, fact: Fact) -> Iterator[MappingKey]:
        asked = _Asked(connection)
        for line in _lines(fact, asked):
            for feed in self.feeds:
                if fact_kind(fact) in feed.facts:
                    _members(feed.dimensions, line, asked)
            for money in line.amounts.values():
                if money is not None and money.currency != self.reporting_currency and line.period is not None:
                    asked.entry(MappingKey.rate(money.currency, self.reporting_currency, str(line.period)))
        yield from asked.keys


class _MissingError(Exception):
    def __init__(self, key: MappingKey) -> None:
        super().__init__(str(key))
        self.key = key


class _Resolver:
    """Looks entries up, or says which is missing."""

    def __init__(self, connection: str, found: Found) -> None:
        self._connection = connection
        self._found = found

    def entry(self, key: MappingKey) -> str:
        value = self._found.get(key)
        if value is None:
            raise _MissingError(key)
        return value

    def member(self, table: str, value: str) -> str:
        return self.entry(MappingKey(self._connection, table, value))


class _Asked(_Resolver):
    """Remembers what is asked for instead of looking it up; answers with a value every table accepts."""

    def __init__(self, connection: str) -> None:
        super().__init__(connection, {})
        self.keys: set[MappingKey] = set()

    def entry(self, key: MappingKey) -> str:
        self.keys.add(key)
        if key.table == Table.STAGE:
            return "prospect"
        return "2000-01" if key.table == Table.PERIOD else "1"


def _lines(fact: Fact, resolve: _Resolver) -> Iterator[_Line]:
    if isinstance(fact, Opportunity):
        yield _opportunity_line(fact, resolve)
        return
    period = _posting_month(fact, resolve)
    for line in fact.lines:
        yield _ledger_line(line, period)


# What a feed can name of a fact; a landscape that names anything else is refused at synth (`infra/feed_rules.py`).
OPPORTUNITY_ATTRIBUTES = ("customer", "product", "status", "period", "currency")
OPPORTUNITY_AMOUNTS = ("amount", "weighted")
LEDGER_ATTRIBUTES = (
    "account",
    "account_class",
    "account_role",
    "cost_centre",
    "customer",
    "product",
    "period",
    "currency",
)
LEDGER_AMOUNTS = ("posted",)


def _opportunity_line(fact: Opportunity, resolve: _Resolver) -> _Line:
    status = STAGES[resolve.member(Table.STAGE, fact.stage)]
    period = Period.of(fact.close_date) if fact.close_date else None
    weighted = fact.amount.times(fact.probability) if fact.amount and fact.probability is not None else None
    return _Line(
        attributes={
            "customer": fact.customer,
            "product": fact.product,
            "status": str(status),
            "period": str(period) if period else None,
            "currency": fact.amount.currency if fact.amount else None,
        },
        amounts={"amount": fact.amount, "weighted": weighted},
        period=period,
    )


def _ledger_line(line: LedgerLine, period: Period) -> _Line:
    return _Line(
        attributes={
            "account": line.account,
            "account_class": str(line.account_class),
            "account_role": line.account_role,
            "cost_centre": line.cost_centre,
            "customer": line.customer,
            "product": line.product,
            "period": str(period),
            "currency": line.transaction.currency,
        },
        amounts={"posted": line.transaction},
        period=period,
        functional=line.functional,
        group=line.group,
        group_rate=line.group_rate,
    )


def _is_nothing(amount: Money, line: _Line) -> bool:
    """Whether nothing is planned of an amount. A currency gain has no transaction amount, but one in the other currencies."""
    return not any(known is not None and known.amount_minor for known in (amount, line.functional, line.group))


def _posting_month(fact: PostedDocument, resolve: _Resolver) -> Period:
    """The month of a document's posting period; adjustment periods go where the table `period` says, never by arithmetic."""
    if fact.posting_period.month is not None:
        return fact.posting_period.month
    return Period.parse(resolve.member(Table.PERIOD, fact.posting_period.period_id))


def _members(dimensions: tuple[Dimension, ...], line: _Line, resolve: _Resolver) -> tuple[tuple[str, str], ...] | None:
    """The member of every dimension, or None where the line has no place in the cube."""
    members: list[tuple[str, str]] = []
    for dimension in dimensions:
        value = line.attributes.get(dimension.attribute) if dimension.attribute else dimension.constant
        if value is None and not dimension.absent:
            return None
        if value is None:
            value = dimension.absent
        elif dimension.table:
            value = resolve.member(dimension.table, value)
        members.append((dimension.name, value))
    return tuple(members)


def _summed(contributions: Iterator[Contribution]) -> tuple[Contribution, ...]:
    """One contribution per cell: the lines of a document that share a cell are added up."""
    totals: dict[Cell, int] = {}
    rates: dict[Cell, set[str]] = {}
    for each in contributions:
        totals[each.cell] = totals.get(each.cell, 0) + each.amount_minor
        rates.setdefault(each.cell, set()).add(each.rate)
    return tuple(
        Contribution(cell, total, " ".join(sorted(rates[cell]))) for cell, total in sorted(totals.items()) if total
    )
