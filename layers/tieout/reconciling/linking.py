"""Links by the word of a person: they hold as long as both records come to what they did when somebody said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tieout.reconciling.breaks import digest_of
from tieout.reconciling.items import Amounts, Item, difference
from tieout.reconciling.matching import Link


class Standing(NamedTuple):
    """Which links hold.

    Attributes:
        holding: those whose records are as they were.
        outdated: those of which one has come to something else since; they have no effect until somebody confirms them again.
    """

    holding: tuple[Link, ...]
    outdated: tuple[Link, ...]


def came_to(left: Amounts, right: Amounts) -> str:
    """What two records come to, as a digest: each as a break of its own, the right one with the opposite sign."""
    return digest_of([sorted(left.items()), sorted(right.items())])


def standing(confirmed: Mapping[Link, str], left: Iterable[Item], right: Iterable[Item]) -> Standing:
    """Which links hold; one of a record that is not there any more has no effect, and is not outdated either.

    Args:
        confirmed: each link with what its records came to when somebody said so (`came_to`).
        left: each record of the side once.
        right: as `left`.
    """
    lefts, rights = ({each.record: each for each in side} for side in (left, right))
    there = [each for each in sorted(confirmed) if each.left in lefts and each.right in rights]
    now = {each: came_to(difference([lefts[each.left]], []), difference([], [rights[each.right]])) for each in there}
    return Standing(
        holding=tuple(each for each in there if now[each] == confirmed[each]),
        outdated=tuple(each for each in there if now[each] != confirmed[each]),
    )
