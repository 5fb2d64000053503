"""The simulated import API: jobs that are created, filled, validated, run, asked and removed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.systems.sap_analytics.jobs import COMPLETED, Job
from sandbox.systems.sap_analytics.model import Row
from sandbox.systems.sap_analytics.tenant import Call

_FACTS = "factData"


def create_job(call: Call) -> Response:
    """A new import job for facts of a model."""
    model = call.tenant.models[call.part("model")]
    if call.part("import_type") != _FACTS:
        raise ValueError("only facts are simulated")
    settings = call.json().get("JobSettings", {})
    job = call.tenant.desk.create(model, settings if isinstance(settings, dict) else {})
    return JSONResponse({"jobID": job.job_id, "jobURL": _address(call, job)}, status_code=201)


def list_jobs(call: Call) -> Response:
    """Every job that was not removed."""
    jobs = call.tenant.desk.jobs()
    return JSONResponse({"jobs": [{"jobID": job.job_id, "jobStatus": job.state} for job in jobs]})


def add_rows(call: Call) -> Response:
    """Take the rows of `Data`, answer how many were taken and which were not."""
    job, data = _job(call), call.json().get("Data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise ValueError("no rows")
    refused = call.tenant.desk.add(job, data)
    return JSONResponse(
        {
            "totalNumberRowsInCurrentRequest": len(data),
            "upsertedNumberRows": len(data) - len(refused),
            "failedNumberRows": len(refused),
            "failedRows": [{"row": _plain(row), "reason": reason} for row, reason in refused],
            "totalNumberRowsInJob": len(job.rows),
            "runJobURL": f"{_address(call, job)}/run",
        },
        status_code=201,
    )


def validate_job(call: Call) -> Response:
    """Judge the rows, answer how many were refused."""
    job = _job(call)
    call.tenant.desk.validate(job)
    address = _address(call, job)
    urls = {"invalidRowsURL": f"{address}/invalidRows", "jobStatusURL": f"{address}/status"}
    return JSONResponse(job.counts() | urls, status_code=201)


def run_job(call: Call) -> Response:
    """Begin to write."""
    job = _job(call)
    call.tenant.desk.run(job)
    return JSONResponse(job.counts(), status_code=201)


def job_status(call: Call) -> Response:
    """Whether it has written."""
    counts = _job(call).counts()
    state = counts.pop("jobStatus")
    said = "Job completed successfully" if state == COMPLETED else state
    return JSONResponse({"jobStatus": state, "jobStatusDescription": said, "additionalInformation": counts})


def invalid_rows(call: Call) -> Response:
    """Every row that was refused, with the reason among its columns; values are told as text."""
    refused = _job(call).refused
    return JSONResponse({"failedRows": [_plain(row) | {"_REJECTION_REASON": reason} for row, reason in refused]})


def remove_job(call: Call) -> Response:
    """Forget the job and its rows."""
    call.tenant.desk.remove(_job(call))
    return Response(status_code=204)


def _job(call: Call) -> Job:
    job = call.tenant.desk.job(call.part("job"))
    if call.tenant.faults.take(frozenset({"job_vanishes"}), call.request.method, call.request.url.path):
        call.tenant.desk.remove(job)
        raise KeyError(job.job_id)
    return job


def _address(call: Call, job: Job) -> str:
    return str(call.request.url.replace(path=f"/api/v1/dataimport/jobs/{job.job_id}", query=""))


def _plain(row: Row) -> dict[str, Any]:
    return {column: format(value, "f") if isinstance(value, Decimal) else value for column, value in row.items()}
