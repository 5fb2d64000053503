"""What a family of facts declares once: its kinds, what a feed can name of them, and how a fact becomes lines.

A new family is a module that declares a `Family`, named in `families.FAMILIES`; planning, the check of the landscape and the
mapping tables follow from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_UP, Context, Decimal
from typing import Protocol, Self

from tieout.errors import MalformedError
from tieout.money import Money, is_currency

# What every line of every family has. A feed that does not keep these apart would add up what cannot be added up.
EVERY_LINE = ("legal_entity", "period", "currency")

# What a field may say of itself (dataclass metadata): the name of one before it that it equals where a source has no other.
SAME_AS = "same_as"

# Which planning period the entries of this mapping table name, whatever family asks (`2026-03`).
PERIOD_TABLE = "period"

# Rounded away from zero at 40 digits, an inverted rate still converts an exact half of a minor unit up, and nothing else
# differently.
_INVERTED = Context(prec=40, rounding=ROUND_UP)


class Fact:
    """What a record is, canonically: a kind of one of the families. Its name is the name of its class."""

    __slots__ = ()

    def rates(self) -> frozenset[str]:
        """The identities of the rates its source converts it by, whatever comes of that in planning."""
        return frozenset()


class HistoricFact(Fact, ABC):
    """A fact that is all that is known of what its record has been, for what follows from changes and not from a state alone.

    What is stated of such a record never takes the place of what was known: both are joined, in whichever order they came.
    """

    __slots__ = ()

    @abstractmethod
    def latest_version(self) -> str:
        """The source's version of the last that is known of it."""

    @abstractmethod
    def steps(self) -> Iterable[str]:
        """The source's versions of all that is known of it."""

    @abstractmethod
    def joined(self, known: Self) -> Self:
        """Everything that both facts know; of what both say, as this one has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRate:
    """What one unit of an amount's currency is worth in `currency`, by the source's own table.

    Attributes:
        currency: ISO 4217 of what is converted to.
        per_unit: units of `currency` for one unit of the amount's; above zero.
        identity: which rate it is, its value included, such as `salesforce:EUR>USD:2026-03-01=1.0842`.
    """

    currency: str
    per_unit: Decimal
    identity: str

    @classmethod
    def inverted(cls, currency: str, units: Decimal, identity: str) -> Self:
        """The rate of a source that states how many units of the amount's currency one of `currency` is; `units` above zero."""
        return cls(currency=currency, per_unit=_INVERTED.divide(Decimal(1), units), identity=identity)

    def __post_init__(self) -> None:
        """Refuse what nothing could be converted by; raises `MalformedError`."""
        if not is_currency(self.currency):
            raise MalformedError("currency_not_iso4217")
        if not (self.per_unit.is_finite() and self.per_unit > 0):
            raise MalformedError("rate_not_positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A fact, or one line of it, as the planning model addresses it: attributes by name and amounts by name.

    Attributes:
        legal_entity: the company whose line it is, as planning calls it.
        period: the planning period it falls in; None where the fact has no date yet: then it is planned nowhere.
        currency: ISO 4217 of all its amounts; None where it has none.
        attributes: what the line's family declares beyond these three, each name present, None where the fact does not say.
        amounts: the amounts its family declares, each name present, None where the fact has none.
        functional: the amount in the legal entity's own currency, where the source keeps one.
        group: the amount in the group's currency, where the source keeps one, at the rate `group_rate` names.
        rate: what the source converts amounts of `currency` by; None where it keeps no rates, or none of that currency.
        day: the day it counts from, for rates of a day; None where the source states none.
        rate_period: the period whose rates convert it; None: its own.
        named_in: the period in which its attributes are called what planning has them as; None: its own.
        onto: of what moves a balance, what stood before, by name: what the balance comes to is converted, and never a difference
            by itself, so that roundings do not add up.
    """

    legal_entity: str
    period: str | None
    currency: str | None
    attributes: Mapping[str, str | None]
    amounts: Mapping[str, Money | None]
    functional: Money | None = None
    group: Money | None = None
    group_rate: str | None = None
    rate: SourceRate | None = None
    day: date | None = None
    rate_period: str | None = None
    named_in: str | None = None
    onto: Mapping[str, Money] = field(default_factory=dict)

    def naming_period(self) -> str | None:
        """The period in which mapping tables are asked what its attributes are called; None where it has none."""
        return self.named_in or self.period

    def attribute(self, name: str) -> str | None:
        """The value of an attribute, be it one of every line or one of the family; None where the fact does not say."""
        if name == "legal_entity":
            return self.legal_entity
        if name == "period":
            return self.period
        return self.currency if name == "currency" else self.attributes.get(name)


class Lookup(Protocol):
    """What a family asks of the mapping tables and calendars around it; each answer may be that an entry is missing."""

    def member(self, table: str, value: str, period: str | None = None) -> str:
        """What a mapping table calls the source's `value` in a period; what has none is called what was said last."""
        ...

    def renamings(self, table: str, value: str) -> Sequence[tuple[str, str]]:
        """Where a mapping table calls a value otherwise: the last period of one member, and the first of the next; in order."""
        ...

    def legal_entity(self, stated: str | None) -> str:
        """The company the record states, by the mapping table `legal_entity`; where it states none, the connection's."""
        ...

    def period_of(self, legal_entity: str, day: date) -> str:
        """The planning period a day falls in by the company's calendar."""
        ...

    def period_of_span(self, legal_entity: str, first_day: date, last_day: date) -> str | None:
        """The planning period that has exactly these days by the company's calendar; None where none has."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Family[F: Fact]:
    """Everything the rest of the system may know of a family of facts.

    Attributes:
        name: in the plural, as people read it in a sentence.
        kinds: its facts; a feed names them by the names of their classes.
        attributes: what a feed can name of a line beyond `EVERY_LINE`, each with the values it may have; none listed: the
            values are the source's own.
        amounts: the amounts of a line that a measure can show.
        tables: the mapping tables its values are looked up in, each with the members its entries may have; none listed:
            the members are planning's own.
        lines: a fact's lines, in any order; what is planned does not depend on it. Raises what the lookup raises.
        references: what records of it are called, by name: each a field of its facts that has what people or other systems call
            the record by, such as its `number`; records of two systems are matched by these.
        day: the field of its facts that has the day they count from; empty where they have none.
        version: of the schema its facts are written by; what raises it, `contracts/README.md` says.
    """

    name: str
    kinds: tuple[type[F], ...]
    attributes: Mapping[str, tuple[str, ...]]
    amounts: tuple[str, ...]
    lines: Callable[[F, Lookup], Iterator[Line]]
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    day: str = ""
    version: int = 1

    def addressable(self) -> tuple[str, ...]:
        """Every attribute a feed can name."""
        return (*self.attributes, *EVERY_LINE)
