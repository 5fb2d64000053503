"""Every status, code and silence of SAP Analytics Cloud, and the error that tells the line what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.clock import NotedClock
from tests.support.sap_analytics import analytics_writer, pipeline_cell
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    ThrottledError,
    TieoutError,
    TransientError,
    UnavailableError,
)
from tieout.landscape import Option
from tieout.systems.sap_analytics.cells import AnalyticsWriter

URL = "https://tenant.test"
CANARY = "canary-in-a-body"
TOKEN = "canary-token"

Handler = Callable[[httpx.Request], httpx.Response]


def good(request: httpx.Request) -> httpx.Response:
    """What a tenant answers that takes everything: `create`, `add`, `validate`, `run`, `status`, `invalid`, `remove`."""
    answers: dict[str, Any] = {
        "create": {"JobID": "J/1"},
        "add": {"upsertedNumberRows": 1, "failedNumberRows": 0, "failedRows": []},
        "validate": {"jobStatus": "READY_FOR_WRITE", "totalNumberRowsInJob": 1, "failedNumberRows": 0},
        "run": {"jobStatus": "PROCESSING"},
        "status": {"jobStatus": "COMPLETED", "additionalInformation": {"failedNumberRows": 0}},
        "invalid": {"failedRows": []},
        "remove": {},
    }
    return httpx.Response(200, json=answers[step_of(request)])


def step_of(request: httpx.Request) -> str:
    """Which step of a write a request is."""
    if request.method == "DELETE":
        return "remove"
    last = request.url.path.rpartition("/")[2]
    named = {"factData": "create", "validate": "validate", "run": "run", "status": "status", "invalidRows": "invalid"}
    return named.get(last, "add")


def writer_meeting(**at: Handler | dict[str, Any]) -> AnalyticsWriter:
    """A writer whose login succeeds, and that meets something else at the named steps: an answer's body, or whatever answers."""
    return writer_with({}, **at)


def writer_with(options: dict[str, Option], **at: Handler | dict[str, Any]) -> AnalyticsWriter:
    """As `writer_meeting`, with further options."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 3600})
        if request.url.path == "/api/v1/csrf":
            return httpx.Response(200, headers={"x-csrf-token": "canary-csrf"})
        met = at.get(step_of(request), good)
        return met(request) if callable(met) else httpx.Response(200, json=met)

    return analytics_writer(URL, httpx.Client(transport=httpx.MockTransport(handle)), NotedClock(), **options)


def error_at(step: str, answer: Handler) -> TieoutError:
    """The error of a write that is given this answer at a step."""
    with pytest.raises(TieoutError) as caught:
        writer_meeting(**{step: answer}).write([pipeline_cell()])
    return caught.value


@pytest.mark.parametrize(
    ("status", "before", "at_run", "wait"),
    [
        (302, UnavailableError, UnavailableError, None),
        (400, MalformedError, MalformedError, None),
        (401, AccessDeniedError, AccessDeniedError, None),
        (403, AccessDeniedError, AccessDeniedError, None),
        (405, MalformedError, MalformedError, None),
        (408, UnavailableError, LostAnswerError, None),
        (409, UnavailableError, UnavailableError, None),
        (413, MalformedError, MalformedError, None),
        (423, UnavailableError, UnavailableError, None),
        (429, ThrottledError, ThrottledError, 30),
        (500, UnavailableError, LostAnswerError, None),
        (502, UnavailableError, LostAnswerError, None),
        (503, UnavailableError, UnavailableError, None),
        (504, UnavailableError, LostAnswerError, None),
        (520, UnavailableError, LostAnswerError, None),
    ],
)
def test_every_status_has_its_error(
    status: int, before: type[TieoutError], at_run: type[TieoutError], wait: float | None
) -> None:
    """Only the call that makes a job write can leave it open whether it did; bodies and secrets are not repeated."""
    for step, error in (("create", before), ("add", before), ("validate", before), ("run", at_run)):
        caught = error_at(step, lambda _: httpx.Response(status, text=f"<html>{CANARY}</html>"))
        assert type(caught) is error
        assert getattr(caught, "retry_after_seconds", None) == wait
        assert "canary" not in str(caught)


@pytest.mark.parametrize(("step", "error"), [("create", AccessDeniedError), ("add", UnavailableError)])
def test_404_is_a_job_that_is_gone_or_a_model_we_may_not_see(step: str, error: type[TieoutError]) -> None:
    """A job expires, so that another will do; a model does not."""
    assert isinstance(error_at(step, lambda _: httpx.Response(404)), error)


@pytest.mark.parametrize(
    ("code", "error", "wait"),
    [
        (1001, UnavailableError, 60),
        (1002, UnavailableError, 60),
        (1003, UnavailableError, 60),
        (1006, MalformedError, None),
        (1007, UnavailableError, 60),
        (1010, UnavailableError, 60),
        (1011, MalformedError, None),
        (3401, AccessDeniedError, None),
    ],
)
@pytest.mark.parametrize(
    "form", ['{"error":{"code":%d,"message":"canary"}}', '{"code":"%d"}', '{"error":{"code":"%d"}}']
)
def test_a_code_of_saps_counts_whatever_the_status(
    code: int, error: type[TieoutError], wait: float | None, form: str
) -> None:
    """Limits on jobs are no fault of the rows, and a grant that is missing is a person's to give."""
    caught = error_at("validate", lambda _: httpx.Response(400, content=(form % code).encode()))
    assert isinstance(caught, error)
    assert getattr(caught, "retry_after_seconds", None) == wait
    assert "canary" not in str(caught)


