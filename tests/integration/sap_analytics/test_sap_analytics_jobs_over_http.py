"""The SAP Analytics Cloud writer against the simulated tenant over real HTTP: jobs that are slow, fail, vanish or will not go."""

from __future__ import annotations

import pytest

from tests.support.sap_analytics import pipeline_cell
from tests.support.sap_analytics_tenant import RunningTenant
from tieout.errors import LostAnswerError, RefusedInPartError, TieoutError, UnavailableError

HTML = "<html>Scheduled maintenance</html>"
PLACE = ("Pipeline", "Amount", "202603")


def test_a_job_that_takes_its_time_is_waited_for(tenant: RunningTenant) -> None:
    """Asked every two seconds, and once at the first: most jobs are quick."""
    tenant.fault("busy", seconds=7)
    assert tenant.writer().write([pipeline_cell()]).refused == {}
    assert tenant.clock.slept == [2, 2, 2, 2]
    assert tenant.values() == {PLACE: "1500.00"}


def test_a_job_that_outlasts_the_write_is_lost_and_lands_later(tenant: RunningTenant) -> None:
    """After a hundred seconds nobody knows: here the job, although it was removed, writes in the end."""
    tenant.fault("busy", seconds=500)
    begun = tenant.clock.now()
    with pytest.raises(LostAnswerError):
        tenant.writer().write([pipeline_cell()])
    assert 98 <= (tenant.clock.now() - begun).total_seconds() < 100
    assert tenant.values() == {}
    tenant.clock.advance(500)
    assert tenant.values() == {PLACE: "1500.00"}


def test_questions_that_are_not_answered_are_asked_again(tenant: RunningTenant) -> None:
    """The job goes on whatever becomes of them; a throttled question waits as long as it is told."""
    tenant.fault("answer", path="/status", status=503, body=HTML, times=2)
    tenant.fault("lost_answer", path="/status")
    tenant.fault("answer", path="/status", status=429, headers={"retry-after": "9"})
    assert tenant.writer().write([pipeline_cell()]).refused == {}
    assert tenant.clock.slept == [2, 2, 2, 9]


def test_questions_that_are_refused_leave_the_write_open(tenant: RunningTenant) -> None:
    """A grant that is taken away meanwhile hides the job, and does not stop it."""
    tenant.fault("not_granted", path="/status")
    with pytest.raises(LostAnswerError):
        tenant.writer().write([pipeline_cell()])
    tenant.clock.advance(2)
    assert tenant.values() == {PLACE: "1500.00"}


def test_a_job_that_fails_leaves_the_write_open(tenant: RunningTenant) -> None:
    """Without a word about its rows nobody knows what it wrote: all cells are written again later, and not too soon."""
    writer = tenant.writer()
    tenant.fault("job_fails")
    with pytest.raises(LostAnswerError) as caught:
        writer.write([pipeline_cell()])
    assert caught.value.retry_after_seconds == 300
    assert writer.write([pipeline_cell()]).refused == {}


def test_a_job_that_fails_for_some_rows_is_refused_as_a_whole(tenant: RunningTenant) -> None:
    """So that the deliver step halves it, and only the rows to blame stay unwritten; of the others it may have written some."""
    writer = tenant.writer()
    tenant.fault("job_fails", detail={"blames": ";Date=202604;"})
    with pytest.raises(RefusedInPartError):
        writer.write([pipeline_cell("a"), pipeline_cell("b", period="2026-04")])
    assert writer.write([pipeline_cell("a")]).refused == {}


def test_rows_that_are_refused_only_when_they_are_written_are_told(tenant: RunningTenant) -> None:
    """Publishing checks once more; its refusals are read from the finished job."""
    tenant.fault("reject_when_written", path=";Date=202604;", detail={"reason": "No write access"})
    answer = tenant.writer().write([pipeline_cell("a"), pipeline_cell("b", period="2026-04")])
    assert answer.refused == {"b": "No write access"}
    assert tenant.values() == {PLACE: "1500.00"}


def test_rows_that_were_left_out_without_a_name_leave_the_write_open(tenant: RunningTenant) -> None:
    """Where it is not known which row was not written, none may count as written."""
    tenant.fault("reject_when_written", path=";Date=202604;")
    tenant.fault("answer", path="/invalidRows", status=503)
    with pytest.raises(LostAnswerError):
        tenant.writer().write([pipeline_cell("a"), pipeline_cell("b", period="2026-04")])


@pytest.mark.parametrize(
    ("step", "error"), [("/validate", UnavailableError), ("/run", UnavailableError), ("/status", LostAnswerError)]
)
def test_a_job_that_vanishes_is_told_apart_by_when_it_does(
    tenant: RunningTenant, step: str, error: type[TieoutError]
) -> None:
    """Expired before it was run it has written nothing; afterwards it may have."""
    tenant.fault("job_vanishes", path=step)
    with pytest.raises(TieoutError) as caught:
        tenant.writer().write([pipeline_cell()])
    assert isinstance(caught.value, error)
    assert tenant.clock.slept == []  # nobody waits for a job that is not there


def test_a_run_that_is_said_to_be_in_progress_is_waited_for(tenant: RunningTenant) -> None:
    """A proxy that repeats our call must not make a write of it that counts as refused; here nothing runs, so it ends open."""
    tenant.fault("in_progress", path="/run")
    with pytest.raises(LostAnswerError):
        tenant.writer().write([pipeline_cell()])


def test_a_second_job_that_cannot_be_run_leaves_the_whole_write_open(tenant: RunningTenant) -> None:
    """Measures that go by jobs of their own are one write: once one job has written, nothing was not written."""
    cells = [pipeline_cell("a"), pipeline_cell("u", measure="Amount USD", period="2026-04")]
    tenant.fault("slow", path="/factData")  # in its turn, which is the first: that job is created as if nothing were
    tenant.fault("answer", path="/factData", status=400, body={"error": {"code": 1002}})
    with pytest.raises(LostAnswerError) as caught:
        tenant.writer().write(cells)
    assert caught.value.retry_after_seconds == 60


@pytest.mark.parametrize("status", [500, 503, 401])
def test_a_job_whose_removal_fails_once_is_removed_at_the_second_time(tenant: RunningTenant, status: int) -> None:
    """A job that stays counts against the limit, so it is tried again; the write is done all the same."""
    tenant.fault("answer", method="DELETE", path="/jobs/", status=status, body=HTML)
    assert tenant.writer().write([pipeline_cell()]).refused == {}


def test_a_removal_whose_answer_is_lost_is_done(tenant: RunningTenant) -> None:
    """The second try finds no job, which is what was wanted."""
    tenant.fault("lost_answer", method="DELETE", path="/jobs/")
    assert tenant.writer().write([pipeline_cell()]).refused == {}
