"""The SAP Analytics Cloud writer against the simulated tenant over real HTTP: every state, status and silence."""

from __future__ import annotations

import httpx
import pytest

from tests.support.sap_analytics import analytics_target, analytics_writer, cash_cell, pipeline_cell
from tests.support.sap_analytics_tenant import RunningTenant
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    ThrottledError,
    TieoutError,
    UnavailableError,
)
from tieout.systems.sap_analytics.cells import open_writer

HTML = "<html>Scheduled maintenance</html>"
PLACE = ("Pipeline", "Amount", "202603")
BEFORE_RUN = ["/factData", "/jobs/job-", "/validate"]  # the parts of the path of what is done until a job is run


@pytest.mark.parametrize(
    ("step", "kind", "error", "wait"),
    [
        ("/factData", "conflict", UnavailableError, None),
        ("/factData", "user_limit", UnavailableError, 60),
        ("/factData", "model_limit", UnavailableError, 60),
        ("/factData", "not_granted", AccessDeniedError, None),
        ("/jobs/job-", "throttled", ThrottledError, 30),
        ("/validate", "offline", UnavailableError, None),
        ("/validate", "in_progress", UnavailableError, 60),
        ("/run", "offline", UnavailableError, None),
        ("/run", "throttled", ThrottledError, 30),
        ("/run", "not_granted", AccessDeniedError, None),
    ],
)
def test_a_tenant_that_takes_nothing_now_leaves_cells_as_they_are(
    tenant: RunningTenant, step: str, kind: str, error: type[TieoutError], wait: float | None
) -> None:
    """At whatever step it says so: each has its error and its wait, changes no cell, and is over when it is over."""
    writer = tenant.writer()
    tenant.fault(kind, method="POST", path=step)
    with pytest.raises(error) as caught:
        writer.write([pipeline_cell()])
    assert getattr(caught.value, "retry_after_seconds", None) == wait
    assert tenant.values() == {}
    assert writer.write([pipeline_cell()]).refused == {}


def test_a_tenant_that_stays_offline_is_met_by_every_call_until_it_is_back(tenant: RunningTenant) -> None:
    """A lasting state meets writing and reading alike."""
    tenant.control("model", {"state": "offline"})
    for _ in range(2):
        with pytest.raises(UnavailableError):
            tenant.writer().write([pipeline_cell()])
        with pytest.raises(UnavailableError):
            tenant.writer().read([pipeline_cell()])
    tenant.control("model", {"state": ""})
    assert tenant.writer().write([pipeline_cell()]).refused == {}


def test_a_throttled_write_waits_as_long_as_it_is_told(tenant: RunningTenant) -> None:
    """Retry-After is SAP's word."""
    tenant.fault("throttled", path="/factData", detail={"retry_after": 7})
    with pytest.raises(ThrottledError) as caught:
        tenant.writer().write([pipeline_cell()])
    assert caught.value.retry_after_seconds == 7


@pytest.mark.parametrize(
    ("step", "status", "error"), [("/factData", 403, AccessDeniedError), ("/factData", 200, UnavailableError),
                                  ("/jobs/job-", 500, UnavailableError), ("/validate", 400, MalformedError),
                                  ("/validate", 302, UnavailableError)]
)  # fmt: skip
def test_a_page_of_html_before_a_job_is_run_has_written_nothing(
    tenant: RunningTenant, step: str, status: int, error: type[TieoutError]
) -> None:
    """Proxies and logins answer in HTML: a body is never needed to know what to do."""
    tenant.fault("answer", method="POST", path=step, status=status, body=HTML, headers={"content-type": "text/html"})
    with pytest.raises(TieoutError) as caught:
        tenant.writer().write([pipeline_cell()])
    assert type(caught.value) is error
    assert tenant.values() == {}


@pytest.mark.parametrize(
    ("status", "error"), [(400, MalformedError), (504, LostAnswerError), (503, UnavailableError), (200, LostAnswerError)]
)  # fmt: skip
def test_a_page_of_html_in_answer_to_run_is_judged_by_its_status(
    tenant: RunningTenant, status: int, error: type[TieoutError]
) -> None:
    """A gateway that gave up may have passed the call on, a refusal has not."""
    tenant.fault("answer", path="/run", status=status, body=HTML, headers={"content-type": "text/html"})
    with pytest.raises(TieoutError) as caught:
        tenant.writer().write([pipeline_cell()])
    assert type(caught.value) is error


