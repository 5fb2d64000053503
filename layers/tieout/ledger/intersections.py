"""Reads the item of an intersection as the cells it holds, one for each measure, and words the writes that mark it: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from tieout import strict_json
from tieout.closing import NO_BOOKS, Books
from tieout.delivering import CellValue
from tieout.ledger import keys
from tieout.ledger.lags import Reached, Waiting, reached, waiting_in
from tieout.ledger.table import Equals, Item, Key, Update
from tieout.moments import moment_text, parse_moment
from tieout.money import Money


class CellState(NamedTuple):
    """A cell, which is one measure of an intersection, as the ledger holds it.

    Attributes:
        written_minor: what planning was last given; None if nothing yet, or if nobody can say any more.
        refused_reason: why the target refused the total; None once the total changes.
        undone_minor: what planning is to hold instead of the total, until the cell is released; None where nobody undid it.
        is_doubted: whether planning was given something, and nobody can say what it holds.
    """

    target: str
    intersection_id: str
    cube: str
    measure: str
    members: tuple[tuple[str, str], ...]
    currency: str
    total_minor: int
    written_minor: int | None = None
    refused_reason: str | None = None
    undone_minor: int | None = None
    is_doubted: bool = False

    @property
    def cell_id(self) -> str:
        """The intersection's id and the measure, such as `0f3a...:Amount`."""
        return f"{self.intersection_id}:{self.measure}"

    @property
    def wanted_minor(self) -> int:
        """What planning is to hold: the total, or what the cell was undone to."""
        return self.total_minor if self.undone_minor is None else self.undone_minor

    @property
    def is_lacking(self) -> bool:
        """Whether planning is still to be given what it is to hold."""
        return self.refused_reason is None and self.written_minor != self.wanted_minor

    @property
    def is_settled(self) -> bool:
        """Whether planning should hold what it is to hold: the cell is neither to be written nor refused."""
        return self.refused_reason is None and not self.is_lacking

    def value(self) -> CellValue:
        """The cell as a planning system is given it."""
        return CellValue(
            cell_id=self.cell_id,
            cube=self.cube,
            measure=self.measure,
            members=self.members,
            value=Money(self.wanted_minor, self.currency).decimal(),
        )


class IntersectionState(NamedTuple):
    """An intersection as the ledger holds it.

    Attributes:
        generation: counts the changes of its totals, and the times nobody could say any more what planning holds.
        books: whose closing protects it.
        state: its value in the index `cells_by_state`; empty where planning lacks nothing, refused nothing and nothing is undone.
        cells: one for each measure, in their order.
        written_at: when cells of it were last marked as written; empty where none ever was.
        last_receipt: under the name of which receipt.
        dirty_since: when the first of the changes was recorded that planning lacks; empty where it lacks none.
        waiting: those of them whose age is known.
    """

    key: Key
    generation: int
    state: str
    cells: tuple[CellState, ...]
    books: Books = NO_BOOKS
    written_at: str = ""
    last_receipt: str = ""
    dirty_since: str = ""
    waiting: tuple[Waiting, ...] = ()

    @property
    def intersection_id(self) -> str:
        """Its id."""
        return self.key[0].split("#", 2)[2]

    @property
    def cube(self) -> str:
        """The cube of all its cells."""
        return self.cells[0].cube

    @property
    def target(self) -> str:
        """The planning system they stand in."""
        return self.cells[0].target

    def given(self) -> tuple[object, ...]:
        """What planning was last given of each cell, and under which receipt: the same until a write is marked or in doubt."""
        cells = ((cell.measure, cell.written_minor, cell.is_doubted) for cell in self.cells)
        return (self.last_receipt, self.written_at, *cells)

    def lacking(self) -> tuple[CellState, ...]:
        """The cells planning is still to be given."""
        return tuple(cell for cell in self.cells if cell.is_lacking)


class OneMeasure(Protocol):
    """What stands for one measure of an intersection, such as a cell, or a row of a receipt."""

    @property
    def intersection_id(self) -> str:
        """Which intersection."""

    @property
    def measure(self) -> str:
        """Which measure of it."""


def by_intersection(cells: Iterable[OneMeasure]) -> dict[str, list[str]]:
    """Intersection id to the measures of it among these, in their order."""
    measures: dict[str, list[str]] = {}
    for cell in cells:
        measures.setdefault(cell.intersection_id, []).append(cell.measure)
    return measures


def intersection_state(key: Key, item: Item) -> IntersectionState:
    """The intersection an item of the table holds."""
    _, target, intersection_id = key[0].split("#", 2)
    members = _members(str(item["members"]))
    measures = sorted(name.removeprefix(keys.TOTAL) for name in item if name.startswith(keys.TOTAL))
    cells = tuple(
        CellState(
            target=target,
            intersection_id=intersection_id,
            cube=str(item["cube"]),
            measure=measure,
            members=members,
            currency=str(item[keys.CURRENCY + measure]),
            total_minor=int(item[keys.TOTAL + measure]),
            written_minor=None if (written := item.get(keys.WRITTEN + measure)) is None else int(written),
            refused_reason=item.get(keys.REFUSED + measure),
            undone_minor=None if (undone := item.get(keys.UNDONE + measure)) is None else int(undone),
            is_doubted=keys.DOUBTED + measure in item,
        )
        for measure in measures
    )
    return IntersectionState(
        key=key,
        generation=int(item["generation"]),
        state=str(item.get("cell_state", "")),
        cells=cells,
        books=Books.of_text(str(item.get("books", NO_BOOKS))),
        written_at=str(item.get("written_at", "")),
        last_receipt=str(item.get("last_receipt", "")),
        dirty_since=str(item.get("dirty_since", "")),
        waiting=waiting_in(item),
    )


