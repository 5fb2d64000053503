"""Reads what Planning answered to a grid: how many cells it took, and which of ours it rejected. Pure.

It lists the first 100 rejected cells, by the names of their members. Live, a row was seen to be rejected for one bad cell in it,
and a grid for one bad row: so what is rejected together with all its neighbours is not yet known to be bad.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.errors import LostAnswerError
from tieout.systems.oracle_epm.coordinates import PlacedCell
from tieout.systems.oracle_epm.grids import Grid

UNSAID = "rejected without a reason"
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the cells of one grid; all that are neither refused nor unsettled are written.

    Attributes:
        refused: cell id to Planning's reason, where no other cell can be the cause.
        unsettled: cells to be sent again in parts.
        suspected: cell id to the reason given for it, of the unsettled ones.
        is_whole: whether no cell was taken.
        has_written: whether some cell may be set: one that is cleared need not be counted, so it is all that are not rejected.
        updated: how many of those had another value before; None where it does not say.
    """

    refused: Mapping[str, str]
    unsettled: Sequence[PlacedCell] = ()
    suspected: Mapping[str, str]
    is_whole: bool
    has_written: bool
    updated: int | None


def outcome_of(answer: Mapping[str, Any], grid: Grid) -> Outcome:
    """What an answer to a grid says of its cells.

    Raises:
        LostAnswerError: if it does not count them: then nothing is known.
    """
    accepted, rejected = _count(answer, "numAcceptedCells"), _count(answer, "numRejectedCells")
    if accepted is None or rejected is None:
        raise LostAnswerError("oracle_epm: an answer that does not count cells")
    cells, named = grid.cells, _named(answer, grid.cells)
    uncounted = len(cells) - accepted - rejected
    # Whether a cell that is cleared counts as accepted is not documented.
    is_complete = len(named) == rejected and 0 <= uncounted <= sum(cell.value is None for cell in cells)
    is_whole = accepted == 0
    refused, unsettled = _settled(grid, named, is_complete=is_complete, is_whole=is_whole)
    return Outcome(
        refused=refused,
        unsettled=unsettled,
        suspected={cell.cell_id: named[cell.cell_id] for cell in unsettled if cell.cell_id in named},
        is_whole=is_whole,
        has_written=rejected < len(cells),
        updated=_updated(answer),
    )


def _settled(
    grid: Grid, named: Mapping[str, str], *, is_complete: bool, is_whole: bool
) -> tuple[Mapping[str, str], Sequence[PlacedCell]]:
    """Cell id to reason of what is refused for good, and what is to be sent again."""
    cells = grid.cells
    if is_complete and not named:
        return {}, ()
    if len(cells) == 1:
        return {cells[0].cell_id: named.get(cells[0].cell_id, UNSAID)}, ()
    if is_whole:
        return {}, cells
    if len(grid.columns) == 1:
        return named, () if is_complete else [cell for cell in cells if cell.cell_id not in named]
    if not is_complete:
        return {}, cells
    whole_rows = [row.cells for row in grid.rows if all(cell.cell_id in named for cell in row.cells)]
    unsettled = [cell for row in whole_rows for cell in row]
    alone = named.keys() - {cell.cell_id for cell in unsettled}
    return {cell_id: named[cell_id] for cell_id in alone}, unsettled


def _named(answer: Mapping[str, Any], cells: Sequence[PlacedCell]) -> dict[str, str]:
    """Cell id to reason of the rejected cells that the answer names so that only one of ours can be meant."""
    details = answer.get("rejectedCellsWithDetails")
    found: dict[str, str] = {}
    if not isinstance(details, list):
        return found
    by_names: dict[frozenset[tuple[str, int]], list[PlacedCell]] = {}
    for cell in cells:
        by_names.setdefault(_names(cell.members), []).append(cell)
    for detail in details:
        names = detail.get("memberNames") if isinstance(detail, dict) else None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            continue
        meant = by_names.get(_names(names), ())
        if len(meant) == 1:
            found[meant[0].cell_id] = _reason(detail)
    return found


def _names(members: Sequence[str]) -> frozenset[tuple[str, int]]:
    """Member names whatever their order: that of the list is not documented, and case does not tell members apart."""
    return frozenset(Counter(name.strip().casefold() for name in members).items())


def _reason(detail: Mapping[str, Any]) -> str:
    words = [
        word.strip()
        for key in ("readOnlyReasons", "otherReasons")
        if isinstance(said := detail.get(key), list)
        for word in said
        if isinstance(word, str) and word.strip()
    ]
    return "; ".join(words)[:_LONGEST_REASON] or UNSAID


def _updated(answer: Mapping[str, Any]) -> int | None:
    """Documented as `numUpdateCells`; a live environment was seen to spell it `numUpdatedCells`."""
    found = _count(answer, "numUpdateCells")
    return _count(answer, "numUpdatedCells") if found is None else found


def _count(answer: Mapping[str, Any], key: str) -> int | None:
    found = answer.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None
