"""What is compared with what: two stages of a value, by which keys their records belong together, and what may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Shape = Literal["one_to_one", "one_to_many", "many_to_one", "many_to_many"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One stage of a value: lines of facts as their systems say them, or what is planned of facts.

    Attributes:
        name: as people call the stage, such as `billing`.
        connections: whose facts; none: everybody's.
        facts: their kinds, such as `Invoice`.
        where: of lines, attribute to the values it may have, as a feed has it.
        amount: which of a line's amounts counts; empty where what is planned counts.
        sign: 1, or -1 where the stage has credits positive that the other has negative.
        as_partner: that each line counts as the company of the group has it that it is with: company and partner change places,
            and lines with nobody of the group are left out. Planning has to call a partner as it calls the company.
        target: the planning system whose cells count, of what is planned.
        feed: the feed that plans it.
        measure: of the feed, by its name in the transaction currency.
    """

    name: str
    connections: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    amount: str = ""
    sign: Literal[1, -1] = 1
    as_partner: bool = False
    target: str = ""
    feed: str = ""
    measure: str = ""

    @property
    def is_planned(self) -> bool:
        """Whether it is what planning was given of facts, and not the facts themselves."""
        return bool(self.feed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """One way in which records of both sides are known to belong together.

    Attributes:
        left, right: what has to be equal, pair by pair: names that a record goes by (`number`, `record`), or attributes of its
            lines; of a record that lacks one nothing is known this way.
        shape: how many records of the left may belong to how many of the right.
        same_amount: that only records of one amount belong together.
        within_days: how far their days may lie apart; None: as far as they like.
        is_certain: that nobody is asked: otherwise what belongs together is suggested, and waits for a person.
    """

    name: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    shape: Shape = "one_to_one"
    same_amount: bool = False
    within_days: int | None = None
    is_certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What of a difference nobody needs to look at; without any, a minor unit is a break.

    Attributes:
        minor_units: currency to the largest difference, in its minor units.
        percent: the largest difference in percent of the left side, as text; empty: no such limit. Of both the smaller counts.
        days: how many days the other side may take to follow.
    """

    minor_units: Mapping[str, int] = field(default_factory=dict)
    percent: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Planning periods of one calendar, the first and the last among them; empty: without such an end."""

    first: str = ""
    last: str = ""

    def has(self, period: str) -> bool:
        """Whether a period, or what has none, is among them."""
        ends = [each for each in (self.first, self.last) if each]
        if any(_calendar_of(each) != _calendar_of(period) for each in ends):
            return False
        return not ends or (bool(period) and self.first <= period <= (self.last or period))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Two stages of a value that have to tie out.

    Attributes:
        left: the stage that comes first on the way of the value.
        matchings: in the order in which they are tried; what one has matched no later one asks for.
        apart: attributes besides company, period and currency by which both sides have to agree, such as `customer`.
        legal_entities: the companies it is about, as planning calls them; none: all. What either side has of them is compared
            with all that belongs to it, so that what the other side has as another company's, or in another period, is found.
        periods: those it is about, as `legal_entities`.
        across_periods: that it does not matter when: what is ordered in March may be billed in April.
    """

    name: str
    left: Side
    right: Side
    matchings: tuple[Matching, ...]
    apart: tuple[str, ...] = ()
    tolerance: Tolerance = field(default_factory=Tolerance)
    legal_entities: tuple[str, ...] = ()
    periods: Periods = field(default_factory=Periods)
    across_periods: bool = False

    @property
    def is_of_systems(self) -> bool:
        """Whether both sides are what systems say, and neither what planning was given."""
        return not (self.left.is_planned or self.right.is_planned)

    def covers(self, legal_entity: str, period: str) -> bool:
        """Whether it is about what a company has in a period."""
        return (not self.legal_entities or legal_entity in self.legal_entities) and self.periods.has(period)


def reconciliation_of_plain(plain: Mapping[str, Any]) -> Reconciliation:
    """The reconciliation as it was compiled."""
    return Reconciliation(
        name=plain["name"],
        left=_side(plain["left"]),
        right=_side(plain["right"]),
        matchings=tuple(
            Matching(**{**each, "left": tuple(each["left"]), "right": tuple(each["right"])})
            for each in plain["matchings"]
        ),
        apart=tuple(plain.get("apart", ())),
        tolerance=Tolerance(**plain.get("tolerance", {})),
        legal_entities=tuple(plain.get("legal_entities", ())),
        periods=Periods(**plain.get("periods", {})),
        across_periods=plain.get("across_periods", False),
    )


def _side(plain: Mapping[str, Any]) -> Side:
    where = {attribute: tuple(values) for attribute, values in plain.get("where", {}).items()}
    lists = {name: tuple(plain.get(name, ())) for name in ("connections", "facts")}
    return Side(**{**plain, **lists, "where": where})


def _calendar_of(period: str) -> str:
    """The capitals that tell calendars of fiscal years apart; empty of a calendar month."""
    return period[: -len("2026-P03")]
