"""Runs jobs of a Planning application over files of its environment: uploaded, started, waited for, their details read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tieout import strict_json
from tieout.errors import (
    LostAnswerError,
    PermanentError,
    StillRunningError,
    TieoutError,
    TransientError,
    UnavailableError,
)
from tieout.ports import Clock
from tieout.systems.oracle_epm.answers import GridRefusedError
from tieout.systems.oracle_epm.client import PlanningClient
from tieout.systems.oracle_epm.job_results import JobResult, has_ended, is_running, result_of, status_of

_LONGEST_PAUSE_SECONDS = 20.0
_RUNNING_WAIT_SECONDS = 30.0
_DETAILS_AT_ONCE, _MOST_PAGES = 100, 20
_TAKEN = frozenset({-1, 0})  # of an upload: done, or being looked into


class NotTakenError(UnavailableError):
    """A file or a job was refused as it is, so nothing was set; a repeat would be refused too."""


@dataclass(frozen=True, slots=True)
class JobName:
    """A job under the names that its reference keeps: the file it reads, and its id once it is started."""

    file: str
    job_id: str = ""

    @classmethod
    def of(cls, reference: str) -> JobName:
        """The job of a reference."""
        file, _, job_id = reference.partition(" ")
        return cls(file, job_id)

    @classmethod
    def of_file(cls, what: str, content: bytes, now: datetime) -> JobName:
        """A job over a file that is none's yet: named after the moment, and what is in it."""
        stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}"
        return cls(f"tieout-{what}-{stamp}-{hashlib.sha256(content).hexdigest()[:12]}.zip")

    @property
    def errors(self) -> str:
        """The file that the job puts rejected records into."""
        return f"{self.file.removesuffix('.zip')}-rejected.zip"

    def __str__(self) -> str:
        return f"{self.file} {self.job_id}".rstrip()


class PlanningJobs:
    """Runs the jobs of one application.

    Args:
        client: calls the application as a service administrator, to whom alone jobs and files are open.
        clock: the time, and the pauses between two questions for a job's status.
        poll_seconds: how long the first is.
    """

    def __init__(self, client: PlanningClient, clock: Clock, poll_seconds: int) -> None:
        self._client = client
        self._clock = clock
        self._poll_seconds = float(poll_seconds)

    def upload(self, name: str, content: bytes) -> None:
        """Put a file of a new name into the environment: what a job may be reading is never replaced.

        Raises:
            NotTakenError: Planning does not take it, as where there is one of that name.
        """
        try:
            status = self._client.put_file(name, content).get("status")
        except GridRefusedError as error:
            raise NotTakenError(f"oracle_epm: a file was not taken: {error.told or error.reason}") from error
        if status not in _TAKEN:
            raise NotTakenError(f"oracle_epm: a file was not taken (status {status})")

    def start(self, kind: str, name: str, parameters: Mapping[str, Any]) -> str:
        """Start a job and give its id.

        Raises:
            NotTakenError: Planning does not start it.
            LostAnswerError: it may have been started.
        """
        body = {"jobType": kind, "jobName": name} | ({"parameters": parameters} if parameters else {})
        try:
            job_id = self._client.start_job(strict_json.dump(body).encode()).get("jobId")
        except GridRefusedError as error:
            raise NotTakenError(f"oracle_epm: a job was not started: {error.told or error.reason}") from error
        if isinstance(job_id, bool) or not isinstance(job_id, int | str) or job_id == "":
            raise LostAnswerError("oracle_epm: a job without an id")
        return str(job_id)

    def ended(self, job_id: str, until: datetime, *, is_counted: bool = True) -> JobResult:
        """What a job did, once it has ended; a question that is not answered is asked again, further apart each time.

        Args:
            job_id: as `start` gave it.
            until: when to stop waiting.
            is_counted: whether it has details, as imports have: then they are read, whatever its status.

        Raises:
            StillRunningError: it has not ended until then, or its details cannot be asked for now.
            LostAnswerError: there is no such job any more, or nobody knows its status, or what it did.
        """
        pause = self._poll_seconds
        while True:
            wait, status, job = pause, None, dict[str, Any]()
            is_told = True
            try:
                job = dict(self._job(job_id))
                status = status_of(job)
            except LostAnswerError:
                raise
            except TransientError as error:
                is_told, wait = False, max(pause, error.retry_after_seconds or 0.0)
            if has_ended(status):
                return result_of(job, self._details(job_id) if is_counted else ())
            if self._clock.now() + timedelta(seconds=wait) >= until:
                if is_told and not is_running(status):
                    raise LostAnswerError(f"oracle_epm: a job of an unknown status ({job.get('status')})")
                raise StillRunningError(
                    "oracle_epm: a job has not ended in time", retry_after_seconds=max(wait, _RUNNING_WAIT_SECONDS)
                )
            self._clock.sleep(wait)
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)

    def rejected_file(self, name: str) -> bytes:
        """The file of records that a job has rejected; nothing where there is none, or none for our role.

        Raises:
            StillRunningError: it cannot be read now.
        """
        try:
            return self._client.file(name) or b""
        except PermanentError:
            return b""
        except TransientError as error:
            wait = max(error.retry_after_seconds or 0.0, self._poll_seconds)
            raise StillRunningError(
                "oracle_epm: rejected records cannot be read now", retry_after_seconds=wait
            ) from error

    def remove(self, name: str) -> None:
        """Remove a file that no job is to read any more; where that fails, Planning removes it some weeks later."""
        with suppress(TieoutError):
            self._client.remove_file(name)

    def _job(self, job_id: str) -> Mapping[str, Any]:
        try:
            found = self._client.job(job_id)
        except PermanentError as error:
            raise LostAnswerError(f"oracle_epm: no view of the job: {type(error).__name__}") from error
        if found is None:
            raise LostAnswerError("oracle_epm: the job is gone")
        return found

    def _details(self, job_id: str) -> list[Mapping[str, Any]]:
        """All details of a job.

        Raises:
            StillRunningError: they cannot be asked for now.
        """
        try:
            return list(self._pages(job_id))
        except LostAnswerError:
            raise
        except TransientError as error:
            wait = max(error.retry_after_seconds or 0.0, self._poll_seconds)
            raise StillRunningError("oracle_epm: details cannot be read now", retry_after_seconds=wait) from error
        except TieoutError as error:
            raise LostAnswerError(f"oracle_epm: no details of a job: {type(error).__name__}") from error

    def _pages(self, job_id: str) -> Iterator[Mapping[str, Any]]:
        for page in range(_MOST_PAGES):
            items = self._client.job_details(job_id, page * _DETAILS_AT_ONCE, _DETAILS_AT_ONCE).get("items")
            found = [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
            yield from found
            if len(found) < _DETAILS_AT_ONCE:
                return
