"""Loads by the model's own imports, against the simulated tenant over real HTTP, with everything that goes wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import pytest

from tests.support.anaplan import cash_cell, pipeline_cell
from tests.support.anaplan_tenant import RunningTenant
from tieout.delivering import CellValue, TaskWriter, WriteAnswer
from tieout.errors import AccessDeniedError, LostAnswerError, StillRunningError, UnavailableError
from tieout.landscape import Option
from tieout.systems.anaplan.bulk import BulkWriter

IMPORT = {"action": "112000000000", "file": "113000000000"}
PROCESS = {"action": "118000000000", "file": "113000000000"}
CELLS = [pipeline_cell(f"c{month}", f"{month}.50", period=f"2026-{month:02}") for month in range(1, 6)]


def bulk_writer(tenant: RunningTenant, imports: dict[str, str] | None = None, **options: Option) -> BulkWriter:
    """A writer whose Pipeline has an import, from five cells on."""
    chosen: dict[str, Option] = {"batch_size": 2, "bulk_from": 5} | options
    writer = tenant.writer(imports={"Pipeline": imports or IMPORT}, **chosen)
    assert isinstance(writer, TaskWriter)
    return cast("BulkWriter", writer)


def until(tenant: RunningTenant) -> datetime:
    """When a write of now is to have ended."""
    return tenant.clock.now() + timedelta(seconds=120)


def begun(tenant: RunningTenant, writer: BulkWriter, cells: Sequence[CellValue] = CELLS) -> str:
    """The reference of a task for these cells."""
    return writer.start(writer.prepare(cells, until(tenant)))


def imported(tenant: RunningTenant, writer: BulkWriter, cells: Sequence[CellValue] = CELLS) -> WriteAnswer:
    """What became of a task for these cells."""
    return writer.outcome(begun(tenant, writer, cells), cells, until(tenant))


def months(tenant: RunningTenant) -> dict[str, str]:
    """What the model holds of Amount by period."""
    return {period: value for (_, line_item, period), value in tenant.values().items() if line_item == "Amount"}


@pytest.mark.parametrize("action", [IMPORT, PROCESS])
def test_a_load_is_set_by_an_import_or_a_process(tenant: RunningTenant, action: dict[str, str]) -> None:
    """All of it in one run, none of it by cell writes, and again with the same end: it is set, not added."""
    writer = bulk_writer(tenant, action)
    for _ in range(2):
        answer = imported(tenant, writer)
        assert answer.refused == {}
        assert answer.reference.startswith(f"{action['action']} ")
        assert months(tenant) == {
            f"{name} 26": f"{n}.50" for n, name in enumerate(("Jan", "Feb", "Mar", "Apr", "May"), 1)
        }
    assert tenant.control("writes")["writes"] == []


def test_a_file_goes_in_chunks_that_end_with_a_row(tenant: RunningTenant) -> None:
    """However small they are, the file is what it was."""
    writer = bulk_writer(tenant)
    writer._chunk_bytes = 200
    assert imported(tenant, writer).refused == {}
    assert len(months(tenant)) == 5


def test_size_and_state_decide_which_way_is_taken(tenant: RunningTenant) -> None:
    """From `bulk_from` cells on; from a batch on while the model is busy; never in a cube without an import."""
    writer = bulk_writer(tenant)
    assert writer.takes_as_task(CELLS)
    assert not writer.takes_as_task(CELLS[:4])
    tenant.control("model", {"busy_seconds": 50})
    assert not writer.takes_as_task(CELLS[:1])
    assert not writer.takes_as_task([cash_cell(f"k{number}") for number in range(5)])
    tenant.clock.advance(60)
    assert not writer.takes_as_task(CELLS[:4])


def test_a_busy_model_takes_fewer_cells_by_an_import_too(tenant: RunningTenant) -> None:
    """Where it is known already that the line items are fit: what has not been looked up waits for the model."""
    writer = bulk_writer(tenant)
    writer.write(CELLS[:1])
    tenant.control("model", {"busy_seconds": 50})
    assert writer.takes_as_task(CELLS[:2])


def test_rows_left_out_of_a_successful_import_are_refused_by_name(tenant: RunningTenant) -> None:
    """`COMPLETE` and `successful` with a dump: the rows of the dump are refused with its reasons, the others are written."""
    cells = [*CELLS, pipeline_cell("unknown", customer="NOBODY")]
    answer = imported(tenant, bulk_writer(tenant), cells)
    assert set(answer.refused) == {"unknown"}
    assert answer.refused["unknown"].startswith("Invalid list identifier")
    assert len(months(tenant)) == 5
    assert answer.summary == "Pipeline: 6 imported, 1 refused"


def test_a_process_tells_the_rows_its_imports_left_out(tenant: RunningTenant) -> None:
    """Its own result has no dump, the nested one has."""
    answer = imported(tenant, bulk_writer(tenant, PROCESS), [*CELLS, pipeline_cell("unknown", customer="NOBODY")])
    assert set(answer.refused) == {"unknown"}


def test_a_dump_that_is_not_there_leaves_nobody_knowing_and_the_import_unused(tenant: RunningTenant) -> None:
    """Rows were left out and none is named: nothing counts as written, and cells go one by one until they are told."""
    writer = bulk_writer(tenant)
    reference = begun(tenant, writer, cells := [*CELLS, pipeline_cell("unknown", customer="NOBODY")])
    tenant.fault("answer", path="/dump/chunks", status=404)
    with pytest.raises(LostAnswerError) as caught:
        writer.outcome(reference, cells, until(tenant))
    assert type(caught.value) is LostAnswerError
    assert not writer.takes_as_task(CELLS)
    tenant.clock.advance(3600)
    assert writer.takes_as_task(CELLS)


def test_rows_left_out_without_a_dump_leave_nobody_knowing(tenant: RunningTenant) -> None:
    """`successful` without a dump, and counts that say otherwise."""
    tenant.fault("task_incomplete", path="/tasks")
    with pytest.raises(LostAnswerError):
        imported(tenant, bulk_writer(tenant), [*CELLS, pipeline_cell("unknown", customer="NOBODY")])


def test_a_cancelled_import_has_set_nothing(tenant: RunningTenant) -> None:
    """Its changes are rolled back, so the cells may simply be written again."""
    writer = bulk_writer(tenant)
    tenant.fault("task_cancelled", path="/tasks")
    with pytest.raises(UnavailableError):
        imported(tenant, writer)
    assert months(tenant) == {}
    assert imported(tenant, writer).refused == {}


def test_a_cancelled_process_may_have_set_some(tenant: RunningTenant) -> None:
    """Processes are not atomic: what their earlier steps did stays."""
    tenant.fault("task_cancelled", path="/tasks")
    with pytest.raises(LostAnswerError):
        imported(tenant, bulk_writer(tenant, PROCESS))


def test_a_file_that_is_gone_is_uploaded_again(tenant: RunningTenant) -> None:
    """Files live for two days; the import reads nothing and sets nothing."""
    writer = bulk_writer(tenant)
    tenant.fault("file_gone", path="/tasks")
    with pytest.raises(UnavailableError):
        imported(tenant, writer)
    assert imported(tenant, writer).refused == {}
    assert len(months(tenant)) == 5


def test_a_failed_import_is_not_used_for_an_hour(tenant: RunningTenant) -> None:
    """Somebody changed it: meanwhile cells are written one by one."""
    writer = bulk_writer(tenant)
    tenant.fault("task_failed", path="/tasks", detail={"type": "moduleImportNoWriteAccess"})
    with pytest.raises(LostAnswerError):
        imported(tenant, writer)
    assert not writer.takes_as_task(CELLS)


def test_an_import_that_still_runs_is_found_again_by_another_function(tenant: RunningTenant) -> None:
    """Its reference is all that is needed; while it runs nothing is uploaded over its file."""
    tenant.fault("task_slow", path="/tasks", seconds=300)
    reference = begun(tenant, bulk_writer(tenant))
    other = bulk_writer(tenant)
    began_at = tenant.clock.now()
    with pytest.raises(StillRunningError) as caught:
        other.outcome(reference, CELLS, until(tenant))
    assert caught.value.retry_after_seconds == 30
    assert tenant.clock.now() <= began_at + timedelta(seconds=90), "the last question ends before the time is up"
    with pytest.raises(UnavailableError):
        other.prepare(CELLS, until(tenant))
    with pytest.raises(StillRunningError):
        other.outcome(reference.partition(" ")[0], CELLS, until(tenant))
    tenant.clock.advance(300)
    assert other.outcome(reference, CELLS, until(tenant)).refused == {}
    assert len(months(tenant)) == 5


def test_an_import_that_waits_for_a_busy_model_is_waited_for_longer(tenant: RunningTenant) -> None:
    """`NOT_STARTED` is a busy model, no fault."""
    writer = bulk_writer(tenant)
    writer.write(CELLS[:1])
    tenant.control("model", {"busy_seconds": 600})
    reference = begun(tenant, writer)
    with pytest.raises(StillRunningError) as caught:
        writer.outcome(reference, CELLS, until(tenant))
    assert caught.value.retry_after_seconds == 60


def test_questions_are_no_closer_than_five_seconds(tenant: RunningTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Anaplan asks for, and further apart each time."""
    tenant.fault("task_slow", path="/tasks", seconds=300)
    writer = bulk_writer(tenant)
    reference, asked = begun(tenant, writer), list[float]()

    def sleep(seconds: float) -> None:
        asked.append(seconds)
        tenant.clock.advance(seconds)

    monkeypatch.setattr(tenant.clock, "sleep", sleep)
    with pytest.raises(StillRunningError):
        writer.outcome(reference, CELLS, until(tenant))
    assert asked == [5, 7.5, 11.25, 16.875, 20, 20][: len(asked)]
    assert len(asked) > 3


