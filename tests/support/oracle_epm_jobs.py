"""An application whose jobs are as a test says, and a writer that loads into it, for the tests of Oracle EPM's loads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sandbox.systems.oracle_epm.loading import packed
from tests.support.clock import ManualClock
from tests.support.oracle_epm import LOADS, epm_options, pipeline_cell
from tieout.delivering import WriteAnswer
from tieout.errors import TieoutError
from tieout.systems.oracle_epm.client import PlanningClient
from tieout.systems.oracle_epm.loading import LoadingWriter
from tieout.systems.oracle_epm.options import Options

CELLS = [pipeline_cell(f"c{month}", f"{month}.50", period=f"2026-{month:02}") for month in range(1, 6)]
UNKNOWN = 2147483647
LOAD = "tieout-1.zip 7"


class JobbingApplication:
    """An application whose jobs are as a test says, and which notes what it is asked.

    Attributes:
        told: what a job answers, one answer a question; an error is raised, None is no such job.
        pages: the pages of its details.
        files: name to content.
        started: what was sent to start a job.
    """

    def __init__(self, *told: object, counts: Sequence[object] = ()) -> None:
        self.told: Iterator[object] = iter(told)
        self.pages: list[object] = [{"items": list(counts)}]
        self.files: dict[str, bytes] = {}
        self.started: list[dict[str, Any]] = []
        self.status: object = 0
        self.job_id: object = 7
        self.refusal: TieoutError | None = None

    def lacks(self, _plan_type: str, _within_seconds: float) -> bool:
        """It has every plan type."""
        return False

    def put_file(self, name: str, content: bytes) -> Mapping[str, Any]:
        """A file."""
        if self.refusal is not None:
            raise self.refusal
        assert name not in self.files
        self.files[name] = content
        return {"status": self.status}

    def start_job(self, body: bytes) -> Mapping[str, Any]:
        """A job."""
        if self.refusal is not None:
            raise self.refusal
        self.started.append(json.loads(body))
        return {"jobId": self.job_id, "status": -1}

    def job(self, _job_id: str) -> object:
        """How far it is."""
        return _said(next(self.told))

    def job_details(self, _job_id: str, offset: int, limit: int) -> object:
        """A page of what it did."""
        return _said(self.pages[offset // limit])

    def file(self, name: str) -> bytes | None:
        """A file's bytes."""
        found = self.files.get(name)
        return cast("bytes | None", _said(found))

    def remove_file(self, name: str) -> None:
        """Have it no more."""
        if self.refusal is not None:
            raise self.refusal
        self.files.pop(name, None)


def _said(answer: object) -> object:
    if isinstance(answer, TieoutError):
        raise answer
    return answer


def loader(
    application: JobbingApplication, clock: ManualClock | None = None, options: Options | None = None
) -> LoadingWriter:
    """A writer of that application."""
    clock, client = clock or ManualClock(), cast("PlanningClient", application)
    return LoadingWriter(client, options or epm_options(**LOADS), clock)


def until() -> datetime:
    """When a write of now is to have ended."""
    return ManualClock().now() + timedelta(seconds=120)


def counted(read: object, rejected: object, processed: object) -> dict[str, object]:
    """What details say of a file."""
    return {"recordsRead": read, "recordsRejected": rejected, "recordsProcessed": processed}


def outcome(*told: object, counts: Sequence[object] = (), rejected: str = "") -> WriteAnswer:
    """What becomes of a load whose job answers so."""
    application = JobbingApplication(*told, counts=counts)
    if rejected:
        application.files["tieout-1-rejected.zip"] = packed({"Entity.csv": rejected})
    return loader(application).outcome(LOAD, CELLS, until())


def record_of(month: str) -> str:
    """The rejected record of a month's cell."""
    return f'EMEA,1,"ACME,SOFTWARE,EUR,FY26,{month},Forecast,Working,BaseData",Pipeline,no such member\n'
