"""Sets cells of one cube by as many data slices as it takes to know of each whether it was written or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tieout.systems.oracle_epm.answers import GridRefusedError
from tieout.systems.oracle_epm.coordinates import PlacedCell
from tieout.systems.oracle_epm.grids import Grid, grids_of, import_body, parts_of
from tieout.systems.oracle_epm.rejections import Outcome, outcome_of

# So many cells of a column that was refused as a whole are tried alone. Where all of them are refused, so is what they share,
# and the rest with them: else a cube with a wrong scenario would cost two calls for every cell of it.
SAMPLES = 5


class SliceWriting:
    """One write of a cube's cells, sent again in parts where a part of it is refused.

    Cells are set, so that one which is sent again in a smaller grid ends in the same number.

    Args:
        send: sends the body of an import and gives the answer.

    Attributes:
        refused: cell id to Planning's reason, complete once `put` returns.
        has_written: whether a slice was answered by which some cell was set.
        updated: how many cells it says had another value before, which a cell that is sent again has no more; None where it
            does not say.
        slices: how many were sent.
    """

    def __init__(self, send: Callable[[bytes], Mapping[str, Any]]) -> None:
        self._send = send
        self.refused: dict[str, str] = {}
        self.has_written = False
        self.updated: int | None = 0
        self.slices = 0

    def put(self, cells: Iterable[PlacedCell]) -> None:
        """Set the cells of one cube; raises what `send` raises, when some may already be written (`has_written`)."""
        for grid in grids_of(cells):
            self._put_grid(grid)

    def _put_grid(self, grid: Grid) -> None:
        outcome = self._outcome(grid)
        self.refused.update(outcome.refused)
        rest: Sequence[PlacedCell] = outcome.unsettled
        if outcome.is_whole and len(grid.columns) == 1 and len(rest) > 2 * SAMPLES:
            rest = self._sampled(rest, outcome.suspected)
        if rest:
            for part in parts_of(rest):
                self.put(part)

    def _outcome(self, grid: Grid) -> Outcome:
        self.slices += 1
        try:
            answer = self._send(import_body(grid))
        except GridRefusedError as error:
            reason = error.told or error.reason
            if len(grid.cells) > 1:
                suspected = dict.fromkeys((cell.cell_id for cell in grid.cells), reason)
                return Outcome(
                    refused={}, unsettled=grid.cells, suspected=suspected, is_whole=True, has_written=False, updated=0
                )
            alone = {grid.cells[0].cell_id: reason}
            return Outcome(refused=alone, suspected={}, is_whole=True, has_written=False, updated=0)
        outcome = outcome_of(answer, grid)
        self.has_written |= outcome.has_written
        self.updated = None if self.updated is None or outcome.updated is None else self.updated + outcome.updated
        return outcome

    def _sampled(self, cells: Sequence[PlacedCell], suspected: Mapping[str, str]) -> Sequence[PlacedCell]:
        """What is still to be sent, after some cells, spread over all, were tried alone."""
        samples = [cells[number * (len(cells) - 1) // (SAMPLES - 1)] for number in range(SAMPLES)]
        for cell in samples:
            self.put([cell])
        rest = [cell for cell in cells if cell not in samples]
        if any(cell.cell_id not in self.refused for cell in samples):
            return rest
        shared = self.refused[samples[0].cell_id]
        for cell in rest:
            self.refused[cell.cell_id] = f"{suspected.get(cell.cell_id, shared)} (as {SAMPLES} others alone)"
        return ()
