"""The simulated import jobs: their states, how many there may be, how long they live, and what they write in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.sap_analytics.model import METHODS, UPDATE, FactModel, Row
from sandbox.systems.sap_analytics.settings import TenantSettings

READY_FOR_DATA, READY_FOR_WRITE, PROCESSING = "READY_FOR_DATA", "READY_FOR_WRITE", "PROCESSING"
COMPLETED, FAILED = "COMPLETED", "FAILED"
_ACTIVE = frozenset({READY_FOR_DATA, READY_FOR_WRITE, PROCESSING})
_SILENT = frozenset({"drop_cell", "round_cell", "alter_cell"})


class JobError(Exception):
    """A request that the job refuses.

    Attributes:
        code: SAP's own.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(eq=False)
class Job:
    """One import job.

    Attributes:
        rows: those that were taken, in order.
        refused: rows with the reason why they were not.
        ends_at: when it will have written, once it was run.
        failing: what is to go wrong with it, once it was run.
    """

    job_id: str
    model: FactModel
    method: str
    scope: Sequence[str]
    with_failed_rows: bool
    created_at: datetime
    state: str = READY_FOR_DATA
    rows: list[Row] = field(default_factory=list)
    refused: list[tuple[Row, str]] = field(default_factory=list)
    ends_at: datetime | None = None
    failing: Fault | None = None

    def counts(self) -> dict[str, Any]:
        """Its state and how many rows it has, as most answers tell them."""
        return {
            "jobStatus": self.state,
            "totalNumberRowsInJob": len(self.rows),
            "failedNumberRows": len(self.refused),
        }


class JobDesk:
    """All jobs of one tenant; those that were run write when their time has come, whether or not somebody removed them.

    Attributes:
        writes: every job that wrote, in order, as plain JSON values.
    """

    def __init__(self, settings: TenantSettings, faults: FaultPlan, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._faults = faults
        self._now = now
        self._jobs: dict[str, Job] = {}
        self._running: list[Job] = []
        self._created = 0
        self.writes: list[dict[str, Any]] = []

    def settle(self) -> None:
        """Let jobs write whose time has come, and forget those that nobody ran."""
        for job in [each for each in self._running if each.ends_at is not None and each.ends_at <= self._now()]:
            self._running.remove(job)
            self._finish(job)
        life = timedelta(seconds=self._settings.job_life_seconds)
        self._jobs = {
            job.job_id: job
            for job in self._jobs.values()
            if job.state == PROCESSING or job.created_at + life > self._now()
        }

    def jobs(self) -> list[Job]:
        """Those that were not removed, in the order they were created."""
        return list(self._jobs.values())

    def job(self, job_id: str) -> Job:
        """The job with that id. Raises `KeyError` where there is none, any more."""
        return self._jobs[job_id]

    def create(self, model: FactModel, settings: Mapping[str, Any]) -> Job:
        """A new job for facts of a model."""
        active = [job for job in self._jobs.values() if job.state in _ACTIVE]
        if len(active) >= self._settings.most_jobs_of_user:
            raise JobError(1002, "Current user reached limit of maximum number of active jobs.")
        if len([job for job in active if job.model is model]) >= self._settings.most_jobs_of_model:
            raise JobError(1007, "Current modelID reached limit or maximum number of active jobs.")
        method, scope = settings.get("importMethod", UPDATE), settings.get("dimensionScope", [])
        if method not in METHODS or not isinstance(scope, list) or not set(scope) <= set(model.definition.columns):
            raise JobError(1006, "Request body is incorrect or missing.")
        self._created += 1
        with_failed = bool(settings.get("executeWithFailedRows", True))
        job = Job(f"job-{self._created:08x}", model, method, scope, with_failed, self._now())
        self._jobs[job.job_id] = job
        return job

    def add(self, job: Job, rows: Sequence[Row]) -> list[tuple[Row, str]]:
        """Take rows into a job; those that were refused, with why."""
        if job.state not in {READY_FOR_DATA, READY_FOR_WRITE}:
            raise JobError(1003, "Request not allowed on the selected job. Preconditions failed.")
        unknown = job.model.unknown_columns(rows)
        if unknown:
            raise JobError(1004, f"The following target fields do not exist on the model: {', '.join(unknown)}")
        judged = [(row, job.model.flaw_of_form(row)) for row in rows]
        job.rows += [row for row, flaw in judged if not flaw]
        refused = [each for each in judged if each[1]]
        job.refused += refused
        return refused

    def validate(self, job: Job) -> None:
        """Find out which of its rows the model refuses."""
        if job.state not in {READY_FOR_DATA, READY_FOR_WRITE}:
            raise JobError(1003, "Request not allowed on the selected job. Preconditions failed.")
        self._sift(job, "reject_cell")
        job.state = READY_FOR_WRITE

    def run(self, job: Job) -> None:
        """Begin to write."""
        if job.state == PROCESSING:
            raise JobError(1010, "Request already in progress.")
        if job.state not in {READY_FOR_DATA, READY_FOR_WRITE}:
            raise JobError(1003, "Request not allowed on the selected job. Preconditions failed.")
        if not job.rows:
            raise JobError(1011, "Temporary storage does not contain valid records.")
        busy = self._faults.take(frozenset({"busy"}), "POST", "/run")
        seconds = busy.seconds if busy else self._settings.job_seconds
        job.failing = self._faults.take(frozenset({"job_fails"}), "POST", "/run")
        job.state, job.ends_at = PROCESSING, self._now() + timedelta(seconds=seconds)
        self._running.append(job)
        self.settle()

    def remove(self, job: Job) -> None:
        """Forget a job; what it has begun to write it goes on writing."""
        del self._jobs[job.job_id]

    def _finish(self, job: Job) -> None:
        if job.failing is not None or (job.refused and not job.with_failed_rows):
            blamed = str(job.failing.detail.get("blames", "")) if job.failing else ""
            if blamed:
                self._refuse(job, lambda text: "The row could not be published" if blamed in text else "")
            job.state = FAILED
            return
        self._sift(job, "reject_when_written")
        job.model.write(
            job.rows, job.method, job.scope, missing_measures=self._settings.missing_measures, tamper=self._tampered
        )
        job.state = COMPLETED
        told = {"at": self._now().isoformat(), "job": job.job_id, "model": job.model.definition.name}
        self.writes.append({**told, "method": job.method, "rows": len(job.rows)})

    def _sift(self, job: Job, kind: str) -> None:
        """Take out of a job what the model refuses, and what a planted fault of that kind does."""

        def planted(text: str) -> str:
            fault = self._faults.take(frozenset({kind}), "POST", text)
            return str(fault.detail.get("reason", "Validation rule failed")) if fault else ""

        self._refuse(job, planted)

    def _refuse(self, job: Job, planted: Callable[[str], str]) -> None:
        kept = []
        for row in job.rows:
            texts = [job.model.coordinates_text(row, each) for each in job.model.definition.measures if each in row]
            flaw = job.model.flaw_of_content(row) or next(filter(None, map(planted, texts)), "")
            if flaw:
                job.refused.append((row, flaw))
            else:
                kept.append(row)
        job.rows = kept

    def _tampered(self, text: str, value: Decimal) -> Decimal | None:
        fault = self._faults.take(_SILENT, "POST", text)
        if fault is None:
            return value
        if fault.kind == "drop_cell":
            return None
        if fault.kind == "round_cell":
            return value.quantize(Decimal(1), ROUND_HALF_UP)
        return value + Decimal(str(fault.detail.get("by", "0.01")))
