"""What is asked of a load's job, in which order, and what is believed of its answers."""

from __future__ import annotations

from typing import cast

import pytest

from tests.support.clock import ManualClock
from tests.support.oracle_epm import pipeline_cell
from tests.support.oracle_epm_jobs import (
    CELLS,
    LOAD,
    UNKNOWN,
    JobbingApplication,
    counted,
    loader,
    outcome,
    record_of,
    until,
)
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    StillRunningError,
    TieoutError,
    UnavailableError,
)
from tieout.systems.oracle_epm.answers import GridRefusedError
from tieout.systems.oracle_epm.job_results import result_of, status_of
from tieout.systems.oracle_epm.jobs import NotTakenError


def test_a_load_uploads_a_file_of_its_own_and_imports_it_in_the_mode_that_sets() -> None:
    """A file of a new name each time: what a job may be reading is never replaced."""
    application, clock = JobbingApplication(), ManualClock()
    found = loader(application, clock)
    first = found.prepare(CELLS, until())
    clock.advance(0.001)
    second = found.prepare(CELLS, until())
    assert first != second
    assert set(application.files) == {first, second}
    assert found.start(first) == f"{first} 7"
    assert application.started == [
        {
            "jobType": "IMPORT_DATA",
            "jobName": "Import Data",
            "parameters": {
                "sourceType": "Planning",
                "delimiter": ",",
                "includeMetaData": "false",
                "importFileName": first,
                "errorFile": first.replace(".zip", "-rejected.zip"),
            },
        }
    ]


def test_a_job_is_asked_for_until_it_has_ended() -> None:
    """In progress, and while a cancellation is pending; what is not answered is asked again."""
    told = ({"status": -1}, UnavailableError("maintenance"), {"status": 2}, {"status": UNKNOWN}, {"status": "0"})
    assert outcome(*told, counts=[counted("5", 0, 5)]).refused == {}


def test_a_success_may_have_rejected_records_which_its_details_say() -> None:
    """Status 0 is no more than that it ended: details are always read, and every rejected record is named or none counts."""
    counts = [counted(3, 1, 2), counted(2, 0, 2), {"severity": "ERROR"}]
    answer = outcome({"status": 0}, counts=counts, rejected=record_of("Feb"))
    assert answer.refused == {"c2": "no such member"}
    assert (answer.reference, answer.summary) == (LOAD, "Pipeline: 5 loaded, 1 refused")
    with pytest.raises(LostAnswerError):
        outcome({"status": 0}, counts=counts)
    with pytest.raises(LostAnswerError):
        outcome({"status": 0}, counts=counts, rejected=record_of("Feb") + record_of("Mar"))


def test_a_job_that_ended_in_error_may_have_set_the_rest() -> None:
    """Where each rejected record is named; without one, nobody knows what the error was about."""
    answer = outcome({"status": 1}, counts=[counted(5, 1, 4)], rejected=record_of("Feb"))
    assert set(answer.refused) == {"c2"}
    with pytest.raises(LostAnswerError):
        outcome({"status": 1}, counts=[counted(5, 0, 5)])


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        (0, []),
        (0, [counted(5, 0, None)]),
        (0, [counted(5, None, 5)]),
        (0, [counted(5, 0, 5), {"recordsRead": 1}]),
        (0, [counted(4, 0, 4)]),
        (0, [counted(5, 0, processed=True)]),
        (1, []),
        (3, [counted(5, 0, 5)]),
    ],
)
def test_anything_but_whole_counts_leaves_nobody_knowing(status: int, counts: list[object]) -> None:
    """Fewer records than were sent, none counted, or a job that was cancelled, which rolls nothing back."""
    with pytest.raises(LostAnswerError) as caught:
        outcome({"status": status}, counts=counts)
    assert not isinstance(caught.value, StillRunningError)


def test_an_invalid_parameter_has_set_nothing() -> None:
    """The job never began, so the cells may simply be written."""
    with pytest.raises(NotTakenError):
        outcome({"status": 4})


@pytest.mark.parametrize("told", [None, AccessDeniedError("role")])
def test_a_job_that_is_gone_leaves_nobody_knowing(told: object) -> None:
    """Nobody can say what it has set."""
    with pytest.raises(LostAnswerError) as caught:
        outcome(told)
    assert not isinstance(caught.value, StillRunningError)


def test_a_job_that_outlives_the_function_still_runs_and_one_of_unknown_status_does_not() -> None:
    """So that nothing is written beside the one, and the other does not stop the target for good."""
    with pytest.raises(StillRunningError) as caught:
        outcome(*[{"status": -1}] * 20)
    assert caught.value.retry_after_seconds == 30
    with pytest.raises(StillRunningError):
        outcome(UnavailableError("maintenance", retry_after_seconds=900))
    with pytest.raises(LostAnswerError) as caught_unknown:
        outcome(*[{"status": UNKNOWN}] * 20)
    assert not isinstance(caught_unknown.value, StillRunningError)


