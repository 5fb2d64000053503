"""Every status and silence of Anaplan, and the error that tells the line what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.support.anaplan import anaplan_writer, pipeline_cell
from tests.support.clock import ManualClock
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    ThrottledError,
    TieoutError,
    TransientError,
    UnavailableError,
)
from tieout.systems.anaplan.writing import AnaplanWriter

URL = "https://anaplan.test"
CANARY = "canary-in-a-body"
LOGIN = {"tokenInfo": {"tokenValue": "canary-token", "expiresAt": 1_900_000_000_000}}
MODULES = {"meta": {"paging": {"totalSize": 1}}, "modules": [{"id": "102000000001", "name": "Pipeline"}]}
LINE_ITEMS = {"items": [{"id": "206000000001", "name": "Amount"}]}

Handler = Callable[[httpx.Request], httpx.Response]


def writer_meeting(on_write: Handler, on_modules: Handler | None = None) -> AnaplanWriter:
    """A writer whose logins succeed and whose cell writes meet `on_write`."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/token/"):
            return httpx.Response(201, json=LOGIN)
        if request.url.path.endswith("/modules"):
            return on_modules(request) if on_modules else httpx.Response(200, json=MODULES)
        if request.url.path.endswith("/lineItems"):
            return httpx.Response(200, json=LINE_ITEMS)
        return on_write(request)

    return anaplan_writer(URL, httpx.Client(transport=httpx.MockTransport(handle)), ManualClock())


