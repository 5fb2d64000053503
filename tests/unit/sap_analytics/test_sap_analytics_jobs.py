"""Import jobs from their creation to their removal: what is sent, and what the counts of refused rows mean."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from functions.deliver.answering import written
from tests.support.clock import NotedClock
from tests.support.sap_analytics import analytics_writer, pipeline_cell
from tests.support.sap_analytics_steps import TOKEN, URL, good, step_of, writer_meeting
from tieout.errors import LostAnswerError, MalformedError, RefusedInPartError, UnavailableError


def test_every_call_says_what_sap_asks_for() -> None:
    """The custom authentication, the token, and for what changes something the CSRF token; the job's id cannot change the path."""
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return good(request)

    steps = ("create", "add", "validate", "run", "status", "remove")
    writer_meeting(**dict.fromkeys(steps, note)).write([pipeline_cell()])
    assert [step_of(request) for request in seen] == list(steps)
    for request in seen:
        assert request.headers["x-sap-sac-custom-auth"] == "true"
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert (request.headers.get("x-csrf-token") == "canary-csrf") == (request.method != "GET")
        assert request.extensions["timeout"] == {"connect": 10, "read": 25, "write": 25, "pool": 25}
    assert json.loads(seen[0].content) == {
        "JobSettings": {"importMethod": "Update", "executeWithFailedRows": True, "ignoreAdditionalColumns": False}
    }
    paths = [request.url.raw_path.decode().removeprefix("/api/v1/dataimport/") for request in seen]
    assert paths == ["models/C_PIPELINE/factData", "jobs/J%2F1", "jobs/J%2F1/validate", "jobs/J%2F1/run",
                     "jobs/J%2F1/status", "jobs/J%2F1"]  # fmt: skip


@pytest.mark.parametrize("created", [{}, {"jobID": ""}, {"jobID": 7}, {"id": "J1"}])
def test_a_job_without_an_id_is_of_no_use(created: dict[str, Any]) -> None:
    """Nothing can be added to it, nor can it be removed."""
    with pytest.raises(UnavailableError):
        writer_meeting(create=created).write([pipeline_cell()])


MARCH = {"Customer": "ACME", "ProductLine": "SOFTWARE", "LegalEntity": "EMEA", "Currency": "EUR", "Date": "202603",
         "Version": "public.Forecast", "Amount": "1"}  # fmt: skip
REFUSED_WHEN_ADDED = {"failedNumberRows": 1, "failedRows": [{"row": MARCH, "reason": "no"}]}
INVALID = {"failedRows": [{**MARCH, "_REJECTION_REASON": "no"}]}
TWO = [pipeline_cell("a"), pipeline_cell("b", period="2026-04")]


@pytest.mark.parametrize(
    ("add", "validate", "invalid"),
    [
        (REFUSED_WHEN_ADDED, {"failedNumberRows": 0, "totalNumberRowsInJob": 1}, {}),
        (REFUSED_WHEN_ADDED, {"failedNumberRows": 1, "totalNumberRowsInJob": 1}, INVALID),
        (REFUSED_WHEN_ADDED, {"failedNumberRows": 1, "totalNumberRowsInJob": 1}, {}),
        ({}, {"failedNumberRows": 1, "totalNumberRowsInJob": 2}, INVALID),
        ({}, {"failedNumberRows": 1, "totalNumberRowsInJob": 1}, INVALID),
        ({}, {}, INVALID),
    ],
)
def test_both_ways_to_count_refused_rows_come_to_the_same(
    add: dict[str, Any], validate: dict[str, Any], invalid: dict[str, Any]
) -> None:
    """Whether rows that were refused when they were added count again, and in the total, is not documented."""
    writer = writer_meeting(add=add, validate=validate, invalid=invalid)
    assert writer.write(TWO).refused == {"a": "no"}


@pytest.mark.parametrize(
    ("add", "validate", "invalid"),
    [
        ({"failedNumberRows": 1}, {"failedNumberRows": 0}, {}),
        ({}, {"failedNumberRows": 1}, {}),
        ({}, {"failedNumberRows": 2}, INVALID),
        ({}, {"failedNumberRows": 0, "totalNumberRowsInJob": 1}, {}),
        (REFUSED_WHEN_ADDED, {"failedNumberRows": 0, "totalNumberRowsInJob": 0}, {}),
    ],
)
def test_rows_that_are_refused_without_a_name_keep_the_job_from_running(
    add: dict[str, Any], validate: dict[str, Any], invalid: dict[str, Any]
) -> None:
    """Not one may count as written, so nothing is: the deliver step halves until the row is alone."""

    def not_here(_: httpx.Request) -> httpx.Response:
        raise AssertionError

    with pytest.raises(MalformedError, match="does_not_name"):
        writer_meeting(add=add, validate=validate, invalid=invalid, run=not_here).write(TWO)


def test_a_job_that_is_refused_as_a_whole_after_another_has_written_is_halved_like_any_other() -> None:
    """It is told apart from a refusal before anything was written, and the cell that spoils the job is refused alone."""

    def spoiled(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400) if b"NOBODY" in request.content else good(request)

    writer = writer_meeting(add=spoiled)
    cells = [
        pipeline_cell("a"),
        pipeline_cell("b", measure="Amount USD", customer="GLOBEX"),
        pipeline_cell("c", measure="Amount USD", customer="NOBODY"),
    ]
    with pytest.raises((MalformedError, LostAnswerError)) as met:
        writer.write(cells)
    assert isinstance(met.value, RefusedInPartError)
    with pytest.raises(MalformedError) as met:
        writer.write(cells[1:])
    assert not isinstance(met.value, RefusedInPartError)
    assert written(cells, writer).refused == {"c": "sac_refuses_request_400"}


@pytest.mark.parametrize("status", [{"failedNumberRows": 1}, {"additionalInformation": {"failedNumberRows": 1}}])
def test_a_finished_job_tells_of_rows_it_left_out_in_either_place(status: dict[str, Any]) -> None:
    """Where it names them they are refused, else the write is left open."""
    completed = {"jobStatus": "COMPLETED", **status}
    assert writer_meeting(status=completed, invalid=INVALID).write(TWO[:1]).refused == {"a": "no"}
    with pytest.raises(LostAnswerError, match="does not name"):
        writer_meeting(status=completed).write(TWO[:1])


def test_a_state_nobody_published_is_no_end() -> None:
    """A job that is neither completed nor failed is asked until its time is up, and then left open."""
    with pytest.raises(LostAnswerError, match="in time"):
        writer_meeting(status={"jobStatus": "COMPLETED_SOMEHOW"}).write([pipeline_cell()])


def test_a_write_that_was_slow_before_its_job_is_run_is_not_begun() -> None:
    """There would be no time to wait for the job: nothing is written, and that is known."""
    clock = NotedClock()

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": TOKEN})
        if step_of(request) == "validate":
            clock.advance(100)
        assert step_of(request) != "run"
        return httpx.Response(200, json=good(request).json(), headers={"x-csrf-token": "csrf"})

    http = httpx.Client(transport=httpx.MockTransport(handle))
    with pytest.raises(UnavailableError, match="too slow"):
        analytics_writer(URL, http, clock).write([pipeline_cell()])
