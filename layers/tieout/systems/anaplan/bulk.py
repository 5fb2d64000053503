"""Has many cells of one model set by its own imports: the adapter behind the deliver step's `TaskWriter`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tieout.delivering import CellValue, WriteAnswer
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    PermanentError,
    StillRunningError,
    TieoutError,
    TransientError,
    UnavailableError,
)
from tieout.ports import Clock
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.imports import ModelImports, TaskName, is_atomic
from tieout.systems.anaplan.options import Options
from tieout.systems.anaplan.task_results import TaskResult, result_of
from tieout.systems.anaplan.upload import Upload, refused_in, upload_of
from tieout.systems.anaplan.writing import AnaplanWriter

CHUNK_BYTES = 10_000_000  # 1 to 50 MB are documented
_DISTRUST = timedelta(hours=1)
_SOON_SECONDS = 1.0


class BulkWriter(AnaplanWriter):
    """Sets few cells one by one and many by an import (`TaskWriter`), in those cubes that the landscape names one for."""

    def __init__(
        self,
        client: AnaplanClient,
        options: Options,
        imports: ModelImports,
        clock: Clock,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        super().__init__(client, options)
        self._imports = imports
        self._clock = clock
        self._chunk_bytes = chunk_bytes
        self._distrusted: dict[str, datetime] = {}  # import to when it is used again

    @property
    def task_size(self) -> int:
        """The most cells one import is given."""
        return self._options.bulk_size

    def takes_as_task(self, cells: Sequence[CellValue]) -> bool:
        """Whether there are so many that an import is faster, or the model is busy, which lets imports queue and cell writes hang.

        Not where the module lacks or calculates one of their line items: those are refused cell by cell first.
        """
        now, action = self._clock.now(), self._action(cells[0].cube)
        if not action or len(cells) < self._options.batch_size or self._distrusted.get(action, now) > now:
            return False
        try:
            is_wanted = len(cells) >= self._options.bulk_from or self._client.is_busy()
            module_id = self._client.module_id(cells[0].cube) if is_wanted else None
            return module_id is not None and not self._unfit(module_id, cells)
        except (TransientError, PermanentError):  # then the write itself meets it
            return False

    def prepare(self, cells: Sequence[CellValue], until: datetime) -> str:
        """Upload the file of these cells and name the import that will read it: see `TaskWriter.prepare`.

        Cells that no row can be made for are left out; `outcome` refuses them.
        """
        cube = cells[0].cube
        chunks = self._upload(cells).chunks
        self._imports.upload(self._action(cube), self._options.imports[cube]["file"], chunks, self._ends(until))
        return str(TaskName(self._action(cube)))

    def start(self, prepared: str) -> str:
        """Start the import: see `TaskWriter.start`."""
        return str(self._imports.start(TaskName.of(prepared).action))

    def outcome(self, reference: str, cells: Sequence[CellValue], until: datetime) -> WriteAnswer:
        """Wait for an import and say what became of each cell: see `TaskWriter.outcome`.

        An import that left rows out without our knowing which, or that failed, is not used for an hour: cell by cell, each is told.
        """
        name = TaskName.of(reference)
        if not name.task_id:
            raise self._unknown(name)
        try:
            result = result_of(self._imports.ended(name, self._ends(until)))
            upload = self._upload(cells)
            left_out = upload.left_out
            refused = left_out | self._refused(name, result, [cell.cell_id for cell in cells], upload.rows)
        except StillRunningError:
            raise
        except LostAnswerError:
            self._distrusted[name.action] = self._clock.now() + _DISTRUST
            raise
        said = f"{cells[0].cube if cells else '?'}: {len(cells) - len(left_out)} imported, {len(refused)} refused"
        return WriteAnswer(refused=refused, summary=said, reference=reference)

    def _unknown(self, name: TaskName) -> TransientError:
        """What to say of an import that nobody knows whether it was started."""
        try:
            if not self._imports.is_running(name.action):
                return LostAnswerError("anaplan: the import has ended, or was never started")
        except (TransientError, PermanentError):
            pass
        return StillRunningError("anaplan: an import may still run", retry_after_seconds=30.0)

    def _refused(self, name: TaskName, result: TaskResult, ids: Sequence[str], rows: int) -> dict[str, str]:
        """Our cells that an import which has ended left out, of so many rows.

        Raises:
            UnavailableError: it set nothing.
            LostAnswerError: it set some of them, and does not say which.
        """
        if result.is_cancelled or result.is_file_gone:
            what = "was cancelled and rolled back" if result.is_cancelled else "found no file any more"
            if is_atomic(name):
                raise UnavailableError(f"anaplan: the import {what}", retry_after_seconds=_SOON_SECONDS)
            raise LostAnswerError(
                f"anaplan: the process {what}; its earlier steps stay", retry_after_seconds=_SOON_SECONDS
            )
        refused: dict[str, str] = {}
        for object_id in result.dumps:
            refused |= refused_in(self._dump(name, object_id), ids)
        is_told = bool(refused) and result.failed_rows <= len(refused)
        has_left_out = bool(result.dumps or result.failed_rows or result.flaws)
        # Another run may have replaced the file between upload and start: then fewer rows were read than it had.
        is_short = result.taken_rows is not None and result.taken_rows + len(refused) < rows
        if not result.is_successful or is_short or (has_left_out and not is_told):
            raise LostAnswerError(
                "anaplan: the import left out rows that it does not name", retry_after_seconds=_SOON_SECONDS
            )
        return refused

    def _dump(self, name: TaskName, object_id: str) -> bytes:
        """A dump, which is fetched at once: the next run of the import overwrites it. Nothing where it is not there after all."""
        try:
            return self._imports.dump(name, object_id)
        except TieoutError as error:
            if isinstance(error, AccessDeniedError | MalformedError):
                return b""
            raise StillRunningError("anaplan: the dump cannot be fetched now", retry_after_seconds=5.0) from error

    def _upload(self, cells: Sequence[CellValue]) -> Upload:
        """The file of these cells, the same whenever it is made, so that whoever waits for the import knows what was in it."""
        return upload_of(self._in_anaplans_words(cells), self._chunk_bytes)

    def _action(self, cube: str) -> str:
        return self._options.imports.get(cube, {}).get("action", "")

    def _ends(self, until: datetime) -> datetime:
        """When to begin no other call, so that the one under way ends in time."""
        return until - timedelta(seconds=self._options.call_timeout_seconds)
