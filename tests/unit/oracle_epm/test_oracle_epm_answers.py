"""Every status and silence of Oracle, and the error that tells the line what to do about it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.support.clock import ManualClock
from tests.support.oracle_epm import epm_writer, pipeline_cell
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, TieoutError, UnavailableError
from tieout.systems.oracle_epm.cells import OracleEpmWriter

CANARY = "canary-in-a-body"
PLAN_TYPES = {"items": [{"planTypeName": "PIPELINE", "planType": 1, "cubeName": "Pipe", "cubeType": 0}]}
GOOD = {"numAcceptedCells": 1, "numUpdateCells": 1, "numRejectedCells": 0}

Handler = Callable[[httpx.Request], httpx.Response]


def planning(on_write: Handler, on_list: Handler | None = None) -> httpx.Client:
    """Answers imports and exports so; it has one plan type, unless the list is answered otherwise."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return on_list(request) if on_list else httpx.Response(200, json=PLAN_TYPES)
        return on_write(request)

    return httpx.Client(transport=httpx.MockTransport(handle))


def writer_meeting(on_write: Handler, on_list: Handler | None = None) -> OracleEpmWriter:
    """A writer whose imports and exports meet `on_write`."""
    return epm_writer("https://epm.test/", planning(on_write, on_list), ManualClock())


def error_of(status: int, content: str = CANARY, **headers: str) -> TieoutError:
    """The error of a write that is answered so."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with pytest.raises(TieoutError) as caught:
        writer_meeting(lambda _: httpx.Response(status, text=content, headers=named)).write([pipeline_cell()])
    assert CANARY not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("status", "error", "wait"),
    [
        (302, UnavailableError, 900),
        (401, AccessDeniedError, None),
        (403, AccessDeniedError, None),
        (404, AccessDeniedError, None),
        (408, LostAnswerError, None),
        (409, UnavailableError, None),
        (423, UnavailableError, None),
        (429, ThrottledError, None),
        (500, LostAnswerError, None),
        (502, LostAnswerError, None),
        (503, UnavailableError, 900),
        (504, LostAnswerError, None),
    ],
)
def test_a_status_is_an_error_of_ours(status: int, error: type[TieoutError], wait: float | None) -> None:
    """Without a look at what the body says; where Oracle names no time to wait, neither do we."""
    caught = error_of(status)
    assert type(caught) is error
    assert getattr(caught, "retry_after_seconds", None) == wait


@pytest.mark.parametrize(
    ("status", "asked", "wait"),
    [
        (429, "7", 7),
        (429, "99999", 3600),
        (503, "1200", 1200),
        (503, "5", 5),
        (503, "0", 900),
        (500, "60", 60),
        (409, "60", 60),
    ],
)
def test_oracles_word_on_waiting_is_kept(status: int, asked: str, wait: float) -> None:
    """At most an hour; where it says none, the options say how long the maintenance is waited for."""
    assert getattr(error_of(status, retry_after=asked), "retry_after_seconds", None) == wait


@pytest.mark.parametrize(
    ("status", "error"),
    [(200, LostAnswerError), (400, UnavailableError), (413, UnavailableError), (500, LostAnswerError)],
)
@pytest.mark.parametrize("page", [f"<html>{CANARY}", f"\n <!DOCTYPE html>{CANARY}"])
def test_a_page_refuses_no_cell(status: int, error: type[TieoutError], page: str) -> None:
    """Only Planning itself may refuse cells for good; its maintenance is waited for."""
    caught = error_of(status, page)
    assert type(caught) is error
    assert getattr(caught, "retry_after_seconds", None) == (None if status == 500 else 900)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"detail": " The member X does not exist. "}, "The member X does not exist."),
        ({"detail": "x" * 500}, "x" * 200),
        ({"detail": 7}, "oracle_epm_refuses_request_400"),
        (["detail"], "oracle_epm_refuses_request_400"),
    ],
)
def test_a_request_that_planning_refuses_refuses_its_cell_with_its_words(body: object, reason: str) -> None:
    """For the person who mends it; nothing is decided by them."""
    answer = writer_meeting(lambda _: httpx.Response(400, json=body)).write([pipeline_cell()])
    assert answer.refused == {"c1": reason}


@pytest.mark.parametrize("body", [b"", b"[]", b'"ok"', b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 500, b"<html>"])
def test_a_good_status_over_a_body_that_is_none_of_plannings_is_a_lost_answer(body: bytes) -> None:
    """A proxy that answers 200 with its own page says nothing about our cells."""
    with pytest.raises(LostAnswerError):
        writer_meeting(lambda _: httpx.Response(200, content=body)).write([pipeline_cell()])


@pytest.mark.parametrize(
    ("silence", "on_write", "on_read"),
    [
        (httpx.ConnectError("refused"), UnavailableError, UnavailableError),
        (httpx.ConnectTimeout("slow"), UnavailableError, UnavailableError),
        (httpx.PoolTimeout("full"), UnavailableError, UnavailableError),
        (httpx.ReadTimeout("busy"), LostAnswerError, UnavailableError),
        (httpx.WriteError("reset"), LostAnswerError, UnavailableError),
        (httpx.RemoteProtocolError("cut"), LostAnswerError, UnavailableError),
    ],
)
def test_silence_is_lost_only_after_a_write_was_sent(
    silence: httpx.RequestError, on_write: type[TieoutError], on_read: type[TieoutError]
) -> None:
    """A write whose answer is missing may have been done; a connection that never came about, or a read, changed nothing."""

    def be_silent(_: httpx.Request) -> httpx.Response:
        raise silence

    writer = writer_meeting(be_silent)
    with pytest.raises(TieoutError) as caught:
        writer.write([pipeline_cell()])
    assert type(caught.value) is on_write
    with pytest.raises(TieoutError) as caught:
        writer.read([pipeline_cell()])
    assert type(caught.value) is on_read


def test_a_write_asks_the_plan_type_of_the_application_and_waits_as_the_options_say() -> None:
    """Names are quoted into the address; ten seconds to connect, two minutes for an answer."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=GOOD)

    epm_writer("https://epm.test/", planning(answer), ManualClock(), application="Group/1?").write([pipeline_cell()])
    path = b"/HyperionPlanning/rest/v3/applications/Group%2F1%3F/plantypes/Pipeline/importdataslice"
    assert seen[0].url.raw_path == path
    assert seen[0].extensions["timeout"]["connect"] == 10
    assert seen[0].extensions["timeout"]["read"] == 120