@lru_cache(maxsize=1024)  # they are read many times, and never change
def _members(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, member) for name, member in strict_json.parse(text.encode()))


def mark(
    intersection: IntersectionState, sent: Collection[str], refused: Mapping[str, str], stamp: Mapping[str, str]
) -> Update:
    """Mark the cells that were sent as written or refused, if the generation is unchanged; those not sent stay as they are.

    Args:
        intersection: as it was read before the write.
        sent: ids of cells.
        refused: ids of those the target refused, each with its reason.
        stamp: what says when they were marked and under which receipt they were sent; empty where nothing was sent.
    """
    sets: dict[str, str | int] = dict(stamp)
    removes: list[str] = []
    for cell in intersection.cells:
        if cell.cell_id in refused:
            sets[keys.REFUSED + cell.measure] = refused[cell.cell_id]
        elif cell.cell_id in sent:
            sets[keys.WRITTEN + cell.measure] = cell.wanted_minor
            removes.append(keys.REFUSED + cell.measure)  # another writer may have been refused what this one was not
            if cell.is_doubted:
                removes.append(keys.DOUBTED + cell.measure)
    if _is_settled_by(intersection, sent):
        removes += ["dirty_since", *(each.attribute for each in intersection.waiting)]
        state = _settled_state(intersection, sent, refused)
        if state:
            sets["cell_state"] = state
        else:
            removes.append("cell_state")
    unchanged = Equals("generation", intersection.generation)
    return Update(intersection.key, sets=sets, removes=tuple(removes), condition=unchanged)


def reached_planning(
    intersection: IntersectionState, sent: Collection[str], refused: Mapping[str, str], now: datetime
) -> list[Reached]:
    """The changes of which planning holds everything once such a mark holds, those alone whose age is known.

    None where a cell stands refused or undone: planning does not hold them, and that is not for want of time.
    """
    if (
        not intersection.waiting
        or not _is_settled_by(intersection, sent)
        or _settled_state(intersection, sent, refused)
    ):
        return []
    since = parse_moment(intersection.dirty_since)
    return reached(intersection.waiting, intersection.books.legal_entity, since, now)


def write_again(target: str, intersection_id: str, measures: Iterable[str], now: datetime) -> Update:
    """Have cells written once more, refused ones too, and let no mark stand that is under way.

    Nobody can say what planning holds: another writer may be about to mark a newer value which a late one has replaced
    there. A new generation makes that mark fail too.
    """
    names = tuple(measures)
    return Update(
        keys.cell_key(target, intersection_id),
        sets={"cell_state": keys.dirty(target)} | dict.fromkeys((keys.DOUBTED + name for name in names), 1),
        firsts={"dirty_since": moment_text(now)},
        adds={"generation": 1},
        removes=tuple(prefix + name for name in names for prefix in (keys.WRITTEN, keys.REFUSED)),
    )


def undo(intersection: IntersectionState, restored: Mapping[str, int], now: datetime) -> Update:
    """Have planning hold other values than the totals (measure to minor units), if the generation is unchanged."""
    return Update(
        intersection.key,
        sets={"cell_state": keys.dirty(intersection.target)}
        | {keys.UNDONE + measure: minor for measure, minor in restored.items()},
        firsts={"dirty_since": moment_text(now)},
        adds={"generation": 1},
        removes=tuple(keys.REFUSED + measure for measure in restored),
        condition=Equals("generation", intersection.generation),
    )


def release(intersection: IntersectionState, measures: Iterable[str], now: datetime) -> Update:
    """Have planning hold the totals again, whatever happened to them meanwhile."""
    names = tuple(measures)
    return Update(
        intersection.key,
        sets={"cell_state": keys.dirty(intersection.target)},
        firsts={"dirty_since": moment_text(now)},
        adds={"generation": 1},
        removes=tuple(prefix + name for name in names for prefix in (keys.UNDONE, keys.REFUSED)),
    )


def _is_settled_by(intersection: IntersectionState, sent: Collection[str]) -> bool:
    """Whether planning lacks nothing more of an intersection when these cells were sent."""
    return not any(cell.cell_id not in sent for cell in intersection.lacking())


def _settled_state(intersection: IntersectionState, sent: Collection[str], refused: Mapping[str, str]) -> str:
    """The value in the index of an intersection that lacks nothing any more."""
    if refused.keys() & {cell.cell_id for cell in intersection.cells} or _has_refused(intersection, sent):
        return keys.refused(intersection.target)
    is_undone = any(cell.undone_minor is not None for cell in intersection.cells)
    return keys.undone(intersection.target) if is_undone else ""


def _has_refused(intersection: IntersectionState, sent: Collection[str]) -> bool:
    """Whether a cell that was not sent now was refused before."""
    return any(cell.refused_reason is not None and cell.cell_id not in sent for cell in intersection.cells)
