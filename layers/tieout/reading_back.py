"""Compares planning with the ledger: reads cells back, and names those that hold something else than they were last given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tieout.delivering import CellReader
from tieout.errors import MalformedError
from tieout.ledger.differences import CellDifference, difference_of
from tieout.ledger.intersections import CellState, IntersectionState, by_intersection
from tieout.ledger.readbacks import ReadbackLedger
from tieout.money import Money
from tieout.ports import Clock

_LOOKS = 3  # at a cell whose intersection changes each time; then it counts as under way


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What reading some cells back came to.

    Attributes:
        under_way: cells that were not compared: they are to be written, were refused, or changed meanwhile.
        different: those that differ.
    """

    equal: int = 0
    under_way: int = 0
    different: tuple[CellDifference, ...] = ()

    def and_also(self, other: Comparison) -> Comparison:
        """Both as one."""
        return Comparison(
            equal=self.equal + other.equal,
            under_way=self.under_way + other.under_way,
            different=self.different + other.different,
        )


def compare(
    ledger: ReadbackLedger,
    reader: CellReader,
    places: Sequence[IntersectionState],
    clock: Clock,
    only: Collection[str] | None = None,
) -> Comparison:
    """Compare the cells of some intersections of one target, all of them or those of these ids.

    A cell that differs is looked at once more in the ledger, so that none is called different that changed while planning was
    read, or that is being written. Where its intersection has changed, it is read again.
    """
    done, wanted = Comparison(), only
    for _ in range(_LOOKS):
        compared, overtaken = _look(ledger, reader, places, clock, wanted)
        done = done.and_also(compared)
        if not overtaken:
            break
        places = ledger.places(places[0].target, by_intersection(overtaken))
        wanted = {cell.cell_id for cell in overtaken}
    else:
        done = done.and_also(Comparison(under_way=len(overtaken)))
    return done


def _look(
    ledger: ReadbackLedger,
    reader: CellReader,
    places: Sequence[IntersectionState],
    clock: Clock,
    only: Collection[str] | None,
) -> tuple[Comparison, list[CellState]]:
    """What one look comes to, and the cells whose intersections changed meanwhile."""
    asked = [(place, cell) for place in places for cell in place.cells if only is None or cell.cell_id in only]
    settled = [(place, cell) for place, cell in asked if cell.is_settled]
    values = reader.read([cell.value() for _, cell in settled]) if settled else {}
    differing = _differing(_Seen(place, cell, cell.wanted_minor, values.get(cell.cell_id)) for place, cell in settled)
    different, overtaken = _certain(ledger, differing, ledger.changed, clock)
    equal = len(settled) - len(differing)
    under_way = len(asked) - equal - len(different) - len(overtaken)
    return Comparison(equal=equal, under_way=under_way, different=different), overtaken


def changed_by_others(
    ledger: ReadbackLedger,
    places: Sequence[IntersectionState],
    held: Mapping[str, Decimal | None],
    clock: Clock,
) -> tuple[CellDifference, ...]:
    """The cells of these intersections that planning was read to hold otherwise (cell id to value) than it was last given.

    They may be about to be written: what they are to hold then is nothing that planning knows of.
    """
    given = (
        _Seen(place, cell, cell.written_minor, held[cell.cell_id])
        for place in places
        for cell in place.cells
        if cell.cell_id in held and cell.written_minor is not None
    )
    different, _ = _certain(ledger, _differing(given), ledger.given_meanwhile, clock)
    return different


class _Seen(NamedTuple):
    """A cell, what planning was to hold of it, and what it holds."""

    place: IntersectionState
    cell: CellState
    wanted_minor: int
    held: Decimal | None


def _certain(
    ledger: ReadbackLedger,
    differing: Sequence[_Seen],
    changed: Callable[[Iterable[IntersectionState]], frozenset[str]],
    clock: Clock,
) -> tuple[tuple[CellDifference, ...], list[CellState]]:
    """Those that differ though no write of them may land any more, and those whose intersections changed meanwhile."""
    if not differing:
        return (), []
    being_written = ledger.being_written(differing[0].place.target)
    overtaken = changed(each.place for each in differing)
    now = clock.now()
    certain = [each for each in differing if each.cell.cell_id not in being_written]
    different = tuple(difference_of(*each, now) for each in certain if each.cell.intersection_id not in overtaken)
    return different, [each.cell for each in certain if each.cell.intersection_id in overtaken]


def _differing(seen: Iterable[_Seen]) -> list[_Seen]:
    return [each for each in seen if not _is_equal(each)]


def _is_equal(seen: _Seen) -> bool:
    """To the minor unit: planning systems calculate with doubles, so that the last digits of a large number may differ."""
    if seen.held is None:
        return False
    try:
        return Money.of(seen.held, seen.cell.currency).amount_minor == seen.wanted_minor
    except MalformedError:
        return False
