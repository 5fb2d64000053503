"""The Anaplan writer against the simulated tenant over real HTTP: every state, status and silence."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sandbox.systems.anaplan.app import create_app
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.serving import serve
from tests.support.anaplan import anaplan_writer, cash_cell, pipeline_cell
from tests.support.anaplan_tenant import RunningTenant
from tests.support.clock import ManualClock
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    ThrottledError,
    TieoutError,
    UnavailableError,
)

HTML = "<html>Scheduled maintenance</html>"


def test_a_model_that_is_not_ours_is_denied(tenant: RunningTenant) -> None:
    """404 hides no access, so it is never taken for an empty model."""
    with pytest.raises(AccessDeniedError):
        tenant.writer(model_id="0" * 32).write([pipeline_cell()])


@pytest.mark.parametrize(
    ("kind", "error", "wait"),
    [
        ("conflict", UnavailableError, 30),
        ("moved", UnavailableError, None),
        ("archived", UnavailableError, 300),
        ("locked", UnavailableError, 300),
        ("offline", UnavailableError, 300),
        ("deployed", AccessDeniedError, None),
        ("throttled", ThrottledError, 10),
    ],
)
def test_a_model_that_takes_nothing_now_leaves_cells_as_they_are(
    tenant: RunningTenant, kind: str, error: type[TieoutError], wait: float | None
) -> None:
    """Every state of a closed model has its error and its wait, changes no cell, and is over when it is over."""
    writer = tenant.writer()
    tenant.fault(kind)
    with pytest.raises(TieoutError) as caught:
        writer.write([pipeline_cell()])
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after_seconds", None) == wait
    assert tenant.values() == {}
    assert writer.write([pipeline_cell()]).refused == {}


def test_a_throttled_write_waits_as_long_as_it_is_told(tenant: RunningTenant) -> None:
    """Retry-After is Anaplan's word."""
    tenant.fault("throttled", detail={"retry_after": 7})
    with pytest.raises(ThrottledError) as caught:
        tenant.writer().write([pipeline_cell()])
    assert caught.value.retry_after_seconds == 7


@pytest.mark.parametrize(
    ("status", "error"), [(400, MalformedError), (403, AccessDeniedError), (404, AccessDeniedError), (500, LostAnswerError),
                          (502, LostAnswerError), (503, UnavailableError), (504, LostAnswerError), (200, LostAnswerError)]
)  # fmt: skip
def test_a_page_of_html_is_judged_by_its_status(tenant: RunningTenant, status: int, error: type[TieoutError]) -> None:
    """Proxies and maintenance answer in HTML: a body is never needed to know what to do."""
    tenant.fault("answer", status=status, body=HTML, headers={"content-type": "text/html"})
    with pytest.raises(TieoutError) as caught:
        tenant.writer().write([pipeline_cell()])
    assert type(caught.value) is error


def test_a_lost_answer_is_lost_although_the_cell_is_set(tenant: RunningTenant) -> None:
    """The write took effect and its answer broke off: the cell stays to be written, and writing again ends in the same number."""
    writer = tenant.writer()
    tenant.fault("lost_answer")
    with pytest.raises(LostAnswerError):
        writer.write([pipeline_cell("a", "5.00")])
    assert list(tenant.values().values()) == ["5.00"]
    assert writer.write([pipeline_cell("a", "5.00")]).refused == {}
    assert list(tenant.values().values()) == ["5.00"]


def test_a_write_to_a_busy_model_waits_and_is_done(tenant: RunningTenant) -> None:
    """While an import has the model the answer is late, not refused; the status still answers meanwhile."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    tenant.fault("busy", seconds=60)
    done: list[object] = []
    waiting = threading.Thread(target=lambda: done.append(writer.write([pipeline_cell()])))
    waiting.start()
    until = datetime.now(UTC) + timedelta(seconds=10)
    while not tenant.control("model")["busy"] and datetime.now(UTC) < until:
        waiting.join(0.01)
    assert done == []
    assert ("Pipeline", "Amount", "Mar 26") not in tenant.values()
    tenant.clock.advance(61)
    waiting.join(10)
    assert len(done) == 1
    assert ("Pipeline", "Amount", "Mar 26") in tenant.values()


def test_a_write_that_outwaits_its_patience_is_lost_and_lands_later(tenant: RunningTenant) -> None:
    """After the read timeout nobody knows: here the blocked write is done once the model is free."""
    writer = anaplan_writer(tenant.url, tenant.hasty, tenant.clock)
    writer.write([cash_cell()])
    tenant.fault("busy", seconds=60)
    with pytest.raises(LostAnswerError):
        writer.write([pipeline_cell()])
    assert ("Pipeline", "Amount", "Mar 26") not in tenant.values()
    tenant.clock.advance(61)
    pause = threading.Event()
    until = datetime.now(UTC) + timedelta(seconds=10)
    while ("Pipeline", "Amount", "Mar 26") not in tenant.values() and datetime.now(UTC) < until:
        pause.wait(0.02)
    assert ("Pipeline", "Amount", "Mar 26") in tenant.values()


def test_no_connection_is_not_a_lost_answer(tenant: RunningTenant) -> None:
    """Where nobody listens, nothing was written."""
    writer = anaplan_writer("http://127.0.0.1:9", tenant.http, tenant.clock)
    with pytest.raises(UnavailableError):
        writer.write([pipeline_cell()])


def test_more_than_600_calls_a_minute_are_throttled_and_the_bucket_refills() -> None:
    """The tenant's own limit answers 429 with the seconds to wait, one call being free again every tenth of a second."""
    clock = ManualClock(datetime.now(UTC))
    with serve(create_app(TenantSettings(requests_per_minute=7), now=clock.now)) as url, httpx.Client() as http:
        writer = anaplan_writer(url, http, clock)
        for _ in range(5):
            writer.write([pipeline_cell()])
        with pytest.raises(ThrottledError) as caught:
            writer.write([pipeline_cell()])
        assert caught.value.retry_after_seconds == 10
        clock.advance(10)
        assert writer.write([pipeline_cell()]).refused == {}


@pytest.mark.parametrize(("state", "wait"), [("archived", 300), ("locked", 300), ("offline", 300)])
def test_a_model_that_stays_closed_is_left_alone_until_it_opens(tenant: RunningTenant, state: str, wait: float) -> None:
    """A lasting state meets every call the same way, discovery too."""
    tenant.control("model", {"state": state})
    for _ in range(2):
        with pytest.raises(UnavailableError) as caught:
            tenant.writer().write([pipeline_cell()])
        assert caught.value.retry_after_seconds == wait
    tenant.control("model", {"state": ""})
    assert tenant.writer().write([pipeline_cell()]).refused == {}
