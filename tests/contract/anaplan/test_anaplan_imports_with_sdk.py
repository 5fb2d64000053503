"""Imports between the simulated Anaplan, our writer and `anaplan-sdk`: each reads what the other has written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from anaplan_sdk import Client

from sandbox.systems.anaplan.settings import TenantSettings
from tests.contract.anaplan.test_anaplan_simulator_with_sdk import Turned
from tests.support.anaplan import BASIC, MODEL_ID, pipeline_cell
from tests.support.anaplan_tenant import RunningTenant, running_tenant
from tieout.systems.anaplan.bulk import BulkWriter
from tieout.systems.anaplan.upload import upload_of

IMPORT, PROCESS, FILE = 112000000000, 118000000000, 113000000000
CELLS = [pipeline_cell(f"c{month}", f"{month}.50", period=f"2026-{month:02}") for month in range(1, 4)]


@pytest.fixture(name="tenant", scope="module")
def _tenant() -> Iterator[RunningTenant]:
    with running_tenant() as tenant:
        yield tenant


@pytest.fixture(name="sdk")
def _sdk(tenant: RunningTenant) -> Iterator[Client]:
    tenant.control("reset", {})
    with Turned(tenant.url) as transport:
        yield Client(
            workspace_id=TenantSettings().workspace_id,
            model_id=MODEL_ID,
            user_email=BASIC["username"],
            password=BASIC["password"],
            token="used-up",
            transport=transport,
            retry_count=0,
            status_poll_delay=1,
        )


def test_what_our_writer_uploads_and_runs_is_what_the_sdk_sees(tenant: RunningTenant, sdk: Client) -> None:
    """The file, the task, its result, and the import's link to the file."""
    parts = {"action": str(IMPORT), "file": str(FILE)}
    writer = tenant.writer(imports={"Pipeline": parts}, batch_size=1, bulk_from=3)
    assert isinstance(writer, BulkWriter)
    until = tenant.clock.now() + timedelta(seconds=120)
    cells = [*CELLS, pipeline_cell("unknown", customer="NOBODY")]
    answer = writer.outcome(writer.start(writer.prepare(cells, until)), cells, until)
    content = sdk.get_file(FILE).decode()
    assert content.splitlines()[0] == "Customer,Product line,Legal entity,Currency,Time,Version,Line item,Value,Cell"
    assert "ACME,SOFTWARE,EMEA,EUR,Mar 26,Forecast,Amount,3.50,c3" in content.splitlines()
    [summary] = sdk.get_task_summaries(IMPORT)
    assert answer.reference == f"{IMPORT} {summary.id}"
    result = sdk.get_task_status(IMPORT, summary.id).result
    assert (result.successful, result.failure_dump_available) == (True, True)
    assert {each.file_id for each in sdk.get_imports() if each.id == IMPORT} == {FILE}


@pytest.mark.parametrize("action", [IMPORT, PROCESS])
def test_what_the_sdk_uploads_and_runs_is_in_the_model(tenant: RunningTenant, sdk: Client, action: int) -> None:
    """In packed chunks; rows of one cell are added up."""
    [chunk] = upload_of([pipeline_cell("c", "1.25", period="Mar 26")], 1000).chunks
    heading, row = chunk.decode().splitlines()
    sdk.upload_file(FILE, f"{heading}\n{row}\n{row}\n")
    assert sdk.run_action(action).task_state == "COMPLETE"
    assert tenant.values() == {("Pipeline", "Amount", "Mar 26"): "2.50"}
    assert {each.id for each in sdk.get_processes()} >= {PROCESS}
    assert {each.id for each in sdk.get_files()} >= {FILE}
