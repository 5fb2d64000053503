"""What planning a fact comes to: cells, what the fact contributes to each, or the mapping entry that is missing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from tieout import strict_json
from tieout.planning.mapping import MappingKey


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One intersection of a planning cube: where a value stands, and in which currency it is counted.

    Attributes:
        members: (dimension, member) pairs in the planning model's order.
        currency: ISO 4217 of the value's minor units; follows from measure and members.
    """

    target: str
    cube: str
    measure: str
    members: tuple[tuple[str, str], ...]
    currency: str

    def cell_id(self) -> str:
        """A short name that is the same for the same coordinates, whatever the order of events: 32 hexadecimal digits."""
        return _cell_id(self)

    def text(self) -> str:
        """The coordinates for people: `Pipeline / Amount / Customer=ACME / ...`."""
        return " / ".join([self.cube, self.measure, *(f"{name}={member}" for name, member in self.members)])


@lru_cache(maxsize=4096)  # a plan asks for the id of each of its cells several times, and hot cells come again
def _cell_id(cell: Cell) -> str:
    coordinates = strict_json.dump([cell.target, cell.cube, cell.measure, sorted(cell.members)])
    return hashlib.blake2b(coordinates.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Contribution:
    """What one fact adds to one cell's total, in minor units, and the identity of the rate it was converted with."""

    cell: Cell
    amount_minor: int
    rate: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A fact cannot be planned before this entry exists."""

    key: MappingKey
