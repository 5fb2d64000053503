"""Writes a batch of cells to one Anaplan model: the adapter behind the deliver step's `CellWriter`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from tieout.delivering import CellValue, WriteAnswer
from tieout.errors import AccessDeniedError, LostAnswerError, TransientError
from tieout.landscape import Target
from tieout.ports import Clock
from tieout.targets.anaplan.client import AnaplanClient
from tieout.targets.anaplan.options import Options
from tieout.targets.anaplan.payloads import CellBatch, batches_of, refusals_of
from tieout.targets.anaplan.readback import read_module
from tieout.targets.anaplan.tokens import TokenKeeper

if TYPE_CHECKING:
    import httpx

_NO_MODULE = "module_missing: the model shows our role no module of this name"


class AnaplanWriter:
    """Sets cells of one model, module by module (`CellWriter`).

    A batch over several modules is several calls. Where a later one fails in passing, `LostAnswerError` is raised, since a
    part of the batch is written: all its cells stay to be written, and since cells are set, never added, writing them
    again changes nothing. Where a later one fails for good, that error is raised.
    """

    def __init__(self, client: AnaplanClient, options: Options) -> None:
        self._client = client
        self._options = options

    @property
    def batch_size(self) -> int:
        """The most cells one write may carry."""
        return self._options.batch_size

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        """Set the cells: see `CellWriter.write` for what is raised.

        Cells of a module the model does not have are refused, so that one renamed module does not stop the others.
        """
        refused: dict[str, str] = {}
        said: list[str] = []
        try:
            for cube, group in _by_cube(cells).items():
                self._write_module(cube, group, refused, said)
        except TransientError as error:
            if not said:
                raise
            raise LostAnswerError(f"in part: {error}", retry_after_seconds=error.retry_after_seconds) from error
        return WriteAnswer(refused=refused, summary="; ".join(said) or "nothing sent")

    def read(self, cells: Sequence[CellValue]) -> Mapping[str, Decimal | None]:
        """Cell id to what planning holds now, None where module or member is missing; for checks (see `readback`)."""
        values: dict[str, Decimal | None] = {}
        for cube, group in _by_cube(cells).items():
            module_id = self._client.module_id(cube)
            if module_id is None:
                values |= dict.fromkeys((cell.cell_id for cell in group), None)
            else:
                values |= read_module(self._client, module_id, group, self._options.dimensions_by_name)
        return values

    def _write_module(self, cube: str, cells: Sequence[CellValue], refused: dict[str, str], said: list[str]) -> None:
        """Set cells of one module; what was refused, and a word for the receipt, are added to what earlier modules gave."""
        module_id = self._client.module_id(cube)
        if module_id is None:
            refused |= dict.fromkeys((cell.cell_id for cell in cells), _NO_MODULE)
            return
        for batch in batches_of(cells, self._options.batch_size, self._options.dimensions_by_name):
            changed, failures = self._set(module_id, batch)
            refused |= failures
            said.append(f"{cube}: {len(batch.cell_ids)} sent, {changed} changed, {len(failures)} refused")

    def _set(self, module_id: str, batch: CellBatch) -> tuple[str, dict[str, str]]:
        try:
            answer = self._client.write_cells(module_id, batch.body)
        except AccessDeniedError:
            self._client.forget_modules()
            raise
        # Whether the count includes cells that already had the value is not documented: it is for the receipt alone.
        changed = answer.get("numberOfCellsChanged")
        return str(changed) if isinstance(changed, int) else "?", refusals_of(answer, batch.cell_ids)


def open_writer(target: Target, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> AnaplanWriter:
    """The writer of a target; it keeps its token and the module ids, so open it once per process.

    Args:
        target: with the options of `options.Options`.
        credentials: `certificate_pem` and `private_key_pem`, or `username` and `password`, as `authentication` says.
        http: sends the requests; timeouts are set per request.
        clock: decides when the token is refreshed.
    """
    options = Options(**target.options)  # type: ignore[arg-type]  # checked against the class at synth
    tokens = TokenKeeper(options, credentials, http, clock)
    return AnaplanWriter(AnaplanClient(target.api_base_url, options, tokens, http, clock), options)


def _by_cube(cells: Sequence[CellValue]) -> dict[str, list[CellValue]]:
    groups: dict[str, list[CellValue]] = {}
    for cell in cells:
        groups.setdefault(cell.cube, []).append(cell)
    return groups