def test_a_question_that_is_not_answered_is_asked_again(tenant: RunningTenant) -> None:
    """A page of maintenance in between decides nothing."""
    writer = bulk_writer(tenant)
    reference = begun(tenant, writer)
    tenant.fault("answer", method="GET", path="/tasks/", status=503, times=3)
    assert writer.outcome(reference, CELLS, until(tenant)).refused == {}


def test_a_task_that_is_gone_leaves_nobody_knowing(tenant: RunningTenant) -> None:
    """Nobody can say what it has set."""
    with pytest.raises(LostAnswerError) as caught:
        bulk_writer(tenant).outcome(f"{IMPORT['action']} {'0' * 32}", CELLS, until(tenant))
    assert not isinstance(caught.value, StillRunningError)


def test_an_import_whose_start_was_not_answered_is_unknown_until_none_runs(tenant: RunningTenant) -> None:
    """It was started all the same; without its id, only that none runs any more can be seen."""
    writer = bulk_writer(tenant)
    prepared = writer.prepare(CELLS, until(tenant))
    tenant.fault("lost_answer", method="POST", path="/tasks")
    with pytest.raises(LostAnswerError):
        writer.start(prepared)
    with pytest.raises(LostAnswerError) as caught:
        writer.outcome(prepared, CELLS, until(tenant))
    assert not isinstance(caught.value, StillRunningError)
    assert len(months(tenant)) == 5


