"""The simulated jobs of an application: started, run by its clock, told by Oracle's status codes and details.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/retrieve_job_status.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from sandbox.systems.oracle_epm.environment import Call, Job, refuse
from sandbox.systems.oracle_epm.loading import import_data
from sandbox.systems.oracle_epm.outline import import_metadata

if TYPE_CHECKING:
    from starlette.responses import Response

UNKNOWN = 2147483647
_SUCCESS, _ERROR, _CANCELLED, _INVALID = 0, 1, 3, 4
# What can be planted for the next job that is started. `job_slow` takes `seconds`; one that is cancelled has done half its work;
# `job_short` calls half its work a success; of `job_errors_gone` the file of rejected records is not to be had.
_FAULTS = frozenset(
    {
        "job_slow",
        "job_failed",
        "job_cancelled",
        "job_invalid",
        "job_unknown",
        "job_gone",
        "job_short",
        "job_errors_gone",
    }
)
_SAID = {
    "IMPORT_DATA": "Data import was successful",
    "IMPORT_METADATA": "Metadata import was successful",
    "CUBE_REFRESH": "Refresh was successful",
}
_WORDS = {
    -1: "Processing",
    _SUCCESS: "Completed",
    _ERROR: "Error",
    _CANCELLED: "Cancelled",
    _INVALID: "Invalid parameter",
}


def start(call: Call) -> Response:
    """POST .../jobs."""
    if not call.is_administrators:
        return refuse(403, "You do not have the role that this needs.")
    try:
        body = call.json()
        kind, parameters = body["jobType"], dict(body.get("parameters") or {})
    except (ValueError, TypeError, KeyError):
        return refuse(400, "The job is not valid.")
    if not _is_defined(call, kind, body.get("jobName")):
        return refuse(400, f"There is no job {body.get('jobName')} of the type {kind}.")
    environment = call.environment
    fault = environment.faults.take(_FAULTS, "POST", call.request.url.path)
    job = Job(
        job_id=str(len(environment.jobs) + 1),
        kind=kind,
        name=str(body.get("jobName", kind)),
        parameters=parameters,
        ends_at=environment.now() + timedelta(seconds=fault.seconds if fault else 0),
        fault=fault.kind if fault else "",
    )
    environment.jobs[job.job_id] = job
    return JSONResponse(_plain(job))


def status(call: Call) -> Response:
    """GET .../jobs/{job}."""
    run_what_is_due(call)
    job = _job(call)
    return refuse(404, "The job does not exist.") if job is None else JSONResponse(_plain(job))


def details(call: Call) -> Response:
    """GET .../jobs/{job}/details, by pages."""
    run_what_is_due(call)
    job, parameters = _job(call), call.request.query_params
    if job is None or not call.is_administrators or job.kind == "CUBE_REFRESH":
        return refuse(404, "The job does not exist, or has no details.")
    offset, limit = int(parameters.get("offset", "0")), int(parameters.get("limit", "25"))
    return JSONResponse({"items": job.details[offset : offset + limit], "links": []})


def run_what_is_due(call: Call) -> None:
    """Let every job whose end has come do its work, in the order in which they were started."""
    for each in call.environment.jobs.values():
        if not each.is_over and call.environment.now() >= each.ends_at:
            each.is_over = True
            _run(call, each)


def _run(call: Call, job: Job) -> None:
    if job.fault in {"job_failed", "job_invalid"}:
        job.status, job.says = (_ERROR, "Failed") if job.fault == "job_failed" else (_INVALID, "Invalid parameter")
        return
    is_half = job.fault in {"job_cancelled", "job_short"}
    try:
        rejected = _worked(call, job, is_half=is_half)
    except ValueError as error:
        job.status, job.says = _ERROR, str(error)
        return
    if "errorFile" in job.parameters and job.fault != "job_errors_gone":
        call.environment.files[job.parameters["errorFile"]] = rejected
    job.status = _CANCELLED if job.fault == "job_cancelled" else _SUCCESS
    job.says = _SAID[job.kind]


def _worked(call: Call, job: Job, *, is_half: bool) -> bytes:
    """Do a job's work, all of it or half; the archive of rejected records."""
    if job.kind == "CUBE_REFRESH":
        if not is_half:
            call.application.refresh()
        return b""
    if job.kind == "IMPORT_METADATA":
        dimension = call.environment.settings.metadata_jobs[job.name]
        job.details, rejected = import_metadata(call, dimension, job.parameters, half=is_half)
        return rejected
    job.details, rejected = import_data(call, job.parameters, half=is_half)
    return rejected


def _is_defined(call: Call, kind: str, name: object) -> bool:
    """Whether a job is one that can be run: an import of data needs no definition."""
    settings = call.environment.settings
    names = {"IMPORT_METADATA": set(settings.metadata_jobs), "CUBE_REFRESH": {settings.refresh_job}}
    return kind == "IMPORT_DATA" or name in names.get(kind, set())


def _job(call: Call) -> Job | None:
    found = call.environment.jobs.get(call.part("job"))
    return None if found is not None and found.fault == "job_gone" and found.is_over else found


def _plain(job: Job) -> dict[str, object]:
    code = UNKNOWN if job.fault == "job_unknown" else job.status
    return {
        "status": code,
        "details": job.says or None,
        "jobId": int(job.job_id),
        "jobName": job.name,
        "descriptiveStatus": _WORDS.get(code, "Unknown"),
        "links": [],
    }
