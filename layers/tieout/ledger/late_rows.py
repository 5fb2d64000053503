"""What came after its books were closed, as the ledger keeps it, and what an approval of it names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tieout import strict_json
from tieout.closing import Books
from tieout.planning.cells import Amount, Intersection


class LateKind(StrEnum):
    """What became of a difference."""

    HELD = "held"
    TO_RESTATE = "to restate"
    BOOKED = "booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRow:
    """A difference that came after the books of its intersection were closed.

    Attributes:
        books: those that were closed.
        into: where it is booked; None where it waits.
    """

    intersection: Intersection
    books: Books
    kind: LateKind
    amounts: tuple[Amount, ...]
    into: Books | None = None

    def plain(self) -> list[object]:
        """Itself as JSON values; `late_row` reads them."""
        place = [self.intersection.target, self.intersection.cube, self.intersection.members]
        amounts = [[each.measure, each.currency, each.amount_minor, each.rate] for each in self.amounts]
        return [str(self.books), str(self.kind), str(self.into or ""), place, amounts]


def late_row(plain: list[object]) -> LateRow:
    """A row as `LateRow.plain` gave it."""
    books, kind, into, (target, cube, members), amounts = plain  # type: ignore[misc]
    return LateRow(
        intersection=Intersection(target, cube, tuple((name, member) for name, member in members)),  # type: ignore[has-type]
        books=Books.of_text(str(books)),
        kind=LateKind(str(kind)),
        amounts=tuple(Amount(measure, currency, minor, rate) for measure, currency, minor, rate in amounts),  # type: ignore[attr-defined]
        into=Books.of_text(str(into)) if into else None,
    )


def by_books(rows: Iterable[LateRow]) -> dict[Books, list[LateRow]]:
    """The rows of each closed books, in order."""
    found: dict[Books, list[LateRow]] = {}
    for row in rows:
        found.setdefault(row.books, []).append(row)
    return found


def digest_of(rows: Iterable[LateRow]) -> str:
    """What an approval names: equal only where the same amounts are to be restated in the same cells."""
    wanted = sorted(strict_json.dump(row.plain()) for row in rows if row.kind is LateKind.TO_RESTATE)
    return hashlib.blake2b("\n".join(wanted).encode(), digest_size=16).hexdigest()
