"""A cell of which planning holds something else than it was last given, as the item that keeps it: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tieout import strict_json
from tieout.errors import MalformedError
from tieout.ledger import keys
from tieout.ledger.intersections import CellState, IntersectionState
from tieout.ledger.table import Item, Key, Update
from tieout.moments import moment_text, parse_moment
from tieout.money import Money, decimal_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDifference:
    """What the ledger and planning hold of a cell.

    Attributes:
        wanted_minor: what planning was last given, and was to hold when it was asked.
        held: what it holds, in whole units; None where it has no such cell.
        last_receipt: the name of the receipt of the last write to the cell's place; empty where none is known.
        written_at: when that was marked.
        since: when it was first found to differ.
        found_at: when it was last found to.
    """

    target: str
    intersection_id: str
    measure: str
    cube: str
    members: tuple[tuple[str, str], ...]
    currency: str
    wanted_minor: int
    held: Decimal | None
    last_receipt: str
    written_at: str
    since: datetime
    found_at: datetime

    @property
    def cell_id(self) -> str:
        """The cell it is about."""
        return f"{self.intersection_id}:{self.measure}"

    @property
    def key(self) -> Key:
        """Where it is kept."""
        return keys.difference_key(self.target, self.cell_id)

    @property
    def off_minor(self) -> int | None:
        """How much too much planning holds, where it has no such cell as if it held nothing; None where that is no amount."""
        try:
            held = Money(0, self.currency) if self.held is None else Money.of(self.held, self.currency)
        except MalformedError:
            return None
        return held.amount_minor - self.wanted_minor


def difference_of(
    place: IntersectionState, cell: CellState, wanted_minor: int, held: Decimal | None, now: datetime
) -> CellDifference:
    """What was found of a cell just now, beside what it was to hold."""
    return CellDifference(
        target=cell.target,
        intersection_id=cell.intersection_id,
        measure=cell.measure,
        cube=cell.cube,
        members=cell.members,
        currency=cell.currency,
        wanted_minor=wanted_minor,
        held=held,
        last_receipt=place.last_receipt,
        written_at=place.written_at,
        since=now,
        found_at=now,
    )


def kept(difference: CellDifference) -> Update:
    """The write that keeps a difference; since when it is known stays what it was."""
    sets: dict[str, str | int] = {
        "cube": difference.cube,
        "members": strict_json.dump(difference.members),
        "currency": difference.currency,
        "wanted_minor": difference.wanted_minor,
        "last_receipt": difference.last_receipt,
        "written_at": difference.written_at,
        "found_at": moment_text(difference.found_at),
    }
    firsts: dict[str, str | int] = {"since": moment_text(difference.since)}
    if difference.held is None:
        return Update(difference.key, sets=sets, firsts=firsts, removes=("held",))
    return Update(difference.key, sets=sets | {"held": f"{difference.held:f}"}, firsts=firsts)


def kept_difference(target: str, key: Key, item: Item) -> CellDifference:
    """The difference that an item keeps."""
    intersection_id, _, measure = key[1].removeprefix(keys.FOUND_PREFIX).partition(":")
    return CellDifference(
        target=target,
        intersection_id=intersection_id,
        measure=measure,
        cube=str(item["cube"]),
        members=tuple((name, member) for name, member in strict_json.parse(str(item["members"]).encode())),
        currency=str(item["currency"]),
        wanted_minor=int(item["wanted_minor"]),
        held=decimal_of(str(item["held"])) if "held" in item else None,
        last_receipt=str(item["last_receipt"]),
        written_at=str(item["written_at"]),
        since=parse_moment(str(item["since"])),
        found_at=parse_moment(str(item["found_at"])),
    )


def off_by_currency(differences: Iterable[CellDifference]) -> dict[str, int]:
    """Currency to how much planning is off in minor units, too much and too little added up alike."""
    off: dict[str, int] = {}
    for each in differences:
        off[each.currency] = off.get(each.currency, 0) + abs(each.off_minor or 0)
    return dict(sorted(off.items()))
