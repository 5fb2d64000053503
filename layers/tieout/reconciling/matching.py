"""Finds out which records of both sides belong together, the same in whichever order they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from tieout.arriving.notice import RecordKey
from tieout.reconciliations import Matching
from tieout.reconciling.items import Item, Worth, worth

_ONE = "one"
_ANY: Worth = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Records of both sides that belong together; a single one that nothing of the other side belongs to.

    Attributes:
        left, right: in the order of their days.
        matching: how they were found to; None where they were not, or a person has said so.
    """

    left: tuple[Item, ...]
    right: tuple[Item, ...]
    matching: Matching | None = None

    def copies(self) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
        """The records of either side that say once more what another of it says already.

        Where one record is expected, all but the first; else as many alike as make the two sides tie out.
        """
        if self.matching is None:
            return (), ()
        left_shape, right_shape = self.matching.shape.split("_to_")
        left = self.left[:1] if left_shape == _ONE else self.left
        right = self.right[:1] if right_shape == _ONE else self.right
        return (
            self.left[1:] if left_shape == _ONE else _surplus(left, right),
            self.right[1:] if right_shape == _ONE else _surplus(right, left),
        )

    def without(self, left: Collection[Item], right: Collection[Item]) -> Group:
        """The same group without some of its records."""
        gone_left, gone_right = ({each.record for each in side} for side in (left, right))
        return replace(
            self,
            left=tuple(each for each in self.left if each.record not in gone_left),
            right=tuple(each for each in self.right if each.record not in gone_right),
        )


class Link(NamedTuple):
    """Two records that belong together by the word of a person, or may do."""

    left: RecordKey
    right: RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Which records belong together.

    Attributes:
        groups: every record in exactly one.
        suggestions: links that wait for a person; their records are in groups of one side.
    """

    groups: tuple[Group, ...]
    suggestions: frozenset[Link]


def matched(
    matchings: Sequence[Matching], left: Iterable[Item], right: Iterable[Item], links: Iterable[Link] = ()
) -> Matched:
    """Which records belong together: those that a person has linked, then by each matching what it finds of the rest.

    Args:
        matchings: as declared, in the order in which they are tried.
        left: each record of the side once, in any order.
        right: as `left`.
        links: by the word of a person; one of a record that is not there has no effect.
    """
    sides = _Sides(left, right)
    groups = list(sides.linked(links))
    suggestions: set[Link] = set()
    for position, matching in enumerate(matchings):
        found = sides.found(position, matching)
        if matching.is_certain:
            groups += sides.taken(found)
        else:
            suggestions |= {Link(group.left[0].record, group.right[0].record) for group in found}
    groups += sides.alone()
    return Matched(groups=tuple(groups), suggestions=frozenset(suggestions))


class _Sides:
    """What belongs to nothing yet."""

    def __init__(self, left: Iterable[Item], right: Iterable[Item]) -> None:
        self._left = {each.record: each for each in sorted(left, key=_record)}
        self._right = {each.record: each for each in sorted(right, key=_record)}

    def linked(self, links: Iterable[Link]) -> Iterator[Group]:
        """A group for each link of which both records are there and belong to nothing yet."""
        for link in sorted(links):
            if link.left in self._left and link.right in self._right:
                yield Group((self._left.pop(link.left),), (self._right.pop(link.right),))

    def found(self, position: int, matching: Matching) -> list[Group]:
        """What a matching finds to belong together."""
        lefts, rights = _by_key(self._left.values(), position), _by_key(self._right.values(), position)
        together = ((lefts[key], rights[key]) for key in sorted(lefts.keys() & rights.keys()))
        if matching.same_amount or matching.within_days is not None:
            return [group for some, others in together for group in _pairs(matching, some, others)]
        return [
            Group(tuple(_in_order(some)), tuple(_in_order(others)), matching)
            for some, others in together
            if _fits(matching, some, others)
        ]

    def taken(self, groups: Iterable[Group]) -> Iterator[Group]:
        """The same groups, whose records are no longer asked for."""
        for group in groups:
            for each in group.left:
                del self._left[each.record]
            for each in group.right:
                del self._right[each.record]
            yield group

    def alone(self) -> Iterator[Group]:
        """A group for each record that belongs to nothing."""
        yield from (Group((each,), ()) for each in self._left.values())
        yield from (Group((), (each,)) for each in self._right.values())


def _record(item: Item) -> RecordKey:
    return item.record


def _by_key(items: Iterable[Item], position: int) -> dict[tuple[str, ...], list[Item]]:
    found: dict[tuple[str, ...], list[Item]] = {}
    for each in items:
        key = each.keys[position]
        if key is not None:
            found.setdefault(key, []).append(each)
    return found


def _fits(matching: Matching, left: Sequence[Item], right: Sequence[Item]) -> bool:
    """Whether the numbers of records are as declared; where one is expected, copies of it are too many, and belong to it."""
    left_shape, right_shape = matching.shape.split("_to_")
    return all(
        shape != _ONE or len({worth([each]) for each in side}) == 1
        for shape, side in ((left_shape, left), (right_shape, right))
    )


def _pairs(matching: Matching, left: Sequence[Item], right: Sequence[Item]) -> Iterator[Group]:
    """Records one by one, those of one amount where the matching says so, by their days."""
    lefts, rights = (_by_worth(side) if matching.same_amount else {_ANY: list(side)} for side in (left, right))
    for alike in sorted(lefts.keys() & rights.keys()):
        for one, other in _by_day(matching.within_days, lefts[alike], rights[alike]):
            yield Group((one,), (other,), matching)


def _by_worth(items: Iterable[Item]) -> dict[Worth, list[Item]]:
    found: dict[Worth, list[Item]] = {}
    for each in items:
        found.setdefault(worth([each]), []).append(each)
    return found


def _by_day(within: int | None, left: Sequence[Item], right: Sequence[Item]) -> Iterator[tuple[Item, Item]]:
    """The earliest that are no further apart than allowed, and so on: as many pairs as there can be."""
    if within is None:
        yield from zip(_in_order(left), _in_order(right), strict=False)
        return
    lefts, rights = (deque(each for each in _in_order(side) if each.day) for side in (left, right))
    while lefts and rights:
        apart = (lefts[0].day or date.min) - (rights[0].day or date.min)
        if apart < timedelta(days=-within):
            lefts.popleft()
        elif apart > timedelta(days=within):
            rights.popleft()
        else:
            yield lefts.popleft(), rights.popleft()


def _surplus(own: Sequence[Item], other: Sequence[Item]) -> tuple[Item, ...]:
    """As many records alike, the last of them, as make a side come to what the other does; none where no such are.

    Where both come to the same nothing is too many, though there be records alike that come to nothing.
    """
    excess = worth(own, other)
    if not excess:
        return ()
    for of_each, some in sorted(_by_worth(own).items()):
        for number in range(1, len(some)):
            if excess == tuple((currency, minor * number) for currency, minor in of_each):
                return tuple(some[-number:])
    return ()


def _in_order(items: Iterable[Item]) -> list[Item]:
    """By their days; those of one day stay in the order of their records."""
    return sorted(items, key=lambda each: each.day or date.max)