def test_what_cannot_be_read_now_is_read_by_a_later_run() -> None:
    """Neither details nor rejected records decide anything by not coming."""
    application = JobbingApplication({"status": 0})
    application.pages = [UnavailableError("maintenance", retry_after_seconds=900)]
    with pytest.raises(StillRunningError) as caught:
        loader(application).outcome(LOAD, CELLS, until())
    assert caught.value.retry_after_seconds == 900
    application = JobbingApplication({"status": 0}, counts=[counted(5, 1, 4)])
    application.files["tieout-1-rejected.zip"] = cast("bytes", UnavailableError("maintenance"))
    with pytest.raises(StillRunningError):
        loader(application).outcome(LOAD, CELLS, until())


@pytest.mark.parametrize("page", [LostAnswerError("cut short"), AccessDeniedError("role"), {"items": None}])
def test_details_that_are_not_to_be_had_leave_nobody_knowing(page: object) -> None:
    """They are what a success is believed by."""
    application = JobbingApplication({"status": 0})
    application.pages = [page]
    with pytest.raises(LostAnswerError) as caught:
        loader(application).outcome(LOAD, CELLS, until())
    assert not isinstance(caught.value, StillRunningError)


def test_details_are_read_page_by_page() -> None:
    """A hundred at once."""
    application = JobbingApplication({"status": 0})
    application.pages = [{"items": [{}] * 99 + [counted(3, 0, 3)]}, {"items": [counted(2, 0, 2)]}]
    assert loader(application).outcome(LOAD, CELLS, until()).refused == {}


def test_a_load_whose_start_was_lost_finds_no_file_any_more() -> None:
    """So a job that has not begun sets nothing late; one that runs is waited for by the step."""
    application = JobbingApplication()
    application.files["tieout-1.zip"] = b""
    with pytest.raises(LostAnswerError) as caught:
        loader(application).outcome("tieout-1.zip", CELLS, until())
    assert not isinstance(caught.value, StillRunningError)
    assert application.files == {}


def test_a_file_is_removed_once_it_is_known_what_became_of_it() -> None:
    """Where that fails, it stays there, and nothing else comes of it."""
    application = JobbingApplication({"status": 0}, {"status": 0}, counts=[counted(5, 0, 5)])
    application.files["tieout-1.zip"] = b""
    loader(application).outcome(LOAD, CELLS, until())
    assert application.files == {}
    application.refusal = UnavailableError("maintenance")
    assert loader(application).outcome(LOAD, CELLS, until()).refused == {}


def test_loads_are_left_alone_for_an_hour_after_one_that_told_too_little() -> None:
    """Meanwhile cells go by data slices, where each is told."""
    clock = ManualClock()
    found = loader(JobbingApplication({"status": 3}), clock)
    assert found.takes_as_task(CELLS)
    assert not found.takes_as_task(CELLS[:4])
    with pytest.raises(LostAnswerError):
        found.outcome(LOAD, CELLS, until())
    assert not found.takes_as_task(CELLS)
    clock.advance(3600)
    assert found.takes_as_task(CELLS)


def test_loads_are_trusted_while_one_runs() -> None:
    """That it has not ended says nothing against it."""
    found = loader(JobbingApplication(*[{"status": -1}] * 20))
    with pytest.raises(StillRunningError):
        found.outcome(LOAD, CELLS, until())
    assert found.takes_as_task(CELLS)


@pytest.mark.parametrize(
    ("refusal", "trusts"),
    [
        (GridRefusedError(400, "it exists"), False),
        (AccessDeniedError("role"), False),
        (UnavailableError("maintenance"), True),
    ],
)
def test_a_load_that_is_not_taken_is_not_tried_again_soon(refusal: TieoutError, trusts: bool) -> None:  # noqa: FBT001 a case
    """A maintenance passes by itself; a role or a request that is refused does not."""
    application = JobbingApplication()
    found = loader(application)
    application.refusal = refusal
    with pytest.raises((UnavailableError, AccessDeniedError)):
        found.prepare(CELLS, until())
    assert found.takes_as_task(CELLS) is trusts
    other = loader(application)
    with pytest.raises((UnavailableError, AccessDeniedError)):
        other.start("tieout-1.zip")
    assert other.takes_as_task(CELLS) is trusts


def test_a_job_without_an_id_may_have_been_started() -> None:
    """It is not to be found again."""
    application = JobbingApplication()
    for said in (None, "", True):
        application.job_id = said
        with pytest.raises(LostAnswerError):
            loader(application).start("tieout-1.zip")


def test_an_upload_that_says_anything_but_success_is_none() -> None:
    """Nor is a load made of cells none of which has a row."""
    application = JobbingApplication()
    application.status = 1
    with pytest.raises(NotTakenError):
        loader(application).prepare(CELLS, until())
    with pytest.raises(NotTakenError):
        loader(JobbingApplication()).prepare([pipeline_cell(period="RT2026-P03")] * 5, until())


@pytest.mark.parametrize("status", [UNKNOWN, 5, None, "x", True, "--1"])
def test_a_status_that_nobody_knows_is_none(status: object) -> None:
    """Neither running nor ended."""
    assert status_of({"status": status}) is None


def test_what_a_job_says_of_itself_is_kept_for_people() -> None:
    """Its details, else the description of its status."""
    assert result_of({"status": 0, "details": " good "}, []).says == "good"
    assert result_of({"status": 1, "details": None, "descriptiveStatus": "Error"}, []).says == "Error"
