"""What planning a fact comes to: what it contributes to each intersection of a cube, or the mapping entry that is missing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from tieout import strict_json
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


@dataclass(frozen=True, slots=True, order=True)
class Amount:
    """What one fact adds to one measure of an intersection.

    Attributes:
        currency: ISO 4217 of the minor units; follows from the measure and the members.
        rate: the identity of the rate it was converted with.
    """

    measure: str
    currency: str
    amount_minor: int
    rate: str


@dataclass(frozen=True, slots=True, order=True)
class Contribution:
    """What one fact adds to one intersection: an amount, other than zero, for each measure it touches, in their order."""

    intersection: Intersection
    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A fact cannot be planned before this entry exists."""

    key: MappingKey