def test_a_file_of_another_id_is_never_written_to(tenant: RunningTenant) -> None:
    """An id that the model does not know makes a new file without a word, which no import reads."""
    with pytest.raises(AccessDeniedError):
        bulk_writer(tenant, {"action": IMPORT["action"], "file": "113000000999"}).prepare(CELLS, until(tenant))


def test_two_cells_that_the_model_takes_for_one_are_not_added_up(tenant: RunningTenant) -> None:
    """Upper and lower case are alike there, and rows of the same cell are summed: one of them is refused."""
    twins = [*CELLS, pipeline_cell("z", "1000.00", customer="acme", period="2026-01")]
    answer = imported(tenant, bulk_writer(tenant), twins)
    assert set(answer.refused) == {"z"}
    assert answer.refused["z"].startswith("same_coordinates")
    assert months(tenant)["Jan 26"] == "1.50"


def test_a_module_with_a_line_item_that_is_not_fit_is_written_cell_by_cell(tenant: RunningTenant) -> None:
    """Its cells are refused there with the reason, and the next load goes by the import again."""
    writer = bulk_writer(tenant)
    assert not writer.takes_as_task([*CELLS, pipeline_cell("g", measure="Gap USD")])
    assert writer.takes_as_task(CELLS)


def test_the_simulator_reads_half_of_each_where_a_file_is_replaced_under_an_import(tenant: RunningTenant) -> None:
    """What the guard is for: wrong numbers without a word."""
    writer = bulk_writer(tenant)
    tenant.fault("task_slow", path="/tasks", seconds=300)
    reference = begun(tenant, writer)
    others = [pipeline_cell(cell.cell_id, "999.00", period=f"2026-{n:02}") for n, cell in enumerate(CELLS, 1)]
    url = f"{tenant.url}/2/0/models/{tenant.writer()._options.model_id}/files/{IMPORT['file']}/chunks/0"
    headers = {"Authorization": f"AnaplanAuthToken {writer._client._tokens.current().value}"}
    tenant.http.put(url, content=writer._upload(others).chunks[0], headers=headers).raise_for_status()
    tenant.clock.advance(300)
    assert writer.outcome(reference, CELLS, until(tenant)).refused == {}
    assert set(months(tenant).values()) == {"1.50", "2.50", "999.00"}
