"""Loads by a file and a job, against the simulated environment over real HTTP, with everything that goes wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.oracle_epm import BASIC, pipeline_cell
from tests.support.oracle_epm_desk import OracleDesk
from tests.support.oracle_epm_environment import RunningEnvironment
from tests.support.planning_desk import TARGET
from tieout.delivering import CellValue, TaskWriter, WriteAnswer
from tieout.errors import AccessDeniedError, LostAnswerError, StillRunningError, UnavailableError
from tieout.ledger.receipts import ReceiptLedger
from tieout.systems.oracle_epm.loading import LoadingWriter

CELLS = [pipeline_cell(f"c{month}", f"{month}.50", period=f"2026-{month:02}") for month in range(1, 5)]
CELLS += [pipeline_cell("w", "0.75", measure="Weighted amount", period="2026-01")]
NOBODY = pipeline_cell("unknown", customer="NOBODY")
ALL = {("Amount", "Jan"): "1.50", ("Amount", "Feb"): "2.50", ("Amount", "Mar"): "3.50", ("Amount", "Apr"): "4.50"}
ALL |= {("Weighted amount", "Jan"): "0.75"}


def until(environment: RunningEnvironment) -> datetime:
    """When a write of now is to have ended."""
    return environment.clock.now() + timedelta(seconds=120)


def begun(environment: RunningEnvironment, writer: LoadingWriter, cells: Sequence[CellValue] = CELLS) -> str:
    """The reference of a load of these cells."""
    return writer.start(writer.prepare(cells, until(environment)))


def loaded(environment: RunningEnvironment, writer: LoadingWriter, cells: Sequence[CellValue] = CELLS) -> WriteAnswer:
    """What became of a load of these cells."""
    return writer.outcome(begun(environment, writer, cells), cells, until(environment))


def held(environment: RunningEnvironment) -> dict[tuple[str, str], str]:
    """What the application holds, by account and period."""
    return {(account, period): value for (_, account, _, period), value in environment.values().items()}


def test_a_load_is_set_by_one_job_and_again_with_the_same_end(environment: RunningEnvironment) -> None:
    """It is set, not added; none of it goes by a data slice, and no file of it stays."""
    writer = environment.loader()
    assert isinstance(writer, TaskWriter)
    for _ in range(2):
        answer = loaded(environment, writer)
        assert (answer.refused, answer.summary) == ({}, "Pipeline: 5 loaded, 0 refused")
        assert held(environment) == ALL
    assert environment.control("writes")["writes"] == []
    assert [each["status"] for each in environment.control("jobs")["jobs"]] == [0, 0]
    assert all("rejected" in name for name in environment.control("files")["files"])


def test_a_cube_that_is_not_laid_out_or_not_there_is_never_loaded(environment: RunningEnvironment) -> None:
    """Nor few cells; a writer that is told of no loads has none."""
    writer = environment.loader()
    assert writer.takes_as_task(CELLS)
    assert not writer.takes_as_task(CELLS[:4])
    assert not environment.loader(loads={"Cash": {"rows": "Entity"}}).takes_as_task(CELLS)
    missing = environment.loader(cubes={"Pipeline": {"plan_type": "Nothing"}})
    assert not missing.takes_as_task(CELLS)
    environment.fault("answer", path="/plantypes", status=500)
    assert not environment.loader().takes_as_task(CELLS)
    assert not isinstance(environment.writer(), TaskWriter)


def test_records_that_a_success_rejected_are_refused_one_by_one(environment: RunningEnvironment) -> None:
    """By the file of rejected records; all others are written."""
    calculated = pipeline_cell("gap", measure="Gap USD")
    answer = loaded(environment, environment.loader(), [*CELLS, NOBODY, calculated])
    assert answer.refused == {
        "unknown": "Invalid members: NOBODY",
        "gap": "Gap USD is a Dynamic Calc member",
    }
    assert held(environment) == ALL


def test_a_cell_that_is_cleared_is_empty_afterwards(environment: RunningEnvironment) -> None:
    """By `#missing`, where the landscape has zeros clear."""
    writer = environment.loader(clear_zeros=True)
    loaded(environment, writer)
    cells = [pipeline_cell("c1", "0", period="2026-01"), *CELLS[1:]]
    assert loaded(environment, writer, cells).refused == {}
    assert held(environment) == {key: value for key, value in ALL.items() if key != ("Amount", "Jan")}


@pytest.mark.parametrize("fault", ["job_cancelled", "job_short", "job_unknown", "job_gone", "job_failed"])
def test_a_job_that_does_not_say_what_it_has_set_leaves_nobody_knowing(
    environment: RunningEnvironment, fault: str
) -> None:
    """Cancelled in the middle, short of records, of a status that nobody knows, expired, or failed without counts."""
    writer = environment.loader()
    environment.fault(fault, path="/jobs")
    with pytest.raises(LostAnswerError) as caught:
        loaded(environment, writer)
    assert not isinstance(caught.value, StillRunningError)
    assert not writer.takes_as_task(CELLS)


def test_rejected_records_without_their_file_leave_nobody_knowing(environment: RunningEnvironment) -> None:
    """The counts say how many, and nobody says which."""
    environment.fault("job_errors_gone", path="/jobs")
    with pytest.raises(LostAnswerError):
        loaded(environment, environment.loader(), [*CELLS, NOBODY])


def test_a_job_with_a_parameter_that_is_not_taken_has_set_nothing(environment: RunningEnvironment) -> None:
    """So the cells may simply be written, by data slices."""
    writer = environment.loader()
    environment.fault("job_invalid", path="/jobs")
    with pytest.raises(UnavailableError):
        loaded(environment, writer)
    assert held(environment) == {}
    assert not writer.takes_as_task(CELLS)


def test_a_job_that_still_runs_is_found_again_by_another_function(environment: RunningEnvironment) -> None:
    """Its reference is all that is needed."""
    environment.fault("job_slow", path="/jobs", seconds=300)
    reference = begun(environment, environment.loader())
    other, began_at = environment.loader(), environment.clock.now()
    with pytest.raises(StillRunningError):
        other.outcome(reference, CELLS, until(environment))
    assert environment.clock.now() <= began_at + timedelta(seconds=80), "the last question ends before the time is up"
    environment.clock.advance(300)
    assert other.outcome(reference, CELLS, until(environment)).refused == {}
    assert held(environment) == ALL


def test_a_maintenance_keeps_a_load_from_being_made_and_cuts_one_off(environment: RunningEnvironment) -> None:
    """A page of HTML decides nothing about a job; once it is over, the job says that it was cancelled."""
    environment.control("maintenance", {"seconds": 600})
    writer = environment.loader()
    with pytest.raises(UnavailableError) as caught:
        writer.prepare(CELLS, until(environment))
    assert caught.value.retry_after_seconds == 900
    environment.clock.advance(600)
    environment.fault("job_slow", path="/jobs", seconds=60)
    reference = begun(environment, writer)
    environment.control("maintenance", {"seconds": 600})
    with pytest.raises(StillRunningError) as waiting:
        writer.outcome(reference, CELLS, until(environment))
    assert waiting.value.retry_after_seconds == 900
    environment.clock.advance(600)
    with pytest.raises(LostAnswerError) as lost:
        writer.outcome(reference, CELLS, until(environment))
    assert not isinstance(lost.value, StillRunningError)


def test_a_start_that_is_not_answered_leaves_a_job_that_finds_no_file(environment: RunningEnvironment) -> None:
    """It may begin late: then it reads nothing, and sets nothing over what was written meanwhile."""
    writer = environment.loader()
    prepared = writer.prepare(CELLS, until(environment))
    environment.fault("lost_answer", method="POST", path="/jobs")
    environment.fault("job_slow", path="/jobs", seconds=60)
    with pytest.raises(LostAnswerError):
        writer.start(prepared)
    with pytest.raises(LostAnswerError):
        writer.outcome(prepared, CELLS, until(environment))
    assert environment.control("files")["files"] == []
    environment.clock.advance(60)
    writer.outcome(begun(environment, environment.loader()), CELLS, until(environment))
    assert [each["status"] for each in environment.control("jobs")["jobs"]] == [1, 0]


def test_an_upload_that_is_not_answered_is_made_again_under_another_name(environment: RunningEnvironment) -> None:
    """What was uploaded is never written over: no job reads it, and nobody can say whether it is whole."""
    writer = environment.loader()
    environment.fault("lost_answer", method="POST", path="/contents")
    with pytest.raises(UnavailableError):
        writer.prepare(CELLS, until(environment))
    environment.clock.advance(1)
    assert loaded(environment, writer).refused == {}


def test_a_file_that_is_there_is_never_overwritten(environment: RunningEnvironment) -> None:
    """Two functions at the same moment with the same cells: the second is refused its file, and writes by data slices."""
    first, second = environment.loader(), environment.loader()
    prepared = first.prepare(CELLS, until(environment))
    with pytest.raises(UnavailableError):
        second.prepare(CELLS, until(environment))
    assert not second.takes_as_task(CELLS)
    assert first.outcome(first.start(prepared), CELLS, until(environment)).refused == {}


def test_jobs_are_run_by_the_administrator_and_slices_by_the_user(environment: RunningEnvironment) -> None:
    """A user who is no administrator cannot load, and goes by data slices for an hour."""
    writer = environment.loader(BASIC)
    with pytest.raises(AccessDeniedError):
        writer.prepare(CELLS, until(environment))
    assert not writer.takes_as_task(CELLS)
    environment.control("read_only", {"members": ["Jan"], "reason": "The period is closed"})
    administered = environment.loader()
    assert set(administered.write(CELLS).refused) == {"c1", "w"}
    assert loaded(environment, administered).refused == {}


class LoadingDesk(OracleDesk):
    """A ledger with a load."""

    def __init__(self, environment: RunningEnvironment) -> None:
        super().__init__(environment)
        self.writer = environment.loader(load_from=4, batch_size=2)
        for number, customer in enumerate(("ACME", "GLOBEX", "HOOLI", "NOBODY")):
            self.book(customer, 1000 + number)


SET = {"ACME Amount": Decimal("10.00"), "GLOBEX Amount": Decimal("10.01"), "HOOLI Amount": Decimal("10.02")}


def test_the_deliver_step_loads_what_is_enough_of_it(environment: RunningEnvironment) -> None:
    """One job, its reference on the receipt, the customer that planning lacks refused by name."""
    desk = LoadingDesk(environment)
    report = desk.deliver()
    assert (report.writes, report.written, report.refused) == (1, 3, 1)
    assert desk.held() == SET
    [receipt] = ReceiptLedger(desk.table).newest(TARGET)
    assert (receipt.reference.split()[1], desk.answers()) == ("1", ["Pipeline: 4 loaded, 1 refused"])
    assert desk.lacking() == []


def test_what_a_load_did_not_tell_is_written_by_slices_where_each_cell_is_told(environment: RunningEnvironment) -> None:
    """Half was set, nobody knows which half; in the end planning holds what the ledger does."""
    desk = LoadingDesk(environment)
    environment.fault("job_cancelled", path="/jobs")
    assert type(desk.deliver().stopped_by) is LostAnswerError
    desk.let_pass(60)
    desk.deliver()
    desk.let_pass(60)
    desk.deliver()
    assert desk.held() == SET
    assert desk.lacking() == []
    assert len(environment.control("jobs")["jobs"]) == 1


def test_a_load_that_outlives_the_function_is_resumed_by_the_next_run(environment: RunningEnvironment) -> None:
    """Nothing is written beside it, and a change that came meanwhile is written afterwards."""
    desk = LoadingDesk(environment)
    environment.fault("job_slow", path="/jobs", seconds=600)
    assert isinstance(desk.deliver().stopped_by, StillRunningError)
    desk.clock.advance(300)
    desk.book("ACME", 500)
    assert isinstance(desk.deliver().stopped_by, StillRunningError)
    assert environment.control("writes")["writes"] == []
    desk.let_pass(600)
    desk.deliver()
    assert desk.held() == SET | {"ACME Amount": Decimal("15.00")}
    assert desk.lacking() == []
