"""Amounts of one intersection by their measures, as they are taken from each other; those that come to nothing are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tieout.planning.cells import Amount, Share

Amounts = Mapping[str, Amount]


def amounts_of(amounts: Iterable[Amount]) -> Amounts:
    """Measure to its amount."""
    return {each.measure: each for each in amounts if each.amount_minor}


def without(amounts: Amounts, taken: Amounts) -> Amounts:
    """What is left, measure by measure, with the identities of all rates that either was converted with."""
    left = dict(amounts)
    for measure, each in taken.items():
        if measure in left:
            minor = left[measure].amount_minor - each.amount_minor
            left[measure] = left[measure]._replace(amount_minor=minor, rate=_rates(left[measure].rate, each.rate))
        else:
            left[measure] = each._replace(amount_minor=-each.amount_minor)
    return amounts_of(left.values())


def shares_of_amounts(amounts: Amounts) -> tuple[Share, ...]:
    """The amounts as a contribution keeps them, in the order of their measures."""
    return tuple((each.measure, each.amount_minor, each.rate) for _, each in sorted(amounts.items()))


def _rates(one: str, other: str) -> str:
    return " ".join(sorted({*one.split(), *other.split()}))
