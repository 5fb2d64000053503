"""Writes cells to one Anaplan model, one call for some of one module: the adapter behind the deliver step's `CellWriter`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tieout.delivering import CellValue, WriteAnswer
from tieout.errors import AccessDeniedError
from tieout.systems.anaplan.blueprint import LINE_ITEM_MISSING, why_not_written
from tieout.systems.anaplan.cell_write import body_of, in_anaplans_words, refusals_of
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.options import Options
from tieout.systems.anaplan.readback import read_module

_NO_MODULE = "module_missing: the model shows our role no module of this name"


class AnaplanWriter:
    """Sets cells of one model (`CellWriter`): a cube is a module, and each write is one call."""

    def __init__(self, client: AnaplanClient, options: Options) -> None:
        self._client = client
        self._options = options
        self._written_to: dict[str, set[str]] = {}  # module id to the line items that were found fit to be written to

    @property
    def client(self) -> AnaplanClient:
        """What it calls the model with, which whoever works beside it shares: its login, and its share of the calls."""
        return self._client

    @property
    def options(self) -> Options:
        """The target's options."""
        return self._options

    @property
    def batch_size(self) -> int:
        """The most cells one write may carry."""
        return self._options.batch_size

    @property
    def write_seconds(self) -> int:
        """How long Anaplan may keep a write waiting."""
        return self._options.write_timeout_seconds

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        """Set cells of one cube: see `CellWriter.write` for what is raised.

        Cells of a module the model does not have are refused without being sent, and so are those of a line item it lacks or
        calculates, so that one that was renamed does not stop the others.
        """
        cube, ids = cells[0].cube, tuple(cell.cell_id for cell in cells)
        module_id = self._client.module_id(cube)
        if module_id is None:
            return WriteAnswer(refused=dict.fromkeys(ids, _NO_MODULE), summary=f"{cube}: nothing sent")
        unfit = self._unfit(module_id, cells)
        sent = [cell for cell in cells if cell.cell_id not in unfit]
        answer = self._set(module_id, self._in_anaplans_words(sent)) if sent else {"numberOfCellsChanged": 0}
        refused = unfit | refusals_of(answer, [cell.cell_id for cell in sent])
        # Whether the count includes cells that already had the value is not documented: it is for the receipt alone.
        changed = answer.get("numberOfCellsChanged")
        said = changed if isinstance(changed, int) else "?"
        return WriteAnswer(refused=refused, summary=f"{cube}: {len(sent)} sent, {said} changed, {len(refused)} refused")

    def read(self, cells: Sequence[CellValue]) -> Mapping[str, Decimal | None]:
        """Cell id to what planning holds now, None where module or member is missing; for checks (see `readback`)."""
        values: dict[str, Decimal | None] = dict.fromkeys((cell.cell_id for cell in cells), None)
        for cube in dict.fromkeys(cell.cube for cell in cells):
            module_id = self._client.module_id(cube)
            if module_id is not None:
                group = self._in_anaplans_words([cell for cell in cells if cell.cube == cube])
                values |= read_module(self._client, module_id, group, self._options.dimensions_by_name)
        return values

    def _unfit(self, module_id: str, cells: Sequence[CellValue]) -> dict[str, str]:
        """Our cell ids to why they are not sent, by what the module's line items are; looked up anew until they are fit."""
        known = self._written_to.setdefault(module_id, set())
        asked = {cell.measure for cell in cells} - known
        if not asked:
            return {}
        try:
            items = {str(each.get("name")).casefold(): each for each in self._client.line_items(module_id)}
        except AccessDeniedError:  # a role may write what it is not shown: then the cells themselves are judged
            return {}
        reasons = {
            measure: why_not_written(item) if (item := items.get(measure.casefold())) else LINE_ITEM_MISSING
            for measure in asked
        }
        known |= {measure for measure, reason in reasons.items() if not reason}
        return {cell.cell_id: reason for cell in cells if (reason := reasons.get(cell.measure))}

    def _in_anaplans_words(self, cells: Sequence[CellValue]) -> list[CellValue]:
        return in_anaplans_words(cells, self._options.time_dimension, self._options.names)

    def _set(self, module_id: str, cells: Sequence[CellValue]) -> Mapping[str, object]:
        try:
            return self._client.write_cells(module_id, body_of(cells, self._options.dimensions_by_name))
        except AccessDeniedError:
            self._client.forget_modules()
            self._written_to.clear()
            raise
