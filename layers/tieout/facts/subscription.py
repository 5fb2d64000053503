"""Subscriptions as facts: what recurs of them, version by version, and the movements of recurring revenue that follow.

Recurring revenue is a balance, and finance explains a balance by its movements: what is new, expanded, contracted and churned.
A movement lies between two versions of a subscription, so the fact is all versions that are known, and whichever order they
come in, each is put where it belongs: one that comes late moves what was planned without it, and the sum stays the balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from tieout.errors import MalformedError
from tieout.facts.family import Family, HistoricFact, Line, Lookup
from tieout.facts.renaming import moved_over
from tieout.money import Money


class SubscriptionStatus(StrEnum):
    """What a subscription is in; what recurs meanwhile is what its version says, whatever this is."""

    TRIAL = "trial"
    ACTIVE = "active"
    PAST_DUE = "past_due"  # goes on, though the customer has not paid
    PAUSED = "paused"
    ENDED = "ended"
    PENDING = "pending"  # agreed and not begun, or its first payment is outstanding


class Movement(StrEnum):
    """What a change of recurring revenue is called: between two days a subscription has either of the first two, or the others."""

    NEW = "new"  # it began, or began again: nothing recurred before
    CHURN = "churn"  # nothing recurs any more
    EXPANSION = "expansion"  # more of a product than before
    CONTRACTION = "contraction"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringItem:
    """What recurs of one product, in a month and in a year, each rounded by itself from what is paid for; never negative.

    Attributes:
        item_id: the source's id of the item; two of one product are added up.
    """

    item_id: str
    product: str | None
    monthly: Money
    annual: Money

    def __post_init__(self) -> None:
        """Refuse what no recurring revenue is; raises `MalformedError`."""
        if self.monthly.currency != self.annual.currency:
            raise MalformedError("month_and_year_in_two_currencies")
        if self.monthly.amount_minor < 0 or self.annual.amount_minor < 0:
            raise MalformedError("recurring_amount_negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionVersion:
    """What a subscription was from some moment on.

    Attributes:
        version: orders the versions of a subscription and names this one for good, such as
            `2026-11-27T10:00:00.000Z#evt_1`: a UTC moment of `moments.moment_text`, then what tells apart those of one moment.
        day: the day it holds from, in the connection's time zone.
        start_date: the first day on which anything recurs: its start, or the day its trial ends.
        end_date: the first day on which nothing does any more, be it one to come; None: nobody has ended it.
        renewal_date: the first day of the next term; None where there is none.
        items: what recurs from `day` on; none while it is paused, or was never paid for. Of an ended one what recurred to its end.
        legal_entity: the source's id of the company that sells it; None where the source serves one.
        was_read: it is what the source answered at `version`, and nobody said that it became so then.
    """

    version: str
    day: date
    status: SubscriptionStatus
    start_date: date
    customer: str | None = None
    end_date: date | None = None
    renewal_date: date | None = None
    items: tuple[RecurringItem, ...] = ()
    legal_entity: str | None = None
    was_read: bool = False

    def says_as(self, other: SubscriptionVersion) -> bool:
        """Whether it says of the subscription what another does, whenever that was."""
        return replace(self, version="", day=other.day, was_read=False) == replace(other, version="", was_read=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(HistoricFact):
    """A customer's subscription, as all versions of it that are known.

    Attributes:
        versions: each once, in their order; what a source states is often one alone. The last one is what it is now.
    """

    versions: tuple[SubscriptionVersion, ...]

    def __post_init__(self) -> None:
        """Refuse what has no version, two of one name, or two out of order; raises `MalformedError`."""
        names = [each.version for each in self.versions]
        if not names or names != sorted(set(names)):
            raise MalformedError("versions_out_of_order")

    def latest_version(self) -> str:
        """The name of its last version."""
        return self.versions[-1].version

    def steps(self) -> Iterable[str]:
        """The names of all of its versions."""
        return (each.version for each in self.versions)

    def joined(self, known: Self) -> Self:
        """The subscription with the versions known of it besides.

        What it says of a version that is known takes its place. What was read is asked after all that is known had happened,
        so it stands behind all of it, and only where it says something else: otherwise it tells nothing new. Where the source's
        clock was ahead of ours nobody knows when it became so, and whatever says the same later takes its place.
        """
        told = {each.version: each for each in known.versions}
        told |= {each.version: each for each in self.versions if not each.was_read}
        versions = [told[name] for name in sorted(told)]
        for each in self.versions:
            if each.was_read and not each.says_as(versions[-1]):
                versions.append(_behind(versions[-1], each))
        return replace(self, versions=tuple(_dated(versions)))


_BEHIND = "~"


def _behind(last: SubscriptionVersion, read: SubscriptionVersion) -> SubscriptionVersion:
    """What was read, behind the last known version: the source's clock may be ahead of ours."""
    if read.version > last.version:
        return read
    return replace(read, version=f"{last.version}{_BEHIND}", day=max(read.day, last.day))


