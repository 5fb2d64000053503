"""What is compared: records, each with what it comes to in the places where its stage says it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tieout.arriving.notice import RecordKey


class Place(NamedTuple):
    """Where an amount counts, which an amount in no other place can make good.

    Attributes:
        legal_entity: the company, as planning calls it.
        period: the planning period; empty where nobody knows it yet.
        currency: ISO 4217 of the transaction.
        apart: the members of what else is kept apart, in the order it is declared; each empty where a record has none.
    """

    legal_entity: str
    period: str
    currency: str
    apart: tuple[str, ...] = ()


class Amount(NamedTuple):
    """An amount in minor units, of the transaction's currency and of the reporting currency."""

    transaction: int
    reporting: int

    def plus(self, other: Amount, times: int = 1) -> Amount:
        """The sum of both, the other so many times."""
        return Amount(self.transaction + times * other.transaction, self.reporting + times * other.reporting)


NOTHING = Amount(0, 0)
Amounts = Mapping[Place, Amount]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a record comes to, by one stage.

    Attributes:
        keys: for each matching of the reconciliation what has to be equal; None where the record lacks some of it.
        day: the day it counts from; None where it has none.
        waits_for: why it is not planned, or not as it is stated; empty where nothing is in the way.
    """

    record: RecordKey
    amounts: Amounts
    keys: tuple[tuple[str, ...] | None, ...]
    day: date | None = None
    waits_for: str = ""


Worth = tuple[tuple[str, int], ...]
"""What something comes to in each currency of its transactions, wherever that counts."""


def worth(left: Iterable[Item], right: Iterable[Item] = ()) -> Worth:
    """What the left comes to more than the right."""
    sums: dict[str, int] = {}
    for place, amount in difference(left, right).items():
        sums[place.currency] = sums.get(place.currency, 0) + amount.transaction
    return tuple(sorted((currency, minor) for currency, minor in sums.items() if minor))


def difference(left: Iterable[Item], right: Iterable[Item]) -> dict[Place, Amount]:
    """Place to what the left has there more than the right, wherever anything differs."""
    found: dict[Place, Amount] = {}
    for side, times in ((left, 1), (right, -1)):
        for each in side:
            for place, amount in each.amounts.items():
                found[place] = found.get(place, NOTHING).plus(amount, times)
    return {place: amount for place, amount in sorted(found.items()) if amount != NOTHING}


def sums_by(level: Callable[[Place], Place], amounts: Iterable[Amounts]) -> dict[Place, Amount]:
    """What amounts come to in the places that their own are a part of."""
    found: dict[Place, Amount] = {}
    for some in amounts:
        for place, amount in some.items():
            whole = level(place)
            found[whole] = found.get(whole, NOTHING).plus(amount)
    return found
