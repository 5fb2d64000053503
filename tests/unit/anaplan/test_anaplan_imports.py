"""What is asked of an import, in which order, and what is believed of its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from tests.support.anaplan import pipeline_cell
from tests.support.clock import ManualClock
from tieout.delivering import WriteAnswer
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    PermanentError,
    StillRunningError,
    TieoutError,
    UnavailableError,
)
from tieout.systems.anaplan.bulk import BulkWriter
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.imports import ModelImports
from tieout.systems.anaplan.options import Options
from tieout.systems.anaplan.task_results import result_of
from tieout.systems.anaplan.upload import refused_in, upload_of

ACTION, FILE = "112000000000", "113000000000"
CELLS = [pipeline_cell("a", "-1.50"), pipeline_cell("b", "2", period="2026-04")]


class Model:
    """A model whose tasks are as a test says, and which notes what it is asked.

    Attributes:
        running: the states of the tasks there are.
        told: what a task answers, one answer a question.
        refusal: what every question meets after those.
    """

    refusal: TieoutError = UnavailableError("down")

    def __init__(self, *told: Mapping[str, Any], running: Sequence[str] = ()) -> None:
        self.told: Iterator[Mapping[str, Any]] = iter(told)
        self.running = running
        self.asked: list[str] = []

    def ask(self, method: str, path: str, _content: bytes, *, writing: bool = False) -> Mapping[str, Any]:
        """A call about a file or a start."""
        self.asked.append(f"{method} {path}")
        return {"taskId": "T1"} if writing else {"file": {"id": FILE}}

    def ask_object(self, _path: str, _key: str) -> Mapping[str, Any]:
        """How far a task is."""
        told = next(self.told, None)
        if told is None:
            raise self.refusal
        return told

    def all_of(self, _path: str, key: str) -> Sequence[Mapping[str, Any]]:
        """The tasks there are; no dump has chunks."""
        return [{"taskState": state} for state in self.running] if key == "tasks" else []

    def put_bytes(self, path: str, _content: bytes) -> None:
        """A chunk."""
        self.asked.append(f"PUT {path}")


def writer(model: Model) -> BulkWriter:
    """A writer of that model."""
    options = Options(model_id="M", imports={"Pipeline": {"action": ACTION, "file": FILE}}, batch_size=1, bulk_from=1)
    clock, client = ManualClock(), cast("AnaplanClient", model)
    return BulkWriter(client, options, ModelImports(client, clock, 5), clock)


def outcome(*told: Mapping[str, Any]) -> WriteAnswer:
    """What becomes of a task that answers so."""
    until = ManualClock().now() + timedelta(seconds=120)
    return writer(Model(*told)).outcome(f"{ACTION} T1", CELLS, until)


def complete(*values: str, kind: str = "lineItemRowsProcessed", **result: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A task that has completed."""
    whole = {"successful": True, "failureDumpAvailable": False, "details": [{"type": kind, "values": list(values)}]}
    return {"taskState": "COMPLETE", "result": whole | result}


def test_a_file_is_not_replaced_while_a_task_of_its_import_has_not_ended() -> None:
    """Nothing is sent."""
    for state in ("NOT_STARTED", "IN_PROGRESS", "CANCELLING", "A_NEW_ONE"):
        model = Model(running=["COMPLETE", state])
        with pytest.raises(UnavailableError):
            writer(model).prepare(CELLS, ManualClock().now() + timedelta(seconds=120))
        assert model.asked == []
    model = Model(running=["COMPLETE", "CANCELLED"])
    assert writer(model).prepare(CELLS, ManualClock().now() + timedelta(seconds=120)) == ACTION
    assert model.asked == [f"POST /files/{FILE}", f"PUT /files/{FILE}/chunks/0"]


def test_a_task_is_asked_for_until_it_has_ended() -> None:
    """What it says before that is no result."""
    assert outcome({"taskState": "NOT_STARTED"}, {"taskState": "IN_PROGRESS"}, complete()).refused == {}


@pytest.mark.parametrize("refusal", [AccessDeniedError("hidden"), MalformedError("anaplan_refuses_request_400")])
def test_a_question_that_is_refused_says_nothing_of_the_task(refusal: PermanentError) -> None:
    """It was started, and may have set any of the cells: that is no task that has ended and set none."""
    model = Model({"taskState": "IN_PROGRESS"})
    model.refusal = refusal
    with pytest.raises(LostAnswerError) as caught:
        writer(model).outcome(f"{ACTION} T1", CELLS, ManualClock().now() + timedelta(seconds=120))
    assert not isinstance(caught.value, StillRunningError)


def test_an_import_that_took_fewer_rows_than_were_sent_has_not_set_them_all() -> None:
    """Another run may have replaced the file in between."""
    assert outcome(complete("successRowCount", "2")).refused == {}
    with pytest.raises(LostAnswerError):
        outcome(complete("successRowCount", "1"))


@pytest.mark.parametrize(
    "told",
    [
        complete("failedCount", "1"),
        complete("ignoredCount", "1", "failedCount", "0"),
        complete(kind="lineItemRowsProcessedWithFailures"),
        complete(kind="moduleImportInvalidListIdentifier"),
        complete(successful=False),
        complete(failureDumpAvailable=True),
        complete(nestedResults=[{"successful": False}]),
        complete(nestedResults=[{"successful": True, "failureDumpAvailable": True}]),
        {"taskState": "COMPLETE"},
    ],
)
def test_anything_but_a_clean_success_leaves_nobody_knowing(told: Mapping[str, Any]) -> None:
    """`COMPLETE` only says that it has ended, and `successful` not that every row was taken."""
    with pytest.raises(LostAnswerError):
        outcome(told)


def test_counts_are_read_in_whatever_order_they_come() -> None:
    """A flat list of names and numbers."""
    detail = {
        "type": "lineItemRowsProcessed",
        "values": ["successRowCount", "7", "x", "y", "failedCount", "2", "ignoredCount"],
    }
    result = result_of({"taskState": "COMPLETE", "result": {"successful": True, "details": [detail]}})
    assert (result.taken_rows, result.failed_rows, result.flaws) == (7, 2, ())


def test_a_file_has_a_row_for_each_cell_with_its_digits_and_its_name() -> None:
    """The same file in whatever order the cells come."""
    [chunk] = upload_of(CELLS, 1_000_000).chunks
    assert chunk == upload_of(CELLS[::-1], 1_000_000).chunks[0]
    assert chunk.decode().splitlines() == [
        "Customer,Product line,Legal entity,Currency,Time,Version,Line item,Value,Cell",
        "ACME,SOFTWARE,EMEA,EUR,2026-03,Forecast,Amount,-1.50,a",
        "ACME,SOFTWARE,EMEA,EUR,2026-04,Forecast,Amount,2,b",
    ]


def test_a_dump_refuses_the_cells_it_names() -> None:
    """Whatever stands before the cell's name, and with what stands behind it."""
    dump = '\ufeff"Customer","Cell","Error"\n"ACME","b","Invalid ""list"" identifier","x"\n"ACME","nobody\'s",""\n'.encode()
    assert refused_in(dump, ["a", "b"]) == {"b": 'Invalid "list" identifier; x'}
    assert refused_in(b"b\n", ["b"]) == {"b": "refused by the import without a reason"}
    assert refused_in(b"\xff\xfe", ["b"]) == {}
