"""What planning a fact comes to: what it contributes to each intersection of a cube, or the mapping entry that is missing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tieout import strict_json
from tieout.closing import NO_BOOKS, Books
from tieout.planning.mapping import MappingKey


@dataclass(frozen=True, slots=True, order=True)
class Intersection:
    """A place in a planning cube without the measure: what the ledger keeps totals for, one for each measure.

    Attributes:
        members: (dimension, member) pairs in the planning model's order.
    """

    target: str
    cube: str
    members: tuple[tuple[str, str], ...]

    def intersection_id(self) -> str:
        """A short name that is the same for the same coordinates, whatever the order of events: 32 hexadecimal digits."""
        return _intersection_id(self)


@lru_cache(maxsize=4096)  # a plan asks for the id of each of its intersections several times, and hot ones come again
def _intersection_id(intersection: Intersection) -> str:
    coordinates = strict_json.dump([intersection.target, intersection.cube, sorted(intersection.members)])
    return hashlib.blake2b(coordinates.encode(), digest_size=16).hexdigest()


class Amount(NamedTuple):
    """What one fact adds to one measure of an intersection.

    Attributes:
        currency: ISO 4217 of the minor units; follows from the measure and the members.
        rate: the identity of the rate it was converted with.
    """

    measure: str
    currency: str
    amount_minor: int
    rate: str


Share = tuple[str, int, str]  # a measure, what a fact adds to it in minor units, the identity of the rate


class LateShare(NamedTuple):
    """What a fact adds here because it came too late elsewhere.

    Attributes:
        origin: id of the intersection it belongs to.
        books: of that intersection.
    """

    origin: str
    books: Books
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True, order=True)
class Contribution:
    """What one fact adds to one intersection.

    Attributes:
        amounts: one, other than zero, for each measure it touches, in their order; what is booked late included.
        books: whose closing protects the cell.
        late: what of it belongs to other intersections, whose books were closed.
    """

    intersection: Intersection
    amounts: tuple[Amount, ...]
    books: Books = NO_BOOKS
    late: tuple[LateShare, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A fact cannot be planned before this entry exists, or another that leads to what would stand in for it.

    Attributes:
        alternative: the other one; None where nothing stands in for the entry.
    """

    key: MappingKey
    alternative: MappingKey | None = None