def _dated(versions: Sequence[SubscriptionVersion]) -> Iterator[SubscriptionVersion]:
    """The versions without what was only put behind a told one, where a later one says the same."""
    told = {each.version for each in versions if not each.was_read}
    for place, each in enumerate(versions):
        is_undated = each.was_read and each.version.removesuffix(_BEHIND) in told
        if not (is_undated and any(later.says_as(each) for later in versions[place + 1 :])):
            yield each


# What recurs on a day: product and currency to the minor units of a month and of a year.
_Balance = Mapping[tuple[str | None, str], tuple[int, int]]


def balances(versions: Iterable[SubscriptionVersion]) -> dict[date, _Balance]:
    """What recurs from each day on which it may change, in order of the days.

    A version says what recurs until the next one, so from its day on it takes the place of all that was to come by those
    before it. The first one known says what recurred from the start, for nobody knows better.
    """
    from_day: dict[date, _Balance] = {}
    for place, each in enumerate(versions):
        end = each.end_date
        known_from = each.day if end is None else min(each.day, end)
        begin = each.start_date if place == 0 else max(known_from, each.start_date)
        from_day = {day: balance for day, balance in from_day.items() if place and day < known_from}
        from_day[known_from if place else begin] = {}  # nothing recurs before it begins, whatever did before that
        if end is None or begin < end:
            from_day[begin] = _balance(each.items)
        if end is not None:
            from_day[end] = {}
    return dict(sorted(from_day.items()))


def _balance(items: Iterable[RecurringItem]) -> _Balance:
    balance: dict[tuple[str | None, str], tuple[int, int]] = {}
    for each in items:
        place = each.product, each.monthly.currency
        monthly, annual = balance.get(place, (0, 0))
        balance[place] = monthly + each.monthly.amount_minor, annual + each.annual.amount_minor
    return balance


_AMOUNTS = ("monthly", "annual")
_TABLES = ("customer", "product")  # attributes that planning has names of its own for, each in its table


def _lines(subscription: Subscription, lookup: Lookup) -> Iterator[Line]:
    """A line for each product that moved on a day, in that day's period; all with the customer and company of the last version.

    What is called otherwise from a period on moves there. The customer goes on paying: it is no churn.
    """
    moves = [*_moves(subscription, lookup)]
    yield from moves
    for line, is_out in moved_over(moves, lookup, _TABLES):
        movement = Movement.CONTRACTION if is_out else Movement.EXPANSION
        yield replace(line, attributes={**line.attributes, "movement": str(movement)})


def _moves(subscription: Subscription, lookup: Lookup) -> Iterator[Line]:
    """What moved, in order of the days.

    All of it goes by the rate at which its currency began to recur: so what ends takes out just what it has put in, and neither an
    end nor a resumption that is to come has it wait for a rate that nobody knows yet.
    """
    now = subscription.versions[-1]
    legal_entity = lookup.legal_entity(now.legal_entity)
    before: _Balance = {}
    began: dict[str, date] = {}
    for day, after in balances(subscription.versions).items():
        for place, (monthly, annual) in _differences(before, after):
            product, currency = place
            movement = _movement(_recurs(before, currency), _recurs(after, currency), annual or monthly)
            first_day = began.setdefault(currency, day)
            yield Line(
                legal_entity=legal_entity,
                period=lookup.period_of(legal_entity, day),
                currency=currency,
                attributes={"customer": now.customer, "movement": str(movement), "product": product},
                amounts=_amounts((monthly, annual), currency),
                day=first_day,
                rate_period=lookup.period_of(legal_entity, first_day),
                onto=_amounts(before.get(place, (0, 0)), currency),
            )
        before = after


def _amounts(minor: tuple[int, int], currency: str) -> dict[str, Money]:
    """What recurs in a month and in a year, by the names that the family gives them."""
    return {name: Money(units, currency) for name, units in zip(_AMOUNTS, minor, strict=True)}


def _differences(before: _Balance, after: _Balance) -> Iterator[tuple[tuple[str | None, str], tuple[int, int]]]:
    """What moved between two balances, product by product."""
    for place in sorted(before.keys() | after.keys(), key=str):
        (old_month, old_year), (month, year) = before.get(place, (0, 0)), after.get(place, (0, 0))
        if (old_month, old_year) != (month, year):
            yield place, (month - old_month, year - old_year)


def _recurs(balance: _Balance, currency: str) -> bool:
    return any(any(amounts) for (_, stated), amounts in balance.items() if stated == currency)


def _movement(recurred: bool, recurs: bool, difference: int) -> Movement:  # noqa: FBT001 both are what it is decided by
    if not recurred:
        return Movement.NEW
    if not recurs:
        return Movement.CHURN
    return Movement.EXPANSION if difference > 0 else Movement.CONTRACTION


FAMILY = Family(
    name="subscriptions",
    kinds=(Subscription,),
    attributes={"customer": (), "movement": tuple(Movement), "product": ()},
    amounts=_AMOUNTS,
    lines=_lines,
    tables=dict.fromkeys(_TABLES, ()),
)
