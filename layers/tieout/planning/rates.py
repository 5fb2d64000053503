"""Which entries say the rate of a line: one of the type its feed goes by, else two that meet in the declared currency. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from tieout.facts.family import Line
from tieout.money import EXACT
from tieout.planning.mapping import RATE, Found, MappingKey
from tieout.rate_types import RATE_TYPES, SPOT, RateType

_TIMES = "*"  # between two rates that stand in for one
# What identities of sources' own rates never look like: those begin with what has converted.
_STORED = re.compile(rf"(?:{'|'.join(RATE_TYPES)}):[A-Z]{{3}}>[A-Z]{{3}}@[^ =]+=(?P<rate>[^ =]+)")


def rate_wanted(kind: RateType, currency: str, into: str, line: Line) -> MappingKey:
    """The rate that a line's amounts in a currency are converted by: a day's for `spot`, else that of a period."""
    when = line.day if kind == SPOT and line.day is not None else line.rate_period or line.period
    return MappingKey.rate(kind, currency, into, str(when))


def stands_in(rate: MappingKey, through: str) -> tuple[MappingKey, ...]:
    """The two rates of the same type and time that stand in for one by way of a currency; none where that is one of its own."""
    kind_and_currency, _, rest = rate.key.partition(">")
    kind, _, currency = kind_and_currency.partition(":")
    into, _, when = rest.partition("@")
    if not through or through in {currency, into}:
        return ()
    legs = (f"{kind}:{currency}>{through}@{when}", f"{kind}:{through}>{into}@{when}")
    return tuple(rate._replace(key=each) for each in legs)


def by_way(rate: MappingKey, found: Found, through: str) -> tuple[MappingKey, ...]:
    """The two rates that stand in for one now: where it is not there itself, and both of them are."""
    legs = stands_in(rate, through)
    return () if rate in found or any(each not in found for each in legs) else legs


def leads_to(entry: MappingKey, found: Found, through: str) -> MappingKey | None:
    """What else would help where an entry is missing: of a rate the first of the two that would stand in for it."""
    legs = stands_in(entry, through) if entry.table == RATE else ()
    return next((each for each in legs if each not in found), None)


def product(legs: tuple[MappingKey, ...], found: Found) -> tuple[Decimal, str]:
    """Two rates as one, to the last digit, and its identity, which names both."""
    first, second = legs
    identity = _TIMES.join(f"{each.key}={found[each]}" for each in legs)
    return EXACT.multiply(Decimal(found[first]), Decimal(found[second])), identity


def rate_in(identity: str) -> Decimal | None:
    """The one rate that an identity names, of two that stand in for one their product.

    None where it names several, as one fact's lines may go by, and where it is none of planning's.
    """
    rate = Decimal(1)
    for each in identity.split(_TIMES):
        leg = _STORED.fullmatch(each)
        if leg is None:
            return None
        rate = EXACT.multiply(rate, Decimal(leg["rate"]))
    return rate


def stood_in_for(found: Found, through: str, into: str) -> Iterator[MappingKey]:
    """The rates into a currency that two of these entries stand in for."""
    for entry in found:
        if through and entry.table == RATE and f">{through}@" in entry.key:
            rate = entry._replace(key=entry.key.replace(f">{through}@", f">{into}@"))
            if by_way(rate, found, through):
                yield rate
