"""Imports rows of facts by one job: created, filled, validated, run, waited for, and always removed.

https://help.sap.com/doc/14cac91febef464dbb1efce20e3f1613/release/en-US/fe6efb8aba9444c6a3ce21eef02bba62.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from tieout import strict_json
from tieout.errors import (
    LostAnswerError,
    MalformedError,
    PermanentError,
    RefusedInPartError,
    TieoutError,
    TransientError,
    UnavailableError,
)
from tieout.ports import Clock
from tieout.systems.sap_analytics.answers import IN_PROGRESS, BusyError, JobGoneError
from tieout.systems.sap_analytics.client import AnalyticsClient
from tieout.systems.sap_analytics.rows import RefusedRows, Row, body_of

# Update sets what a row says. Append would add it to what is there, CleanAndReplace clear what is not sent: neither is ever asked
# for. Rows that are refused keep no other from being written.
_SETTINGS = {"JobSettings": {"importMethod": "Update", "executeWithFailedRows": True, "ignoreAdditionalColumns": False}}
_FAILED_WAIT_SECONDS = 300.0
_MOST_REMOVALS = 2


@dataclass(frozen=True, slots=True)
class Imported:
    """What one job came to.

    Attributes:
        job_id: SAP's id of it; empty where there is none.
        refused: position of a row to why it was refused; all others are written.
    """

    job_id: str
    refused: Mapping[int, str]


class ImportJobs:
    """Imports into the models of one tenant, one job after another.

    Args:
        client: calls the tenant.
        clock: the time, and the pauses between two questions for a job's state.
        poll_seconds: how long those are.
    """

    def __init__(self, client: AnalyticsClient, clock: Clock, poll_seconds: int) -> None:
        self._client = client
        self._clock = clock
        self._pause = float(poll_seconds)

    def import_rows(self, model_id: str, rows: Sequence[Row], until: datetime) -> Imported:
        """Set the rows, all of the same dimensions, in a model; a job that is not done `until` then is given up.

        Raises:
            LostAnswerError: the job was run, or may have been, and may have written or still write.
            RefusedInPartError: it failed and named rows that are to blame; of the others it may have written some.
            ThrottledError, UnavailableError, AccessDeniedError, MalformedError: it was not run, so nothing was written.
        """
        created = self._client.create(
            f"/dataimport/models/{quote(model_id, safe='')}/factData", strict_json.dump(_SETTINGS).encode()
        )
        job_id = _job_id(created)
        path = f"/dataimport/jobs/{quote(job_id, safe='')}"
        refused = RefusedRows(rows)
        try:
            self._fill(path, rows, refused)
            if len(refused.reasons) < len(rows):
                self._run(path, until, refused)
        finally:
            self._remove(path)
        return Imported(job_id, refused.reasons)

    def _fill(self, path: str, rows: Sequence[Row], refused: RefusedRows) -> None:
        """Add the rows and have them validated, so that every row which the model refuses is known before anything is written."""
        added = self._client.tell_job(path, body_of(rows))
        refused.note_added(added)
        validated = self._client.tell_job(f"{path}/validate")
        if _count(validated, "failedNumberRows") != 0:
            refused.note_invalid(self._client.ask_job(f"{path}/invalidRows"))
        named = len(refused.reasons)
        failed = max(_count(each, "failedNumberRows") or 0 for each in (added, validated))
        held = _count(validated, "totalNumberRowsInJob")
        # Whether the total counts refused rows, and whether those counted when added count again, is not documented.
        if named < failed or (held is not None and held < len(rows) - named):
            raise MalformedError("sac_refuses_rows_it_does_not_name")

    def _run(self, path: str, until: datetime, refused: RefusedRows) -> None:
        if self._clock.now() >= until:
            raise UnavailableError("sap analytics: too slow to run the job within one write")
        try:
            self._client.run_job(f"{path}/run")
        except BusyError as error:
            if error.code != IN_PROGRESS:
                raise
            # "Request already in progress" of this very job: it has been started.
        status = self._finished(path, until)
        before = len(refused.reasons)
        if status.get("jobStatus") == "FAILED":
            self._note_refusals(path, refused)
            if len(refused.reasons) > before:
                raise RefusedInPartError("sac_job_failed_for_its_rows")
            raise LostAnswerError("sap analytics: the job failed", retry_after_seconds=_FAILED_WAIT_SECONDS)
        if _failed_in(status) > before:
            self._note_refusals(path, refused)
            if len(refused.reasons) < _failed_in(status):
                raise LostAnswerError("sap analytics: the job left out rows that it does not name")

    def _finished(self, path: str, until: datetime) -> Mapping[str, Any]:
        """The job's state once it has completed or failed; a question that is not answered is asked again."""
        while True:
            status, pause = self._status(path)
            if status.get("jobStatus") in {"COMPLETED", "FAILED"}:
                return status
            if self._clock.now() + timedelta(seconds=pause) >= until:
                raise LostAnswerError("sap analytics: the job did not end in time")
            self._clock.sleep(pause)

    def _status(self, path: str) -> tuple[Mapping[str, Any], float]:
        """The job's state, none where it does not answer now, and how long to wait before the next question."""
        try:
            return self._client.ask_job(f"{path}/status"), self._pause
        except JobGoneError as error:
            raise LostAnswerError("sap analytics: the job is gone after it was run") from error
        except TransientError as error:
            return {}, max(self._pause, error.retry_after_seconds or 0.0)
        except PermanentError as error:
            raise LostAnswerError("sap analytics: no view of the job after it was run") from error

    def _note_refusals(self, path: str, refused: RefusedRows) -> None:
        """Take note of rows that were refused only when they were written, where the job tells."""
        with suppress(TieoutError):
            refused.note_invalid(self._client.ask_job(f"{path}/invalidRows"))

    def _remove(self, path: str) -> None:
        """Remove the job whatever became of it, since jobs are counted; one that cannot be removed expires by itself."""
        for _ in range(_MOST_REMOVALS):
            try:
                self._client.remove_job(path)
            except JobGoneError:
                return
            except TieoutError:
                continue
            return


def _job_id(created: Mapping[str, Any]) -> str:
    """Seen as `jobID` and as `JobID`."""
    found = next((value for name, value in created.items() if name.casefold() == "jobid"), None)
    if not isinstance(found, str) or not found:
        raise UnavailableError("sap analytics: a job without an id")
    return found


def _failed_in(status: Mapping[str, Any]) -> int:
    """How many rows a finished job left out, as it says itself."""
    further = status.get("additionalInformation")
    return max(_count(each, "failedNumberRows") or 0 for each in (status, further if isinstance(further, dict) else {}))


def _count(answer: Mapping[str, Any], name: str) -> int | None:
    """A count of an answer, None where it states none."""
    count = answer.get(name)
    return count if isinstance(count, int) and not isinstance(count, bool) else None
