"""Every status, code and silence of SAP Analytics Cloud, and the error that tells the line what to do about it."""

from __future__ import annotations

import httpx
import pytest

from tests.support.clock import NotedClock
from tests.support.sap_analytics import analytics_writer, pipeline_cell
from tests.support.sap_analytics_steps import TOKEN, URL, Handler, writer_meeting
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    ThrottledError,
    TieoutError,
    TransientError,
    UnavailableError,
)

CANARY = "canary-in-a-body"


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
    assert answer.reference == ""


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
