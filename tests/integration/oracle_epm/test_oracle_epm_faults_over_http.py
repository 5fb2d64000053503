"""The Oracle EPM writer against the simulated environment over real HTTP: every state, status and silence."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from tests.support.oracle_epm import OPTIONS, epm_writer, expense_cell, pipeline_cell
from tests.support.oracle_epm_environment import Hasty, RunningEnvironment, running_environment
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, TieoutError, UnavailableError

HTML = "<html>Scheduled maintenance</html>"
TWO_GRIDS = [pipeline_cell("a"), pipeline_cell("b", customer="GLOBEX", measure="Amount USD")]


def test_the_daily_maintenance_leaves_the_target_alone(environment: RunningEnvironment) -> None:
    """503 in HTML: nothing is written, the target is left alone as long as the options say, and then it is over."""
    writer = environment.writer(maintenance_minutes=20)
    environment.control("maintenance", {"seconds": 3000})
    with pytest.raises(UnavailableError) as caught:
        writer.write([pipeline_cell()])
    assert caught.value.retry_after_seconds == 20 * 60
    assert environment.values() == {}
    environment.clock.advance(3001)
    assert writer.write([pipeline_cell()]).refused == {}


@pytest.mark.parametrize(("detail", "wait"), [({}, None), ({"retry_after": 7}, 7)])
def test_a_throttled_write_waits(environment: RunningEnvironment, detail: dict[str, int], wait: float | None) -> None:
    """As long as it is told, where it is: no limit is published."""
    environment.fault("throttled", detail=detail)
    with pytest.raises(ThrottledError) as caught:
        environment.writer().write([pipeline_cell()])
    assert caught.value.retry_after_seconds == wait


def test_more_calls_than_the_bucket_holds_are_throttled_and_it_refills() -> None:
    """One call is free again every ten seconds of six a minute."""
    with running_environment(requests_per_minute=6) as environment:
        writer = environment.writer()
        for _ in range(5):  # and the list of plan types, once
            writer.write([pipeline_cell()])
        with pytest.raises(ThrottledError):
            writer.write([pipeline_cell()])
        environment.clock.advance(10)
        assert writer.write([pipeline_cell()]).refused == {}


@pytest.mark.parametrize(
    ("status", "error"), [(400, UnavailableError), (403, AccessDeniedError), (404, AccessDeniedError), (302, UnavailableError),
                          (500, LostAnswerError), (502, LostAnswerError), (503, UnavailableError), (200, LostAnswerError)]
)  # fmt: skip
def test_a_page_of_html_is_never_taken_for_a_refusal_of_cells(
    environment: RunningEnvironment, status: int, error: type[TieoutError]
) -> None:
    """Proxies and the maintenance answer in HTML: no cell is refused for good, and none counts as written."""
    environment.fault("answer", status=status, body=HTML, headers={"content-type": "text/html"})
    with pytest.raises(TieoutError) as caught:
        environment.writer().write([pipeline_cell()])
    assert type(caught.value) is error
    if status in {200, 302, 400, 503}:
        assert getattr(caught.value, "retry_after_seconds", None) == 15 * 60


def test_an_application_that_is_not_there_is_denied(environment: RunningEnvironment) -> None:
    """404 may hide a missing role, so a person looks."""
    with pytest.raises(AccessDeniedError):
        environment.writer(application="Other").write([pipeline_cell()])


def test_a_plan_type_that_is_not_there_stops_no_other(environment: RunningEnvironment) -> None:
    """Its cells are refused by name, and read as none."""
    writer = environment.writer(cubes=OPTIONS["cubes"] | {"Pipeline": {"plan_type": "Pipe"}})  # type: ignore[operator]  # a table
    assert writer.write([pipeline_cell()]).refused["c1"].startswith("plan_type_missing")
    assert writer.write([expense_cell(value="3")]).refused == {}
    assert writer.read([pipeline_cell(), expense_cell()]) == {"c1": None, "e1": Decimal(3)}


def test_a_lost_answer_is_lost_although_the_cell_is_set(environment: RunningEnvironment) -> None:
    """The write took effect and its answer broke off: writing again ends in the same number."""
    writer = environment.writer()
    environment.fault("lost_answer")
    with pytest.raises(LostAnswerError):
        writer.write([pipeline_cell("a", "5.00")])
    assert list(environment.values().values()) == ["5.00"]
    assert writer.write([pipeline_cell("a", "5.00")]).refused == {}
    assert list(environment.values().values()) == ["5.00"]


def test_a_write_that_outwaits_its_patience_is_lost_and_lands_later(environment: RunningEnvironment) -> None:
    """After the timeout nobody knows: here the write is done once the cube is free."""
    with httpx.Client(transport=Hasty()) as hasty:
        writer = epm_writer(environment.url, hasty, environment.clock)
        environment.fault("busy", seconds=60)
        with pytest.raises(LostAnswerError):
            writer.write([pipeline_cell()])
    assert environment.values() == {}
    environment.clock.advance(61)
    pause, until = threading.Event(), datetime.now(UTC) + timedelta(seconds=10)
    while not environment.values() and datetime.now(UTC) < until:
        pause.wait(0.02)
    assert environment.values() != {}


def test_no_connection_is_not_a_lost_answer(environment: RunningEnvironment) -> None:
    """Where nobody listens, nothing was written."""
    with pytest.raises(UnavailableError):
        epm_writer("http://127.0.0.1:9", environment.http, environment.clock).write([pipeline_cell()])


@pytest.mark.parametrize(
    ("parts", "wait"),
    [
        ({"kind": "answer", "status": 503, "body": HTML}, 15 * 60),
        ({"kind": "answer", "status": 429, "headers": {"retry-after": "7"}}, 7),
        ({"kind": "answer", "status": 403}, None),
        ({"kind": "lost_answer"}, None),
    ],
)
def test_a_write_that_fails_after_its_first_slice_is_lost(
    environment: RunningEnvironment, parts: dict[str, object], wait: float | None
) -> None:
    """Part of it is written, so no error may say that nothing is; how long to leave the target alone is kept."""
    environment.fault("slow", seconds=0)  # strikes the first slice and does it no harm
    environment.fault(**parts)  # type: ignore[arg-type]  # the kind is among the parts
    with pytest.raises(LostAnswerError) as caught:
        environment.writer().write(TWO_GRIDS)
    assert caught.value.retry_after_seconds == wait
    assert ("Pipeline", "Amount", "ACME", "Mar") in environment.values()


def test_a_write_that_fails_with_its_first_slice_wrote_nothing(environment: RunningEnvironment) -> None:
    """Then the error is what it is: the cells stay to be written."""
    environment.fault("maintenance")
    with pytest.raises(UnavailableError):
        environment.writer().write(TWO_GRIDS)
    assert environment.values() == {}


def test_one_cubes_failure_is_not_anothers(environment: RunningEnvironment) -> None:
    """A fault of one plan type leaves the next write as it is."""
    writer = environment.writer()
    environment.fault("answer", path="/plantypes/Pipeline/", status=500)
    with pytest.raises(LostAnswerError):
        writer.write([pipeline_cell()])
    assert writer.write([expense_cell()]).refused == {}