def test_all_slices_of_a_write_share_its_time() -> None:
    """The step marks what was written in the time that is left, so a write ends when it said it would."""
    clock, reads = ManualClock(), []

    def answer(request: httpx.Request) -> httpx.Response:
        reads.append(request.extensions["timeout"]["read"])
        clock.advance(70)
        return httpx.Response(200, json=GOOD)

    writer = epm_writer("https://epm.test", planning(answer), clock)
    cells = [pipeline_cell("a"), pipeline_cell("b", measure="Amount USD", customer="HOOLI")]
    assert writer.write(cells).refused == {}
    assert reads == [120, 50]
    with pytest.raises(LostAnswerError, match="in part: UnavailableError"):
        writer.write([*cells, pipeline_cell("c", measure="Weighted amount", customer="STARK")])
    assert len(reads) == 4


def test_cells_that_are_cleared_are_written_though_planning_counts_none_of_them() -> None:
    """What comes after them without an answer is no proof that nothing was written."""
    answers = iter([httpx.Response(200, json={**GOOD, "numAcceptedCells": 0}), httpx.Response(503)])
    writer = epm_writer("https://epm.test", planning(lambda _: next(answers)), ManualClock(), clear_zeros=True)
    with pytest.raises(LostAnswerError, match="in part: UnavailableError"):
        writer.write([pipeline_cell("a", "0"), pipeline_cell("b", measure="Amount USD", customer="HOOLI")])


def test_cells_without_a_place_are_refused_and_nothing_is_sent_for_them() -> None:
    """Where no cell has one, Planning is not asked at all."""
    answer = writer_meeting(lambda _: httpx.Response(500)).write([pipeline_cell(period="FY2026-P01")])
    assert answer.refused == {"c1": "period_of_another_calendar"}
    assert answer.summary == "Pipeline: 1 given, 0 accepted, 0 updated, 1 rejected; slices: 0"


def test_a_page_is_one_by_what_it_says_it_is() -> None:
    """However it begins."""
    assert type(error_of(400, "Down for maintenance", content_type="text/html; charset=utf-8")) is UnavailableError


def test_a_password_that_is_refused_is_not_tried_again() -> None:
    """There is no other one, and a user is locked after some tries; its age is the likely cause."""
    tries: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        tries.append(request)
        return httpx.Response(401)

    with pytest.raises(AccessDeniedError, match="60 days"):
        writer_meeting(refuse).write([pipeline_cell()])
    assert len(tries) == 1


def test_a_plan_type_the_application_does_not_have_refuses_its_own_cells() -> None:
    """It is somebody's to mend; the list is asked again at the next write, since it may have come meanwhile."""
    lists = iter([{"items": [{"planTypeName": "Cash"}]}, PLAN_TYPES])
    writer = writer_meeting(lambda _: httpx.Response(200, json=GOOD), lambda _: httpx.Response(200, json=next(lists)))
    answer = writer.write([pipeline_cell()])
    assert answer.refused["c1"].startswith("plan_type_missing: ")
    assert answer.summary == "Pipeline: nothing sent"
    for _ in range(2):
        assert writer.write([pipeline_cell()]).refused == {}


def test_an_application_that_shows_no_plan_type_at_all_is_a_missing_role() -> None:
    """Refusing every cell for it would be wrong."""
    writer = writer_meeting(lambda _: httpx.Response(500), lambda _: httpx.Response(200, json={"items": []}))
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, json={}), httpx.Response(200, json={"items": None}), httpx.Response(400, json={})]
)
def test_a_list_that_is_not_as_documented_is_no_proof_that_a_cube_is_missing(answer: httpx.Response) -> None:
    """Then the import tells; no cell is refused for it."""
    writer = writer_meeting(lambda _: httpx.Response(200, json=GOOD), lambda _: answer)
    assert writer.write([pipeline_cell()]).refused == {}


@pytest.mark.parametrize(
    ("status", "error"),
    [(503, UnavailableError), (500, UnavailableError), (403, AccessDeniedError), (404, AccessDeniedError)],
)
def test_a_list_that_is_not_given_is_not_a_lost_answer(status: int, error: type[TieoutError]) -> None:
    """Nothing was written yet."""
    writer = writer_meeting(lambda _: httpx.Response(200, json=GOOD), lambda _: httpx.Response(status))
    with pytest.raises(TieoutError) as caught:
        writer.write([pipeline_cell()])
    assert type(caught.value) is error