@pytest.mark.parametrize(
    "body", [b"[1002]", b'{"error":[1002]}', b'{"code":true}', b'{"code":"x1002"}', b'{"code":1002.5}']
)
def test_what_is_no_code_is_none(body: bytes) -> None:
    """Then the status decides."""
    assert isinstance(error_at("add", lambda _: httpx.Response(400, content=body)), MalformedError)


def test_columns_the_model_lacks_refuse_the_cells_that_go_there() -> None:
    """Every cell would be refused alone as well: none is tried."""
    answer = writer_meeting(add=lambda _: httpx.Response(400, json={"error": {"code": 1004}})).write([pipeline_cell()])
    assert list(answer.refused) == ["c1"]
    assert answer.summary.endswith("job none")


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", 7),
        ("0", 30),
        ("soon", 30),
        ("-5", 30),
        ("99999999999999999999", 3600),
        ("Mon, 02 Mar 2026 09:00:42 GMT", 42),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 30),
    ],
)
def test_a_wait_sap_asks_for_is_kept(header: str, wait: float) -> None:
    """Retry-After counts, as seconds or a date."""
    caught = error_at("create", lambda _: httpx.Response(429, headers={"retry-after": header}))
    assert isinstance(caught, TransientError)
    assert caught.retry_after_seconds == wait


@pytest.mark.parametrize(
    ("silence", "at_run"),
    [
        (httpx.ConnectError("refused"), UnavailableError),
        (httpx.ConnectTimeout("slow"), UnavailableError),
        (httpx.PoolTimeout("full"), UnavailableError),
        (httpx.ReadTimeout("busy"), LostAnswerError),
        (httpx.WriteError("reset"), LostAnswerError),
        (httpx.RemoteProtocolError("cut"), LostAnswerError),
    ],
)
def test_silence_is_lost_only_after_a_job_was_told_to_write(
    silence: httpx.RequestError, at_run: type[TieoutError]
) -> None:
    """A job whose run was not answered may write; before that nothing does."""

    def be_silent(_: httpx.Request) -> httpx.Response:
        raise silence

    for step, error in (("create", UnavailableError), ("add", UnavailableError), ("run", at_run)):
        assert type(error_at(step, be_silent)) is error


@pytest.mark.parametrize("body", [b"<html>login</html>", b"", b"[]", b'"ok"', b"\xff\xfe", b'{"a":1,"a":2}'])
def test_a_good_status_over_a_body_that_is_none_of_saps_says_nothing(body: bytes) -> None:
    """A proxy or a login page that answers 200 says nothing about our rows."""
    assert isinstance(error_at("run", lambda _: httpx.Response(200, content=body)), LostAnswerError)
    assert isinstance(error_at("validate", lambda _: httpx.Response(200, content=body)), UnavailableError)


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
        assert request.extensions["timeout"] == {"connect": 10, "read": 30, "write": 30, "pool": 30}
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
            clock.advance(120)
        assert step_of(request) != "run"
        return httpx.Response(200, json=good(request).json(), headers={"x-csrf-token": "csrf"})

    http = httpx.Client(transport=httpx.MockTransport(handle))
    with pytest.raises(UnavailableError, match="too slow"):
        analytics_writer(URL, http, clock).write([pipeline_cell()])


def test_a_csrf_token_that_is_refused_again_is_asked_for_no_more() -> None:
    """A session that never holds is the tenant's trouble; nothing was done."""
    tries: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        tries.append(request.method)
        return httpx.Response(403, headers={"x-csrf-token": "Required"})

    assert isinstance(error_at("run", refuse), UnavailableError)
    assert len(tries) == 3


@pytest.mark.parametrize("headers", [{}, {"x-csrf-token": ""}, {"x-csrf-token": "a\tb"}])
def test_an_answer_without_a_usable_csrf_token_is_no_session(headers: dict[str, str]) -> None:
    """It is found before anything is sent with it."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": TOKEN})
        return httpx.Response(200, headers=headers)

    with pytest.raises(UnavailableError, match="CSRF"):
        analytics_writer(URL, httpx.Client(transport=httpx.MockTransport(handle)), NotedClock()).write(
            [pipeline_cell()]
        )
