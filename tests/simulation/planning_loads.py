"""The Planning application in memory once more, with files and jobs that import data from them, which go on when nobody watches."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.simulation.planning import Coordinates, Surroundings
from tests.simulation.planning_slices import SlicedApplication, in_our_words
from tieout.errors import LostAnswerError
from tieout.systems.oracle_epm.answers import GridRefusedError

THEME = "file_loads"
ROWS = "Legal entity"
"""The dimension that the rows of its files begin with."""
FATES = ("job_failed", "job_cancelled", "job_unknown", "job_gone", "errors_lost")
"""What becomes of jobs that fare ill, one kind in each seed."""
_SLOW_MILLISECONDS = (20_000, 100_000, 400_000)
_LATE_MILLISECONDS = 600_000
_UNKNOWN_STATUS = 2147483647
_Record = tuple[list[str], set[str], Coordinates, Decimal | None]  # as it stands, its members, its cell, its value


@dataclass
class Job:
    """A job under way, or over."""

    kind: str
    file: str
    errors: str
    status: int = -1
    content: bytes | None = None
    is_unknown: bool = False
    is_gone: bool = False
    counts: list[dict[str, int]] = field(default_factory=list)


class LoadingApplication(SlicedApplication):
    """An application with files and jobs: the further calls of `tieout.systems.oracle_epm.client.PlanningClient`.

    A job reads its file when it begins, and sets its cells when it ends; one that is cancelled has set the first half. Records of
    members it does not know, and of those that would spoil a slice, are rejected, though the job says success.

    Attributes:
        fate: which of `FATES` befalls a job that fares ill.
        loaded: how many cells were set by jobs.
    """

    def __init__(self, around: Surroundings, fate: str = FATES[0]) -> None:
        super().__init__(around)
        self.fate = fate
        self._files: dict[str, bytes] = {}
        self._jobs: dict[str, Job] = {}
        self.loaded = 0

    def put_file(self, name: str, content: bytes) -> Mapping[str, Any]:
        """Take a file of a new name."""
        self._weather.io("before planning.upload")
        if name in self._files:
            raise GridRefusedError(400, "it exists")
        self._files[name] = content
        return {"status": 0}

    def file(self, name: str) -> bytes | None:
        """The bytes of a file."""
        self._weather.io("before planning.get")
        return self._files.get(name)

    def remove_file(self, name: str) -> None:
        """Have it no more."""
        self._weather.io("before planning.upload")
        self._files.pop(name, None)

    def start_job(self, body: bytes) -> Mapping[str, Any]:
        """Start a job, which may begin late where nobody is told of it."""
        asked = json.loads(body)
        parameters = asked.get("parameters", {})
        file = parameters.get("importFileName") or parameters.get("importZipFileName", "")
        job = Job(asked["jobType"], file, parameters.get("errorFile", ""))
        self._weather.io("before planning.set")
        self.under_way += 1
        if self._weather.chance("landing_late"):

            def begin() -> None:
                self._begin(job)

            self._schedule.after(self._random.randrange(_LATE_MILLISECONDS), begin)
            raise LostAnswerError("no answer in time")
        job_id = self._begin(job)
        self._weather.io("after planning.set")
        return {"jobId": int(job_id), "status": -1}

    def job(self, job_id: str) -> Mapping[str, Any] | None:
        """How far a job is."""
        self._weather.io("before planning.get")
        job = self._jobs.get(job_id)
        if job is None or job.is_gone:
            return None
        if job.is_unknown:
            return {"status": _UNKNOWN_STATUS}
        return {"status": job.status, "details": "as it says"}

    def job_details(self, job_id: str, offset: int, limit: int) -> Mapping[str, Any]:
        """How many records it read, rejected and processed, by files."""
        self._weather.io("before planning.get")
        return {"items": self._jobs[job_id].counts[offset : offset + limit]}

    def _begin(self, job: Job) -> str:
        job_id = str(len(self._jobs) + 1)
        self._jobs[job_id] = job
        slow = self._weather.chance("job_slow")
        waits = self._random.choice(_SLOW_MILLISECONDS) if slow else self._random.randrange(1_000)
        self._schedule.after(waits // 2, lambda: self._read(job))
        self._schedule.after(waits + 1, lambda: self._end(job))
        return job_id

    def _read(self, job: Job) -> None:
        job.content = self._files.get(job.file)

    def _end(self, job: Job) -> None:
        self.under_way -= 1
        is_blind = bool(job.file) and job.content is None
        if is_blind:
            self._weather.strike("job_without_file")
        fate = self.fate if self._weather.chance("job_fares_ill") else ""
        if fate:
            self._weather.strike(fate)
        if is_blind or fate == "job_failed":
            job.status = 1
            return
        rejected = self.work(job, fate == "job_cancelled")
        job.status = 3 if fate == "job_cancelled" else 0
        job.is_unknown, job.is_gone = fate == "job_unknown", fate == "job_gone"
        if fate != "errors_lost":
            out = io.StringIO()
            csv.writer(out).writerows(rejected)
            self._files[job.errors] = _packed(out.getvalue())

    def work(self, job: Job, is_cancelled: bool) -> list[list[str]]:  # noqa: FBT001 one of its states
        """Do a job's work, or half of it; the rows of the file of rejected records."""
        texts = texts_in(job.content or b"")
        return [row for name, text in texts for row in self._import(job, name, text, is_cancelled)]

    def _import(self, job: Job, name: str, text: str, is_cancelled: bool) -> list[list[str]]:  # noqa: FBT001 one of its states
        heading, *rows = csv.reader(io.StringIO(text))
        records = [_record(heading, row) for row in (rows[: len(rows) // 2] if is_cancelled else rows)]
        taken = {at: value for _, members, at, value in records if self._takes(members, at)}
        rejected = [row for row, members, at, _ in records if not self._takes(members, at)]
        for at, value in taken.items():
            if value is None:
                self.cells.pop(at, None)
            else:
                self.cells[at] = value
        if rejected:
            self._weather.strike("record_rejected")
        self.loaded += len(taken)
        self.count(job, len(rejected), len(taken))
        return [heading, *([*row, f"{name}: no such member"] for row in rejected)] if rejected else []

    def _takes(self, members: set[str], at: Coordinates) -> bool:
        return not members & self.spoiling and self.knows(at[2])

    def count(self, job: Job, rejected: int, taken: int) -> None:
        """Have a job's details say what it did with its records."""
        counts = {"recordsRead": rejected + taken, "recordsRejected": rejected, "recordsProcessed": taken}
        job.counts.append(counts)


def _record(heading: list[str], row: list[str]) -> _Record:
    member, value, others, cube = row
    members = in_our_words([member, *next(csv.reader([others]))])
    at = (cube, heading[1], tuple(sorted(members.items())))
    return row, set(members.values()), at, None if value == "#missing" else Decimal(value)


def texts_in(content: bytes) -> list[tuple[str, str]]:
    """The files of an archive, each with its name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name, archive.read(name).decode()) for name in archive.namelist()]


def _packed(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Entity.csv", text)
    return out.getvalue()
