"""Has many cells of one application set by a file and an import of data: the adapter behind the deliver step's `TaskWriter`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from tieout.delivering import CellValue, WriteAnswer
from tieout.errors import (
    LostAnswerError,
    PermanentError,
    StillRunningError,
    TieoutError,
    TransientError,
)
from tieout.ports import Clock
from tieout.systems.oracle_epm.cells import OracleEpmWriter
from tieout.systems.oracle_epm.client import CALL_SECONDS, PlanningClient
from tieout.systems.oracle_epm.coordinates import place_cells
from tieout.systems.oracle_epm.job_results import ERROR, INVALID, SUCCESS, JobResult
from tieout.systems.oracle_epm.jobs import JobName, NotTakenError, PlanningJobs
from tieout.systems.oracle_epm.load_file import LoadFile, load_file_of
from tieout.systems.oracle_epm.options import LoadOptions, Options

_DISTRUST = timedelta(hours=1)
_SOON_SECONDS = 1.0
_LONGEST_SAID = 100
# An import of Planning's own files sets what they say and leaves everything else: it has no mode that adds, and none that clears.
_MODE: Mapping[str, Any] = {"sourceType": "Planning", "delimiter": ",", "includeMetaData": "false"}


class LoadingWriter(OracleEpmWriter):
    """Sets few cells by data slices and many by a load (`TaskWriter`), in those cubes that the landscape names a layout for.

    Args:
        client: calls the application as the user who sets cells.
        administrator: calls it as a service administrator, for files and jobs.
    """

    def __init__(
        self, client: PlanningClient, options: Options, clock: Clock, administrator: PlanningClient | None = None
    ) -> None:
        super().__init__(client, options, clock, administrator)
        self._jobs = PlanningJobs(self.administrator, clock, options.poll_seconds)
        self._distrusted_until = clock.now()

    @property
    def task_size(self) -> int:
        """The most cells one load is given."""
        return self._options.load_size

    def takes_as_task(self, cells: Sequence[CellValue]) -> bool:
        """Whether there are so many that a load is faster, in a cube that is there and for which the landscape lays loads out."""
        if self._options.load(cells[0].cube) is None or len(cells) < self._options.load_from:
            return False
        if self._clock.now() < self._distrusted_until:
            return False
        try:
            return not self._client.lacks(self._options.cube(cells[0].cube).plan_type, CALL_SECONDS)
        except (TransientError, PermanentError):  # then the write itself meets it
            return False

    def prepare(self, cells: Sequence[CellValue], until: datetime) -> str:  # noqa: ARG002 two calls fit into any write
        """Upload a file of these cells, under a name of its own, and name the load that will read it: see `TaskWriter.prepare`.

        Cells that no row can be made for are left out; `outcome` refuses them.
        """
        load = self._load(cells)
        with self._distrusting(NotTakenError, PermanentError):
            if not load.rows:
                raise NotTakenError("oracle_epm: no cell has a row in a load", retry_after_seconds=_SOON_SECONDS)
            archive = load.archive()
            name = JobName.of_file("cells", archive, self._clock.now())
            self._jobs.upload(name.file, archive)
        return str(name)

    def start(self, prepared: str) -> str:
        """Start the import of a file: see `TaskWriter.start`."""
        name = JobName.of(prepared)
        parameters = {**_MODE, "importFileName": name.file, "errorFile": name.errors}
        with self._distrusting(NotTakenError, PermanentError):
            return str(JobName(name.file, self._jobs.start("IMPORT_DATA", "Import Data", parameters)))

    def outcome(self, reference: str, cells: Sequence[CellValue], until: datetime) -> WriteAnswer:
        """Wait for an import and say what became of each cell: see `TaskWriter.outcome`.

        After one that rejected records without our knowing which, or that failed, cells go by data slices for an hour: there each
        is told.
        """
        name, load = JobName.of(reference), self._load(cells)
        if not name.job_id:  # a job that has not begun is to find no file any more
            self._jobs.remove(name.file)
            raise LostAnswerError("oracle_epm: nobody knows whether the load was started")
        with self._distrusting(NotTakenError, LostAnswerError):
            result = self._jobs.ended(name.job_id, until - timedelta(seconds=2 * CALL_SECONDS))
            rejected = self._rejected(name, result, load)
        self._jobs.remove(name.file)
        refused = {**load.left_out, **rejected}
        said = f"{cells[0].cube if cells else '?'}: {len(load.rows)} loaded, {len(refused)} refused"
        return WriteAnswer(refused=refused, summary=said, reference=reference)

    def _rejected(self, name: JobName, result: JobResult, load: LoadFile) -> dict[str, str]:
        """Our cells that a job which has ended rejected.

        Raises:
            NotTakenError: it set nothing.
            LostAnswerError: it may have set some of them, and does not say which.
        """
        said = f"oracle_epm: the load ended with {result.status} ({result.says[:_LONGEST_SAID]})"
        if result.status == INVALID:
            raise NotTakenError(said, retry_after_seconds=_SOON_SECONDS)
        if result.status not in {SUCCESS, ERROR} or result.rejected is None or result.processed is None:
            raise LostAnswerError(said, retry_after_seconds=_SOON_SECONDS)
        rejected = load.rejected_in(self._jobs.rejected_file(name.errors)) if result.rejected else {}
        is_short = result.processed + result.rejected < len(load.rows)
        if is_short or len(rejected) != result.rejected or (result.status == ERROR and not rejected):
            raise LostAnswerError(
                f"{said}: it left out records that it does not name", retry_after_seconds=_SOON_SECONDS
            )
        return rejected

    @contextmanager
    def _distrusting(self, *errors: type[TieoutError]) -> Iterator[None]:
        """Leave loads alone for an hour after one of these errors: none can be made, or its cells cannot be told one by one."""
        try:
            yield
        except StillRunningError:
            raise
        except errors:
            self._distrusted_until = self._clock.now() + _DISTRUST
            raise

    def _load(self, cells: Sequence[CellValue]) -> LoadFile:
        """What a load of these cells is to set, so that whoever waits for it knows what was in its file."""
        cube = cells[0].cube if cells else ""
        layout = self._options.load(cube)
        placed, refused = place_cells(cells, self._options)
        return load_file_of(placed, self._options.cube(cube), layout or LoadOptions(rows=""), refused)
