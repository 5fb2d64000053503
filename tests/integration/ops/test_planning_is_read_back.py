"""Planning is read back and compared with the ledger: what somebody typed over is named, and set again where asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from ops.cli import app
from tests.support.anaplan import pipeline_cell
from tests.support.anaplan_tenant import RunningTenant
from tests.support.operated_planning import operated_planning, written
from tests.support.operated_stage import RETENTION, TARGET, OperatedStage
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.differences import difference_of
from tieout.ledger.readbacks import CycleUnderWayError, ReadbackLedger
from tieout.ledger.table import Update

Comparison = tuple[int, dict[str, int], list[dict[str, str | None]]]


@pytest.fixture(name="tenant")
def _tenant(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningTenant]:
    """A planning system that the stage's target is."""
    with operated_planning(stage, monkeypatch) as tenant:
        yield tenant


def checked(*arguments: str) -> Comparison:
    """The exit code, the sums, and the cells that differ."""
    result = CliRunner().invoke(app, ["cells", "check", *arguments, "--json"], catch_exceptions=False)
    answer = json.loads(result.stdout)
    [sums] = answer["compared"]
    return result.exit_code, sums, answer["different"]


def test_planning_that_holds_what_it_was_given_differs_nowhere(stage: OperatedStage, tenant: RunningTenant) -> None:
    """Exit code 0, so that a script may go on."""
    written(stage, tenant, "a", "1500.10", "2026-03")
    written(stage, tenant, "b", "-0.05", "2026-04")
    assert checked() == (0, {"target": TARGET, "equal": 2, "different": 0, "under_way": 0}, [])


def test_a_value_typed_over_is_named_and_set_again_where_asked(stage: OperatedStage, tenant: RunningTenant) -> None:
    """Exit code 1; the ledger is the truth, so its value is written once more."""
    written(stage, tenant, "a", "1500.10", "2026-03")
    written(stage, tenant, "b", "20.00", "2026-04")
    tenant.kept_writer().write([pipeline_cell("a", "1500.11")])
    code, sums, [difference] = checked()
    assert (code, sums["equal"], sums["different"]) == (1, 1, 1)
    assert (difference["cell"], difference["ledger"], difference["planning"]) == ("a", "1500.10", "1500.11")
    assert CellLedger(stage.place.table).dirty(TARGET, 10).found == ()
    checked("--write-again")
    [again] = CellLedger(stage.place.table).dirty(TARGET, 10).found
    assert ([cell.cell_id for cell in again.lacking()], again.generation) == (["a:Amount"], 4)


def test_a_member_that_was_removed_from_the_model_differs(stage: OperatedStage, tenant: RunningTenant) -> None:
    """Planning has no such cell any more, which is not the same as zero."""
    written(stage, tenant, "a", "7.00", "2026-03")
    key = keys.cell_key(TARGET, "a")
    elsewhere = json.dumps(pipeline_cell(period="2126-03").members)
    stage.place.table.write([Update(key, sets={"members": elsewhere})])
    code, _, [difference] = checked()
    assert (code, difference["planning"]) == (1, None)


def test_cells_under_way_are_not_compared(stage: OperatedStage, tenant: RunningTenant) -> None:
    """A cell to be written, or refused, is known to differ; it is counted and no more."""
    for name, period in (("a", "2026-03"), ("b", "2026-04"), ("c", "2026-05")):
        written(stage, tenant, name, "7.00", period)
    cells = CellLedger(stage.place.table)
    cells.write_again(TARGET, {"a": ["Amount"]}, datetime.now(UTC))
    stage.place.table.write([Update(keys.cell_key(TARGET, "b"), sets={keys.REFUSED + "Amount": "calculated"})])
    assert checked() == (0, {"target": TARGET, "equal": 1, "different": 0, "under_way": 2}, [])


