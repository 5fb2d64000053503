"""What a fact contributes to an intersection, as the ledger keeps it."""

from __future__ import annotations

from typing import NamedTuple

from tieout.closing import NO_BOOKS, Books
from tieout.planning.cells import LateShare, Share


class Part(NamedTuple):
    """A share of each measure the fact touches there, in their order.

    Attributes:
        shares: what is booked late included.
        books: whose closing protects the intersection.
        late: what of the shares belongs to intersections whose books were closed.
    """

    target: str
    shares: tuple[Share, ...] = ()
    books: Books = NO_BOOKS
    late: tuple[LateShare, ...] = ()

    def minor_by_measure(self) -> dict[str, int]:
        """Measure to minor units."""
        return {measure: amount_minor for measure, amount_minor, _ in self.shares}

    def late_of(self, origin: str) -> tuple[LateShare, ...]:
        """What of it belongs to another intersection."""
        return tuple(each for each in self.late if each.origin == origin)

    def own(self) -> tuple[Share, ...]:
        """What of it belongs here: the shares without what is booked late."""
        left = {measure: (minor, rate) for measure, minor, rate in self.shares}
        for each in self.late:
            for measure, minor, rate in each.shares:
                total, own_rate = left.get(measure, (0, rate))
                left[measure] = (total - minor, own_rate)
        return tuple((measure, minor, rate) for measure, (minor, rate) in sorted(left.items()) if minor)
