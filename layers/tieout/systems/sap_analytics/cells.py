"""Writes cells to the models of one SAP Analytics Cloud tenant: the adapter behind the deliver step's `CellWriter`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tieout.delivering import CellValue, WriteAnswer
from tieout.errors import LostAnswerError, MalformedError, PermanentError, RefusedInPartError, TransientError
from tieout.landscape import Target
from tieout.ports import Clock
from tieout.systems.sap_analytics.answers import UnknownColumnsError
from tieout.systems.sap_analytics.client import AnalyticsClient
from tieout.systems.sap_analytics.jobs import Imported, ImportJobs
from tieout.systems.sap_analytics.options import Options
from tieout.systems.sap_analytics.readback import read_model
from tieout.systems.sap_analytics.rows import Row, jobs_of, laid_out
from tieout.systems.sap_analytics.tokens import AccessTokens

if TYPE_CHECKING:
    import httpx

_NO_MODEL = "model_missing: the landscape names no model for this cube"
_NO_COLUMN = "column_missing: the model lacks a column that these cells go to"


class AnalyticsWriter:
    """Sets cells of one tenant (`CellWriter`): a cube is a model, a write is one import job, or one for each set of measures."""

    def __init__(self, client: AnalyticsClient, jobs: ImportJobs, options: Options, clock: Clock) -> None:
        self._client = client
        self._jobs = jobs
        self._options = options
        self._clock = clock

    @property
    def batch_size(self) -> int:
        """The most cells one write may carry."""
        return self._options.batch_size

    @property
    def write_seconds(self) -> int:
        """How long a write may take."""
        return self._options.write_timeout_seconds

    def write(self, cells: Sequence[CellValue]) -> WriteAnswer:
        """Set cells of one cube: see `CellWriter.write` for what is raised.

        Cells of a cube without a model, and of columns that the model does not have, are refused, so that one renamed column
        does not stop other cubes.
        """
        cube = cells[0].cube
        model_id = self._options.models.get(cube)
        if model_id is None:
            refused = dict.fromkeys((cell.cell_id for cell in cells), _NO_MODEL)
            return WriteAnswer(refused=refused, summary=f"{cube}: nothing sent")
        rows, refused = laid_out(cells, self._options)
        until = self._clock.now() + timedelta(seconds=self._options.job_seconds)
        job_ids: list[str] = []
        in_part = False
        for group in jobs_of(rows, self._options):
            done = self._imported(model_id, group, until, in_part=in_part)
            in_part = in_part or len(done.refused) < len(group)
            refused |= _refusals(group, done)
            if done.job_id:
                job_ids.append(done.job_id)
        said = f"{cube}: {len(cells)} cells, {len(rows)} rows sent, {len(refused)} cells refused"
        return WriteAnswer(refused=refused, summary=said, reference=" ".join(job_ids))

    def read(self, cells: Sequence[CellValue]) -> Mapping[str, Decimal | None]:
        """Cell id to what planning holds now, None where the landscape names no place for it; for checks (see `readback`)."""
        values: dict[str, Decimal | None] = dict.fromkeys((cell.cell_id for cell in cells), None)
        for cube in dict.fromkeys(cell.cube for cell in cells):
            model_id = self._options.models.get(cube)
            if model_id is not None:
                group = [cell for cell in cells if cell.cube == cube]
                values |= read_model(self._client, model_id, group, self._options)
        return values

    def _imported(self, model_id: str, rows: Sequence[Row], until: datetime, *, in_part: bool) -> Imported:
        """One job of a write; where others have written before it, no error says any more that nothing was written.

        A job that is refused as a whole is told apart: trying it again with the others would end in the same.
        """
        try:
            return self._jobs.import_rows(model_id, rows, until)
        except UnknownColumnsError:
            return Imported("", dict.fromkeys(range(len(rows)), _NO_COLUMN))
        except MalformedError as error:
            if not in_part:
                raise
            raise RefusedInPartError(error.reason) from error
        except (TransientError, PermanentError) as error:
            if not in_part or isinstance(error, LostAnswerError):
                raise
            asked = getattr(error, "retry_after_seconds", None)
            raise LostAnswerError(f"in part: {type(error).__name__}", retry_after_seconds=asked) from error


def open_writer(target: Target, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> AnalyticsWriter:
    """The writer of a target; it keeps its token and its session, so open it once per process.

    Args:
        target: with the options of `options.Options`.
        credentials: `client_id` and `client_secret`.
        http: sends the requests and keeps the session's cookies; timeouts are set per request.
        clock: decides when a token is too old, and waits for jobs.
    """
    options = Options(**target.options)  # type: ignore[arg-type]  # checked against the class at synth
    tokens = AccessTokens(credentials, options.auth_base_url, http, clock)
    client = AnalyticsClient(target.api_base_url, options, tokens, http, clock)
    return AnalyticsWriter(client, ImportJobs(client, clock, options.poll_seconds), options, clock)


def _refusals(rows: Iterable[Row], done: Imported) -> dict[str, str]:
    """Our cell ids to SAP's reasons: a row that was refused is all of its cells."""
    return {
        cell.cell_id: done.refused[number]
        for number, row in enumerate(rows)
        if number in done.refused
        for cell in row.cells.values()
    }