def test_a_cell_that_changes_while_planning_is_read_is_not_called_different(
    stage: OperatedStage, tenant: RunningTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line wrote a newer value between our look at the ledger and our look at planning: it is looked at once more."""
    written(stage, tenant, "a", "7.00", "2026-03")
    read = type(tenant.kept_writer()).read

    def late(writer: object, cells: object) -> object:
        written(stage, tenant, "a", "8.00", "2026-03")
        return read(writer, cells)  # type: ignore[arg-type]

    monkeypatch.setattr(type(tenant.kept_writer()), "read", late)
    assert checked() == (0, {"target": TARGET, "equal": 1, "different": 0, "under_way": 0}, [])


def test_a_cycle_can_be_begun_and_only_one_at_a_time(stage: OperatedStage) -> None:
    """It says who asked; before that the target was never read back."""
    [row] = stage.tieout("readback", "list")
    assert (row["target"], row["state"], row["standing"]) == (TARGET, "never read back", 0)
    [row] = stage.tieout("readback", "run")
    assert (row["state"], row["complete_percent"], bool(row["asked_by"])) == ("under way", 0, True)
    told = CliRunner().invoke(app, ["readback", "list"], env={"COLUMNS": "200"}).output
    assert row["started_at"] in told  # to people, too: what it proves is of then
    refused = CliRunner().invoke(app, ["readback", "run"])
    assert isinstance(refused.exception, CycleUnderWayError)


def test_what_differs_is_shown_with_who_wrote_last_and_what_it_is_off(
    stage: OperatedStage, tenant: RunningTenant
) -> None:
    """Cell by cell and in sums; too much and too little do not hide each other."""
    for name, value, held in (("a", "100.00", "90.50"), ("b", "20.00", "29.50")):
        written(stage, tenant, name, value, "2026-03")
        stamp = {"written_at": "2026-11-25T10:00:00.000Z", "last_receipt": f"2026-11-25T09:59:58.000Z#r-{name}"}
        stage.place.table.write([Update(keys.cell_key(TARGET, name), sets=stamp)])
        found(stage, name, held)
    shown = stage.tieout("readback", "show")
    assert shown["cells"] == 2
    [sums] = shown["sums"]
    assert (sums["measure"], sums["currency"], sums["cells"]) == ("Amount", "EUR", 2)
    assert (sums["too_much"], sums["too_little"], sums["off"]) == ("9.50", "-9.50", "0.00")
    first, _ = shown["different"]
    assert (first["cell"], first["ledger"], first["planning"], first["off"]) == ("a", "100.00", "90.50", "-9.50")
    assert (first["receipt"], first["written_at"]) == ("r-a", "2026-11-25T10:00:00.000Z")
    assert "ACME/SOFTWARE" in first["members"]
    assert [each["cell"] for each in stage.tieout("readback", "show", "--cell", "b")["different"]] == ["b"]
    [row] = stage.tieout("readback", "list")
    assert row["standing"] == 2


def test_a_repair_shows_its_effect_and_does_it_when_told_to(stage: OperatedStage, tenant: RunningTenant) -> None:
    """The cell is dirty then, and a flush is asked for; nothing stands any more."""
    written(stage, tenant, "a", "7.00", "2026-03")
    found(stage, "a", "8.00")
    assert stage.tieout("readback", "repair")["done"] is False
    assert CellLedger(stage.place.table).dirty(TARGET, 10).found == ()
    done = stage.tieout("readback", "repair", "--yes")
    assert (done["done"], done["cells"]) == (True, 1)
    [again] = CellLedger(stage.place.table).dirty(TARGET, 10).found
    assert [cell.cell_id for cell in again.lacking()] == ["a:Amount"]
    assert len(stage.aws.sqs.receive_message(QueueUrl=stage.queues["flush"])["Messages"]) == 1
    assert stage.tieout("readback", "show")["cells"] == 0
    assert stage.tieout("readback", "repair", "--yes")["cells"] == 0
    assert stage.kept_days(keys.repaired_key(TARGET, "a:Amount")) == RETENTION["receipts"]


def test_what_a_check_has_written_again_is_kept_as_long_as_what_a_cycle_has(
    stage: OperatedStage, tenant: RunningTenant
) -> None:
    """As the landscape says."""
    written(stage, tenant, "a", "7.00", "2026-03")
    tenant.kept_writer().write([pipeline_cell("a", "8.00")])
    checked("--write-again")
    assert stage.kept_days(keys.repaired_key(TARGET, "a:Amount")) == RETENTION["receipts"]


def found(stage: OperatedStage, name: str, held: str) -> None:
    """A cycle found a cell to hold something else."""
    ledger = ReadbackLedger(stage.place.table)
    [place] = ledger.places(TARGET, [name])
    ledger.keep([difference_of(place, place.cells[0], place.cells[0].wanted_minor, Decimal(held), datetime.now(UTC))])