@pytest.mark.parametrize("step", BEFORE_RUN[1:])
def test_an_answer_that_is_lost_before_a_job_is_run_is_no_lost_write(tenant: RunningTenant, step: str) -> None:
    """Nothing is written until a job is run, so the cells are as they were, and known to be."""
    tenant.fault("lost_answer", method="POST", path=step)
    with pytest.raises(UnavailableError):
        tenant.writer().write([pipeline_cell()])
    assert tenant.values() == {}


def test_a_job_whose_creation_was_not_answered_is_left_to_expire(tenant: RunningTenant) -> None:
    """Nobody knows its id. It holds no rows, and it goes by itself."""
    writer = tenant.writer()
    tenant.fault("lost_answer", path="/factData")
    with pytest.raises(UnavailableError):
        writer.write([pipeline_cell()])
    assert [job["state"] for job in tenant.jobs()] == ["READY_FOR_DATA"]
    assert writer.write([pipeline_cell()]).refused == {}
    tenant.clock.advance(3600)


def test_a_run_whose_answer_is_lost_is_lost_although_the_cell_is_set(tenant: RunningTenant) -> None:
    """The job wrote and its answer broke off: the cell stays to be written, and writing again ends in the same number."""
    writer = tenant.writer()
    tenant.control("settings", {"job_seconds": 0})
    tenant.fault("lost_answer", path="/run")
    with pytest.raises(LostAnswerError):
        writer.write([pipeline_cell("a", "5.00")])
    assert tenant.values() == {PLACE: "5.00"}
    assert writer.write([pipeline_cell("a", "5.00")]).refused == {}
    assert tenant.values() == {PLACE: "5.00"}


@pytest.mark.parametrize("kind", ["expire_tokens", "expire_sessions"])
@pytest.mark.parametrize("step", [*BEFORE_RUN, "/run", "/status"])
def test_a_token_or_session_that_ends_in_the_middle_is_replaced(tenant: RunningTenant, kind: str, step: str) -> None:
    """Whatever call it strikes is repeated with a new one, and the write knows nothing of it."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    tenant.fault(kind, path=step)
    assert writer.write([pipeline_cell()]).refused == {}
    assert tenant.values()[PLACE] == "1500.00"


def test_a_token_and_its_session_may_end_together(tenant: RunningTenant) -> None:
    """The call that makes a job write is sent three times then, and done once."""
    writer = tenant.writer()
    writer.write([cash_cell()])
    tenant.fault("expire_tokens", path="/run")
    tenant.fault("expire_sessions", path="/run")
    assert writer.write([pipeline_cell()]).refused == {}
    assert [each["model"] for each in tenant.control("writes")["writes"]] == ["Cash", "Pipeline"]


def test_one_token_and_one_session_serve_many_writes(tenant: RunningTenant) -> None:
    """A login for each call would be throttled."""
    before = tenant.control("writes")["logins"]
    writer = tenant.writer()
    for _ in range(3):
        writer.write([pipeline_cell()])
    assert tenant.control("writes")["logins"] == before + 1


def test_no_connection_is_not_a_lost_answer(tenant: RunningTenant) -> None:
    """Where nobody listens, nothing was written."""
    writer = analytics_writer("http://127.0.0.1:9", tenant.http, tenant.clock)
    with pytest.raises(UnavailableError):
        writer.write([pipeline_cell()])


def test_a_model_that_is_not_there_is_denied(tenant: RunningTenant) -> None:
    """404 may hide a missing grant, so it is never taken for an empty model, in neither direction."""
    writer = tenant.writer(models={"Pipeline": "C_ANOTHER"})
    with pytest.raises(AccessDeniedError):
        writer.write([pipeline_cell()])
    with pytest.raises(AccessDeniedError):
        writer.read([pipeline_cell()])


def test_a_secret_that_is_wrong_is_denied(tenant: RunningTenant) -> None:
    """A person must look; nothing of the secret is told."""
    with httpx.Client() as http:
        wrong = {"client_id": "sb-tieout", "client_secret": "canary"}
        writer = open_writer(analytics_target(tenant.url), wrong, http, tenant.clock)
        with pytest.raises(AccessDeniedError) as caught:
            writer.write([pipeline_cell()])
    assert "canary" not in str(caught.value)
