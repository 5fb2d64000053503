"""Writes cells to one Planning application: the adapter behind the deliver step's `CellWriter`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tieout.delivering import NOTHING_READ, CellValue, WriteAnswer
from tieout.errors import LostAnswerError, PermanentError, TransientError, UnavailableError
from tieout.landscape import Target
from tieout.ports import Clock
from tieout.systems.oracle_epm.client import PlanningClient
from tieout.systems.oracle_epm.coordinates import place_cells
from tieout.systems.oracle_epm.options import Options
from tieout.systems.oracle_epm.readback import read_as_written, read_cube
from tieout.systems.oracle_epm.tokens import administrators, login_of
from tieout.systems.oracle_epm.writing import SliceWriting

if TYPE_CHECKING:
    import httpx

_NO_CUBE = "plan_type_missing: the application shows our role no plan type of this name"


class OracleEpmWriter:
    """Sets cells of one application (`ReadingWriter`): a cube is a plan type, and a write is one data slice or several."""

    def __init__(
        self, client: PlanningClient, options: Options, clock: Clock, administrator: PlanningClient | None = None
    ) -> None:
        self._client = client
        self._options = options
        self._clock = clock
        self._administrator = administrator or client

    @property
    def administrator(self) -> PlanningClient:
        """What calls the application as a service administrator, to whom alone jobs and files are open."""
        return self._administrator

    @property
    def options(self) -> Options:
        """The target's options."""
        return self._options

    @property
    def clock(self) -> Clock:
        """What it knows the time by."""
        return self._clock

    @property
    def batch_size(self) -> int:
        """The most cells one write may carry."""
        return self._options.batch_size

    @property
    def write_seconds(self) -> int:
        """How long a write may take, all its slices together."""
        return self._options.write_timeout_seconds

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        """Set cells of one cube: see `CellWriter.write` for what is raised.

        Cells of a plan type the application does not have are refused, so that one wrong name does not stop the other cubes.
        An error after a first slice was written is a lost answer, since only that is no claim that nothing was written.
        """
        cube, ends_at = self._options.cube(cells[0].cube), self._clock.now() + timedelta(seconds=self.write_seconds)
        if self._client.lacks(cube.plan_type, self.write_seconds):
            refused = dict.fromkeys((cell.cell_id for cell in cells), _NO_CUBE)
            return WriteAnswer(refused=refused, summary=f"{cells[0].cube}: nothing sent")
        placed, refused = place_cells(cells, self._options)

        def send(body: bytes) -> Mapping[str, object]:
            left = (ends_at - self._clock.now()).total_seconds()
            if left <= 0:
                raise UnavailableError("oracle_epm: no time left for another slice")
            return self._client.import_slice(cube.plan_type, body, left)

        writing = SliceWriting(send)
        try:
            writing.put(placed)
        except (TransientError, PermanentError) as error:
            if not writing.has_written:
                raise
            asked = getattr(error, "retry_after_seconds", None)
            raise LostAnswerError(f"in part: {type(error).__name__}", retry_after_seconds=asked) from error
        refused |= writing.refused
        return WriteAnswer(refused=refused, summary=_summary(cells, writing, refused))

    def read(self, cells: Sequence[CellValue]) -> Mapping[str, Decimal | None]:
        """Cell id to what planning holds now, None where cube or cell is missing; for checks (see `readback`)."""
        values: dict[str, Decimal | None] = dict.fromkeys((cell.cell_id for cell in cells), None)
        for name in dict.fromkeys(cell.cube for cell in cells):
            cube = self._options.cube(name)
            if not self._client.lacks(cube.plan_type, self.write_seconds):
                placed, _ = place_cells([cell for cell in cells if cell.cube == name], self._options)
                values |= read_cube(self._client, cube, placed, self.write_seconds)
        return values

    @property
    def reads_before(self) -> bool:
        """Whether the landscape has cells read before they are written."""
        return self._options.reads_before

    def read_before(self, cells: Sequence[CellValue], within_seconds: float) -> Mapping[str, Decimal | None]:
        """Cell id to what the cube holds just before a write of these cells: see `readback.read_as_written`."""
        cube, ends_at = self._options.cube(cells[0].cube), self._clock.now() + timedelta(seconds=within_seconds)
        if self._client.lacks(cube.plan_type, within_seconds):
            return NOTHING_READ
        placed, _ = place_cells(cells, self._options)

        def seconds_left() -> float:
            return (ends_at - self._clock.now()).total_seconds()

        return read_as_written(self._client, cube, placed, seconds_left)


def open_writer(target: Target, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> OracleEpmWriter:
    """The writer of a target, which can load files where the landscape names any cube for it; it keeps its tokens: open it once.

    Args:
        target: with the options of `options.Options`.
        credentials: as `tokens` says, for the authentication of the options.
        http: sends the requests; timeouts are set per request.
        clock: decides when a token has ended and when a write has.
    """
    options = Options(**target.options)  # type: ignore[arg-type]  # checked against the class at synth
    client, administrator = (
        PlanningClient(target.api_base_url, options, login_of(options, each, http, clock), http)
        for each in (credentials, administrators(credentials))
    )
    if not options.loads:
        return OracleEpmWriter(client, options, clock, administrator)
    from tieout.systems.oracle_epm.loading import LoadingWriter  # noqa: PLC0415 most targets never come here

    return LoadingWriter(client, options, clock, administrator)


def _summary(cells: Sequence[CellValue], writing: SliceWriting, refused: Mapping[str, str]) -> str:
    """For the receipt; no cell updated shows a replay."""
    updated = "?" if writing.updated is None else writing.updated
    counts = f"{len(cells) - len(refused)} accepted, {updated} updated, {len(refused)} rejected"
    return f"{cells[0].cube}: {len(cells)} given, {counts}; slices: {writing.slices}"