def error_on_write(status: int, **headers: str) -> TieoutError:
    """The error of a write that is answered with a status and a body full of things not to repeat."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    writer = writer_meeting(lambda _: httpx.Response(status, text=f"<html>{CANARY}</html>", headers=named))
    with pytest.raises(TieoutError) as caught:
        writer.write([pipeline_cell()])
    return caught.value


@pytest.mark.parametrize(
    ("status", "error", "wait"),
    [
        (302, UnavailableError, None),
        (403, AccessDeniedError, None),
        (404, AccessDeniedError, None),
        (408, LostAnswerError, None),
        (409, UnavailableError, 30),
        (410, UnavailableError, None),
        (422, UnavailableError, 300),
        (423, UnavailableError, 300),
        (424, UnavailableError, 300),
        (425, AccessDeniedError, None),
        (429, ThrottledError, 10),
        (400, MalformedError, None),
        (405, MalformedError, None),
        (413, MalformedError, None),
        (415, MalformedError, None),
        (500, LostAnswerError, None),
        (502, LostAnswerError, None),
        (503, UnavailableError, None),
        (504, LostAnswerError, None),
        (520, LostAnswerError, None),
    ],
)
def test_every_status_of_a_write_has_its_error(status: int, error: type[TieoutError], wait: float | None) -> None:
    """Busy, closed, denied, throttled and unknown are told apart by the status alone, and bodies are not repeated."""
    caught = error_on_write(status)
    assert type(caught) is error
    assert getattr(caught, "retry_after_seconds", None) == wait
    assert CANARY not in str(caught)
    assert "canary-token" not in str(caught)


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "7", 7),
        (429, "0", 10),
        (429, "soon", 10),
        (429, "-5", 10),
        (429, "99999999999999999999", 3600),
        (429, "Mon, 02 Mar 2026 09:00:42 GMT", 42),
        (429, "Mon, 02 Mar 2026 08:00:00 GMT", 10),
        (503, "20", 20),
        (502, "20", 20),
        (409, "5", 30),
        (423, "5", 300),
        (423, "900", 900),
    ],
)
def test_a_wait_anaplan_asks_for_is_kept(status: int, header: str, wait: float) -> None:
    """Retry-After counts, as seconds or a date, where it is longer than what the state of the model itself asks for."""
    caught = error_on_write(status, retry_after=header)
    assert isinstance(caught, TransientError)
    assert caught.retry_after_seconds == wait


@pytest.mark.parametrize(
    ("silence", "on_write", "on_read"),
    [
        (httpx.ConnectError("refused"), UnavailableError, UnavailableError),
        (httpx.ConnectTimeout("slow"), UnavailableError, UnavailableError),
        (httpx.PoolTimeout("full"), UnavailableError, UnavailableError),
        (httpx.ReadTimeout("busy"), LostAnswerError, UnavailableError),
        (httpx.WriteTimeout("busy"), LostAnswerError, UnavailableError),
        (httpx.ReadError("reset"), LostAnswerError, UnavailableError),
        (httpx.WriteError("reset"), LostAnswerError, UnavailableError),
        (httpx.RemoteProtocolError("cut"), LostAnswerError, UnavailableError),
        (httpx.DecodingError("bad gzip"), LostAnswerError, UnavailableError),
    ],
)
def test_silence_is_lost_only_after_a_write_was_sent(
    silence: httpx.RequestError, on_write: type[TieoutError], on_read: type[TieoutError]
) -> None:
    """A write whose answer is missing may have been done; a connection that never came about, or a read, changed nothing."""

    def be_silent(_: httpx.Request) -> httpx.Response:
        raise silence

    with pytest.raises(TieoutError) as caught:
        writer_meeting(be_silent).write([pipeline_cell()])
    assert type(caught.value) is on_write
    with pytest.raises(TieoutError) as caught:
        writer_meeting(be_silent, on_modules=be_silent).write([pipeline_cell()])
    assert type(caught.value) is on_read


@pytest.mark.parametrize(
    "body", [b"<html>maintenance</html>", b"", b"[]", b'"ok"', b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 500]
)
def test_a_good_status_over_a_body_that_is_none_of_anaplans_is_a_lost_answer(body: bytes) -> None:
    """A proxy that answers 200 with its own page says nothing about our cells."""
    with pytest.raises(LostAnswerError):
        writer_meeting(lambda _: httpx.Response(200, content=body)).write([pipeline_cell()])


def test_a_model_that_shows_no_module_at_all_is_a_missing_role() -> None:
    """No access is not told from no module; refusing every cell for it would be wrong."""
    writer = writer_meeting(
        lambda _: httpx.Response(500), lambda _: httpx.Response(200, json={"status": {"code": 200}})
    )
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])


def test_a_write_waits_for_its_answer_as_long_as_the_model_may_be_busy() -> None:
    """Ten seconds to connect, but at least two minutes for an answer: a busy model keeps the connection open."""
    seen: list[dict[str, float]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"numberOfCellsChanged": 1})

    writer_meeting(answer).write([pipeline_cell()])
    assert seen[0]["connect"] == 10
    assert seen[0]["read"] >= 120


def test_a_module_that_went_is_looked_up_again() -> None:
    """After a 404 the remembered id is forgotten, so that a replaced model heals by itself once the grant is right."""
    asked: list[str] = []

    def modules(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=MODULES)

    answers = iter([httpx.Response(404), httpx.Response(200, json={"numberOfCellsChanged": 1})])
    writer = writer_meeting(lambda _: next(answers), modules)
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])
    assert writer.write([pipeline_cell()]).refused == {}
    assert len(asked) == 2


def test_modules_are_found_over_pages_the_server_cuts_short() -> None:
    """A page may be smaller than asked for, without a word; the search goes on until all are seen."""
    names = ["Actuals", "Bookings", "Pipeline"]
    offsets: list[str] = []

    def modules(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        assert request.url.params["limit"] == "5000"  # the most Anaplan gives
        offsets.append(str(offset))
        page = [{"id": f"10200000000{offset}", "name": names[offset]}]
        return httpx.Response(200, json={"meta": {"paging": {"totalSize": 3}}, "modules": page})

    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return httpx.Response(200, json={"numberOfCellsChanged": 1})

    writer_meeting(answer, modules).write([pipeline_cell()])
    assert offsets == ["0", "1", "2"]
    assert paths == ["/2/0/models/1A2B3C4D5E6F70819203A4B5C6D7E8F9/modules/102000000002/data"]


def test_an_id_from_an_answer_cannot_change_the_path() -> None:
    """An id is quoted into the address, whatever an answer says it is."""
    hostile = {"modules": [{"id": "../../users?x=", "name": "Pipeline"}]}
    paths: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(200, json={"numberOfCellsChanged": 1})

    writer_meeting(answer, lambda _: httpx.Response(200, json=hostile)).write([pipeline_cell()])
    assert re.fullmatch(rb"/2/0/models/[0-9A-F]+/modules/[^/?]+/data", paths[0])
