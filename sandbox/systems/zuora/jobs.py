"""Query jobs: a query is accepted, is worked on for a while, and leaves a file of rows, or fails.

https://developer.zuora.com/v1-api-reference/api/operation/GET_DataQueryJob/
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sandbox.systems.faults import FaultPlan
from sandbox.systems.keeping import Object
from sandbox.systems.zuora.tables import FLAGS
from sandbox.systems.zuora.tenant import Tenant
from sandbox.systems.zuora.trino import as_sqlite

_FLAGS = frozenset(each.lower() for each in FLAGS)
_ENDED = frozenset({"completed", "failed", "cancelled"})
_KINDS_OF_FAULTS = frozenset({"fail_job", "cancel_job", "hang_job"})
_NO_SUCH = {"column": "Column '{}' cannot be resolved", "table": "Table 'owl.data.{}' does not exist"}


@dataclass(kw_only=True)
class Job:
    """A query on its way.

    Attributes:
        looks: how many looks still find it unfinished.
        misfortune: the kind of the fault that becomes of it; empty: none.
        rows: what it has selected, as lines of JSON.
    """

    id: str
    query: str
    deleted: bool | None
    created: datetime
    looks: int
    status: str = "accepted"
    misfortune: str = ""
    problem: str = ""
    rows: list[str] | None = None
    ended: datetime | None = None


class Jobs:
    """The query jobs of one tenant."""

    def __init__(self, tenant: Tenant, plan: FaultPlan) -> None:
        self._tenant, self._plan = tenant, plan
        self._jobs: dict[str, Job] = {}

    def submit(self, stated: Mapping[str, Any]) -> Object:
        """A new job; raises `ValueError` for what is none that this tenant runs."""
        wanted = {"compression": "NONE", "outputFormat": "JSON", "output": {"target": "S3"}}
        for name, value in wanted.items():
            if stated.get(name) != value:
                raise ValueError(f"{name} must be {value}")
        query = str(stated["query"])
        fault = self._plan.take(_KINDS_OF_FAULTS, "POST", "/query/jobs")
        job = Job(
            id=str(UUID(int=0x3A3E85C4_96E7_486B_AE02_000000000000 + len(self._jobs))),
            query=query,
            deleted=None if re.search(r"\bdeleted\b", query, re.IGNORECASE) else bool(stated.get("readDeleted")),
            created=self._tenant.now(),
            looks=self._tenant.settings.job_looks,
            misfortune=fault.kind if fault else "",
        )
        self._jobs[job.id] = job
        return self._shown(job, "")

    def look(self, job_id: str, base_url: str) -> Object:
        """A job as it is now; raises `KeyError` for one that was never submitted."""
        job = self._jobs[job_id]
        if job.status not in _ENDED:
            self._advance(job)
        return self._shown(job, base_url)

    def cancel(self, job_id: str) -> Object:
        """Work on a job no more."""
        job = self._jobs[job_id]
        if job.status in _ENDED:
            raise ValueError(f"it is {job.status}")
        job.status = "cancelled"
        return self._shown(job, "")

    def has_file(self, job_id: str) -> bool:
        """Whether a job has left rows, and not too long ago."""
        job = self._jobs.get(job_id)
        life = timedelta(seconds=self._tenant.settings.file_seconds)
        if job is None or job.rows is None or job.ended is None:
            return False
        return self._tenant.now() < job.ended + life

    def file(self, job_id: str) -> bytes:
        """The rows of a job; raises `KeyError` where there are none, or none any more."""
        if not self.has_file(job_id):
            raise KeyError(job_id)
        return "".join(f"{each}\n" for each in self._jobs[job_id].rows or ()).encode()

    def _advance(self, job: Job) -> None:
        job.looks -= 1
        if job.looks >= 0 or job.misfortune == "hang_job":
            job.status = "in_progress"
        elif job.misfortune == "fail_job":
            job.status, job.problem = "failed", "Query exceeded the maximum time limit of 3600.00s"
        elif job.misfortune == "cancel_job":
            job.status = "cancelled"
        else:
            self._run(job)
        job.ended = self._tenant.now()

    def _run(self, job: Job) -> None:
        try:
            rows = self._tenant.store.select(as_sqlite(job.query), deleted=job.deleted)
        except (sqlite3.Error, ValueError) as error:
            job.status, job.problem = "failed", _problem(str(error))
            return
        if len(rows) > self._tenant.settings.most_rows:
            job.status, job.problem = "failed", "Query exceeded the maximum number of output records"
            return
        job.status, job.rows = "completed", [json.dumps(_typed(each)) for each in rows]

    def _shown(self, job: Job, base_url: str) -> Object:
        shown: Object = {
            "id": job.id,
            "query": job.query,
            "queryStatus": job.status,
            "sourceData": "LIVE",
            "useIndexJoin": False,
            "remainingRetries": 3,
            "createdOn": _iso(job.created),
            "updatedOn": _iso(job.ended or job.created),
        }
        if job.rows is not None:
            signed = f"{base_url}/data/{job.id}.json?X-Amz-Signature={job.id[:8]}"
            shown |= {"dataFile": signed, "outputRows": len(job.rows), "processingTime": 12}
        if job.problem:
            shown["errorMessage"] = job.problem
        return {"data": shown}


def _typed(row: Mapping[str, Any]) -> Object:
    return {name: bool(value) if name in _FLAGS and value is not None else value for name, value in row.items()}


def _problem(said: str) -> str:
    """What the database says of a query, as Zuora would."""
    found = re.fullmatch(r"no such (column|table): (?:main\.)?(.+)", said)
    return _NO_SUCH[found[1]].format(found[2]) if found else said


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
