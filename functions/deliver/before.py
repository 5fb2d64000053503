"""Asks a target what it holds of cells just before they are written: for their receipt, and so that others' changes are told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tieout.delivering import NOTHING_READ, READ_SECONDS, CellValue, ReadingWriter
from tieout.errors import TieoutError
from tieout.ledger.differences import CellDifference
from tieout.ledger.intersections import IntersectionState
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ports import Clock
from tieout.reading_back import changed_by_others


@dataclass(slots=True, kw_only=True)
class ReadingBefore:
    """Reads the cells of one target's writes during one flush; never is it a reason for a write to fail.

    Attributes:
        tell: is told of cells that others have changed, once they are kept.
        note_failure: is told of what nobody declared.
        has_failed: whether the target could not be read; then it is not asked again in this flush.
    """

    writer: ReadingWriter
    ledger: ReadbackLedger
    clock: Clock
    tell: Callable[[Sequence[CellDifference]], None]
    note_failure: Callable[[Exception], None]
    has_failed: bool = False

    def held(self, places: Sequence[IntersectionState], cells: Sequence[CellValue]) -> Mapping[str, Decimal | None]:
        """Cell id to what planning holds of cells of one cube, of those it was asked for; none where it cannot be read now.

        What it holds otherwise than it was last given is kept and told as the reading back does: the write would hide it.
        """
        if self.has_failed:
            return NOTHING_READ
        try:
            return self._read(places, cells)
        except TieoutError:
            self.has_failed = True
        except Exception as error:  # noqa: BLE001 a bug in reading keeps nobody from writing
            self.has_failed = True
            self.note_failure(error)
        return NOTHING_READ

    def _read(self, places: Sequence[IntersectionState], cells: Sequence[CellValue]) -> Mapping[str, Decimal | None]:
        held = self.writer.read_before(cells, READ_SECONDS)
        different = changed_by_others(self.ledger, places, held, self.clock)
        self.ledger.keep(different)
        if different:
            self.tell(different)
        return held
