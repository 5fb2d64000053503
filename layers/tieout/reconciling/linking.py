"""Links by the word of a person: they hold as long as both records come to what they did when somebody said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tieout.arriving.notice import RecordKey
from tieout.reconciling.breaks import digest_of
from tieout.reconciling.items import Amounts, Item, difference
from tieout.reconciling.matching import Link


class Confirmed(NamedTuple):
    """A link that a person has confirmed.

    Attributes:
        came_to: what both records came to then (`came_to`).
    """

    link: Link
    came_to: str


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


def standing(confirmed: Iterable[Confirmed], left: Iterable[Item], right: Iterable[Item]) -> Standing:
    """Which of these links hold; one of a record that is not there any more has no effect, and is not outdated either."""
    lefts, rights = _by_record(left), _by_record(right)
    there = [each for each in sorted(confirmed) if each.link.left in lefts and each.link.right in rights]
    holds = {
        each.link: each.came_to
        == came_to(difference([lefts[each.link.left]], []), difference([], [rights[each.link.right]]))
        for each in there
    }
    return Standing(
        holding=tuple(link for link, is_so in holds.items() if is_so),
        outdated=tuple(link for link, is_so in holds.items() if not is_so),
    )


def _by_record(items: Iterable[Item]) -> Mapping[RecordKey, Item]:
    return {each.record: each for each in items}
